import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/**
 * What ends processes: when a shard's owner last died, which turns a node is about to run while it is careful, and which turns were under
 * way when a process died.
 */
export const poison: Migration = {
  async up(db) {
    await runSql(
      db,
      `alter table tw_shard add crashed_at timestamptz;
       create table tw_turn (inc text primary key, org text not null default 'main', turns jsonb not null, at timestamptz not null);
       create table tw_suspect (
         shard int not null, key text not null, org text not null default 'main', station text not null, deaths int not null,
         how text not null, node text not null, first_at timestamptz not null, last_at timestamptz not null, primary key (shard, key));
       create index tw_suspect_station on tw_suspect (station);`,
    )
  },
}
