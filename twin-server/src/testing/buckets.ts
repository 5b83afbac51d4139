import { pointsOf } from '@twin/models/kinds'
import type { Sql } from '../store/connection.ts'

/** What a bucket holds of a point: a single value (a counter's last reading), or all of it. */
export type Held = number | { readonly n: number; readonly min: number; readonly max: number; readonly sum: number; readonly last: number }
export interface BucketRow {
  readonly device: string
  readonly kind: string
  readonly bucket: number
  /** Source time of its last row; default: the last millisecond before the next bucket. */
  readonly lastAt?: number
  readonly points: Readonly<Record<string, Held>>
}
const lengths = { rollup_1m: 60_000, rollup_1h: 3_600_000, rollup_1d: 86_400_000 } as const

/** Writes history for tests as the rollups keep it. */
export async function writeBuckets(sql: Sql, table: keyof typeof lengths, rows: readonly BucketRow[]): Promise<void> {
  const list = (values: readonly number[]): string => `{${values.map((value) => (Number.isNaN(value) ? 'NaN' : value)).join(',')}}`
  const columns = rows.map(({ device, kind, bucket, lastAt = bucket + lengths[table] - 1, points }) => {
    const held = pointsOf(kind).map(({ name }) => points[name])
    const of = (field: 'min' | 'max' | 'sum' | 'last'): string =>
      list(held.map((value) => (value === undefined ? NaN : typeof value === 'number' ? value : value[field])))
    return [
      device,
      bucket,
      lastAt,
      list(held.map((value) => (value === undefined ? 0 : typeof value === 'number' ? 1 : value.n))),
      of('min'),
      of('max'),
      of('sum'),
      of('last'),
    ] as const
  })
  const column = <I extends 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7>(i: I) => columns.map((row) => row[i])
  await sql.unsafe(
    `insert into ${table} (device, bucket, last_at, n, vmin, vmax, vsum, vfirst, vlast)
    select device, bucket, last_at, n::int[], vmin::float8[], vmax::float8[], vsum::float8[], vlast::float8[], vlast::float8[]
    from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
      x(device, bucket, last_at, n, vmin, vmax, vsum, vlast)
    on conflict (device, bucket) do update set last_at = excluded.last_at, n = excluded.n, vmin = excluded.vmin, vmax = excluded.vmax,
      vsum = excluded.vsum, vfirst = excluded.vfirst, vlast = excluded.vlast`,
    [column(0), column(1), column(2), column(3), column(4), column(5), column(6), column(7)] as never,
  )
}
