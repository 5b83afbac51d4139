import { floodAfter, groupUnits, holdsStation, isAnnunciated, nextFloodDue, stationHolds } from '@twin/models/alarms'
import { rejectText } from '@twin/models/commands'
import { findPoint, type AlarmEffect } from '@twin/models/kinds'
import type { AlarmFact, Fact, StationFact } from '@twin/models/twin'
import { evaluateDevice } from '../device/device-actor.ts'
import type { CellView, Turn } from '../runtime/turn.ts'
import { abortOpen, evaluateCommands, openCommands, tickCommands } from './commands.ts'
import { deriveCell } from './derive.ts'
import { stepEnergyDay } from './energy.ts'
import { stepFence } from './fence.ts'
import { jointDue, stepJoint } from './joint.ts'
import { runDue, stepRun } from './run.ts'
import { presenceDue, presenceOf } from './presence.ts'
import { stepVideo, videoDue } from './video.ts'

/** What the station actor is told after every turn of its cell. */
export interface StationNews {
  /** Facts of this turn so far. */
  readonly facts: readonly { readonly actor: string; readonly fact: Fact }[]
  /** The device whose own telemetry came. */
  readonly measured: string | null
  /** Values may be derived now. */
  readonly derive: boolean
}

/** Nearly every message of a device: it says nothing new. */
const nothing: StationNews['facts'] = []

/** One step of the station actor: presence before anything that depends on it, commands before what they leave open. */
export function stepStation(cell: CellView, turn: Turn, news: StationNews): void {
  turn.actor = cell.address
  // A day may begin while nothing is measured.
  const begun = (news.derive || dayOver(cell, turn)) && stepEnergyDay(cell, turn)
  if (news.derive || begun) deriveCell(cell, turn)
  turn.actor = cell.address
  // Derivation may have raised alarms, so this looks at all facts of the turn.
  if (turn.facts.length > 0 && turn.facts.some(({ fact }) => fact.kind === 'position.changed')) moved(cell, turn)
  watchPresence(cell, turn)
  const alarms =
    turn.facts.length === 0 ? nothing : turn.facts.filter(({ fact }) => fact.kind.startsWith('alarm.') && fact.kind !== 'alarm.pending')
  if (alarms.length > 0) {
    regroup(cell, turn)
    alarmsChanged(cell, turn, alarms)
  }
  watchFlood(cell, turn)
  tickCommands(cell, turn)
  if (news.measured !== null) evaluateCommands(cell, turn, news.measured)
  stepRun(cell, turn)
  stepJoint(cell, turn)
  const { planned, video } = cell.state.station
  const now = cell.now(turn.wall)
  if (planned !== null && planned.validUntil <= now) turn.say(cell.address, [{ kind: 'plan.changed', v: 1, at: now, body: null }])
  if (alarms.length > 0 || video.open || (turn.facts.length > 0 && turn.facts.some(({ fact }) => fact.kind === 'command.moved')))
    stepVideo(cell, turn)
}

function dayOver(cell: CellView, turn: Turn): boolean {
  return cell.now(turn.wall) >= (cell.state.station.energyDay?.until ?? Infinity)
}

/** Presence is worked out before every decision that rests on it. */
export function watchPresence(cell: CellView, turn: Turn): void {
  const now = cell.now(turn.wall)
  const presence = presenceOf(cell, now)
  if (presence === cell.state.station.presence) return
  turn.say(cell.address, [{ kind: 'presence.changed', v: 1, at: now, body: { presence } }])
  if (presence !== 'vacant') abortOpen(cell, turn, { type: 'occupied' })
}

/** A position came in, or the site or its fence was moved. */
export function moved(cell: CellView, turn: Turn): void {
  const now = cell.now(turn.wall)
  const positions = cell.order.flatMap((core) => cell.state.devices[core.id]?.position ?? [])
  const latest = positions.length === 0 ? null : positions.reduce((a, b) => (b.at >= a.at ? b : a))
  const facts = stepFence(cell.config, cell.state.station.fence, latest, now)
  if (facts.length === 0) return
  turn.say(cell.address, facts)
  const { own } = cell
  if (own === undefined) return
  // The alarm 非法移动 reads it as a point of the station.
  const context = { core: own, state: cell.state, readings: cell.readings, ids: cell.ids, now }
  turn.say(own.address, evaluateDevice(context, [findPoint(own.table.kind, 'unauthorizedMovement')]))
  turn.actor = cell.address
}

