import { endHistorical, evaluateAlarms, evaluateNotices, nextAlarmDue, parentsIn, type AlarmStates, type Dirty } from '@twin/models/alarms'
import type { AlarmFact, DeviceFact, DeviceState, Link } from '@twin/models/twin'
import type { EventBody } from '@twin/models/wire'
import type { IdSource } from '../ports.ts'
import type { CellReadings, CellState, DeviceCore, Slab } from '../telemetry/index.ts'

/** What a device actor sees of its cell in a step. Steps only read it and answer facts. */
export interface DeviceContext {
  readonly core: DeviceCore
  readonly state: CellState
  readonly readings: CellReadings
  readonly ids: IdSource
  /** Time of the cell: the server's, or that of a recording played back. */
  readonly now: number
}

const TIMED_MS = 1000
const NOTICE_MS = 60_000
const SETTLE_MS = 60_000
const FRESH_MS = 10_000

export const stateOfDevice = ({ core, state }: DeviceContext): DeviceState => {
  const own = state.devices[core.id]
  if (own === undefined) throw new Error(`no state for device ${core.id}`)
  return own
}

/** Anything heard of a device brings its link up; `boot` null when it does not say. */
export function heard(context: DeviceContext, boot: string | null): readonly DeviceFact[] {
  const { link } = stateOfDevice(context)
  if (link.state === 'online' && (boot === null || link.boot === boot)) return []
  const known = link.state === 'never' ? null : link.boot
  return [linkChanged({ state: 'online', boot: boot ?? known, since: context.now }, context.now)]
}

/** Nothing heard for the station's limit; `heardAt` and `wall` in server time. */
export function silence(context: DeviceContext, wall: number, limitMs: number): readonly DeviceFact[] {
  const { link } = stateOfDevice(context)
  if (link.state !== 'online' || wall - context.core.heardAt < limitMs) return []
  return [linkChanged({ state: 'silent', boot: link.boot, since: context.now }, context.now)]
}

const linkChanged = (body: Link, at: number): DeviceFact => ({ kind: 'link.changed', v: 1, at, body })

/**
 * What an event says about the device itself. Acknowledgements of commands are the station's.
 * A last will speaks for its own boot: with a newer one known it is history.
 */
export function stepEvent(context: DeviceContext, body: EventBody, boot: string | null, at: number): readonly DeviceFact[] {
  const { now } = context
  const own = stateOfDevice(context)
  switch (body.type) {
    case 'birth': {
      const birth = { boot, points: body.points, firmware: body.firmware ?? null, replay: body.replay ?? null }
      return [{ kind: 'birth', v: 1, at: now, body: birth }, ...heard(context, boot)]
    }
    case 'death': {
      const { link } = own
      if (link.state === 'never' || link.state === 'offline') return []
      if (boot !== null && link.boot !== null && link.boot !== boot) return []
      return [linkChanged({ state: 'offline', boot: link.boot, since: now, reason: body.reason ?? 'last will' }, now)]
    }
    case 'ack':
      return heard(context, boot)
    case 'event':
      return [{ kind: 'device.event', v: 1, at, body: { name: body.name, data: body.data ?? {} } }, ...heard(context, boot)]
    case 'position': {
      const position = { lat: body.lat, lng: body.lng, at, source: body.source, accuracy: body.accuracy ?? null, by: null }
      return [{ kind: 'position.changed', v: 1, at: now, body: position }, ...heard(context, boot)]
    }
  }
}

