import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/**
 * The log is searched by person, record, number, action and period over millions of lines: what a line is about and what was done stand
 * beside it (`export.history` is the action `export` of the family `history`, `workOrder.assign` the action `assign` of `workOrder`), and
 * every index ends in the order of the list. `title` is the number or name of the row at that moment, for rows that are gone too.
 */
export const logSearch: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table audit_log add title text,
  add family text not null generated always as
    (case when kind like 'export.%' then split_part(kind, '.', 2) else split_part(kind, '.', 1) end) stored,
  add action text not null generated always as
    (case when kind like 'export.%' then 'export' when strpos(kind, '.') = 0 then kind else split_part(kind, '.', 2) end) stored;
drop index audit_log_at, audit_log_user, audit_log_kind, audit_log_result;
create index audit_log_at on audit_log (org, at, id);
create index audit_log_user_name on audit_log (org, user_name, at, id);
create index audit_log_user_id on audit_log (org, user_id, at, id);
create index audit_log_family on audit_log (org, family, at, id);
create index audit_log_action on audit_log (org, action, at, id);
create index audit_log_target on audit_log (org, target, at, id);
create index audit_log_title on audit_log (org, title, at, id) where title is not null;
create index audit_log_result on audit_log (org, result, at, id);
`,
    )
  },
}
