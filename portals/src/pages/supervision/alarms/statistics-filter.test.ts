import { expect, it } from 'vitest'
import { narrowed } from './statistics-filter.ts'

const filter = { historical: 'with', from: Date.UTC(2026, 0, 1, 4), to: Date.UTC(2026, 0, 8, 4) } as const

it('narrows the filter to what one bar counts', () => {
  expect(narrowed(filter, 'priority', 'P1')).toEqual({ ...filter, priority: ['P1'] })
  expect(narrowed(filter, 'device', 'abc')).toMatchObject({ device: 'abc' })
  // Days and hours are the station's own: the server cuts them as it does for the bars.
  expect(narrowed(filter, 'day', '2026-01-03')).toEqual({ ...filter, localDay: '2026-01-03' })
  expect(narrowed(filter, 'hour', '04')).toEqual({ ...filter, localHour: 4 })
})
