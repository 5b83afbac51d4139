import { afterAll, beforeAll, expect, it } from 'vitest'
import { counterSources, type StationConfig } from '@twin/models/stations'
import { pointIndex, pointsOf } from '@twin/models/kinds'
import { type RecordWorld, startRecordWorld } from '../records/test-records.ts'
import { Partitions } from '../store/partitions.ts'
import { RollupWorker } from '../store/rollup-worker.ts'
import { writeBuckets } from '../testing/buckets.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Local midnight of 1 February 2026 in Shanghai. */
const start = Date.UTC(2026, 0, 31, 16)
let world: RecordWorld
let station: StationConfig

interface Point {
  readonly value: number | null
  readonly numerator?: number | null
  readonly denominator?: number | null
  readonly ids?: readonly string[]
}
interface Line {
  readonly key: string | null
  readonly measure: string | null
  readonly points: readonly Point[]
}
async function read<T = { readonly periods: readonly { readonly key: string }[]; readonly lines: readonly Line[] }>(
  path: string,
): Promise<T> {
  const response = await world.call('GET', `/api/analysis/${path}`, 'viewer')
  expect([path, response.status]).toEqual([path, 200])
  return (await response.json()) as T
}
const values = (lines: readonly Line[]): Record<string, (number | null)[]> =>
  Object.fromEntries(lines.map(({ key, measure, points }) => [key ?? measure ?? 'all', points.map(({ value }) => value)]))
const sumOf = (numbers: readonly (number | null | undefined)[]): number => numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0)

beforeAll(async () => {
  world = await startRecordWorld()
  const found = [...world.stations.values()].find(
    ({ kind, devices }) => kind === 'centralStation' && devices.some((one) => one.kind === 'flowMeter'),
  )
  if (!found) throw new Error('no central station with a flow meter')
  station = found
})
afterAll(() => world?.stop())

it('investment: a point is the sum of the records booked that month, by id; without a cost kind the line is lower by exactly its amount', async () => {
  const make = async (record: string, body: object): Promise<string> =>
    (await world.json('POST', `/api/records/${record}`, 'operator', body))[1].id
  const act = async (record: string, id: string, name: string): Promise<void> => {
    const [status, body] = await world.json('POST', `/api/records/${record}/${id}/${name}`, 'engineer', {})
    expect([name, status, body.error]).toEqual([name, 200, undefined])
  }
  const buy = async (serial: string, price: number): Promise<string> => {
    const id = await make('purchase', {
      kind: 'singleModule',
      serial,
      model: 'GA37',
      ratedPower: 37,
      ratedFlow: 6,
      ratedPressure: 8,
      supplier: '甲',
      price,
    })
    await act('purchase', id, 'submit')
    await act('purchase', id, 'approve')
    return id
  }
  world.now = Date.UTC(2026, 1, 10)
  const first = await buy('I-1', 12_000_000)
  world.now = Date.UTC(2026, 2, 10)
  const second = await buy('I-2', 9_000_050)
  const asset = (await world.json('GET', '/api/records/asset?serial=I-2', 'operator'))[1].rows[0]?.id
  const freight = await make('installationCost', { asset, what: '运输', amount: 123_45, incurredOn: '2026-03-09' })
  const lines = (query = '') => read(`investment?from=2026-02-01&to=2026-03-31${query}`)
  expect(values((await lines()).lines)['all']).toEqual([12_000_000, 9_000_050])
  await act('installationCost', freight, 'book')
  const compressor = station.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
  const [engineer] = await world.sql<{ id: string }[]>`select id from auth_user where username = 'engineer'`
  await world.sql`insert into repair (id, created_at, updated_at, state, document, station, device, fault, urgency, parts, parts_cost, cost, accepted_at, acceptor)
    values ('rep000000001', now(), now(), 'closed', 'WX-1', ${station.id}, ${compressor}, 'f', 'normal', '[]', 0, 4321, ${Date.UTC(2026, 2, 20)}, ${engineer?.id ?? ''})`

  const all = await lines()
  expect(all.periods.map(({ key }) => key)).toEqual(['2026-02', '2026-03'])
  expect(values(all.lines)).toEqual({
    purchase: [12_000_000, 9_000_050],
    installation: [0, 12_345],
    maintenance: [0, 4321],
    all: [12_000_000, 9_000_050 + 12_345 + 4321],
  })
  expect(all.lines.at(-1)?.points.map(({ ids }) => ids?.toSorted())).toEqual([[first], [second, freight, 'rep000000001'].toSorted()])
  const without = values((await lines('&measures=purchase,maintenance')).lines)
  expect(without['all']).toEqual([12_000_000, 9_000_050 + 4321])
  const byType = values((await lines('&split=type')).lines)
  expect(byType).toEqual({ singleModule: [12_000_000, 9_012_395], centralStation: [0, 4321], all: [12_000_000, 9_016_716] })
  expect(values((await lines(`&region=${station.region.slice(0, 2)}0000`)).lines)['all']).toEqual([0, 4321])
  const rows = await read<{ rows: { title: string; opens: { record: string; id: string } }[] }>(
    'investment/rows?from=2026-02-01&to=2026-03-31&period=2026-03&measure=maintenance',
  )
  expect(rows.rows.map(({ title, opens }) => [title, opens])).toEqual([['WX-1', { record: 'repair', id: 'rep000000001' }]])
  const csv = await (await world.call('GET', '/api/analysis/investment/export?from=2026-02-01&to=2026-03-31&format=csv', 'viewer')).text()
  expect(
    csv
      .trim()
      .split('\r\n')
      .map((line) => line.split(',')[0]),
  ).toEqual(['期间 Period', '2026-02', '2026-03'])
})

