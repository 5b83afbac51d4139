import { expect, it } from 'vitest'
import { monthsOf } from './completion.ts'

it('a month has what was due in it: in time, late and open; late ones are done', () => {
  const row = (keys: (string | null)[], count: number) => ({ keys, count, measures: {} })
  expect(
    monthsOf(
      [
        row(['2026-04', 'overdue', 'false'], 1),
        row(['2026-03', 'done', 'false'], 2),
        row(['2026-03', 'done', 'true'], 1),
        row(['2026-03', 'ahead', 'false'], 1),
        row([null, 'ahead', 'false'], 9),
        row(['2026-05', 'ahead', 'false'], 2),
      ],
      '2026-04',
    ),
  ).toEqual([
    { month: '2026-03', inTime: 2, late: 1, open: 1, rate: 0.75 },
    { month: '2026-04', inTime: 0, late: 0, open: 1, rate: 0 },
    { month: '2026-05', inTime: 0, late: 0, open: 2, rate: null },
  ])
})
