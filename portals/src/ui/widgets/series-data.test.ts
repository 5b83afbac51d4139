import { expect, it } from 'vitest'
import { alignSeries, summarise } from './series-data.ts'

it('aligns series on one axis: gaps break the line, times of other series do not', () => {
  const [times, a, b] = alignSeries([
    { t: [1000, 2000, 4000], v: [1, null, 3] },
    { t: [1000, 3000], v: [7, 8] },
  ])
  expect(times).toEqual([1, 2, 3, 4])
  expect(a).toEqual([1, null, undefined, 3])
  expect(b).toEqual([7, undefined, 8, undefined])
})
it('sums a series up without its gaps', () => {
  expect(summarise({ v: [1, null, 3] })).toEqual({ min: 1, max: 3, mean: 2, last: 3, count: 2 })
  expect(summarise({ v: [2], min: [1], max: [9] })).toMatchObject({ min: 1, max: 9 })
  expect(summarise({ v: [null] }).mean).toBeNull()
})
