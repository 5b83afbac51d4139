import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { migrate, openKysely, openPool, type Sql } from './index.ts'

let pg: TestPostgres
let sql: Sql
beforeAll(async () => {
  pg = await startTestPostgres()
  sql = openPool(pg.url)
  await migrate(openKysely(sql))
})
afterAll(async () => {
  await sql.end()
  await pg.stop()
})

/** Fields of each interface as written: name → type text. */
function interfaces(): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>()
  for (const file of ['schema-runtime.ts', 'schema-records.ts', 'schema.ts']) {
    const source = readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/\/\*\*[^]*?\*\//g, '')
    for (const [, name = '', body = ''] of source.matchAll(/export interface (\w+) \{\n([^]*?)\n\}/g))
      found.set(name, new Map([...body.matchAll(/^ {2}(\w+): (.+)$/gm)].map(([, field = '', type = '']) => [field, type])))
  }
  return found
}

/** Form of a Postgres column in TypeScript. */
const forms: Readonly<Record<string, RegExp>> = {
  text: /^(?!number|boolean)/,
  int2: /^number/,
  int4: /^number/,
  int8: /^number/,
  float8: /^number/,
  timestamptz: /^number/,
  bool: /^boolean/,
  bytea: /^Buffer/,
  jsonb: /^(?!number$|boolean$)/,
  date: /^(?!number|boolean)/,
  tsvector: /^(?!number|boolean)/,
  _text: /^string\[\]/,
  _int4: /^number\[\]/,
  _int8: /^number\[\]/,
  _float8: /^number\[\]/,
}

it('[ST22] every column of the migrated database is in the row types with its form and nullability, and the other way round', async () => {
  const types = interfaces()
  const tables = types.get('Database') ?? new Map<string, string>()
  expect(tables.size).toBeGreaterThan(25)
  const columns = await sql<{ table: string; column: string; type: string; nullable: boolean; filled: boolean }[]>`
    select c.relname::text as "table", a.attname::text as "column", t.typname::text as type, not a.attnotnull as nullable,
      a.atthasdef or a.attidentity <> '' as filled
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0`
  for (const [table, name] of tables) {
    const fields = types.get(name)
    const own = columns.filter((column) => column.table === table)
    expect([table, own.map((column) => column.column).toSorted()]).toEqual([table, [...(fields?.keys() ?? [])].toSorted()])
    expect([table, own.some((column) => column.column === 'org')]).toEqual([table, true])
    for (const { column, type, nullable, filled } of own) {
      const written = fields?.get(column) ?? ''
      const generated = /^Generated<(.+)>$/.exec(written)
      const inner = generated?.[1] ?? written
      const place = `${table}.${column} ${type} as ${written}`
      expect([place, forms[type]?.test(inner)]).toEqual([place, true])
      // unknown (jsonb) holds null too.
      expect([place, inner === 'unknown' ? nullable : / \| null$/.test(inner)]).toEqual([place, nullable])
      expect([place, generated !== null]).toEqual([place, filled])
    }
  }
})

it('[ST23] migrating twice at once and again is one migration', async () => {
  const other = await startTestPostgres()
  const pools = [openPool(other.url), openPool(other.url)]
  const done = await Promise.all(pools.map((pool) => migrate(openKysely(pool))))
  expect(done.filter((names) => names.length > 0)).toHaveLength(1)
  await Promise.all(pools.map((pool) => pool.end()))
  await other.stop()
})
