import { type RawBuilder, sql } from 'kysely'
import { allFields, type ListQuery, type RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { demand, demandReadable, readable } from './access.ts'
import { column, rowsUnder } from './filters.ts'
import { type Titles, titlesOf } from './titles.ts'
import type { Actor, AnyDb, AnyService } from './types.ts'

export interface StatisticRow {
  /** One per dimension; null where the field is empty. Times as `2026-01`. */
  readonly keys: readonly (string | null)[]
  readonly count: number
  readonly measures: Readonly<Record<string, number | null>>
}
export interface StatisticTable {
  readonly total: number
  readonly rows: readonly StatisticRow[]
  readonly titles: Titles
}
const periods: Readonly<Record<string, string>> = { day: 'YYYY-MM-DD', month: 'YYYY-MM', year: 'YYYY' }

/** Counts and sums by declared dimensions over exactly the rows that the list shows under the same filter. */
export async function statisticsOf(
  db: AnyDb,
  record: RecordModel,
  service: AnyService | undefined,
  query: ListQuery,
  by: readonly string[],
  zone: string,
  actor: Actor,
): Promise<StatisticTable> {
  demand(actor, record, 'view')
  demandReadable(record, { filters: query.filters }, actor)
  const fields = allFields(record)
  const mayRead = readable(actor)
  const keys = by.map((word) => {
    const [name = '', period = 'month'] = word.split(':')
    const field = fields[name]
    if (!field || !record.statistics.dimensions.includes(name))
      throw new Refusal('invalid', { field: 'by', message: { zh: '没有此统计维度', en: 'No such dimension' } })
    const format = periods[period] ?? 'YYYY-MM'
    if (field.type === 'time') return sql<string | null>`to_char(${column(record, name)} at time zone ${sql.lit(zone)}, ${sql.lit(format)})`
    if (field.type === 'date') return sql<string | null>`to_char(${column(record, name)}, ${sql.lit(format)})`
    return sql<string | null>`${column(record, name)}::text`
  })
  const measures = Object.entries(record.statistics.measures ?? {}).filter(([, { field }]) => fields[field] && mayRead(fields[field]))
  const fold = (name: string, kind: 'sum' | 'avg'): RawBuilder<number | null> =>
    kind === 'sum' ? sql<number | null>`sum(${column(record, name)})::float8` : sql<number | null>`avg(${column(record, name)})::float8`
  const rows = await rowsUnder(db, record, service, actor, query)
    .select([
      ...keys.map((key, i) => key.as(`k${i}`)),
      sql<number>`count(*)`.as('n'),
      ...measures.map(([, measure], i) => fold(measure.field, measure.fold).as(`m${i}`)),
    ])
    .$if(keys.length > 0, (select) => select.groupBy(keys))
    .orderBy(sql`count(*)`, 'desc')
    .limit(2000)
    .execute()
  const table = rows.map((row) => ({
    keys: keys.map((_, i) => row[`k${i}`] ?? null),
    count: row['n'],
    measures: Object.fromEntries(measures.map(([name], i) => [name, row[`m${i}`] ?? null])),
  }))
  const named = by.map((word) => word.split(':')[0] ?? '')
  return {
    total: table.reduce((sum, row) => sum + row.count, 0),
    rows: table,
    titles: await titlesOf(
      db,
      record,
      table.map((row) => Object.fromEntries(named.map((name, i) => [name, row.keys[i]]))),
    ),
  }
}
