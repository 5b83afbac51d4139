import { type AnalysisRow, useOf } from '@twin/models/analysis'
import { bucketEdges } from '@twin/models/energy'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { edgesIn, periodOf, type Source } from './source.ts'

const HOUR = 3_600_000

/** How machines spent their time, a row per machine and period; a period under way counts until now. */
export const use: Source = async (store, asked) => {
  const zones = Map.groupBy(asked.stations, ({ timeZone }) => timeZone)
  const rows: AnalysisRow[] = []
  for (const [zone, stations] of zones) {
    const edges = edgesIn(asked, zone)
    const days = bucketEdges(edges[0] ?? 0, edges.at(-1) ?? 0, 'day', zone)
    const machines = stations.flatMap((station) =>
      station.devices.filter(({ id, kind }) => useOf(kind) && (asked.devices?.has(id) ?? true)).map((device) => ({ station, device })),
    )
    const found = await store.machineUse(
      { devices: machines.map(({ device }) => ({ device: device.id, kind: device.kind })), edges: days },
      zone,
    )
    const calendar = edges.slice(1).map((end, i) => Math.max(0, Math.min(end, asked.now) - (edges[i] ?? end)))
    for (const [i, machine] of machines.entries()) {
      const sums = calendar.map(() => [0, 0, 0] as [number, number, number])
      for (const [day, time] of (found[i] ?? []).entries()) {
        const sum = sums[periodOf(edges, days[day] ?? 0)]
        if (sum) for (const [state, ms] of time.entries()) if (state === 0 || state === 1 || state === 2) sum[state] += ms
      }
      for (const [period, sum] of sums.entries())
        if ((calendar[period] ?? 0) > 0) rows.push(rowOf(machine, period, sum, calendar[period] ?? 0))
    }
  }
  return rows
}

function rowOf(
  { station, device }: { readonly station: StationConfig; readonly device: DeviceConfig },
  period: number,
  time: readonly [number, number, number],
  calendar: number,
): AnalysisRow {
  // A minute under way may be counted whole: never more than the calendar.
  let left = calendar
  const [loaded, unloaded, stopped] = time.map((ms) => {
    const counted = Math.min(ms, left)
    left -= counted
    return counted
  })
  return {
    period,
    keys: { device: device.id, station: station.id, region: station.region, kind: device.kind },
    values: {
      loaded: (loaded ?? 0) / HOUR,
      unloaded: (unloaded ?? 0) / HOUR,
      stopped: (stopped ?? 0) / HOUR,
      offline: left / HOUR,
      calendar: calendar / HOUR,
    },
    title: `${station.name} · ${device.name}`,
  }
}
