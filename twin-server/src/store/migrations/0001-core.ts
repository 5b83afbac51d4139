import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { runtimeTables } from './0001-runtime-tables.ts'
import { recordTables } from './0001-record-tables.ts'
import { functions } from './0001-functions.ts'

export const core: Migration = {
  async up(db) {
    for (const statements of [runtimeTables, recordTables, functions]) await sql.raw(statements).execute(db)
  },
}
