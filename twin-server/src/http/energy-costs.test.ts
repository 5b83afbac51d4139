import { afterAll, beforeAll, expect, it } from 'vitest'
import { counterSources, type StationConfig } from '@twin/models/stations'
import { type RecordWorld, startRecordWorld } from '../records/test-records.ts'
import { writeBuckets } from '../testing/buckets.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Local midnight of 1 February 2026 in Shanghai; two days follow. The world's clock stands at 2 March. */
const start = Date.UTC(2026, 0, 31, 16)
const range = `from=${start}&to=${start + 2 * DAY}`
let world: RecordWorld
let station: StationConfig

interface Band {
  readonly tariff: { readonly id: string; readonly version: number } | null
  readonly band: string | null
  readonly wh: number
  readonly cost: number | null
}
interface Period {
  readonly wh: number
  readonly cost: number | null
  readonly bands: readonly Band[]
}
interface Costs {
  readonly main: { readonly wh: number }
  readonly components: readonly { readonly kind: string; readonly wh: number | null }[]
  readonly unmetered: { readonly wh: number }
  readonly total: Period
  readonly periods: readonly Period[]
}
const read = async <T>(path: string): Promise<T> => {
  const response = await world.call('GET', `/api/stations/${station.id}/energy/${path}`, 'viewer')
  expect(response.status).toBe(200)
  return (await response.json()) as T
}
const sum = (values: readonly (number | null)[]): number => values.reduce<number>((all, value) => all + (value ?? 0), 0)
const year = { fromMonth: 1, toMonth: 12 }
const bands = (peak: number) => [
  { band: 'peak', ...year, fromHour: 8, toHour: 12, price: peak },
  { band: 'flat', ...year, fromHour: 12, toHour: 22, price: 0.65432 },
  { band: 'valley', ...year, fromHour: 22, toHour: 8, price: 0.31234 },
]
const save = (id: string | null, body: object, as = 'engineer') =>
  id === null ? world.json('POST', '/api/records/tariff', as, body) : world.json('PUT', `/api/records/tariff/${id}`, as, body)

beforeAll(async () => {
  world = await startRecordWorld()
  const found = [...world.stations.values()].find(
    ({ kind, devices }) => kind === 'centralStation' && devices.some((one) => one.kind === 'outlet'),
  )
  if (!found) throw new Error('no central station')
  station = found
  const { energy } = counterSources(station)
  const hours = Array.from({ length: 50 }, (_, i) => start + (i - 1) * HOUR)
  const of = (kind: string) => station.devices.filter((device) => device.kind === kind)
  const main = station.devices.find(({ id }) => id === energy.device)
  // The main meter counts 300.123 kWh an hour, each unit 80, and makes 10 m3/min of 70, 75, 80 … kW; the first outlet takes no gas.
  await writeBuckets(world.sql, 'rollup_1h', [
    ...hours.map((bucket, i) => ({
      device: main?.id ?? '',
      kind: main?.kind ?? '',
      bucket,
      points: { [energy.point]: 5000 + i * 300.123 },
    })),
    ...of('compressor').flatMap(({ id, kind }, unit) =>
      hours.map((bucket, i) => ({
        device: id,
        kind,
        bucket,
        points: { activeEnergy: 100 + i * 80, activePower: 80 - 5 * unit, deliveredFlow: 10 },
      })),
    ),
    ...of('outlet').flatMap(({ id, kind }, outlet) =>
      hours.map((bucket, i) => ({ device: id, kind, bucket, points: { total: 1000 + i * outlet * 333.337 } })),
    ),
  ])
})
afterAll(() => world?.stop())

