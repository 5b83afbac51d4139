import type { AnalysisRow } from '@twin/models/analysis'
import { accountEnergy, bucketEdges, costByDay, type CounterReading, type EnergyBucket, type Tariff } from '@twin/models/energy'
import { findKind, findPoint } from '@twin/models/kinds'
import { counterSources, type DeviceConfig, plantLimits, type StationConfig } from '@twin/models/stations'
import type { HttpStore } from '../../../http/parts.ts'
import { camelTables } from '../../../records/columns.ts'
import { readTariffs } from '../tariffs.ts'
import { type Asked, edgesIn, periodOf, type Source } from './source.ts'

/** A station with its main meters, or one machine with its own. */
interface Metered {
  readonly station: StationConfig
  readonly device: DeviceConfig | null
  readonly title: string
}

/** Gas, energy and its cost, a row per station (or per machine where asked by machine) and period. */
export const output: Source = async (store, asked) => {
  const tariffs = await readTariffs(camelTables(store.db), asked.org)
  const rows: AnalysisRow[] = []
  for (const [zone, stations] of Map.groupBy(asked.stations, ({ timeZone }) => timeZone)) {
    const edges = edgesIn(asked, zone)
    const until = Math.min(edges.at(-1) ?? 0, asked.now)
    if (until <= (edges[0] ?? 0)) continue
    const span = { from: edges[0] ?? 0, to: until, zone }
    const byMachine = asked.split === 'device' || asked.devices !== null
    const found = byMachine ? await machineHours(store, machinesOf(stations, asked), span) : await stationHours(store, stations, span)
    const days = bucketEdges(span.from, until, 'day', zone)
    for (const { metered, hours } of found) rows.push(...rowsFor(metered, hours, days, edges, tariffs))
  }
  return rows
}

interface Span {
  readonly from: number
  readonly to: number
  readonly zone: string
}
interface Hours {
  readonly metered: Metered
  readonly hours: readonly EnergyBucket[]
}

async function stationHours(store: HttpStore, stations: readonly StationConfig[], span: Span): Promise<Hours[]> {
  const edges = bucketEdges(span.from, span.to, 'hour', span.zone)
  const query = (station: StationConfig, { device, point }: { readonly device: string; readonly point: string }) => {
    const kind = station.devices.find(({ id }) => id === device)?.kind ?? 'station'
    return { device, kind, point, edges, to: edges.at(-1) ?? span.to, from: 'hours' as const }
  }
  const read = await store.counterReadings(
    stations.flatMap((station) => {
      const { energy, air } = counterSources(station)
      return [query(station, energy), query(station, air)]
    }),
    span.zone,
  )
  return stations.map((station, i) => ({
    metered: { station, device: null, title: station.name },
    hours: account(span, read[2 * i] ?? [], read[2 * i + 1] ?? [], plantLimits(station)),
  }))
}

function account(
  span: Span,
  energy: readonly CounterReading[],
  air: readonly CounterReading[],
  plant: ReturnType<typeof plantLimits>,
): readonly EnergyBucket[] {
  return accountEnergy({ from: span.from, to: span.to, by: 'hour', timeZone: span.zone, energy, air, plant }).buckets
}

const machinesOf = (stations: readonly StationConfig[], asked: Asked): Metered[] =>
  stations.flatMap((station) =>
    station.devices
      .filter(({ id, kind }) => has(kind, 'activeEnergy') && (asked.devices?.has(id) ?? true))
      .map((device) => ({ station, device, title: `${station.name} · ${device.name}` })),
  )
function has(kind: string, point: string): boolean {
  const known = findKind(kind)
  return known !== undefined && findPoint(known, point) >= 0
}

/** A machine has no gas counter: its gas is the flow it delivered, hour by hour, where it was measured. */
async function machineHours(store: HttpStore, machines: readonly Metered[], span: Span): Promise<Hours[]> {
  const edges = bucketEdges(span.from, span.to, 'hour', span.zone)
  const devices = machines.flatMap(({ device }) => device ?? [])
  const read = await store.counterReadings(
    devices.map(({ id, kind }) => ({
      device: id,
      kind,
      point: 'activeEnergy',
      edges,
      to: edges.at(-1) ?? span.to,
      from: 'hours' as const,
    })),
    span.zone,
  )
  const flows = await store.buckets(
    {
      points: devices.map(({ id, kind }) => ({ device: id, kind, point: has(kind, 'deliveredFlow') ? 'deliveredFlow' : 'activeEnergy' })),
      by: 'hour',
      from: span.from,
      to: span.to,
    },
    span.zone,
  )
  return machines.map((metered, i) => {
    const flow = new Map(
      devices[i] && has(devices[i].kind, 'deliveredFlow')
        ? (flows[i] ?? []).map((bucket) => [bucket.start, (bucket.sum / bucket.n) * 60])
        : [],
    )
    const ratedPower = metered.device?.settings['ratedPower']
    const hours = account(span, read[i] ?? [], [], ratedPower === undefined ? null : { ratedPower, pressure: 7 })
    return { metered, hours: hours.map((hour) => ({ ...hour, m3: flow.get(hour.from) ?? null })) }
  })
}

function rowsFor(
  { station, device, title }: Metered,
  hours: readonly EnergyBucket[],
  days: readonly number[],
  edges: readonly number[],
  tariffs: readonly Tariff[],
): AnalysisRow[] {
  const periods = edges.length - 1
  const sums = Array.from({ length: periods }, () => ({
    m3: null as number | null,
    kwh: null as number | null,
    cost: null as number | null,
  }))
  const add = (period: number, name: 'm3' | 'kwh' | 'cost', value: number | null): void => {
    const sum = sums[period]
    if (sum && value !== null) sum[name] = (sum[name] ?? 0) + value
  }
  // Hours that cannot be as measured count nowhere, gas included.
  for (const hour of hours) {
    if (hour.flags.includes('impossible')) continue
    const period = periodOf(edges, hour.from)
    add(period, 'm3', hour.m3)
    add(period, 'kwh', hour.kwh)
  }
  const unpriced = new Set<number>()
  for (const day of costByDay(hours, days, tariffs, station.id, station.timeZone)) {
    const period = periodOf(edges, day.from)
    if (day.unpricedWh > 0) unpriced.add(period)
    add(period, 'cost', day.fen)
  }
  const keys = { station: station.id, device: device?.id ?? null, region: station.region, type: station.kind }
  // The cost of a part is no cost of the whole: gas of days without a price would look free.
  return sums.flatMap(({ m3, kwh, cost }, period) =>
    m3 === null && kwh === null
      ? []
      : [{ period, keys, values: { m3: tidy(m3), kwh: tidy(kwh), cost: kwh === null || unpriced.has(period) ? null : cost }, title }],
  )
}
const tidy = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000) / 1000)
