import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** A deleted account is nobody's any more, but what it did keeps its name. */
export const deletedUsers: Migration = {
  async up(db) {
    await runSql(db, `alter table auth_user add deleted_at timestamptz;`)
  },
}
