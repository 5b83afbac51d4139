import { type RawBuilder, sql } from 'kysely'

export type Order = readonly (readonly [column: string, direction: 'asc' | 'desc'])[]

/** Order by the columns and, so that pages are stable, by the key; turned round for reading from the end. */
export function orderSql(order: Order, key: string, backwards: boolean): RawBuilder<unknown> {
  const last = order.at(-1)?.[1] ?? 'asc'
  const all: Order = [...order, [key, last]]
  return sql.join(
    all.map(([column, direction]) => sql`${sql.ref(column)} ${sql.raw((direction === 'desc') === backwards ? 'asc' : 'desc')}`),
  )
}

export interface PagePart {
  readonly offset: number
  readonly limit: number
  /** Read in the opposite order: the page lies nearer to the end, and skipping rows costs as much as reading them. */
  readonly backwards: boolean
}

export function pagePart(total: number, page: number, size: number): PagePart {
  const offset = (page - 1) * size
  const limit = Math.max(0, Math.min(size, total - offset))
  const fromEnd = total - offset - limit
  return limit > 0 && fromEnd < offset ? { offset: fromEnd, limit, backwards: true } : { offset, limit, backwards: false }
}
