import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** The service minute by minute, times in epoch ms by the clock of the database. What an outage was found to be is never changed. */
export const availability: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table service_watch (
  id int primary key default 1 check (id = 1), started_at bigint not null, good_at bigint not null, good_by text not null,
  bad_cause text, bad_detail text, stopped_at bigint, stopped_by text);
create table service_minute (
  minute bigint primary key, good int not null default 0, bad int not null default 0, causes text[] not null default '{}')
  with (fillfactor = 70);
create table service_outage (
  id bigint generated always as identity primary key, from_at bigint not null, to_at bigint not null, cause text not null,
  detail text not null default '', node text not null, check (to_at > from_at));
create index service_outage_from on service_outage (from_at);
create table service_outage_verdict (
  id bigint generated always as identity primary key, outage bigint not null references service_outage, verdict text not null,
  reason text not null, by_id text not null, by_name text not null, at bigint not null);
create index service_outage_verdict_outage on service_outage_verdict (outage, id);
`,
    )
  },
}