it('use: loaded, unloaded, stopped and offline hours add up to the calendar; silence is offline, never stopped; the same before and after the rollup', async () => {
  world.now = start + 60 * 24 * HOUR
  const unit = station.devices.find(({ kind }) => kind === 'compressor')
  const [id, kind] = [unit?.id ?? '', 'compressor']
  const state = (value: number, n = 60) => ({ runState: { n, min: value, max: value, sum: n * value, last: value } })
  const half = { runState: { n: 60, min: 4, max: 5, sum: 4 * 30 + 5 * 30, last: 5 } }
  // 6 h loaded, 2 h half loaded and half unloaded, 4 h stopped, then nothing for the rest of the month.
  const minute = (i: number) => (i < 360 ? state(5) : i < 480 ? half : state(1))
  const rows = Array.from({ length: 720 }, (_, i) => ({ device: id, kind, bucket: start + i * MINUTE, points: minute(i) }))
  await new Partitions(world.sql).ensure('rollup_1m', [start, start + 24 * HOUR])
  await writeBuckets(world.sql, 'rollup_1m', rows)
  await world.sql`insert into rollup_dirty (tier, due, devices, buckets)
    select 1, now(), array_agg(${id}::text), array_agg(h) from generate_series(${start}::bigint, ${start + 11 * HOUR}::bigint, ${HOUR}::bigint) h`
  const month = { loaded: [7], unloaded: [1], stopped: [4], offline: [28 * 24 - 12], all: [28 * 24] }
  const path = `use?device=${id}&from=2026-02-01&to=2026-02-28`
  expect(values((await read(path)).lines)).toEqual(month)
  await new RollupWorker(world.sql, new Partitions(world.sql), { org: 'main' }).drain(Date.now() + 48 * HOUR)
  expect(await world.sql`select 1 from rollup_1d where device = ${id} and bucket = ${start}`).toHaveLength(1)
  expect(values((await read(path)).lines)).toEqual(month)
  const [ratio] = (await read(`${path}&measures=utilisation`)).lines
  expect(ratio?.points[0]).toMatchObject({ numerator: 7, denominator: 672, value: (7 / 672) * 100 })
  const daily = (await read(`${path}&step=day`)).lines
  expect(daily.at(-1)?.points.every(({ value }) => value === 24)).toBe(true)
  for (const split of ['station', 'device', 'region', 'kind']) {
    const { lines } = await read(`use?from=2026-02-01&to=2026-02-28&split=${split}`)
    expect(sumOf(lines.slice(0, -1).map(({ points }) => points[0]?.value))).toBeCloseTo(lines.at(-1)?.points[0]?.value ?? 0, 6)
  }
})