it('costs follow the tariff by its valid-from date; a future one may change, one in use may not; sums are exact', async () => {
  const none = await read<Costs>(`costs?${range}`)
  expect(none.total).toMatchObject({ cost: null, unpricedWh: none.total.wh, bands: [{ tariff: null, band: null }] })

  const first = { name: '一般工商业 2026', validFrom: '2026-02-02', stations: [station.id], bands: bands(1.23456) }
  expect((await save(null, first, 'operator'))[0]).toBe(403)
  expect(await save(null, { ...first, bands: bands(1.23456).slice(1) })).toMatchObject([422, { error: { field: 'bands' } }])
  const [status, made] = await save(null, first)
  expect(status).toBe(200)
  const costs = await read<Costs>(`costs?${range}`)

  expect(costs.main.wh).toBe(48 * 300_123)
  expect(sum(costs.components.map(({ wh }) => wh)) + costs.unmetered.wh).toBe(costs.main.wh)
  expect(costs.components.filter(({ kind }) => kind === 'compressor').every(({ wh }) => wh === 48 * 80_000)).toBe(true)
  // The first day had no price yet.
  expect(costs.periods.map(({ wh, cost }) => [wh, cost === null])).toEqual([
    [24 * 300_123, true],
    [24 * 300_123, false],
  ])
  const priced = costs.periods[1]?.bands ?? []
  expect(priced.map(({ band, wh, tariff }) => [band, wh, tariff?.id, tariff?.version])).toEqual([
    ['valley', 10 * 300_123, made.id, 1],
    ['peak', 4 * 300_123, made.id, 1],
    ['flat', 10 * 300_123, made.id, 1],
  ])
  const yuan = 300.123 * (4 * 1.23456 + 10 * 0.65432 + 10 * 0.31234)
  expect(costs.periods[1]?.cost).toBe(Math.round(yuan * 100))
  expect(sum(priced.map(({ cost }) => cost))).toBe(costs.periods[1]?.cost)
  expect(sum(costs.periods.map(({ cost }) => cost))).toBe(costs.total.cost)

  const [, next] = await save(null, { ...first, name: '一般工商业 2026-04', validFrom: '2026-04-01', bands: bands(2) })
  const [, row] = await world.json('GET', `/api/records/tariff/${next.id}`, 'engineer')
  expect((await save(next.id, { version: row.row.version, bands: bands(3) }))[0]).toBe(200)
  expect(await read<Costs>(`costs?${range}`)).toEqual(costs)

  const used = { code: 'price-in-use' }
  expect(await save(made.id, { version: 1, bands: bands(1.5) })).toMatchObject([409, { error: used }])
  expect(await save(next.id, { version: 2, validFrom: '2026-02-10' })).toMatchObject([409, { error: used }])
  expect(await save(null, { ...first, name: 'x', validFrom: '2026-02-20' })).toMatchObject([409, { error: used }])
  expect(await world.json('DELETE', `/api/records/tariff/${made.id}`, 'engineer')).toMatchObject([409, { error: used }])
  expect(await read<Costs>(`costs?${range}`)).toEqual(costs)

  const month = await read<Costs>(`costs?${range}&by=month`)
  expect(month.periods).toHaveLength(1)
  expect(month.total).toEqual(costs.total)
})

it('electricity is allocated by metered gas, exactly; an outlet without gas is charged nothing; units are ranked by specific power', async () => {
  interface Allocation {
    readonly main: { readonly wh: number }
    readonly cost: number
    readonly litres: number
    readonly outlets: readonly {
      readonly litres: number
      readonly wh: number
      readonly cost: number
      readonly readings: readonly unknown[]
    }[]
    readonly units: readonly { readonly rank: number | null; readonly specificPower: number | null }[]
  }
  const found = await read<Allocation>(`allocation?from=${start + DAY}&to=${start + 2 * DAY}`)
  const { outlets } = found
  expect(outlets.map(({ litres }) => litres)).toEqual(outlets.map((_, i) => i * 24 * 333_337))
  expect(outlets[0]).toMatchObject({ litres: 0, wh: 0, cost: 0 })
  expect(sum(outlets.map(({ wh }) => wh))).toBe(found.main.wh)
  expect(sum(outlets.map(({ cost }) => cost))).toBe(found.cost)
  for (const { wh, litres } of outlets) expect(Math.abs(wh - (found.main.wh * litres) / found.litres)).toBeLessThan(1)
  expect(outlets[1]?.readings).toHaveLength(2)
  const units = station.devices.filter(({ kind }) => kind === 'compressor').length
  expect(found.units.map(({ rank }) => rank)).toEqual(Array.from({ length: units }, (_, i) => i + 1))
  expect(found.units.map(({ specificPower }) => specificPower)).toEqual(
    Array.from({ length: units }, (_, i) => (80 - 5 * (units - 1 - i)) / 10),
  )
})
