import { pointIndex } from '@twin/models/kinds'
import type { CounterReading } from '@twin/models/energy'
import type { Sql, Tx } from './connection.ts'
import {
  type Bucket,
  BucketReader,
  counts,
  daysOf,
  HOUR,
  rawReadingsOf,
  type Slot,
  type Stretch,
  stretchTable,
  stretchValues,
} from './history-buckets.ts'
import { readOnly } from './series.ts'

/** How far before the first edge a bucket with readings is looked for among dirty ones. */
const LOOK_BACK = 48 * HOUR

export interface CounterQuery {
  readonly device: string
  readonly kind: string
  readonly point: string
  /** Times whose last reading at or before is wanted. */
  readonly edges: readonly number[]
  /** The newest reading before it is wanted too. */
  readonly to: number
  /**
   * From what readings between the first and last edge are taken: `readings` are exact; `hours` and `days` (of `timeZone`) take the last
   * reading of each such bucket instead, with the time of the bucket's last row: for long spans.
   */
  readonly from?: 'readings' | 'hours' | 'days'
}

interface Probe {
  readonly of: number
  readonly edge: number
  readonly bucket: Bucket
}

/**
 * Last good reading of each counter at or before each of its edges and the newest before `to`, ascending, without doubles. Where raw rows
 * are gone, the last reading of the hour with the time of its last row. Hours in which the counter fell bring all their readings, so that a
 * reset between two edges is seen. The number of queries does not grow with that of counters or edges.
 */
export async function counterReadings(sql: Sql, queries: readonly CounterQuery[], timeZone: string): Promise<CounterReading[][]> {
  const slots = queries.map(({ device, kind, point }) => ({ device, slot: pointIndex(kind, point) }))
  const wanted = queries.map(({ edges, to }) => [...new Set([...edges, to - 1])].sort((a, b) => a - b))
  const span = (of: number): [number, number] => [wanted[of]?.[0] ?? 0, wanted[of]?.at(-1) ?? 0]
  const whole = (tier: 1 | 2): Stretch[] =>
    queries.flatMap((query, of) => {
      const [first, last] = span(of)
      const since = tier === 1 ? first - (first % HOUR) - LOOK_BACK : daysOf(timeZone).startOf(first - LOOK_BACK)
      return (query.from === 'days') === (tier === 2) ? [{ of, from: since, to: last + 1 }] : []
    })
  return sql.begin(async (tx) => {
    const reader = new BucketReader(tx, slots, daysOf(timeZone), 'last')
    const hours = await reader.read(1, whole(1))
    const days = await reader.read(2, whole(2))
    const older = await olderHours(
      tx,
      slots,
      slots.flatMap((_, of) => {
        const [first] = span(of)
        const start = (queries[of]?.from === 'days' ? days : hours)[of]?.[0]?.start ?? Infinity
        return start + HOUR > first ? [{ of, from: 0, to: first - LOOK_BACK }] : []
      }),
    )
    const found = queries.map(() => new Map<number, number>())
    const probes: Probe[] = []
    const fallen: Stretch[] = []
    for (const [of, query] of queries.entries()) {
      const [first, last] = span(of)
      const buckets = [...(older[of] ?? []), ...((query.from === 'days' ? days : hours)[of] ?? [])]
      const exact = (query.from ?? 'readings') === 'readings'
      const ends = (bucket: Bucket): number => reader.after(query.from === 'days' ? 2 : 1, bucket.start)
      probes.push(...probesOf(of, exact ? (wanted[of] ?? []) : [first, last], buckets, ends))
      for (const bucket of buckets) {
        if (!exact && bucket.lastAt > first && bucket.lastAt < last) found[of]?.set(bucket.lastAt, bucket.last)
        if (bucket.max > bucket.last && ends(bucket) > first) fallen.push({ of, from: bucket.start, to: Math.min(ends(bucket), query.to) })
      }
    }
    await lastReadings(tx, slots, probes, found)
    for (const [of, readings] of (await rawReadingsOf(tx, slots, fallen)).entries())
      for (const reading of readings) if (counts(reading)) found[of]?.set(reading.at, reading.value)
    return found.map((readings) => [...readings].sort(([a], [b]) => a - b).map(([at, value]) => ({ at, value })))
  }, readOnly)
}

/** Newest hour with readings before the end of each stretch, however far back. */
async function olderHours(tx: Tx, slots: readonly Slot[], stretches: readonly Stretch[]): Promise<Bucket[][]> {
  const found: Bucket[][] = slots.map(() => [])
  if (stretches.length === 0) return found
  const rows = await tx.unsafe<Bucket & { of: number }>(
    `select x."of", r.* from ${stretchTable}
    cross join lateral (
      select bucket as start, last_at as "lastAt", n[x.slot + 1] as n, vmin[x.slot + 1] as min, vmax[x.slot + 1] as max,
        vsum[x.slot + 1] as sum, vfirst[x.slot + 1] as first, vlast[x.slot + 1] as last
      from rollup_1h h where h.device = x.device and h.bucket < x.until and n[x.slot + 1] > 0 order by bucket desc limit 1) r`,
    stretchValues(slots, stretches),
  )
  for (const { of, ...bucket } of rows) found[of]?.push(bucket)
  return found
}

/** The bucket that ends at or before an edge surely holds a reading before it, so a search never runs further back than its start. */
function probesOf(of: number, edges: readonly number[], buckets: readonly Bucket[], ends: (bucket: Bucket) => number): Probe[] {
  const probes: Probe[] = []
  let b = -1
  for (const edge of edges) {
    for (let next = buckets[b + 1]; next && ends(next) <= edge; next = buckets[b + 1]) b++
    const bucket = buckets[b] ?? buckets[0]
    if (bucket && bucket.start <= edge) probes.push({ of, edge, bucket })
  }
  return probes
}

async function lastReadings(
  tx: Tx,
  slots: readonly Slot[],
  probes: readonly Probe[],
  found: readonly Map<number, number>[],
): Promise<void> {
  if (probes.length === 0) return
  const stretches = probes.map(({ of, edge, bucket }) => ({ of, from: bucket.start, to: edge }))
  const rows = await tx.unsafe<{ of: number; until: number; at: number; value: number }>(
    `select x."of", x.until, r.at, r.value from ${stretchTable}
    cross join lateral (
      select at, "values"[x.slot + 1] as value from sample s
      where s.device = x.device and s.at >= x.since and s.at <= x.until and octet_length(quality) > x.slot
        and get_byte(quality, x.slot) in (0, 1, 4) and "values"[x.slot + 1] <> 'NaN'
      order by at desc, seq desc limit 1) r`,
    stretchValues(slots, stretches),
  )
  const byEdge = new Map(rows.map((row) => [`${row.of} ${row.until}`, row]))
  for (const { of, edge, bucket } of probes) {
    const row = byEdge.get(`${of} ${edge}`)
    if (row) found[of]?.set(row.at, row.value)
    else if (bucket.lastAt <= edge) found[of]?.set(bucket.lastAt, bucket.last)
  }
}
