/**
 * Energy of one station of 25 units over a year by day, and of 1,000 devices over 30 days by day, from a filled database; each beside its
 * baseline, the bare rows out of Postgres. Run: `node twin-server/bench/energy.ts [devices]`. Starts a database of its own and removes it.
 */
import { accountEnergy, amountBetween, amountsBetween, bucketEdges, startOf } from '@twin/models/energy'
import { pointIndex, pointsOf } from '@twin/models/kinds'
import { counterReadings } from '../src/store/counter-readings.ts'
import { openKysely, openPool, migrate } from '../src/store/index.ts'
import { startTestPostgres } from '../src/testing/postgres.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const zone = 'Asia/Shanghai'
const devices = Number(process.argv[2] ?? 1000)
const to = Date.UTC(2026, 9, 31, 16)
const [year, month] = [to - 365 * DAY, to - 30 * DAY]
const named = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => letter + String(i).padStart(11, '0'))
const [fleet, units] = [named('c', devices), named('u', 25)]
const postgres = await startTestPostgres()
const sql = openPool(postgres.url)

/** Rows of every hour or day of devices: all points of the kind present, the counter grows by 50 an hour. */
async function fill(table: 'rollup_1h' | 'rollup_1d', kind: string, point: string, ids: readonly string[], since: number): Promise<void> {
  const step = table === 'rollup_1h' ? HOUR : DAY
  const [points, slot] = [pointsOf(kind).length, pointIndex(kind, point) + 1]
  const first = startOf(since, table === 'rollup_1h' ? 'hour' : 'day', zone)
  await sql.unsafe(
    `insert into ${table} (device, bucket, last_at, n, vmin, vmax, vsum, vfirst, vlast)
    select d, b, b + interval '${step / 1000 - 1} seconds', array_fill(60, array[${points}]), v, v, v, v, v
    from (select d, b, array_fill(7.5::float8, array[${slot - 1}]) || (50.0 * (extract(epoch from b) * 1000 - ${since} + ${step}) / ${HOUR})::float8
        || array_fill(7.5::float8, array[${points - slot}]) as v
      from unnest($1::text[]) d, generate_series(to_timestamp(${first / 1000}), to_timestamp(${(to - 1) / 1000}), interval '${step / 1000} seconds') b) x`,
    [ids as string[]],
  )
}
async function timed(times: number, work: () => Promise<unknown>): Promise<string> {
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    const at = performance.now()
    await work()
    taken.push(performance.now() - at)
  }
  taken.sort((a, b) => a - b)
  return `median ${taken[times >> 1]?.toFixed(0)} ms, best ${taken[0]?.toFixed(0)} ms`
}
const bare = (table: string, kind: string, point: string, ids: readonly string[], since: number) =>
  timed(7, () =>
    sql.unsafe(
      `select device, bucket, last_at, vlast[${pointIndex(kind, point) + 1}] from ${table} where device = any($1::text[]) and bucket >= to_timestamp(${since / 1000})`,
      [ids as string[]],
    ),
  )

try {
  await migrate(openKysely(sql))
  const began = performance.now()
  const meters = [
    { device: 'meter0000001', kind: 'powerMeter', point: 'activeEnergyImport' },
    { device: 'flow00000001', kind: 'flowMeter', point: 'total' },
  ]
  for (const { device, kind, point } of meters) await fill('rollup_1h', kind, point, [device], year)
  await fill('rollup_1d', 'compressor', 'activeEnergy', units, year)
  await fill('rollup_1d', 'compressor', 'activeEnergy', fleet, month - DAY)
  await sql.unsafe('vacuum analyze rollup_1h')
  await sql.unsafe('vacuum analyze rollup_1d')
  console.log(`filled in ${((performance.now() - began) / 1000).toFixed(1)} s`)

  const plant = { ratedPower: 1000, pressure: 7 }
  const hours = bucketEdges(year, to, 'hour', zone)
  const counters = [
    ...meters.map((meter) => ({ ...meter, edges: hours, to, from: 'hours' as const })),
    ...units.map((device) => ({
      device,
      kind: 'compressor',
      point: 'activeEnergy',
      edges: bucketEdges(year, to, 'day', zone),
      to,
      from: 'days' as const,
    })),
  ]
  let days = 0
  const station = await timed(7, async () => {
    const [energy = [], air = [], ...own] = await counterReadings(sql, counters, zone)
    days = accountEnergy({ from: year, to, by: 'day', timeZone: zone, energy, air, plant }).buckets.filter(({ kwh }) => kwh).length
    for (const readings of own) amountBetween(readings, year, to, 110)
  })
  console.log(`a station of 25 units, a year by day (${days} days): ${station}`)
  console.log(
    `  its bare rows, hours: ${await bare('rollup_1h', 'powerMeter', 'activeEnergyImport', ['meter0000001', 'flow00000001'], year)}`,
  )
  console.log(`  its bare rows, days: ${await bare('rollup_1d', 'compressor', 'activeEnergy', units, year)}`)

  const edges = bucketEdges(month, to, 'day', zone)
  let figures = 0
  const many = await timed(7, async () => {
    const queries = fleet.map((device) => ({ device, kind: 'compressor', point: 'activeEnergy', edges, to, from: 'days' as const }))
    const found = await counterReadings(sql, queries, zone)
    figures = found.flatMap((readings) => amountsBetween(readings, edges, 110)).filter((kwh) => kwh !== null).length
  })
  console.log(`${devices} devices, 30 days by day (${figures} figures): ${many}`)
  console.log(`  their bare rows: ${await bare('rollup_1d', 'compressor', 'activeEnergy', fleet, month)}`)
} finally {
  await sql.end()
  await postgres.stop()
}
