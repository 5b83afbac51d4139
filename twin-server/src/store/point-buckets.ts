import { pointIndex } from '@twin/models/kinds'
import type { Sql } from './connection.ts'
import { type Bucket, BucketReader, daysOf } from './history-buckets.ts'
import { readOnly } from './series.ts'

export interface PointOf {
  readonly device: string
  readonly kind: string
  readonly point: string
}
export interface BucketQuery {
  readonly points: readonly PointOf[]
  readonly by: 'minute' | 'hour' | 'day'
  /** Buckets that begin in [from, to). */
  readonly from: number
  readonly to: number
}
const tiers = { minute: 0, hour: 1, day: 2 } as const

/** Rollup buckets of many points in one query, a list per point, ascending; right even while rollups lag. Days are those of the zone. */
export async function pointBuckets(sql: Sql, query: BucketQuery, timeZone: string): Promise<readonly (readonly Bucket[])[]> {
  if (query.points.length === 0) return []
  const slots = query.points.map(({ device, kind, point }) => ({ device, slot: pointIndex(kind, point) }))
  return sql.begin(async (tx) => {
    const reader = new BucketReader(tx, slots, daysOf(timeZone))
    return reader.read(
      tiers[query.by],
      slots.map((_, of) => ({ of, from: query.from, to: query.to })),
    )
  }, readOnly)
}
