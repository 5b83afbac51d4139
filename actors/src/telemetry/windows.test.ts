import { expect, it } from 'vitest'
import { Slab, SlabUndo } from './slab.ts'
import { Window, type WindowSpec } from './windows.ts'

const hour = { point: 0, windowS: 3600 }

/** A slab of one point with one window. */
function alone(spec: WindowSpec) {
  const window = new Window(spec, 2)
  const slab = new Slab({ points: 1, stuck: Int16Array.of(-1), stuckCount: 0, windows: [[window]], own: window.end, numbers: window.end })
  return {
    slab,
    window,
    slots: slab.slots(window),
    add: (at: number, value: number, was: number, wasAt: number) => window.add(slab.n, at, value, was, wasAt),
    read: (now: number) => window.read(slab.n, now),
  }
}

it('[WN1] a counter window adds up increases, takes a fall for a reset and forgets what is older', () => {
  const window = alone({ ...hour, fn: 'count' })
  const t = Date.UTC(2026, 0, 1)
  window.add(t, 100, NaN, NaN)
  window.add(t + 100_000, 103, 100, t)
  window.add(t + 1_110_000, 103, 103, t + 1_100_000)
  window.add(t + 1_200_000, 2, 103, t + 1_110_000)
  expect(window.read(t + 1_300_000)).toBe(5)
  expect(window.read(t + 4_300_000)).toBe(2)
  expect(window.read(t + 9_000_000)).toBe(0)
})

it('[WN5] what a counter grew by over a silence is charged to the time of the silence', () => {
  const t = Date.UTC(2026, 0, 1)
  const night = alone({ ...hour, fn: 'count' })
  night.add(t, 100, NaN, NaN)
  night.add(t + 8 * 3_600_000, 180, 100, t)
  expect(night.read(t + 8 * 3_600_000)).toBeGreaterThan(9)
  expect(night.read(t + 8 * 3_600_000)).toBeLessThanOrEqual(10)

  const short = alone({ ...hour, fn: 'count' })
  const undo = new SlabUndo()
  short.add(t, 100, NaN, NaN)
  const before = [...short.slots]
  undo.save(short.slab)
  short.add(t + 1_800_000, 112, 100, t)
  expect(short.read(t + 1_800_000)).toBeCloseTo(12)
  // Whole buckets: 23 and the present one.
  expect(short.read(t + 4_500_000)).toBeCloseTo(5)
  undo.undo()
  expect([...short.slots]).toEqual(before)
})

it('[WN2] a mean is weighted by time and leaves gaps out', () => {
  const window = alone({ ...hour, fn: 'avg' })
  expect(window.read(0)).toBeNaN()
  window.add(60_000, 10, 4, 0)
  window.add(90_000, 0, 10, 60_000)
  expect(window.read(90_000)).toBeCloseTo((4 * 60 + 10 * 30) / 90)
})

it('[WN3] a slope is per minute and needs half a window', () => {
  const window = alone({ point: 0, windowS: 30, fn: 'rate' })
  for (let s = 0; s <= 10; s++) window.add(s * 1000, 7 - s / 30, NaN, NaN)
  expect(window.read(10_000)).toBeNaN()
  for (let s = 11; s <= 40; s++) window.add(s * 1000, 7 - s / 30, NaN, NaN)
  expect(window.read(40_000)).toBeCloseTo(-2)
})

it('[WN4] an undone turn leaves a window as it was', () => {
  const window = alone({ ...hour, fn: 'avg' })
  window.add(60_000, 10, 4, 0)
  const before = [...window.slots]
  const undo = new SlabUndo()
  undo.save(window.slab)
  window.add(61_000, 10, 4, 60_000)
  window.add(7_261_000, 10, 4, 61_000)
  undo.undo()
  expect([...window.slots]).toEqual(before)
})

it('[WN6] a window that was saved and loaded reads as before, also over slots that went round', () => {
  for (const fn of ['count', 'avg', 'rate'] as const) {
    const [live, loaded] = [alone({ ...hour, fn }), alone({ ...hour, fn })]
    let [at, was, wasAt] = [Date.UTC(2026, 0, 1), NaN, NaN]
    for (let k = 0; k < 400; k++) {
      const next = at + ((k * 7919) % 17) * 30_000
      live.add(next, k * 3, was, wasAt)
      ;[at, was, wasAt] = [next, k * 3, next]
      if (k % 10 !== 0) continue
      const saved = live.window.save(live.slab.n)
      expect(saved).not.toBeNull()
      loaded.window.load(loaded.slab.n, saved ?? new Float64Array(0))
      expect(loaded.slots).toEqual(live.slots)
      for (const later of [0, 600_000, 2_000_000, 4_000_000]) expect(loaded.read(at + later)).toBe(live.read(at + later))
    }
  }
})
