import { describe, expect, it } from 'vitest'
import { energyDay, usedOf, type EnergyDay } from './day.ts'

const zone = 'Asia/Shanghai'
const midnight = Date.UTC(2026, 0, 4, 16)
const hour = 3_600_000

describe('energy of the day', () => {
  const read = (before: EnergyDay | null, hours: number, counter: number, used = NaN, minutes = 1) =>
    energyDay(before, { now: midnight + hours * hour, counter, used, sinceMs: minutes * 60_000, maxPower: 100 }, zone)
  const day: EnergyDay = { day: midnight, until: midnight + 24 * hour, base: 1000, carried: 0 }

  it('counts from the first reading of the local day and begins anew at midnight, with or without a counter', () => {
    expect(read(null, 0.01, NaN)).toBeNull()
    expect(read(null, 0.01, 1000)).toEqual(day)
    expect(read(day, 12, 1500, 499)).toBe(day)
    expect(usedOf(day, 1500)).toBe(500)
    const next = read(day, 24, NaN, 700)
    expect(next).toEqual({ day: day.until, until: day.until + 24 * hour, base: null, carried: 0 })
    expect(usedOf(next ?? day, NaN)).toBe(0)
    expect(read(next, 30, 2000)).toMatchObject({ base: 2000, carried: 0 })
  })

  it('a reset, a roll-over or an exchanged meter makes no negative and no huge day', () => {
    const reset = read(day, 12, 3, 500)
    expect(reset).toMatchObject({ base: 3, carried: 500 })
    expect(usedOf(reset ?? day, 13)).toBe(510)
    expect(read(day, 12, 90_000_000, 500)).toMatchObject({ base: 90_000_000, carried: 500 })
    // Three hours of silence may hold 450 kWh.
    expect(read(day, 12, 1900, 500, 180)).toBe(day)
    expect(read(day, 12, 1499.8, 500)).toBe(day)
  })
})
