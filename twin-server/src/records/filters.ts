import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SelectQueryBuilder, sql, type SqlBool } from 'kysely'
import {
  allFields,
  type Filter,
  findRecord,
  isMany,
  isSearchable,
  type ListQuery,
  queryWords,
  type RecordModel,
  recordOf,
  snakeCase,
  type Sort,
} from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { visibleRows } from './access.ts'
import { refuseGuessing } from './personal.ts'
import type { Actor, AnyDb, AnyService, AnyTables, Row } from './types.ts'

type Rows = SelectQueryBuilder<AnyTables, string, Record<string, unknown>>
type Where = ExpressionBuilder<AnyTables, string>
type Condition = ExpressionWrapper<AnyTables, string, SqlBool>

/** A query of rows; `among` are the only ids that its words can mean, where they are few and known. */
export type RowQuery = Pick<ListQuery, 'q' | 'filters'> & { readonly among?: readonly string[] | null }

/** What this person may see of a record under a filter: the same rows for list, count, export, statistics. */
export function rowsUnder(db: AnyDb, record: RecordModel, service: AnyService | undefined, actor: Actor, query: RowQuery): Rows {
  refuseGuessing(record, query, actor)
  let rows = db.selectFrom(record.table).where(visibleRows(record, service, actor)) as unknown as Rows
  for (const filter of query.filters) rows = rows.where(condition(record, filter))
  if (query.among) return rows.where(sql<SqlBool>`${column(record, 'id')} = any(${[...query.among]}::text[])`)
  const words = wordsOf(record, query.q)
  return words === null ? rows : rows.where(words)
}

function wordsOf(record: RecordModel, q: string): RawBuilder<SqlBool> | null {
  if (q.trim() === '') return null
  const words = queryWords(q)
  if (!isSearchable(record) || words.length === 0) return sql<SqlBool>`false`
  return sql<SqlBool>`${column(record, 'search')} @@ ${words.map((word) => `'${word}':*`).join(' & ')}::tsquery`
}

const few = 500
/**
 * Looks the words up by their own index first. Postgres guesses a beginning of a word to be common and would walk a whole million in
 * the order of the list to find one row; rare words are few ids, common ones are soon met on that walk.
 */
export async function narrowed<Q extends RowQuery>(db: AnyDb, record: RecordModel, query: Q): Promise<Q> {
  const words = wordsOf(record, query.q)
  if (words === null) return query
  const hits = await db
    .selectFrom(record.table)
    .select('id')
    .where(words)
    .limit(few + 1)
    .execute()
  return hits.length > few ? query : { ...query, among: hits.map((row) => String(row['id'])) }
}

export const column = (record: RecordModel, name: string): RawBuilder<unknown> => sql.ref(`${record.table}.${name}`)

/** A row of a tree stands for itself and everything below it: a province for the stations of its districts. */
function below(to: string, values: readonly unknown[]): RawBuilder<unknown> {
  const { table, views } = recordOf(to)
  const tree = sql.table(table)
  const parent = sql.ref(`c.${snakeCase(views.tree ?? '')}`)
  return sql`with recursive b as (
    select id from ${tree} where id = any(${values.map(String)}::text[])
    union select c.id from ${tree} c join b on ${parent} = b.id) select id from b`
}

