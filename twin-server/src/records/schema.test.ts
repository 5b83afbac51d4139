import { afterAll, beforeAll, expect, it } from 'vitest'
import { allFields, externals, isSearchable, records, snakeCase } from '@twin/models/records'
import { migrate, openKysely, openPool, type Sql } from '../store/index.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { columnType, indexName, mayBeNull, uniqueIndexName } from './columns.ts'

let postgres: TestPostgres
let pool: Sql
beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = openPool(postgres.url)
  await migrate(openKysely(pool))
})
afterAll(async () => {
  await pool?.end()
  await postgres?.stop()
})

const standard: Readonly<Record<string, string>> = {
  id: 'text not null',
  org: 'text not null',
  version: 'bigint not null',
  created_at: 'timestamp with time zone not null',
  created_by: 'text',
  updated_at: 'timestamp with time zone not null',
  updated_by: 'text',
  deleted_at: 'timestamp with time zone',
  search: 'tsvector not null',
}

it.each(records.map((record) => [record.name, record] as const))(
  '[RE1] the migrated table of %s is what its model declares',
  async (_, record) => {
    const columns = await pool.unsafe<{ name: string; type: string; filled: boolean }>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as filled from pg_attribute a
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
      [record.table],
    )
    const declared = Object.fromEntries(
      Object.entries(allFields(record))
        .filter(([name]) => !(snakeCase(name) in standard))
        .map(([name, field]) => [snakeCase(name), `${columnType(field)}${mayBeNull(field) ? '' : ' not null'}`]),
    )
    const beside = record.beside.map(snakeCase)
    const own = columns.filter(({ name }) => !beside.includes(name))
    expect(Object.fromEntries(own.map(({ name, type, filled }) => [name, `${type}${filled ? ' not null' : ''}`]))).toEqual({
      ...standard,
      ...declared,
    })

    const indexes = await pool.unsafe<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public' and tablename = $1`,
      [record.table],
    )
    const columnsOf = (names: readonly string[]): string => names.map(snakeCase).join(', ')
    const wanted = Object.fromEntries([
      [`${record.table}_pkey`, `CREATE UNIQUE INDEX ${record.table}_pkey ON public.${record.table} USING btree (id)`],
      ...record.unique.map((key) => {
        const name = uniqueIndexName(record, key)
        return [
          name,
          `CREATE UNIQUE INDEX ${name} ON public.${record.table} USING btree (org, ${columnsOf(key)}) WHERE (deleted_at IS NULL)`,
        ]
      }),
      ...record.indexes.map((key) => {
        const name = indexName(record, key)
        return [name, `CREATE INDEX ${name} ON public.${record.table} USING btree (org, ${columnsOf(key)}, id) WHERE (deleted_at IS NULL)`]
      }),
      ...(isSearchable(record)
        ? [[`${record.table}_search`, `CREATE INDEX ${record.table}_search ON public.${record.table} USING gin (search)`]]
        : []),
    ])
    const declaredOnly = indexes.filter(({ name }) => !record.beside.includes(name))
    expect(Object.fromEntries(declaredOnly.map(({ name, definition }) => [name, definition.replaceAll('"', '')]))).toEqual(wanted)

    const keys = await pool.unsafe<{ column: string; target: string }>(
      `select a.attname as "column", c.confrelid::regclass::text as target from pg_constraint c
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] where c.conrelid = $1::regclass and c.contype = 'f'`,
      [record.table],
    )
    const references = Object.entries(record.fields).flatMap(([name, field]) =>
      field.type === 'reference' && !field.many
        ? [[snakeCase(name), (records.find((each) => each.name === field.to) ?? externals[field.to])?.table]]
        : [],
    )
    expect(Object.fromEntries(keys.map(({ column, target }) => [column, target]))).toEqual(Object.fromEntries(references))
  },
)
