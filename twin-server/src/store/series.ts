import { kindOf, pointIndex, staleAfterMs } from '@twin/models/kinds'
import type { PointDefinition } from '@twin/models/kinds'
import type { Sql, Tx } from './connection.ts'
import { gapsIn } from './gaps.ts'
import {
  type Bucket,
  BucketReader,
  daysOf,
  HOUR,
  mergeBuckets,
  MINUTE,
  rawReadings,
  type RawReading,
  type Tier,
} from './history-buckets.ts'

export type Resolution = 'raw' | '1m' | '1h' | '1d'
export interface SeriesQuery {
  readonly device: string
  readonly kind: string
  readonly point: string
  /** Source time, [from, to). */
  readonly from: number
  readonly to: number
  readonly resolution: 'auto' | Resolution
  readonly maxPoints: number
}
/** Columns of equal length; null marks a gap. For rollups `v` is the mean, for counters and states the last value of the bucket. */
export interface SeriesData {
  readonly resolution: Resolution
  readonly t: number[]
  readonly v: (number | null)[]
  readonly min?: (number | null)[]
  readonly max?: (number | null)[]
  readonly q?: number[]
  readonly n?: number[]
}

const BAD = 3
/** Finer rows than asked for are read and merged, up to this many per point shown: the curve keeps its shape. */
const OVERSAMPLE = 16

export const readOnly = 'isolation level repeatable read read only'

/** History of one point at a resolution; `auto` takes the finest that gives at most `maxPoints`. Throws for an unknown kind or point. */
export async function readSeries(sql: Sql, query: SeriesQuery): Promise<SeriesData> {
  const slot = pointIndex(query.kind, query.point)
  const point = kindOf(query.kind).points[slot]
  if (!point) throw new Error(`${query.kind} has no point ${query.point}`)
  return sql.begin(async (tx) => {
    const zone = await zoneOf(tx, query.device)
    const reader = new BucketReader(tx, [{ device: query.device, slot }], daysOf(zone))
    const resolution = query.resolution === 'auto' ? await choose(tx, query) : query.resolution
    if (resolution === 'raw') return rawSeries(await rawReadings(tx, query.device, slot, query.from, query.to), point, query)
    const tier: Tier = resolution === '1m' ? 0 : resolution === '1h' ? 1 : 2
    const [buckets] = await reader.read(tier, [{ of: 0, from: reader.startOf(tier, query.from), to: query.to }])
    return bucketSeries(buckets ?? [], point, resolution, query.maxPoints)
  }, readOnly)
}

export async function zoneOf(tx: Tx, device: string): Promise<string> {
  const [row] = await tx<
    { zone: string }[]
  >`select s.time_zone as zone from device d join station s on s.id = d.station where d.id = ${device}`
  return row?.zone ?? 'Asia/Shanghai'
}

async function choose(tx: Tx, { device, from, to, maxPoints }: SeriesQuery): Promise<Resolution> {
  const limit = maxPoints + 1
  const [row] = await tx<{ n: number }[]>`
    select count(*) as n from (select 1 from sample where device = ${device} and at >= ${from} and at < ${to} limit ${limit}) x`
  const [kept] = await tx`select 1 from tw_partition where parent = 'sample' and day <= ${from} limit 1`
  if ((row?.n ?? 0) <= maxPoints && (kept || (row?.n ?? 0) > 0)) return 'raw'
  const span = to - from
  if (span / MINUTE <= maxPoints * OVERSAMPLE) return '1m'
  return span / HOUR <= maxPoints * OVERSAMPLE ? '1h' : '1d'
}

function rawSeries(readings: readonly RawReading[], point: PointDefinition, { from, to, maxPoints }: SeriesQuery): SeriesData {
  // Where a point of the curve stands for a longer time than the pause, the pause is too short to be drawn.
  const shortest = readings.length > maxPoints ? (to - from) / maxPoints : 0
  const gaps = gapsIn(
    readings.map(({ at }) => at),
    Math.max(staleAfterMs(point), shortest),
  )
  const marked = readings.flatMap((reading, i): (RawReading & { gap?: true })[] =>
    gaps[i] ? [{ at: (readings[i - 1]?.at ?? 0) + 1, value: Number.NaN, quality: BAD, gap: true }, reading] : [reading],
  )
  const kept = thin(marked, maxPoints)
  return {
    resolution: 'raw',
    t: kept.map(({ at }) => at),
    v: kept.map(({ value, quality }) => (quality === BAD || Number.isNaN(value) ? null : value)),
    q: kept.map(({ quality }) => quality),
  }
}

function bucketSeries(buckets: readonly Bucket[], point: PointDefinition, resolution: '1m' | '1h' | '1d', maxPoints: number): SeriesData {
  const step = resolution === '1m' ? MINUTE : resolution === '1h' ? HOUR : 24 * HOUR
  const shown = coarsen(buckets, maxPoints)
  const gaps = gapsIn(
    shown.map(({ start }) => start),
    3 * step,
  )
  const lastCounts = point.counter === true || point.type === 'enum' || point.type === 'bool'
  const t: number[] = []
  const v: (number | null)[] = []
  const min: (number | null)[] = []
  const max: (number | null)[] = []
  const n: number[] = []
  for (const [i, bucket] of shown.entries()) {
    if (gaps[i]) {
      t.push((shown[i - 1]?.start ?? 0) + step)
      for (const column of [v, min, max]) column.push(null)
      n.push(0)
    }
    t.push(bucket.start)
    v.push(lastCounts ? bucket.last : bucket.sum / bucket.n)
    min.push(bucket.min)
    max.push(bucket.max)
    n.push(bucket.n)
  }
  return { resolution, t, v, min, max, n }
}

/** Lowest and highest of each stretch in their order, so that peaks stay; and every gap. */
function thin<T extends RawReading & { readonly gap?: true }>(readings: readonly T[], maxPoints: number): readonly T[] {
  if (readings.length <= maxPoints) return readings
  const stretch = Math.ceil(readings.length / Math.max(1, Math.floor(maxPoints / 2)))
  const kept: T[] = []
  for (let i = 0; i < readings.length; i += stretch) {
    const part = readings.slice(i, i + stretch)
    const ranked = part.filter(({ value }) => !Number.isNaN(value)).sort((a, b) => a.value - b.value)
    const peaks = new Set([ranked[0], ranked.at(-1)])
    const chosen = part.filter((reading) => reading.gap || peaks.has(reading))
    kept.push(...(chosen.length > 0 ? chosen : part.slice(0, 1)))
  }
  return kept
}

function coarsen(buckets: readonly Bucket[], maxPoints: number): readonly Bucket[] {
  if (buckets.length <= maxPoints) return buckets
  const stretch = Math.ceil(buckets.length / maxPoints)
  const merged: Bucket[] = []
  for (let i = 0; i < buckets.length; i += stretch) merged.push(buckets.slice(i, i + stretch).reduce(mergeBuckets))
  return merged
}