/** Alarms and service notices after an input. `dirty` absent = look at everything (link changes, deadlines). */
export function evaluateDevice(context: DeviceContext, changed?: readonly number[]): readonly DeviceFact[] {
  const { core, state, readings, ids, now } = context
  const own = stateOfDevice(context)
  if (own.link.state === 'never' || settling(own.link, core, now)) return []
  const timed = now - core.timedAt >= TIMED_MS || now < core.timedAt
  const { alarms: set } = core.table
  const states = own.alarms
  if (changed !== undefined && changed.length === 0 && !timed && (nextAlarmDue(states, set, now, readings.escalateMs) ?? Infinity) > now)
    return []
  readings.at(core, now)
  const dirty: Dirty | undefined =
    changed === undefined
      ? undefined
      : timed
        ? { self: changed, station: core.table.stationUses, gateway: core.table.gatewayUses, time: true }
        : { self: changed, time: false }
  const activeParents = set.foreignParents.length === 0 ? {} : parentsIn(alarmsOfOthers(state, core.id), set.foreignParents)
  const groups = groupsOver(core, readings.station, state)
  const alarms = evaluateAlarms({
    set,
    states,
    readings,
    now,
    ids,
    activeParents,
    historical: false,
    escalateMs: readings.escalateMs,
    groups,
    dirty,
    held: isHeld(core, own),
  })
  if (timed) core.timedAt = now
  if (core.table.notices.length === 0 || (now - core.noticedAt < NOTICE_MS && now >= core.noticedAt)) return alarms
  core.noticedAt = now
  const notices = evaluateNotices(core.table.notices, own.notices, readings, now)
  return notices.length === 0 ? alarms : [...alarms, ...notices]
}

/** Held by a document. Work on a station as such leaves its own alarms (fire, pressure) awake until it is scrapped. */
function isHeld(core: DeviceCore, { held }: DeviceState): boolean {
  if (held === undefined || held.length === 0) return false
  return core.config.kind !== 'station' || held.some(({ kind }) => kind === 'scrapped')
}

/** The station's alarms that may have taken alarms of this device below them; nearly always there is nothing open. */
function groupsOver(core: DeviceCore, station: DeviceCore | undefined, state: CellState) {
  const codes = station?.table.alarms.groups ?? []
  if (station === undefined || codes.length === 0) return undefined
  const own = state.devices[station.id]?.alarms
  return own !== undefined && codes.some((code) => own[code]?.occurrence != null) ? { states: own, codes } : undefined
}

/** Back on line but not yet a live value: a device that first uploads what it stored has no broken sensors. */
function settling(link: Link, core: DeviceCore, now: number): boolean {
  if (link.state !== 'online') return false
  return now >= link.since && now - link.since < SETTLE_MS && core.telemetryAt < link.since - FRESH_MS
}

function* alarmsOfOthers(state: CellState, device: string): Iterable<AlarmStates> {
  for (const [id, { alarms }] of Object.entries(state.devices)) if (id !== device) yield alarms
}

/** Late data: alarms as they would have been at its source time, in states of their own. */
export function evaluateLate(
  context: DeviceContext,
  slab: Slab,
  states: AlarmStates,
  at: number,
  changed: readonly number[],
): readonly AlarmFact[] {
  const { core, readings, ids } = context
  const dirty: Dirty = { self: changed, time: true }
  readings.at(core, at)
  readings.late = slab
  try {
    return evaluateAlarms({ set: core.table.alarms, states, readings, now: at, ids, activeParents: {}, historical: true, dirty })
  } finally {
    readings.late = null
  }
}

/** A backlog is over: what it left open ends at its last source time, what was waiting is let go. */
export function endLate(states: AlarmStates, at: number): readonly AlarmFact[] {
  const waiting = Object.entries(states).flatMap(([code, state]): AlarmFact[] =>
    state.raising === null ? [] : [{ kind: 'alarm.pending', v: 1, at, body: { code, raising: null, clearing: null, historical: true } }],
  )
  return [...endHistorical(states, at), ...waiting]
}

/** When the device next changes by waiting alone, in the cell's time; Infinity = never. */
export function nextDue(context: DeviceContext): number {
  const { core, now, readings } = context
  return nextAlarmDue(stateOfDevice(context).alarms, core.table.alarms, now, readings.escalateMs) ?? Infinity
}
