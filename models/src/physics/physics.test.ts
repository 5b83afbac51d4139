import { describe, expect, it } from 'vitest'
import { atmosphericDewPoint, condensateRate, cycleTimes, efficiency, isentropicSpecificPower } from './air.ts'
import { runCycles } from './cycle.ts'
import { gradeOf } from './gb19153.ts'
import { leakByCycles, leakByDecay, leakByDecayLinear, leakByNight } from './leak.ts'
import { cyclingPower, unitDefaults, vsdFraction, type UnitParams } from './power.ts'
import { chokedFlow, P0, pressureRate } from './air.ts'
import { stepPressure } from './cycle.ts'

// The band is centred on the rated pressure, so that power averages 100 % while loaded.
const unit: UnitParams = { ...unitDefaults, variant: 'fixed', ratedPower: 100, ratedFlow: 12.5, ratedPressure: 7 }

describe('air', () => {
  it('has the isentropic specific power of domain.md 3.3', () => {
    const expected = [3.9, 4.34, 4.73, 5.1, 5.74]
    for (const [i, bar] of [5, 6, 7, 8, 10].entries())
      expect(Math.abs(isentropicSpecificPower(bar) - (expected[i] ?? 0)), `${bar} bar`).toBeLessThan(0.006)
  })
  it('converts specific power 6.3 to 0.105 kWh/m3 and 9.52 m3/kWh', () => {
    const e = efficiency(6.3, 1)
    expect(e.specificEnergy).toBeCloseTo(0.105, 3)
    expect(e.airPerKwh).toBeCloseTo(9.52, 2)
    expect(efficiency(5, 0).airPerKwh).toBeNaN()
  })
  it('knows dew points and condensate', () => {
    expect(atmosphericDewPoint(3, 7)).toBeCloseTo(-23, 0)
    expect(condensateRate(12.5, { celsius: 25, humidity: 60 }, { dewPoint: 3, bar: 7 })).toBeCloseTo(10, 0)
  })
})

describe('cycling', () => {
  it('fills and empties 2 m3 in 18.3 s each', () => {
    const cycle = cycleTimes(2, 1, 12.5, 0.5)
    expect(cycle.load).toBeCloseTo(18.3, 1)
    expect(cycle.unload).toBeCloseTo(18.3, 1)
    const run = runCycles(unit, { volume: 2, demand: 6.25, band: { load: 6.5, unload: 7.5 } }, 20)
    expect(run.loadS).toBeGreaterThan(18)
    expect(run.loadS).toBeLessThan(18.6)
    expect(run.unloadS).toBeGreaterThan(18)
    expect(run.unloadS).toBeLessThan(18.6)
  })
  it('takes the average power of domain.md 3.3 with blow-down', () => {
    const table: readonly (readonly [number, readonly number[]])[] = [
      [1, [62.5, 77.0, 88.4]],
      [2, [58.0, 75.3, 88.2]],
      [8, [48.6, 68.6, 85.4]],
    ]
    for (const [volume, row] of table)
      for (const [i, expected] of row.entries()) {
        const demand = 12.5 * ((i + 1) / 4)
        const { meanPower } = runCycles(unit, { volume, demand, band: { load: 6.5, unload: 7.5 } }, 30)
        expect(Math.abs(meanPower - expected), `${volume} m3 at ${(i + 1) * 25} %: ${meanPower}`).toBeLessThan(0.5)
        const reckoned = cyclingPower(unit, (i + 1) / 4, { volume, band: 1 }, 7)
        expect(Math.abs(reckoned - expected), `${volume} m3 at ${(i + 1) * 25} %: ${reckoned} reckoned`).toBeLessThan(0.5)
      }
    const ideal = runCycles(
      { ...unit, blowDownS: 1e-6, loadRampS: 1e-6 },
      { volume: 8, demand: 6.25, band: { load: 6.5, unload: 7.5 } },
      30,
    )
    expect(ideal.meanPower).toBeCloseTo(62.5, 0)
  })
  it('takes the VSD row: linear above the least speed, duty-cycled below', () => {
    expect([0.5, 0.75].map((q) => Math.round(100 * vsdFraction(q)))).toEqual([56, 78])
    const duty = 0.25 / unitDefaults.minSpeed
    expect(Math.round(100 * (duty * vsdFraction(unitDefaults.minSpeed) + (1 - duty) * 0.12))).toBe(34)
    const relative = [0.3, 0.4, 0.5, 0.7, 1].map((q) => Number((vsdFraction(q) / q).toFixed(2)))
    expect(relative).toEqual([1.28, 1.18, 1.12, 1.05, 1])
  })
})

describe('leaks', () => {
  it('finds 1.40 by the linear and 1.50 by the exact decay of a true 1.50', () => {
    let [bar, seconds] = [7, 0]
    while (bar > 6) {
      bar = stepPressure(bar, -chokedFlow(1.5, bar, 7), 10, 0.1)
      seconds += 0.1
    }
    expect(leakByDecayLinear(10, 7, 6, seconds)).toBeCloseTo(1.4, 2)
    expect(leakByDecay(10, 7, 6, seconds, 7)).toBeCloseTo(1.5, 2)
    expect(pressureRate(-1, 10)).toBeLessThan(0)
    expect(P0).toBe(1)
  })
  it('finds a leak by cycles and at night, and none without readings', () => {
    expect(leakByCycles(60, 240, 12.5)).toEqual({ percent: 20, flow: 2.5 })
    expect(
      leakByNight(
        Array.from({ length: 100 }, (_, i) => 2 + i / 100),
        7,
        7,
      ),
    ).toBeCloseTo(2.05, 2)
    expect(leakByNight([1, 2], 7, 7)).toBeNaN()
  })
})

describe('GB 19153 grades', () => {
  it('reads listed, neighbouring and interpolated limits', () => {
    const seventyFive = { variant: 'fixed', cooling: 'air', ratedPower: 75, ratedPressure: 7 } as const
    expect([5.9, 6.0, 6.5, 7.1].map((sp) => gradeOf(seventyFive, sp))).toEqual([1, 2, 3, 4])
    expect(gradeOf({ ...seventyFive, ratedPressure: 9 }, 6.6)).toBe(1)
    expect(gradeOf({ ...seventyFive, cooling: 'liquid', ratedPower: 250 }, 6.5)).toBeNull()
    expect(gradeOf({ ...seventyFive, ratedPressure: 12 }, 6.5)).toBeNull()
    expect(gradeOf({ ...seventyFive, ratedPower: 800 }, 6.5)).toBeNull()
  })
})
