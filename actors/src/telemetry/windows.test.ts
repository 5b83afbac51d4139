import { expect, it } from 'vitest'
import { Window, WindowUndo } from './windows.ts'

const hour = { point: 0, windowS: 3600 }

it('[WN1] a counter window adds up increases, takes a fall for a reset and forgets what is older', () => {
  const window = new Window({ ...hour, fn: 'count' })
  const t = Date.UTC(2026, 0, 1)
  window.add(t, 100, NaN, NaN, null)
  window.add(t + 100_000, 103, 100, t, null)
  window.add(t + 1_110_000, 103, 103, t + 1_100_000, null)
  window.add(t + 1_200_000, 2, 103, t + 1_110_000, null)
  expect(window.read(t + 1_300_000)).toBe(5)
  expect(window.read(t + 4_300_000)).toBe(2)
  expect(window.read(t + 9_000_000)).toBe(0)
})

it('[WN5] what a counter grew by over a silence is charged to the time of the silence', () => {
  const t = Date.UTC(2026, 0, 1)
  const night = new Window({ ...hour, fn: 'count' })
  night.add(t, 100, NaN, NaN, null)
  night.add(t + 8 * 3_600_000, 180, 100, t, null)
  expect(night.read(t + 8 * 3_600_000)).toBeGreaterThan(9)
  expect(night.read(t + 8 * 3_600_000)).toBeLessThanOrEqual(10)

  const short = new Window({ ...hour, fn: 'count' })
  const undo = new WindowUndo()
  short.add(t, 100, NaN, NaN, null)
  const before = [...short.slots]
  short.add(t + 1_800_000, 112, 100, t, undo)
  expect(short.read(t + 1_800_000)).toBeCloseTo(12)
  // Whole buckets: 23 and the present one.
  expect(short.read(t + 4_500_000)).toBeCloseTo(5)
  undo.undo()
  expect([...short.slots]).toEqual(before)
})

it('[WN2] a mean is weighted by time and leaves gaps out', () => {
  const window = new Window({ ...hour, fn: 'avg' })
  expect(window.read(0)).toBeNaN()
  window.add(60_000, 10, 4, 0, null)
  window.add(90_000, 0, 10, 60_000, null)
  expect(window.read(90_000)).toBeCloseTo((4 * 60 + 10 * 30) / 90)
})

it('[WN3] a slope is per minute and needs half a window', () => {
  const window = new Window({ point: 0, windowS: 30, fn: 'rate' })
  for (let s = 0; s <= 10; s++) window.add(s * 1000, 7 - s / 30, NaN, NaN, null)
  expect(window.read(10_000)).toBeNaN()
  for (let s = 11; s <= 40; s++) window.add(s * 1000, 7 - s / 30, NaN, NaN, null)
  expect(window.read(40_000)).toBeCloseTo(-2)
})

it('[WN4] an undone turn leaves a window as it was', () => {
  const window = new Window({ ...hour, fn: 'avg' })
  window.add(60_000, 10, 4, 0, null)
  const before = [...window.slots]
  const undo = new WindowUndo()
  window.add(61_000, 10, 4, 60_000, undo)
  window.add(7_261_000, 10, 4, 61_000, undo)
  undo.undo()
  expect([...window.slots]).toEqual(before)
})
