import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Where a person works, as people write it. */
export const departments: Migration = {
  async up(db) {
    await runSql(db, `alter table auth_user add department text;`)
  },
}
