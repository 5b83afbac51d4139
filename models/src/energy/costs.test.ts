import { describe, expect, it } from 'vitest'
import { allocate, bandFault, costByDay, repriced, shareOut, sumCosts, type Tariff, type TariffBand, tariffOn, tiedWith } from './index.ts'

const HOUR = 3_600_000
const zone = 'Asia/Shanghai'
/** Local midnight of 1 March 2026. */
const start = Date.UTC(2026, 1, 28, 16)
const year = { fromMonth: 1, toMonth: 12 }
const bands = (peak: number, valley: number): TariffBand[] => [
  { band: 'peak', ...year, fromHour: 8, toHour: 22, price: peak },
  { band: 'valley', ...year, fromHour: 22, toHour: 8, price: valley },
]
const tariff = (id: string, validFrom: string, peak: number, over: Partial<Tariff> = {}): Tariff => ({
  id,
  version: 1,
  name: id,
  validFrom,
  stations: ['s1'],
  bands: bands(peak, 0.31007),
  ...over,
})
const edges = [0, 1, 2].map((day) => start + day * 24 * HOUR)
const hours = (kwh: (i: number) => number) =>
  Array.from({ length: 48 }, (_, i) => ({ from: start + i * HOUR, to: start + (i + 1) * HOUR, kwh: kwh(i), flags: [] }))