function condition(record: RecordModel, { field, operator, values }: Filter): (where: Where) => RawBuilder<SqlBool> | Condition {
  const declared = allFields(record)[field]
  const at = column(record, field)
  const [first] = values
  if (declared && isMany(declared)) {
    const empty = declared.type === 'rows' ? sql<SqlBool>`jsonb_array_length(${at}) = 0` : sql<SqlBool>`cardinality(${at}) = 0`
    if (operator === 'empty') return () => (first === true ? empty : sql<SqlBool>`not (${empty})`)
    const any = sql<SqlBool>`${at} && ${values.map(String)}::text[]`
    return () => (operator === 'not' ? sql<SqlBool>`not (${any})` : any)
  }
  switch (operator) {
    case 'is':
      if (declared?.type === 'reference' && declared.to !== record.name && findRecord(declared.to)?.views.tree)
        return () => sql<SqlBool>`${at} in (${below(declared.to, values)})`
      return (where) => where(sql.ref(`${record.table}.${field}`), 'in', [...values])
    case 'not':
      return (where) =>
        where.or([
          where(sql.ref(`${record.table}.${field}`), 'is', null),
          where(sql.ref(`${record.table}.${field}`), 'not in', [...values]),
        ])
    case 'gte':
      return (where) => where(sql.ref(`${record.table}.${field}`), '>=', first)
    case 'lte':
      return (where) => where(sql.ref(`${record.table}.${field}`), '<=', first)
    case 'contains':
      return () => sql<SqlBool>`${at} ilike ${`%${String(first).replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`}`
    case 'empty':
      return () => (first === true ? sql<SqlBool>`${at} is null` : sql<SqlBool>`${at} is not null`)
  }
}

/** The id settles ties, in the direction of the last column, so that one index gives the whole order. */
export function ordered(rows: Rows, record: RecordModel, sort: readonly Sort[]): Rows {
  let result = rows
  for (const { field, descending } of sort) result = result.orderBy(sql.ref(`${record.table}.${field}`), descending ? 'desc' : 'asc')
  return result.orderBy(sql.ref(`${record.table}.id`), sort.at(-1)?.descending ? 'desc' : 'asc')
}

/** Where a page ended: the sort values and the id of its last row. */
export function cursorOf(row: Row, sort: readonly Sort[]): string {
  return Buffer.from(JSON.stringify([...sort.map(({ field }) => row[field] ?? null), row.id])).toString('base64url')
}

/** Rows after a cursor, in the order of `ordered`. Postgres puts nulls last ascending and first descending. */
export function continued(rows: Rows, record: RecordModel, sort: readonly Sort[], cursor: string): Rows {
  const keys = [...sort, { field: 'id', descending: sort.at(-1)?.descending ?? false }]
  const held = readCursor(cursor, keys.length)
  const beyond = keys.map((key, at) => {
    const same = keys.slice(0, at).map((before, i) => equal(record, before.field, held[i]))
    return sql<SqlBool>`(${sql.join([...same, further(record, key, held[at])], sql` and `)})`
  })
  const bound = firstBound(record, keys[0], held[0])
  const tail = sql<SqlBool>`(${sql.join(beyond, sql` or `)})`
  return rows.where(bound ? sql<SqlBool>`(${bound} and ${tail})` : tail)
}

/** Implied by the rest, but it is what lets an index start in the right place. */
function firstBound(record: RecordModel, key: Sort | undefined, value: unknown): RawBuilder<SqlBool> | null {
  if (!key || value === null || value === undefined) return null
  const at = column(record, key.field)
  const mayBeNull =
    !key.descending && !['id', 'createdAt', 'updatedAt', 'version', 'state'].includes(key.field) && !record.fields[key.field]?.required
  if (mayBeNull) return null
  return key.descending
    ? sql<SqlBool>`${at} <= ${param(record, key.field, value)}`
    : sql<SqlBool>`${at} >= ${param(record, key.field, value)}`
}

function equal(record: RecordModel, field: string, value: unknown): RawBuilder<SqlBool> {
  const at = column(record, field)
  return value === null ? sql<SqlBool>`${at} is null` : sql<SqlBool>`${at} = ${param(record, field, value)}`
}
function further(record: RecordModel, { field, descending }: Sort, value: unknown): RawBuilder<SqlBool> {
  const at = column(record, field)
  if (value === null) return descending ? sql<SqlBool>`${at} is not null` : sql<SqlBool>`false`
  const mine = param(record, field, value)
  return descending ? sql<SqlBool>`${at} < ${mine}` : sql<SqlBool>`(${at} > ${mine} or ${at} is null)`
}
/** Times travel as epoch ms. */
function param(record: RecordModel, field: string, value: unknown): RawBuilder<unknown> {
  return allFields(record)[field]?.type === 'time' ? sql`${new Date(Number(value)).toISOString()}::timestamptz` : sql`${value}`
}

function readCursor(cursor: string, length: number): readonly unknown[] {
  try {
    const held: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (
      Array.isArray(held) &&
      held.length === length &&
      held.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value))
    )
      return held as unknown[]
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal('invalid', { field: 'after', message: { zh: '续页标记无效', en: 'Not a cursor of this list' } })
}
