import type { StationKind } from '@twin/models/stations'
import type { AlarmFilter } from './alarm-filters.tsx'

export type Grouping = 'priority' | 'code' | 'device' | 'deviceKind' | 'station' | 'stationKind' | 'day' | 'hour'

/** The filter under which the list shows exactly what a bar counts. */
export function narrowed(filter: AlarmFilter, by: Grouping, key: string): AlarmFilter {
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
    // The server cuts days and hours by each station's own clock, for the bars and for the rows alike.
    case 'day':
      return { ...filter, localDay: key }
    case 'hour':
      return { ...filter, localHour: Number(key) }
  }
}
