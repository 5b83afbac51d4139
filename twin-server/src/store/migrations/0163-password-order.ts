import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Which password came after which, also within one millisecond. */
export const passwordOrder: Migration = {
  async up(db) {
    await runSql(db, `alter table auth_password add column n bigint generated always as identity;`)
  },
}
