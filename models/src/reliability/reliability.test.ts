import { describe, expect, it } from 'vitest'
import { counts, demonstrated, poissonUpper } from './index.ts'

const HOUR = 3_600_000

describe('demonstrated mean time between failures', () => {
  it('takes the chi-square quantiles that tables print', () => {
    // Upper 10 % and upper 40 % points for 2, 4, 6, 10, 20, 30 and 100 degrees of freedom.
    const tables = [
      { confidence: 0.9, values: { 2: 4.605, 4: 7.779, 6: 10.645, 10: 15.987, 20: 28.412, 30: 40.256, 100: 118.498 } },
      { confidence: 0.6, values: { 2: 1.833, 4: 4.045, 6: 6.211, 10: 10.473, 20: 20.951, 30: 31.316, 100: 102.946 } },
    ]
    for (const { confidence, values } of tables)
      for (const [degrees, printed] of Object.entries(values))
        expect([degrees, (2 * poissonUpper(Number(degrees) / 2 - 1, confidence)).toFixed(3)]).toEqual([degrees, printed.toFixed(3)])
    // Far out the distribution is normal: mean + 1.2816 σ and a little.
    expect(poissonUpper(5000, 0.9)).toBeGreaterThan(5080)
    expect(poissonUpper(5000, 0.9)).toBeLessThan(5100)
  })

  it('is met after 36 842 h without a failure at 90 %, after 14 661 h at 60 %, and a failure sets it back', () => {
    expect(Math.ceil(demonstrated(0, 0, 90).hoursNeeded)).toBe(36_842)
    expect(Math.ceil(demonstrated(0, 0, 60).hoursNeeded)).toBe(14_661)
    expect(demonstrated(36_841, 0, 90)).toMatchObject({ met: false, mtbf: null, degrees: 2 })
    expect(demonstrated(36_842, 0, 90)).toMatchObject({ met: true, hoursNeeded: 0 })
    const before = demonstrated(40_000, 0, 90)
    const after = demonstrated(40_000, 1, 90)
    expect([before.met, after.met, after.degrees, after.mtbf]).toEqual([true, false, 4, 40_000])
    expect(after.lowerBound).toBeCloseTo(80_000 / 7.779_44, 0)
    expect(after.hoursNeeded).toBeCloseTo((16_000 * 7.779_44) / 2 - 40_000, -1)
  })
})

it('availability leaves out what is excluded, and what was planned where asked', () => {
  const result = counts({ from: 0, to: 100 * HOUR }, [
    { from: -HOUR, to: HOUR, verdict: 'failure' },
    { from: 10 * HOUR, to: 12 * HOUR, verdict: 'planned' },
    { from: 20 * HOUR, to: 40 * HOUR, verdict: 'excluded' },
    { from: 99 * HOUR, to: 101 * HOUR, verdict: 'failure' },
  ])
  // The first began before the span: its time counts here, its failure does not.
  expect(result).toMatchObject({ upMs: 76 * HOUR, failureMs: 2 * HOUR, plannedMs: 2 * HOUR, excludedMs: 20 * HOUR, failures: 1 })
  expect(result.availability).toBeCloseTo(76 / 80)
  expect(result.withoutPlanned).toBeCloseTo(76 / 78)
  expect(counts({ from: 5, to: 5 }, []).availability).toBeNull()
})
