import type { Migration } from 'kysely/migration'
import { functions } from './0001-functions.ts'
import { recordTables } from './0001-record-tables.ts'
import { runtimeTables } from './0001-runtime-tables.ts'
import { runSql } from './run-sql.ts'

export const core: Migration = {
  async up(db) {
    for (const script of [runtimeTables, recordTables, functions]) await runSql(db, script)
  },
}
