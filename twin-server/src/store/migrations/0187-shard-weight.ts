import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** What a shard costs its owner, so that load and not only numbers are spread over nodes; 0 = not measured yet. */
export const shardWeight: Migration = {
  async up(db) {
    await runSql(db, 'alter table tw_shard add weight int not null default 0 check (weight >= 0)')
  },
}
