import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Work orders, from each alarm once; what the system announces, once per occasion; when an alarm went to the manager. */
export const workOrders: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table message add column occasion text;
create unique index message_occasion_key on message (org, occasion) where deleted_at is null;

alter table alarm_occurrence add column escalated_at timestamptz;
create index alarm_occurrence_escalated on alarm_occurrence (org, escalated_at) where escalated_at is not null;

create table work_order (${standardColumns}, state text not null,
  number text not null, title text not null, station text not null references station, device text references device, priority text,
  alarm text, description text, assignee text references auth_user, result text, done_at timestamptz, closed_at timestamptz);
create unique index work_order_number_key on work_order (org, number) where deleted_at is null;
create unique index work_order_alarm_key on work_order (org, alarm) where deleted_at is null;
create index work_order_state_created_at on work_order (org, state, created_at, id) where deleted_at is null;
create index work_order_station on work_order (org, station, id) where deleted_at is null;
create index work_order_assignee_state on work_order (org, assignee, state, id) where deleted_at is null;
create index work_order_search on work_order using gin (search);
`,
    )
  },
}
