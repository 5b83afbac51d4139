import type { RunSummary, StationSummary } from '@twin/models/live'
import type { Regions } from '../../../ui/regions.ts'

export interface FleetFilter {
  readonly kind: string | null
  /** With everything below it. */
  readonly region: string | null
  readonly state: string | null
  readonly text: string
}

const order: Readonly<Record<RunSummary, number>> = { alarm: 0, offline: 1, running: 2, standby: 3 }

/** Stations of the filter, those in alarm first. List and map both show exactly these. */
export function filterFleet(
  stations: readonly StationSummary[],
  filter: FleetFilter,
  within: Regions['within'],
): readonly StationSummary[] {
  const text = filter.text.trim().toLowerCase()
  return stations
    .filter(
      (station) =>
        (!filter.kind || station.kind === filter.kind) &&
        (!filter.region || within(station.region, filter.region)) &&
        (!filter.state || station.state === filter.state) &&
        (!text || `${station.name} ${station.nameEn} ${station.code}`.toLowerCase().includes(text)),
    )
    .toSorted((a, b) => order[a.state] - order[b.state] || a.code.localeCompare(b.code))
}

export interface FleetTotals {
  readonly stations: number
  readonly units: { readonly running: number; readonly total: number }
  /** m3/min, kW, kWh/m3; null when no station knows. */
  readonly flow: number | null
  readonly power: number | null
  readonly specific: number | null
  readonly alarms: { readonly P1: number; readonly P2: number; readonly P3: number; readonly unacked: number }
  readonly unplaced: number
}

const sumOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null && Number.isFinite(value))
  return known.length === 0 ? null : known.reduce((sum, value) => (sum ?? 0) + (value ?? 0), 0)
}

/** Totals over the stations given; specific energy is power over flow of the stations that know both. */
export function totalsOf(stations: readonly StationSummary[]): FleetTotals {
  const both = stations.filter((station) => station.flow !== null && station.power !== null && station.flow > 0)
  const flow = sumOf(both.map((station) => station.flow))
  const power = sumOf(both.map((station) => station.power))
  const count = (pick: (station: StationSummary) => number): number => stations.reduce((sum, station) => sum + pick(station), 0)
  return {
    stations: stations.length,
    units: { running: count((s) => s.units.running), total: count((s) => s.units.total) },
    flow: sumOf(stations.map((s) => s.flow)),
    power: sumOf(stations.map((s) => s.power)),
    specific: flow !== null && power !== null && flow > 0 ? power / (flow * 60) : null,
    alarms: {
      P1: count((s) => s.alarms.P1),
      P2: count((s) => s.alarms.P2),
      P3: count((s) => s.alarms.P3),
      unacked: count((s) => s.alarms.unacked),
    },
    unplaced: count((s) => (s.position ? 0 : 1)),
  }
}
