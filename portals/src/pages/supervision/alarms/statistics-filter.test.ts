import { expect, it } from 'vitest'
import { narrowed } from './statistics-filter.ts'

const filter = { historical: 'with', from: Date.UTC(2026, 0, 1, 4), to: Date.UTC(2026, 0, 8, 4) } as const

it('narrows the filter to what one bar counts', () => {
  expect(narrowed(filter, 'priority', 'P1')).toEqual({ ...filter, priority: ['P1'] })
  expect(narrowed(filter, 'device', 'abc')).toMatchObject({ device: 'abc' })
  // A day of the station, never beyond the period asked for.
  expect(narrowed(filter, 'day', '2026-01-03')).toMatchObject({ from: Date.UTC(2026, 0, 2, 16), to: Date.UTC(2026, 0, 3, 16) })
  expect(narrowed(filter, 'day', '2026-01-01')).toMatchObject({ from: filter.from, to: Date.UTC(2026, 0, 1, 16) })
  expect(narrowed(filter, 'hour', '14')).toBeUndefined()
})
