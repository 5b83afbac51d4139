import { expect, it } from 'vitest'
import { leakNight, leakOf } from './index.ts'

const minutes = (flow: (minute: number) => number, count = 180) => Array.from({ length: count }, (_, i) => ({ flow: flow(i), pressure: 7 }))

it('takes the least flow of a quiet night for the leak, at the pressure of now, and nothing else', () => {
  const quiet = leakNight(
    0,
    minutes((i) => 1.5 + (i % 10) / 100),
    10,
  )
  expect(quiet).toEqual({ day: 0, flow: 1.5, pressure: 7 })
  expect(
    leakNight(
      0,
      minutes(() => 1.5, 100),
      10,
    ),
  ).toBeNull()
  expect(
    leakNight(
      0,
      minutes((i) => (i < 20 ? 1.5 : 8)),
      10,
    ),
  ).toBeNull()
  expect(
    leakNight(
      0,
      minutes(() => 9),
      10,
    ),
  ).toBeNull()
  expect(
    leakNight(
      0,
      minutes(() => 1.5),
      NaN,
    ),
  ).toBeNull()
  const nights = [{ day: 0, flow: 1.5, pressure: 7 }, { day: 1, flow: 1.2, pressure: 5 }] // prettier-ignore
  expect(leakOf(nights, 7, 10)?.flow).toBeCloseTo(1.5, 6)
  expect(leakOf(nights, 6, 10)?.flow).toBeCloseTo((1.5 * 7.013) / 8.013, 6)
  expect(leakOf([], 7, 10)).toBeUndefined()
})
