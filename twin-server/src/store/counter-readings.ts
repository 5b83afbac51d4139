import { pointIndex } from '@twin/models/kinds'
import type { CounterReading } from '@twin/models/energy'
import type { Sql, Tx } from './connection.ts'
import { type Bucket, BucketReader, counts, daysOf, HOUR, rawReadings } from './history-buckets.ts'
import { readOnly } from './series.ts'

/** How far before the first edge an hour with readings is looked for among dirty ones. */
const LOOK_BACK = 48 * HOUR

/**
 * Last good reading of a counter at or before each edge and the newest before `to`, ascending, without doubles. Where raw rows are gone,
 * the last reading of the hour with the time of its last row. Hours in which the counter fell bring all their readings, so that a reset
 * between two edges is seen.
 */
export async function counterReadings(
  sql: Sql,
  device: string,
  kind: string,
  point: string,
  edges: readonly number[],
  to: number,
): Promise<CounterReading[]> {
  const slot = pointIndex(kind, point)
  const wanted = [...new Set([...edges, to - 1])].sort((a, b) => a - b)
  const [first, last] = [wanted[0], wanted.at(-1)]
  if (first === undefined || last === undefined) return []
  return sql.begin(async (tx) => {
    const reader = new BucketReader(tx, device, slot, daysOf('UTC'))
    const hours = await reader.read(1, first - (first % HOUR) - LOOK_BACK, last + 1)
    if ((hours[0]?.start ?? Infinity) + HOUR > first) hours.unshift(...(await before(tx, device, slot, first - LOOK_BACK)))
    const found = await lastReadings(tx, device, slot, hours, wanted)
    for (const hour of hours)
      if (hour.max > hour.last && hour.start + HOUR > first)
        for (const reading of await rawReadings(tx, device, slot, hour.start, Math.min(hour.start + HOUR, to)))
          if (counts(reading)) found.set(reading.at, reading.value)
    return [...found].sort(([a], [b]) => a - b).map(([at, value]) => ({ at, value }))
  }, readOnly)
}

/** Newest hour with readings before a time, however far back. */
async function before(tx: Tx, device: string, slot: number, at: number): Promise<Bucket[]> {
  const i = slot + 1
  return tx.unsafe<Bucket>(
    `select bucket as start, last_at as "lastAt", n[${i}] as n, vmin[${i}] as min, vmax[${i}] as max, vsum[${i}] as sum, vfirst[${i}] as first,
       vlast[${i}] as last
     from rollup_1h where device = $1 and bucket < $2 and n[${i}] > 0 order by bucket desc limit 1`,
    [device, at],
  )
}

async function lastReadings(
  tx: Tx,
  device: string,
  slot: number,
  hours: readonly Bucket[],
  edges: readonly number[],
): Promise<Map<number, number>> {
  // The hour that ends at or before an edge surely holds a reading before it, so the search never runs further back.
  const probes: { edge: number; from: number; hour: Bucket }[] = []
  let h = -1
  for (const edge of edges) {
    for (let next = hours[h + 1]; next && next.start + HOUR <= edge; next = hours[h + 1]) h++
    const hour = hours[h] ?? hours[0]
    if (hour && hour.start <= edge) probes.push({ edge, from: hour.start, hour })
  }
  const rows = await tx<{ edge: number; at: number | null; value: number | null }[]>`
    select x.edge, r.at, r.value
    from unnest(${probes.map((p) => p.edge)}::timestamptz[], ${probes.map((p) => p.from)}::timestamptz[]) as x(edge, since)
    left join lateral (
      select at, "values"[${slot + 1}::int] as value from sample s
      where s.device = ${device} and s.at >= x.since and s.at <= x.edge and octet_length(quality) > ${slot}::int
        and get_byte(quality, ${slot}::int) in (0, 1, 4) and "values"[${slot + 1}::int] <> 'NaN'
      order by at desc, seq desc limit 1) r on true`
  const byEdge = new Map(rows.map((row) => [row.edge, row]))
  const found = new Map<number, number>()
  for (const { edge, hour } of probes) {
    const row = byEdge.get(edge)
    if (row && row.at !== null && row.value !== null) found.set(row.at, row.value)
    else if (hour.lastAt <= edge) found.set(hour.lastAt, hour.last)
  }
  return found
}
