import type { AlarmEffect } from '../kinds/types.ts'
import type { AlarmHidden, AlarmState, StationState } from '../twin/types.ts'
import type { AlarmSet, AlarmStates, CompiledAlarm } from './types.ts'

/** Raises within this time make an alarm chatter. */
export const CHATTER_WINDOW_MS = 60_000
export const CHATTER_RAISES = 3

export const initialAlarm: AlarmState = Object.freeze({
  phase: 'NORMAL',
  raising: null,
  clearing: null,
  occurrence: null,
  raisedAt: null,
  ackedAt: null,
  ackedBy: null,
  note: null,
  clearedAt: null,
  shelved: null,
  suppressed: null,
  outOfService: null,
  groupedUnder: null,
  recentRaises: Object.freeze([]) as readonly number[],
  chattering: false,
})

export function stateOf(states: AlarmStates, code: string): AlarmState {
  return states[code] ?? initialAlarm
}

/** Its condition holds: raised and not cleared since. */
export function alarmActive(state: AlarmState): boolean {
  return state.phase === 'UNACK' || state.phase === 'ACKED'
}

export function hiddenBy(state: AlarmState): AlarmHidden {
  if (state.outOfService) return 'outOfService'
  if (state.shelved) return 'shelved'
  return state.suppressed ? 'suppressed' : null
}

/** Shown and sounded on its own: open, not hidden, not below a parent. */
export function isAnnunciated(state: AlarmState): boolean {
  return state.phase !== 'NORMAL' && hiddenBy(state) === null && state.groupedUnder === null
}

/** Waits for a person to take note of it. */
export function needsAck(state: AlarmState): boolean {
  return state.phase === 'UNACK' || state.phase === 'RTN_UNACK' || state.phase === 'LATCHED_UNACK'
}

/** Its effects bind: shelving hides an alarm but lifts no interlock; a latch holds until reset; suppressed and out of service mean "not true here". */
export function isBinding(state: AlarmState): boolean {
  return state.phase !== 'NORMAL' && state.phase !== 'RTN_UNACK' && !state.suppressed && !state.outOfService
}

/** Effects of a device's alarms in force, each once. */
export function bindingEffects(set: AlarmSet, states: AlarmStates): readonly AlarmEffect[] {
  const effects = new Set<AlarmEffect>()
  for (const alarm of set.alarms) {
    const state = states[alarm.code]
    if (state && isBinding(state)) for (const effect of alarm.definition.effects) effects.add(effect)
  }
  return [...effects]
}

/** Effects that reach beyond the device that raised them: over-pressure of any tank, and whatever the station's own device raises. */
const stationWide: ReadonlySet<AlarmEffect> = new Set(['blockRemote', 'unloadAll', 'stopStation', 'openVideo'])

/** Whether an effect of an alarm on a device of this kind holds the whole station (`StationState.holds`). */
export function holdsStation(kind: string, effect: AlarmEffect): boolean {
  if (stationWide.has(effect)) return true
  return (effect === 'blockStart' || effect === 'blockAutoStart') && kind !== 'compressor'
}

/** `StationState.holds` as the alarms of all its devices make it: effect → occurrences. */
export function stationHolds(devices: Iterable<{ readonly set: AlarmSet; readonly states: AlarmStates }>): StationState['holds'] {
  const holds: Partial<Record<AlarmEffect, string[]>> = {}
  for (const { set, states } of devices)
    for (const alarm of set.alarms) {
      const state = states[alarm.code]
      if (!state?.occurrence || !isBinding(state)) continue
      for (const effect of alarm.definition.effects) if (holdsStation(set.kind.kind, effect)) (holds[effect] ??= []).push(state.occurrence)
    }
  return holds
}

/** Active, visible alarms as code → occurrence: `AlarmInput.activeParents` for the station's other devices. First device wins. */
export function parentsIn(states: Iterable<AlarmStates>, codes: Iterable<string>): Readonly<Record<string, string>> {
  const wanted = [...codes]
  const found: Record<string, string> = {}
  for (const own of states)
    for (const code of wanted) {
      const state = own[code]
      if (found[code] === undefined && state?.occurrence && isParent(state)) found[code] = state.occurrence
    }
  return found
}

/** Only a parent that people see may take children below it; otherwise nothing would be shown at all. */
export function isParent(state: AlarmState): boolean {
  return alarmActive(state) && hiddenBy(state) === null
}

/** Escalation where the station says nothing, minutes. */
export const ESCALATE_AFTER_MIN = 10

/** What the message to the manager is about: one per escalation, however often it is attempted. */
export const escalationOccasion = (occurrence: string, at: number | string): string => `alarm.escalated ${occurrence} ${at}`

/** When an alarm goes to the station's manager because nobody took note of it; Infinity = not. Once per wait for an acknowledgement. */
export function escalationDue(state: AlarmState, afterMs: number): number {
  if (state.unackedSince == null || state.escalatedAt != null) return Infinity
  return needsAck(state) && isAnnunciated(state) ? state.unackedSince + afterMs : Infinity
}

/** Time at which the alarm may change by waiting alone; Infinity = never. */
export function dueOf(alarm: CompiledAlarm, state: AlarmState, escalateMs: number): number {
  let due = Infinity
  if (state.raising !== null) due = state.raising + alarm.onDelayMs
  if (state.clearing !== null) due = Math.min(due, state.clearing + alarm.offDelayMs)
  if (state.shelved) due = Math.min(due, state.shelved.until)
  if (state.chattering) due = Math.min(due, (state.recentRaises.at(-1) ?? 0) + CHATTER_WINDOW_MS)
  return Math.min(due, escalationDue(state, escalateMs))
}

/**
 * Earliest time, epoch ms, at which `evaluateAlarms` could change something by time alone (delays, shelf expiry, end of chattering, escalation); null = none.
 * Never before `now`. Windows and stuckS() are not in it: they are looked at with `dirty.time` while telemetry flows.
 */
export function nextAlarmDue(states: AlarmStates, set: AlarmSet, now: number, escalateMs = Infinity): number | null {
  let due = Infinity
  for (const alarm of set.alarms) {
    const state = states[alarm.code]
    if (state) due = Math.min(due, dueOf(alarm, state, escalateMs))
  }
  return due === Infinity ? null : Math.max(due, now)
}
