import { isDeepStrictEqual } from 'node:util'
import type { Reply, Request, Runtime } from '@twin/actors/runtime'
import { amountBetween } from '@twin/models/energy'
import { findKind } from '@twin/models/kinds'
import type { StationSummary, StationView } from '@twin/models/live'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { Refusal } from '../http/api-error.ts'
import type { StationChanges } from '../http/handlers/station-change.ts'
import type { HttpStore } from '../http/parts.ts'
import { committedView, devicePoints } from '../http/view.ts'
import type { StationStore } from '../store/index.ts'

/** A value as it counted at a time. */
export interface Reading {
  readonly value: number | string | boolean | null
  readonly unit: string
  /** Source time, epoch ms; null when there never was a value. */
  readonly at: number | null
  /** `good`, `stale` … as on the device page; `never` without a value. */
  readonly quality: string
}

/** Through this, what is filed reaches what lives. Everything throws `unavailable` until the live core has started. */
export interface LivePort {
  /** As the HTTP handlers ask: answered after the commit that made the answer true. */
  ask(request: Request): Promise<Reply>
  stations(): readonly StationConfig[]
  station(id: string): StationConfig | undefined
  stationOf(device: string): StationConfig | undefined
  summary(station: string): StationSummary | undefined
  /** Committed state of a station, durable when it arrives. Throws `not-found`, `unavailable`. */
  view(station: string): Promise<StationView>
  /** Stores a station and brings it to life as it now is; viewers see it. Changes of one station take turns. */
  configure(config: StationConfig): Promise<void>
  /** Brings a station to life as it is stored, or retires it when it is no longer there. Repeating it does no harm. */
  follow(station: string): Promise<void>
  /** Takes a station and its devices out of service; their history stays. */
  retire(station: string): Promise<void>
  /** A point now, or as it was at a past time (from minutes where single values are no longer kept). null: no such device or point. */
  reading(device: string, point: string, at?: number): Promise<Reading | null>
  /** What a counter grew by between two times (epoch ms), in its unit, over resets; null when it was not measured then. */
  counter(device: string, point: string, from: number, to: number): Promise<number | null>
}

export interface LivePortParts {
  readonly runtime: Runtime
  readonly stations: Pick<StationStore, 'get' | 'retire'>
  readonly store: Pick<HttpStore, 'viewAt' | 'series' | 'counterReadings'>
  readonly changes: StationChanges
  /** Told after a station changed, for open views. */
  readonly refresh: (station: string) => void
}

const MINUTE = 60_000

export function createLivePort({ runtime, stations, store, changes, refresh }: LivePortParts): LivePort {
  function find(id: string): { readonly station: StationConfig; readonly device: DeviceConfig } | undefined {
    const station = runtime.stationOf(id)
    const device = station?.devices.find((one) => one.id === id)
    return station && device && { station, device }
  }
  const pick = (device: DeviceConfig, view: StationView, point: string): Reading | null => {
    const found = devicePoints(device, view).find((one) => one.point === point)
    return found ? { value: found.value, unit: found.unit, at: found.at, quality: found.quality } : null
  }
  async function minute(device: DeviceConfig, point: string, at: number): Promise<Reading | null> {
    const unit = findKind(device.kind)?.points.find(({ name }) => name === point)?.unit ?? ''
    const from = at - (at % MINUTE)
    const { t, v } = await store.series({
      device: device.id,
      kind: device.kind,
      point,
      from,
      to: from + MINUTE,
      resolution: '1m',
      maxPoints: 1,
    })
    const value = v.at(-1) ?? null
    return value === null ? { value: null, unit, at: null, quality: 'never' } : { value, unit, at: t.at(-1) ?? from, quality: 'good' }
  }

  return {
    ask: (request) => runtime.ask(request),
    stations: () => runtime.stations(),
    station: (id) => runtime.station(id),
    stationOf: (device) => runtime.stationOf(device),
    summary: (station) => runtime.summary(station),
    view: (station) => committedView(runtime, station),
    configure: (config) => changes.inTurn(config.id, () => changes.put(config)),
    follow: (id) =>
      changes.inTurn(id, async () => {
        const [stored, present] = [await stations.get(id), runtime.station(id)]
        if (isDeepStrictEqual(stored, present)) return
        if (stored) await runtime.configure(stored)
        else await runtime.retire(id)
        refresh(id)
      }),
    retire: (id) =>
      changes.inTurn(id, async () => {
        await stations.retire(id)
        await runtime.retire(id)
        refresh(id)
      }),
    async reading(id, point, at) {
      const found = find(id)
      if (!found) return null
      const { station, device } = found
      if (at === undefined) return pick(device, await committedView(runtime, station.id), point)
      const view = await store.viewAt(station, at)
      const then = view ? pick(device, view, point) : null
      if (then?.at !== null && then !== null) return then
      return findKind(device.kind)?.points.some(({ name, type }) => name === point && type !== 'string') ? minute(device, point, at) : then
    },
    async counter(id, point, from, to) {
      const found = find(id)
      const declared = findKind(found?.device.kind ?? '')?.points.find(({ name }) => name === point)
      if (!found || !declared?.counter || to <= from) return null
      const { station, device } = found
      const [readings = []] = await store.counterReadings(
        [{ device: id, kind: device.kind, point, edges: [from, to], to: to + 1 }],
        station.timeZone,
      )
      return amountBetween(readings, from, to, mostPerHour(declared.unit, device, station))
    },
  }
}

/** What a counter can grow by in an hour, so that a reset between two readings is not taken for consumption. */
function mostPerHour(unit: string, { settings }: DeviceConfig, { devices }: StationConfig): number {
  // A meter may carry everything that stands there.
  const rated = (name: string): number => settings[name] ?? devices.reduce((sum, device) => sum + (device.settings[name] ?? 0), 0)
  if (unit === 'h') return 1
  if (unit === 'kWh') return 1.1 * rated('ratedPower')
  if (unit === 'm3') return 1.1 * 60 * rated('ratedFlow')
  return 0
}

/** Modules start before the live core; it is connected once it stands. */
export function lateLivePort(): LivePort & { readonly connect: (live: LivePort) => void } {
  let connected: LivePort | null = null
  const live = (): LivePort => {
    if (!connected) throw new Refusal('unavailable', { message: { zh: '系统正在启动', en: 'The server is starting' } })
    return connected
  }
  return {
    connect(port) {
      connected = port
    },
    ask: async (request) => live().ask(request),
    stations: () => live().stations(),
    station: (id) => live().station(id),
    stationOf: (device) => live().stationOf(device),
    summary: (station) => live().summary(station),
    view: async (station) => live().view(station),
    configure: async (config) => live().configure(config),
    follow: async (station) => live().follow(station),
    retire: async (station) => live().retire(station),
    reading: async (device, point, at) => live().reading(device, point, at),
    counter: async (device, point, from, to) => live().counter(device, point, from, to),
  }
}
