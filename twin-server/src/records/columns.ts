import { type RawBuilder, CamelCasePlugin, type Kysely, type Transaction, sql } from 'kysely'
import { allFields, type Field, isMany, type RecordModel, rowWords, snakeCase } from '@twin/models/records'
import type { AuthDatabase } from '../security/index.ts'
import type { AnyTables, Values } from './types.ts'

/** The engine reads and writes names as the models have them. */
export function camelTables<T>(db: Kysely<T>): Kysely<AnyTables> {
  return db.withPlugin(new CamelCasePlugin({ maintainNestedObjectKeys: true })) as unknown as Kysely<AnyTables>
}
/** The same transaction for parts that write snake_case. */
export function plainTables(trx: Transaction<AnyTables>): Transaction<AuthDatabase> {
  return trx.withoutPlugins()
}

/** Postgres type of a field; arrays are never null, they are empty. */
export function columnType(field: Field): string {
  switch (field.type) {
    case 'number':
      return field.integer ? 'bigint' : 'double precision'
    case 'money':
      return 'bigint'
    case 'date':
      return 'date'
    case 'time':
      return 'timestamp with time zone'
    case 'flag':
      return 'boolean'
    case 'geo':
    case 'rows':
      return 'jsonb'
    default:
      return isMany(field) ? 'text[]' : 'text'
  }
}
export const mayBeNull = (field: Field): boolean => !field.required && !isMany(field) && field.type !== 'flag'

/** Values as the driver must be given them, the search column included. */
export function columnValues(record: RecordModel, values: Values, whole: Values): Values {
  const fields = allFields(record)
  const written: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name]
    written[name] =
      field && (field.type === 'geo' || field.type === 'rows')
        ? jsonb(value)
        : field && isMany(field)
          ? textArray(value as string[])
          : value
  }
  return { ...written, search: sql`array_to_tsvector(${rowWords(record, whole)}::text[])` }
}

const jsonb = (value: unknown): RawBuilder<unknown> => sql`${value === null ? null : JSON.stringify(value)}::text::jsonb`
const textArray = (value: readonly string[]): RawBuilder<unknown> => sql`${[...value]}::text[]`

/** Column names of a row, without the search column. */
export function columnNames(record: RecordModel): string[] {
  return [
    'id',
    'org',
    'version',
    'createdAt',
    'createdBy',
    'updatedAt',
    'updatedBy',
    'deletedAt',
    ...(record.lifecycle ? ['state'] : []),
    ...Object.keys(record.fields),
  ]
}

export const uniqueIndexName = (record: RecordModel, fields: readonly string[]): string =>
  `${record.table}_${fields.map(snakeCase).join('_')}_key`
export const indexName = (record: RecordModel, fields: readonly string[]): string => `${record.table}_${fields.map(snakeCase).join('_')}`
