import { expect, it } from 'vitest'
import { gapsIn } from './gaps.ts'

const every = (step: number, count: number, from: number): number[] => Array.from({ length: count }, (_, i) => from + i * step)
const gapsOf = (times: number[], least = 10_000): number[] => gapsIn(times, least).flatMap((gap, i) => (gap ? [i] : []))

it('[ST13] a pause is judged by the pace around it, not by that of the whole window', () => {
  const stored = every(60_000, 60, 0)
  const live = every(1000, 30, 3_600_000)
  const later = every(1000, 30, 3_600_000 + 29_000 + 20_000)
  expect(gapsOf([...stored, ...live, ...later])).toEqual([90])
  // Three samples after the pace changed it is seen already.
  expect(gapsOf([...stored, ...live.slice(0, 3), ...later])).toEqual([63])
  // What is stored a minute apart has gaps of its own.
  expect(gapsOf([...stored.slice(0, 20), ...stored.slice(26)])).toEqual([20])
  expect(gapsOf([...stored, ...live])).toEqual([])
  expect(gapsOf(every(1000, 30, 0))).toEqual([])
  // By exception it speaks every 5 s at least: 12 s are too long.
  expect(gapsOf([...every(5000, 20, 0), ...every(5000, 20, 107_000)])).toEqual([20])
  expect(gapsOf([0, 1_000_000])).toEqual([1])
  expect(gapsOf([])).toEqual([])
})