describe('shares', () => {
  it('add up exactly, give nothing to who has no weight and hold for amounts beyond 2^53 in the product', () => {
    expect(shareOut(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(shareOut(7, [0, 5, 0, 5])).toEqual([0, 4, 0, 3])
    expect(shareOut(5, [0, 0])).toEqual([0, 0])
    expect(shareOut(-100, [1, 2])).toEqual([-33, -67])
    let seed = 1
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
    for (let i = 0; i < 200; i++) {
      const weights = Array.from({ length: 1 + random(9) }, () => (random(3) === 0 ? 0 : random(2_000_000_000)))
      const amount = random(2_000_000_000)
      const parts = shareOut(amount, weights)
      const all = weights.reduce((sum, weight) => sum + weight, 0)
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(all === 0 ? 0 : amount)
      for (const [k, weight] of weights.entries()) {
        if (weight === 0) expect(parts[k]).toBe(0)
        else expect(Math.abs((parts[k] ?? 0) - (amount * weight) / all)).toBeLessThan(1)
      }
    }
  })
})

describe('tariffs', () => {
  it('name the hour that has no price or two, also over midnight and the year, and prices finer than five decimals', () => {
    expect(bandFault(bands(1.2, 0.3))).toBeNull()
    expect(bandFault([{ band: 'flat', ...year, fromHour: 0, toHour: 24, price: 0.7 }])).toBeNull()
    expect(
      bandFault([
        { band: 'flat', fromMonth: 11, toMonth: 2, fromHour: 0, toHour: 24, price: 0.7 },
        { band: 'flat', fromMonth: 3, toMonth: 10, fromHour: 0, toHour: 24, price: 0.6 },
      ]),
    ).toBeNull()
    expect(bandFault([{ band: 'flat', ...year, fromHour: 0, toHour: 23, price: 0.7 }])?.say.en).toBe('No price for month 1, hour 23')
    const twice: TariffBand = { band: 'sharp', fromMonth: 7, toMonth: 8, fromHour: 10, toHour: 12, price: 2 }
    expect(bandFault([...bands(1, 0.3), twice])).toMatchObject({ row: 2, say: { en: 'Two prices for month 7, hour 10' } })
    expect(bandFault(bands(1.234567, 0.3))?.row).toBe(0)
  })

  it('the one that became valid last counts; a change of what was in use is seen, a future one is free', () => {
    const [old, now, next] = [tariff('old', '2026-01-01', 1), tariff('now', '2026-03-01', 1.1), tariff('next', '2026-05-01', 1.2)]
    const all = [next, old, now]
    expect(['2025-12-31', '2026-02-28', '2026-03-01', '2026-06-01'].map((day) => tariffOn(all, 's1', day)?.id)).toEqual([
      undefined,
      'old',
      'now',
      'next',
    ])
    expect(tariffOn(all, 's2', '2026-06-01')).toBeUndefined()
    const today = '2026-03-15'
    expect(repriced(all, [old, now, tariff('next', '2026-04-01', 9)], today)).toBeNull()
    expect(repriced(all, [old, now], today)).toBeNull()
    expect(repriced(all, [old, now, tariff('next', '2026-03-15', 9)], today)).toEqual({ station: 's1', day: '2026-03-15' })
    expect(repriced(all, [old, tariff('now', '2026-03-01', 1.3), next], today)).toEqual({ station: 's1', day: '2026-03-01' })
    expect(repriced(all, [now, next], today)).toEqual({ station: 's1', day: '2026-01-01' })
    // Days before the first one had no price: they may get one, and so may a station.
    expect(repriced(all, [...all, tariff('first', '2025-01-01', 1)], today)).toBeNull()
    expect(repriced(all, [...all, tariff('other', '2025-01-01', 1, { stations: ['s2'] })], today)).toBeNull()
    expect(repriced(all, [old, { ...now, stations: ['s1', 's2'], name: 'renamed' }, next], today)).toBeNull()
    expect(tiedWith(all, tariff('twin', '2026-05-01', 1))?.id).toBe('next')
  })
})

describe('costs', () => {
  it('bands add up to the day and days to the period, to the watt-hour and the fen, whatever the period', () => {
    const all = hours((i) => 12.34567 + i / 7)
    const tariffs = [tariff('old', '2026-01-01', 1.02345), tariff('new', '2026-03-02', 1.2)]
    const days = costByDay(all, edges, tariffs, 's1', zone)
    expect(days).toHaveLength(2)
    for (const [d, day] of days.entries()) {
      const measured = all.slice(d * 24, d * 24 + 24).reduce((sum, { kwh }) => sum + kwh, 0)
      expect(day.wh).toBe(Math.round(measured * 1000))
      expect(day.bands.reduce((sum, { wh }) => sum + wh, 0)).toBe(day.wh)
      expect(day.bands.reduce((sum, { fen }) => sum + (fen ?? 0), 0)).toBe(day.fen)
      const exact = day.bands.reduce((sum, { wh, price }) => sum + (wh * (price ?? 0)) / 1e6, 0)
      expect(Math.abs((day.fen ?? 0) - exact)).toBeLessThanOrEqual(0.5)
    }
    const both = sumCosts(start, start + 48 * HOUR, days)
    expect(both.wh).toBe((days[0]?.wh ?? 0) + (days[1]?.wh ?? 0))
    expect(both.fen).toBe((days[0]?.fen ?? 0) + (days[1]?.fen ?? 0))
    expect(both.bands.map(({ tariff: of, band }) => `${of?.id} ${of?.version} ${band}`).toSorted()).toEqual([
      'new 1 peak',
      'new 1 valley',
      'old 1 peak',
      'old 1 valley',
    ])
    expect(costByDay(all.slice(24), edges.slice(1), tariffs, 's1', zone)[0]).toEqual(days[1])
  })

  it('14 hours of peak and 10 of valley at 1 kWh', () => {
    const [day] = costByDay(
      hours(() => 1),
      edges,
      [tariff('t', '2026-01-01', 1.5)],
      's1',
      zone,
    )
    // 14 × 1.50 + 10 × 0.31007 = 24.1007 yuan
    expect(day).toMatchObject({ wh: 24_000, fen: 2410, unpricedWh: 0 })
    expect(day?.bands.map(({ band, wh, fen, price }) => [band, wh, fen, price])).toEqual([
      ['valley', 10_000, 310, 31_007],
      ['peak', 14_000, 2100, 150_000],
    ])
  })

  it('energy before the first tariff has no price instead of none; impossible hours are left out', () => {
    const all = hours(() => 1).map((hour, i) => (i === 30 ? { ...hour, kwh: 1e6, flags: ['impossible'] as const } : hour))
    const days = costByDay(all, edges, [tariff('t', '2026-03-02', 1)], 's1', zone)
    expect(days[0]).toMatchObject({ wh: 24_000, fen: null, unpricedWh: 24_000, bands: [{ tariff: null, band: null, fen: null }] })
    expect(days[1]).toMatchObject({ wh: 23_000, unpricedWh: 0 })
    expect(sumCosts(0, 1, days)).toMatchObject({ wh: 47_000, fen: days[1]?.fen, unpricedWh: 24_000 })
  })
})

describe('allocation', () => {
  it('adds up exactly; an outlet without gas is charged nothing; without any gas all stays unallocated', () => {
    const gas = [10_001, 0, 29_999, 20_000].map((litres, i) => ({ device: `o${i}`, litres }))
    const { outlets, unallocated } = allocate(123_457, 9_999, gas)
    expect(outlets.reduce((sum, { wh }) => sum + wh, 0)).toBe(123_457)
    expect(outlets.reduce((sum, { fen }) => sum + (fen ?? 0), 0)).toBe(9_999)
    expect(outlets[1]).toEqual({ device: 'o1', litres: 0, wh: 0, fen: 0 })
    expect(unallocated).toEqual({ wh: 0, fen: 0 })
    expect(allocate(500, null, [{ device: 'o', litres: 0 }])).toEqual({
      outlets: [{ device: 'o', litres: 0, wh: 0, fen: null }],
      unallocated: { wh: 500, fen: null },
    })
  })
})