/** Units that alarm around a fall of the pressure become one alarm, before anybody is told of each. */
function regroup(cell: CellView, turn: Turn): void {
  const { own } = cell
  if (own === undefined) return
  // What has just joined may bring the station's own alarms together.
  for (let pass = 0; pass < 3; pass++) {
    const devices = cell.order.map((core) => ({ id: core.id, set: core.table.alarms, states: cell.state.devices[core.id]?.alarms ?? {} }))
    const station = devices.find(({ id }) => id === own.id)
    if (station === undefined) return
    const others = devices.filter((device) => device !== station)
    const regrouped = groupUnits(cell.config.kind, station, others, cell.now(turn.wall))
    for (const { device, fact } of regrouped) turn.say(`device:${device}`, [fact])
    if (regrouped.length === 0) return
  }
}

function alarmsChanged(cell: CellView, turn: Turn, alarms: StationNews['facts']): void {
  const now = cell.now(turn.wall)
  const holds = stationHolds(cell.order.map((core) => ({ set: core.table.alarms, states: cell.state.devices[core.id]?.alarms ?? {} })))
  const before = cell.state.station.holds
  const effects = new Set([...Object.keys(before), ...Object.keys(holds)] as AlarmEffect[])
  const changed = [...effects].filter((effect) => (before[effect] ?? []).join() !== (holds[effect] ?? []).join())
  turn.say(
    cell.address,
    changed.map((effect): StationFact => ({ kind: 'hold.changed', v: 1, at: now, body: { effect, occurrences: holds[effect] ?? [] } })),
  )
  for (const { actor, fact } of alarms) {
    if (fact.kind === 'alarm.raised') raised(cell, turn, actor.slice(7), fact)
    else if (fact.kind === 'alarm.escalated') escalated(cell, turn, actor.slice(7), fact)
  }
}

type Raised = AlarmFact & { readonly kind: 'alarm.raised' }

function raised(cell: CellView, turn: Turn, device: string, fact: Raised): void {
  const { code, occurrence, priority, historical } = fact.body
  const core = cell.cores.get(device)
  const state = cell.state.devices[device]?.alarms[code]
  if (historical || core === undefined || state === undefined) return
  const effects = core.table.alarms.byCode.get(code)?.definition.effects ?? []
  if (effects.some((effect) => effect === 'abortRemote' || (effect === 'blockRemote' && holdsStation(core.config.kind, effect))))
    abortOpen(cell, turn, { type: 'abort', rejectCode: 'EMERGENCY_ACTIVE', detail: rejectText('EMERGENCY_ACTIVE', code) })
  if (!isAnnunciated(state)) return
  const { flood, recentAlarms } = cell.state.station
  const after = floodAfter({ recent: recentAlarms, flood }, fact.at, cell.now(turn.wall))
  turn.say(cell.address, [{ kind: 'flood.changed', v: 1, at: fact.at, body: after }])
  const body = { code, device, occurrence, priority, at: fact.at, effects }
  turn.effects.push({ kind: 'notify', station: cell.config.id, topic: 'alarm.raised', body })
}

function escalated(cell: CellView, turn: Turn, device: string, fact: AlarmFact & { readonly kind: 'alarm.escalated' }): void {
  const { code, occurrence, to } = fact.body
  const priority = cell.cores.get(device)?.table.alarms.byCode.get(code)?.definition.priority
  const body = { code, device, occurrence, priority, at: fact.at, to, manager: cell.config.manager }
  turn.effects.push({ kind: 'notify', station: cell.config.id, topic: 'alarm.escalated', body })
}

function watchFlood(cell: CellView, turn: Turn): void {
  const { flood, recentAlarms } = cell.state.station
  if (flood === null) return
  const now = cell.now(turn.wall)
  const before = { recent: recentAlarms, flood }
  const after = floodAfter(before, null, now)
  if (after !== before) turn.say(cell.address, [{ kind: 'flood.changed', v: 1, at: now, body: after }])
}

/** When the station actor next changes by waiting alone, in the cell's time. */
export function stationDue(cell: CellView): number {
  const { station } = cell.state
  const flood = nextFloodDue({ recent: station.recentAlarms, flood: station.flood }) ?? Infinity
  const commands = openCommands(cell).map((state) => state.deadline ?? Infinity)
  return Math.min(
    flood,
    videoDue(station),
    presenceDue(cell),
    runDue(cell),
    jointDue(cell),
    station.planned?.validUntil ?? Infinity,
    station.energyDay?.until ?? Infinity,
    ...commands,
  )
}
