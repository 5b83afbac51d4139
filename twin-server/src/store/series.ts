import { kindOf, pointIndex } from '@twin/models/kinds'
import type { PointDefinition } from '@twin/models/kinds'
import type { Sql, Tx } from './connection.ts'
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
    if (resolution === 'raw') return rawSeries(await rawReadings(tx, query.device, slot, query.from, query.to), point, query.maxPoints)
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

function rawSeries(readings: readonly RawReading[], point: PointDefinition, maxPoints: number): SeriesData {
  const kept = thin(readings, maxPoints)
  const gap = Math.max(3 * usual(kept.map((r) => r.at)), silence(point))
  const data = { resolution: 'raw' as const, t: [] as number[], v: [] as (number | null)[], q: [] as number[] }
  let before = Number.NaN
  for (const { at, value, quality } of kept) {
    if (at - before > gap) {
      data.t.push(before + 1)
      data.v.push(null)
      data.q.push(BAD)
    }
    data.t.push(at)
    data.v.push(quality === BAD || Number.isNaN(value) ? null : value)
    data.q.push(quality)
    before = at
  }
  return data
}

function bucketSeries(buckets: readonly Bucket[], point: PointDefinition, resolution: '1m' | '1h' | '1d', maxPoints: number): SeriesData {
  const step = resolution === '1m' ? MINUTE : resolution === '1h' ? HOUR : 24 * HOUR
  const shown = coarsen(buckets, maxPoints)
  const gap = 3 * Math.max(usual(shown.map((b) => b.start)), step)
  const lastCounts = point.counter === true || point.type === 'enum' || point.type === 'bool'
  const t: number[] = []
  const v: (number | null)[] = []
  const min: (number | null)[] = []
  const max: (number | null)[] = []
  const n: number[] = []
  let before = Number.NaN
  for (const bucket of shown) {
    if (bucket.start - before > gap) {
      t.push(before + step)
      for (const column of [v, min, max]) column.push(null)
      n.push(0)
    }
    t.push(bucket.start)
    v.push(lastCounts ? bucket.last : bucket.sum / bucket.n)
    min.push(bucket.min)
    max.push(bucket.max)
    n.push(bucket.n)
    before = bucket.start
  }
  return { resolution, t, v, min, max, n }
}

/** A point may be silent this long without a gap: by exception its longest silence, else three samples. */
function silence(point: PointDefinition): number {
  return Math.max(10_000, 3 * point.sampleMs, point.deadband !== null || point.type !== 'float' ? point.maxSilenceS * 1000 + 10_000 : 0)
}

/** Median distance of neighbours. */
function usual(times: readonly number[]): number {
  const distances: number[] = []
  for (let i = 1; i < times.length; i++) distances.push((times[i] ?? 0) - (times[i - 1] ?? 0))
  distances.sort((a, b) => a - b)
  return distances[Math.floor(distances.length / 2)] ?? 0
}

/** Lowest and highest of each stretch in their order, so that peaks stay. */
function thin(readings: readonly RawReading[], maxPoints: number): readonly RawReading[] {
  if (readings.length <= maxPoints) return readings
  const stretch = Math.ceil(readings.length / Math.max(1, Math.floor(maxPoints / 2)))
  const kept: RawReading[] = []
  for (let i = 0; i < readings.length; i += stretch) {
    const part = readings.slice(i, i + stretch)
    const ranked = part.filter((r) => !Number.isNaN(r.value)).sort((a, b) => a.value - b.value)
    const [low, high] = [ranked[0] ?? part[0], ranked.at(-1) ?? part[0]]
    if (low && high) kept.push(...(low === high ? [low] : low.at <= high.at ? [low, high] : [high, low]))
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
