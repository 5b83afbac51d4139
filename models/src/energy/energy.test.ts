import { describe, expect, it } from 'vitest'
import { accountEnergy, bucketEdges, checkQuota, impossibleReasons, startOf } from './index.ts'
import type { CounterReading } from './index.ts'

const HOUR = 3_600_000
const zone = 'Asia/Shanghai'
const day = Date.UTC(2026, 2, 1, 16) // local midnight of 2 March
const counter = (start: number, steps: readonly number[], from = day): CounterReading[] => {
  let value = start
  return [{ at: from, value }, ...steps.map((step, i) => ({ at: from + (i + 1) * HOUR, value: (value += step) }))]
}
const plant = { ratedPower: 100, pressure: 7 }

describe('edges', () => {
  it('cuts in the zone of the station', () => {
    expect(new Date(startOf(day + 5 * HOUR, 'day', zone)).toISOString()).toBe('2026-03-01T16:00:00.000Z')
    expect(bucketEdges(day, day + 24 * HOUR, 'hour', zone)).toHaveLength(25)
    expect(bucketEdges(day, day + 1, 'month', zone).map((at) => new Date(at).toISOString())).toEqual([
      '2026-02-28T16:00:00.000Z',
      '2026-03-31T16:00:00.000Z',
    ])
  })
  it('gives a day of 23 hours where summer time begins', () => {
    const [from, to] = bucketEdges(Date.UTC(2026, 2, 29, 12), Date.UTC(2026, 2, 29, 13), 'day', 'Europe/Berlin')
    expect(((to ?? 0) - (from ?? 0)) / HOUR).toBe(23)
  })
})

describe('accounts', () => {
  const input = { from: day, to: day + 4 * HOUR, by: 'hour', timeZone: zone, plant } as const
  it('takes differences, counts idle running, and shows the readings behind', () => {
    const result = accountEnergy({ ...input, energy: counter(1000, [50, 60, 20, 40]), air: counter(9, [500, 600, 0, 400]) })
    expect(result.buckets.map((b) => b.kwh)).toEqual([50, 60, 20, 40])
    expect(result.buckets[2]).toMatchObject({ m3: 0, kwhPerM3: null, m3PerKwh: 0, flags: [] })
    expect(result.total).toEqual({ kwh: 170, m3: 1500, kwhPerM3: 170 / 1500, flaggedHours: 0 })
    expect(result.buckets[1]?.energyReadings).toEqual([
      { at: day + HOUR, value: 1050 },
      { at: day + 2 * HOUR, value: 1110 },
    ])
  })
  it('flags what cannot be and leaves it out of days and totals', () => {
    const energy = counter(0, [120, 0, 10, 50])
    const result = accountEnergy({ ...input, energy, air: counter(0, [100, 100, 500, 500]) })
    expect(result.flagged.map((f) => f.reason)).toEqual([
      impossibleReasons.aboveRated,
      impossibleReasons.airWithoutEnergy,
      impossibleReasons.belowIsentropic,
    ])
    expect(result.buckets[0]).toMatchObject({ kwh: 120, flags: ['impossible'] })
    expect(result.total).toEqual({ kwh: 50, m3: 500, kwhPerM3: 0.1, flaggedHours: 3 })
    const days = accountEnergy({ ...input, by: 'day', energy, air: counter(0, [100, 100, 500, 500]) })
    expect(days.buckets).toHaveLength(1)
    expect(days.buckets[0]).toMatchObject({ kwh: 50, m3: 500, flags: ['impossible', 'partial'] })
  })
  it('turns a reset, a roll-over and an exchanged meter into no negative and no huge value', () => {
    const energy = [
      { at: day, value: 999_990 },
      { at: day + HOUR, value: 30 },
      { at: day + 2 * HOUR, value: 80 },
      { at: day + 3 * HOUR, value: 79 },
      { at: day + 4 * HOUR, value: 129 },
    ]
    const result = accountEnergy({ ...input, energy, air: [] })
    expect(result.buckets.map((b) => b.kwh)).toEqual([30, 50, 79, 50])
    expect(result.buckets.map((b) => b.flags.includes('reset'))).toEqual([true, false, true, false])
    const exchanged = accountEnergy({ ...input, plant: null, energy: [energy[0], energy[1]].flatMap((r) => r ?? []), air: [] })
    expect(exchanged.buckets[0]).toMatchObject({ kwh: 0, flags: ['reset'] })
  })
  it('spreads a gap evenly, says so, and loses nothing', () => {
    const energy = [
      { at: day, value: 0 },
      { at: day + 4 * HOUR, value: 200 },
    ]
    const result = accountEnergy({ ...input, energy, air: [] })
    expect(result.buckets.map((b) => b.kwh)).toEqual([50, 50, 50, 50])
    expect(result.buckets.every((b) => b.flags.includes('gap'))).toBe(true)
  })
  it('knows nothing before the first and after the last reading', () => {
    const result = accountEnergy({ ...input, energy: counter(5, [40], day + HOUR + HOUR / 2), air: [] })
    expect(result.buckets.map((b) => b.kwh)).toEqual([null, 20, 20, null])
    expect(result.buckets[1]?.flags).toEqual(['partial'])
  })
  it('checks the quota of the local day', () => {
    const energy = [...counter(100, [10], day - HOUR), ...counter(110, [30, 40]).slice(1)]
    expect(checkQuota(energy, 60, day + 2 * HOUR, zone)).toEqual({ used: 70, quota: 60, exceeded: true, day })
    expect(checkQuota(energy, null, day + HOUR, zone)).toMatchObject({ used: 30, exceeded: false })
  })
})