it('use: while rollups of much history are being made it says so, instead of putting weeks together from single readings', async () => {
  const ids = [...world.stations.values()]
    .flatMap(({ devices }) => devices.flatMap((one) => (one.kind === 'compressor' ? one.id : [])))
    .slice(0, 10)
  const april = Date.UTC(2026, 2, 31, 16)
  await world.sql`insert into rollup_dirty (tier, due, devices, buckets)
    select 0, now() + interval '1 hour', array_agg(d), array_agg(m)
    from unnest(${ids}::text[]) d, generate_series(${april}::bigint, ${april + 25 * 24 * HOUR}::bigint, ${MINUTE}::bigint) m`
  const ask = (device: string) => world.call('GET', `/api/analysis/use?device=${device}&from=2026-04-01&to=2026-04-25`, 'viewer')
  const refused = await ask(ids.join(','))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60'])
  expect(((await refused.json()) as { error: { code: string } }).error.code).toBe('rollups-behind')
  // One machine is little enough.
  expect((await ask(ids[0] ?? '')).status).toBe(200)
  await world.sql`delete from rollup_dirty where tier = 0 and due > now()`
})

it('distribution: regions add up to the national line; a move changes this month only', async () => {
  const thisMonth = new Date().getUTCMonth()
  const [year, next] = [new Date().getUTCFullYear(), Date.UTC(new Date().getUTCFullYear(), thisMonth + 1, 12)]
  world.now = next
  const month = (offset: number): string => new Date(Date.UTC(year, thisMonth + offset, 1, 12)).toISOString().slice(0, 10)
  const trend = () => read(`distribution?from=${month(0)}&to=${month(1)}&split=region`)
  const before = await trend()
  for (const i of [0, 1]) {
    const { lines } = before
    expect(lines.at(-1)?.points[i]?.value).toBeGreaterThan(50)
    expect(sumOf(lines.slice(0, -1).map(({ points }) => points[i]?.value))).toBe(lines.at(-1)?.points[i]?.value)
  }
  const [target] = [...world.stations.values()]
    .filter(({ region }) => region.slice(0, 2) !== station.region.slice(0, 2))
    .toSorted((a, b) => a.devices.length - b.devices.length)
  const taken = new Set(target?.devices.map(({ code }) => code))
  const unit = station.devices.find(({ kind, code }) => !kind.endsWith('Meter') && kind !== 'station' && !taken.has(code))
  const [status, body] = await world.json('POST', `/api/records/device/${unit?.id}/move`, 'admin', { input: { station: target?.id } })
  expect([status, body.error]).toEqual([200, undefined])
  const after = await trend()
  const [was, is] = [values(before.lines), values(after.lines)]
  const [from, to] = [`${station.region.slice(0, 2)}0000`, `${target?.region.slice(0, 2)}0000`]
  expect(Object.entries(is).map(([key, line]) => [key, line[0]])).toEqual(Object.entries(was).map(([key, line]) => [key, line[0]]))
  expect([is[from]?.[1], is[to]?.[1], is['all']?.[1]]).toEqual([(was[from]?.[1] ?? 0) - 1, (was[to]?.[1] ?? 0) + 1, was['all']?.[1]])
  for (const split of ['type', 'state']) {
    const { lines } = await read(`distribution?from=${month(0)}&to=${month(1)}&split=${split}`)
    expect(sumOf(lines.slice(0, -1).map(({ points }) => points[1]?.value))).toBe(is['all']?.[1])
  }
})

