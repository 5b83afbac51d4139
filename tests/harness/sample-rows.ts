import { randomBytes } from 'node:crypto'
import { allFields, type Field, type RecordModel, snakeCase } from '@twin/models/records'
import type { Sql } from '../../twin-server/src/store/connection.ts'

interface Column {
  readonly column_name: string
  readonly data_type: string
}

/** The least that a field may hold. */
function least(field: Field | undefined, type: string, ids: Readonly<Record<string, string>>): unknown {
  if (field?.type === 'choice') return Object.keys(field.options)[0]
  if (field?.type === 'reference') return ids[field.to] ?? 'none00000000'
  switch (type) {
    case 'bigint':
    case 'integer':
    case 'double precision':
    case 'numeric':
      return field?.type === 'number' || field?.type === 'money' ? Math.max(1, field.min ?? 1) : 1
    case 'date':
      return '2026-01-31'
    case 'timestamp with time zone':
      return new Date(Date.UTC(2026, 0, 31)).toISOString()
    case 'boolean':
      return false
    case 'jsonb':
      return field?.type === 'geo' ? '{"lat":30,"lng":114}' : '[]'
    default:
      return `样 ${randomBytes(3).toString('hex')}`
  }
}

/**
 * A row of a record in a state of its lifecycle, past all services: for what only shows it. Whatever must not be empty holds the least;
 * `ids` are rows it may refer to, by record. Answers its id.
 */
export async function putRow(sql: Sql, record: RecordModel, state: string, ids: Readonly<Record<string, string>>): Promise<string> {
  const fields = Object.fromEntries(Object.entries(allFields(record)).map(([name, field]) => [snakeCase(name), field]))
  const columns = await sql<Column[]>`
    select column_name, data_type from information_schema.columns
    where table_name = ${record.table} and is_nullable = 'NO' and column_default is null and is_generated = 'NEVER'`
  const id = randomBytes(6).toString('hex')
  const valueOf = ({ column_name: name, data_type: type }: Column): unknown => {
    if (name === 'id') return id
    if (name === 'state') return state
    if (type === 'tsvector') return ''
    return type === 'ARRAY' ? '{}' : least(fields[name], type, ids)
  }
  const named = columns.some(({ column_name: name }) => name === 'state')
    ? columns
    : [...columns, { column_name: 'state', data_type: 'text' }]
  const text = `insert into ${record.table} (${named.map(({ column_name: name }) => `"${name}"`).join(', ')})
    values (${named.map(({ data_type: type }, i) => `$${i + 1}::text::${type === 'ARRAY' ? 'text[]' : type}`).join(', ')})`
  await sql.begin(async (trx) => {
    // What it refers to need not be there.
    await trx`set local session_replication_role = replica`
    await trx.unsafe(
      text,
      named.map((column) => String(valueOf(column))),
    )
  })
  return id
}
