import { appliesTo, effectiveQuality, findKind, fromSlab, type DeviceKind, type PointDefinition } from '@twin/models/kinds'
import type { StationView } from '@twin/models/live'
import type { DeviceConfig } from '@twin/models/stations'
import { NEVER, qualities, type AlarmState, type Quality } from '@twin/models/twin'

/** One point of one device as it stands now. */
export interface Reading {
  readonly point: PointDefinition
  readonly index: number
  readonly value: number | string | boolean | null
  /** Slab form, for curves; NaN when there is none. */
  readonly number: number
  /** Source time, epoch ms; null when never seen. */
  readonly at: number | null
  readonly quality: Quality | 'never'
  /** Not to be trusted as the present value: too old, bad or never seen. */
  readonly stale: boolean
}

export interface DeviceReadings {
  readonly device: DeviceConfig
  readonly kind: DeviceKind
  readonly link: 'online' | 'silent' | 'offline' | 'never'
  /** Source time of the newest value, epoch ms; null when nothing ever came. */
  readonly lastAt: number | null
  readonly readings: readonly Reading[]
}

/**
 * Reads one device out of a view. A device that is not online makes all its reported points stale; the rest ages by the point's own rule.
 * Undefined for a kind this portal does not know.
 */
export function readDevice(device: DeviceConfig, view: StationView | undefined, now: number): DeviceReadings | undefined {
  const kind = findKind(device.kind)
  if (!kind) return undefined
  const slab = view?.slabs[view.order.indexOf(device.id)]
  const state = view?.devices[device.id]
  const link = state?.link.state ?? 'never'
  // Once a device is silent the twin itself writes that it is offline: that is no message of the device.
  const silentSince = state && (state.link.state === 'silent' || state.link.state === 'offline') ? state.link.since : Infinity
  let lastAt: number | null = null
  const readings: Reading[] = []
  kind.points.forEach((point, index) => {
    if (!appliesTo(kind, point, device.variant)) return
    const time = slab?.ts[index] ?? Number.NaN
    const at = Number.isFinite(time) && time > 0 ? time : null
    if (at !== null && at < silentSince && point.tier !== 'derived' && (lastAt === null || at > lastAt)) lastAt = at
    if (point.type === 'string') {
      const text = state?.texts[point.name] ?? null
      const quality = text === null ? 'never' : link === 'online' ? 'good' : 'stale'
      readings.push({ point, index, value: text, number: Number.NaN, at, quality, stale: quality !== 'good' })
      return
    }
    const number = slab?.val[index] ?? Number.NaN
    const stored = slab?.q[index] ?? NEVER
    const silent = link !== 'online' && point.tier !== 'derived'
    const aged = at === null ? stored : effectiveQuality(point, stored, at, now)
    const named = qualities[aged] ?? 'never'
    const quality = silent && named !== 'never' && named !== 'bad' ? 'stale' : named
    readings.push({
      point,
      index,
      value: fromSlab(point, number),
      number,
      at,
      quality,
      stale: quality === 'stale' || quality === 'bad' || quality === 'never',
    })
  })
  return { device, kind, link, lastAt, readings }
}

/** The kind's main values, in its order. */
export function headlineOf(read: DeviceReadings): readonly Reading[] {
  return read.kind.headline.flatMap((name) => read.readings.filter((reading) => reading.point.name === name))
}

/** Reading of a point by name. */
export function readingOf(read: DeviceReadings | undefined, point: string): Reading | undefined {
  return read?.readings.find((reading) => reading.point.name === point)
}

/** Open and not hidden by shelving, suppression or out of service. */
export function isAnnunciated(alarm: AlarmState): boolean {
  return alarm.phase !== 'NORMAL' && !alarm.shelved && !alarm.suppressed && !alarm.outOfService
}

export type UnitState = 'running' | 'standby' | 'alarm' | 'offline'

/** Words of run-state points that mean work and trouble; a kind without one is judged by link and alarms alone. */
const workingWords = new Set(['LOADED', 'RUNNING', 'UNLOADED', 'STARTING', 'OPEN'])
const troubleWords = new Set(['FAULT', 'ESTOP'])

/** State of a device in the four words of map, list and diagram. */
export function unitState(read: DeviceReadings, view: StationView | undefined): UnitState {
  if (read.link !== 'online') return 'offline'
  const alarms = view?.devices[read.device.id]?.alarms ?? {}
  // As for stations: only what is urgent turns a machine red, or everything would be red.
  const urgent = read.kind.alarms.some((definition) => {
    const alarm = alarms[definition.code]
    return definition.priority !== 'P3' && alarm && isAnnunciated(alarm) && alarm.phase !== 'RTN_UNACK'
  })
  if (urgent) return 'alarm'
  const run = read.readings.find((reading) => reading.point.type === 'enum' && /state/i.test(reading.point.name))
  if (!run || run.stale || typeof run.value !== 'string') return run ? 'offline' : 'running'
  if (troubleWords.has(run.value)) return 'alarm'
  return workingWords.has(run.value) ? 'running' : 'standby'
}
