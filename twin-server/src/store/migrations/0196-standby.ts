import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Which site serves, how well its data is protected by the other one, and every move of the service with what was measured. */
export const standby: Migration = {
  async up(db) {
    await runSql(
      db,
      `create table tw_site (
         org text primary key default 'main', site text not null, name text not null, address text not null, epoch bigint not null,
         policy text not null check (policy in ('go-on', 'wait')), protected boolean not null, since timestamptz not null);
       create table switch_over (
         id text primary key, org text not null default 'main', kind text not null check (kind in ('site', 'network')),
         planned boolean not null, drill boolean not null, reason text not null, ordered_by text not null, ordered_name text not null,
         from_place text not null, to_place text not null, epoch bigint not null, ordered_at timestamptz not null,
         stopped_at timestamptz, promoted_at timestamptz, ready_at timestamptz,
         sign_in_at timestamptz, sign_in text, live_at timestamptz, live text, order_at timestamptz, first_order text,
         complete boolean not null, missing_from timestamptz);
       create index switch_over_ordered on switch_over (ordered_at desc);`,
    )
  },
}