it('output: gas over energy and over cost with both sides; null where there was no input', async () => {
  world.now = start + 40 * 24 * HOUR
  const { energy, air } = counterSources(station)
  const kindOf = (id: string): string => station.devices.find((device) => device.id === id)?.kind ?? ''
  const hours = Array.from({ length: 49 }, (_, i) => start + (i - 1) * HOUR)
  const grown = (each: number) => (bucket: number, i: number) => ({ bucket, value: 7000 + i * each })
  await writeBuckets(world.sql, 'rollup_1h', [
    ...hours
      .map(grown(200))
      .map(({ bucket, value }) => ({ device: energy.device, kind: kindOf(energy.device), bucket, points: { [energy.point]: value } })),
    ...hours
      .map(grown(1700))
      .map(({ bucket, value }) => ({ device: air.device, kind: kindOf(air.device), bucket, points: { [air.point]: value } })),
  ])
  expect(pointIndex(kindOf(air.device), air.point)).toBeLessThan(pointsOf(kindOf(air.device)).length)
  const year = { fromMonth: 1, toMonth: 12 }
  await world.json('POST', '/api/records/tariff', 'engineer', {
    name: '单一电价',
    validFrom: '2026-02-02',
    stations: [station.id],
    bands: [{ band: 'flat', ...year, fromHour: 0, toHour: 24, price: 0.8 }],
  })
  const path = `output?station=${station.id}&from=2026-02-01&to=2026-02-04&step=day`
  const { lines } = await read(`${path}&measures=perKwh,perYuan`)
  expect(
    lines.map(({ measure, points }) => [measure, points.map(({ numerator, denominator, value }) => [numerator, denominator, value])]),
  ).toEqual([
    [
      'perKwh',
      [
        [40_800, 4800, 8.5],
        [40_800, 4800, 8.5],
        [null, null, null],
        [null, null, null],
      ],
    ],
    [
      'perYuan',
      [
        [null, null, null],
        [40_800, 384_000, 10.625],
        [null, null, null],
        [null, null, null],
      ],
    ],
  ])
  // The first day had no price: the month has a ratio to energy, but none to money.
  const month = await read(`output?station=${station.id}&from=2026-02-01&to=2026-02-28&measures=perKwh,perYuan`)
  expect(values(month.lines)).toEqual({ perKwh: [8.5], perYuan: [null] })
  const rows = await read<{ rows: { period: string; values: Record<string, number | null> }[] }>(
    `output/rows?${path.split('?')[1]}&period=2026-02-02`,
  )
  expect(rows.rows).toMatchObject([{ period: '2026-02-02', values: { m3: 40_800, kwh: 4800, cost: 384_000 } }])
})

it('shows a person only the stations in scope, and nothing without the permission or with a question that makes no sense', async () => {
  const [viewer] = await world.sql<{ id: string }[]>`select id from auth_user where username = 'viewer'`
  const limit = (stations: readonly string[] | null) =>
    world.security.users.update(
      viewer?.id ?? '',
      { stations: stations === null ? null : [...stations] },
      { id: null, name: 'test', from: null },
    )
  await limit([station.id])
  const keys = async (path: string): Promise<(string | null)[]> => (await read(path)).lines.map(({ key }) => key)
  expect(await keys('use?from=2026-02-01&to=2026-02-28&split=station')).toEqual([station.id, null])
  expect(await keys('investment?from=2026-02-01&to=2026-03-31&split=station')).toEqual([station.id, null])
  const own = await read(`distribution?from=2026-11-01&to=2026-11-30&split=station`)
  expect(own.lines.map(({ key }) => key).filter((key) => key !== station.id)).toEqual([null])
  const other = [...world.stations.keys()].find((id) => id !== station.id) ?? ''
  expect((await read(`output?from=2026-02-01&to=2026-02-28&station=${other}`)).lines[0]?.points[0]).toMatchObject({ value: null, count: 0 })
  expect((await world.call('GET', `/api/stations/${other}/energy/costs?from=${start}&to=${start + 1}`, 'viewer')).status).toBe(404)
  await limit(null)
  for (const [path, field] of [
    ['use?from=2026-02-01&to=2026-01-01', 'to'],
    ['use?from=2016-02-01&to=2026-01-01', 'to'],
    ['investment?from=2026-02-01&to=2026-03-01&step=day', 'step'],
    ['use?from=2026-02-01&to=2026-03-01&split=nonsense', 'split'],
    ['use?from=2026-02-01&to=2026-03-01&measures=nonsense', 'measures'],
  ] as const)
    expect([path, await world.json('GET', `/api/analysis/${path}`, 'viewer')]).toMatchObject([path, [422, { error: { field } }]])
  expect((await world.call('GET', '/api/analysis/nonsense?from=2026-02-01&to=2026-03-01', 'viewer')).status).toBe(422)
})
