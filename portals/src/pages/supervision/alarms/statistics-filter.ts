import type { StationKind } from '@twin/models/stations'
import type { AlarmFilter } from './alarm-filters.tsx'

export type Grouping = 'priority' | 'code' | 'device' | 'deviceKind' | 'station' | 'stationKind' | 'day' | 'hour'

/** Days are cut in the station's zone; all but the whole of China keeps this one. */
const OFFSET = '+08:00'

/** The filter under which the list shows exactly what a bar counts; undefined where no filter says it. */
export function narrowed(filter: AlarmFilter, by: Grouping, key: string): AlarmFilter | undefined {
  switch (by) {
    case 'priority':
      return { ...filter, priority: [key] }
    case 'code':
      return { ...filter, code: [key] }
    case 'device':
      return { ...filter, device: key }
    case 'deviceKind':
      return { ...filter, deviceKind: [key] }
    case 'station':
      return { ...filter, station: [key] }
    case 'stationKind':
      return { ...filter, stationKind: key as StationKind }
    case 'day': {
      const start = Date.parse(`${key}T00:00:00${OFFSET}`)
      return { ...filter, from: Math.max(start, filter.from ?? start), to: Math.min(start + 86_400_000, filter.to ?? start + 86_400_000) }
    }
    case 'hour':
      // Hours of the day over many days are no one stretch of time.
      return undefined
  }
}
