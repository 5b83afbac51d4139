import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** What nodes tell each other through the database. `updated_at` finds stations that changed elsewhere. */
export const cluster: Migration = {
  async up(db) {
    await runSql(
      db,
      `alter table tw_node add draining boolean not null default false, add info jsonb not null default '{}';
       create index station_updated on station (updated_at);`,
    )
  },
}
