import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** A password without a day it was set on never falls due: those of the demo, which everybody knows. */
export const passwordAge: Migration = {
  async up(db) {
    await runSql(db, `alter table auth_user alter column password_set_at drop not null, alter column password_set_at drop default;`)
  },
}
