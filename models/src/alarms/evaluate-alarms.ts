import type { AlarmFact, AlarmState } from '../twin/types.ts'
import { alarmActive, CHATTER_RAISES, CHATTER_WINDOW_MS, dueOf, escalationDue, hiddenBy, initialAlarm, isParent } from './alarm-state.ts'
import { holdsGroup } from './group.ts'
import { foldAlarm } from './apply-alarm-fact.ts'
import { pointValues } from './point-values.ts'
import type { AlarmInput, AlarmSet, AlarmStates, CompiledAlarm, Dirty } from './types.ts'

const nothing: readonly AlarmFact[] = Object.freeze([])

/**
 * The one decision about alarms, after every input of a device: messages, ticks, what people did. Answers the facts that have become true; the caller folds
 * them. Pure but for the set's scratch marks. UNKNOWN starts nothing: it cancels a delay that is running (raising or clearing) and leaves the phase alone.
 */
export function evaluateAlarms(input: AlarmInput): readonly AlarmFact[] {
  const { set, states, now } = input
  const pass = mark(set, input.dirty)
  const locked = input.held === true ? 'document' : set.lockout?.test(input.readings)
  let step: Step | null = null
  for (let place = 0; place < set.alarms.length; place++) {
    const alarm = set.alarms[place]!
    const state = states[alarm.code]
    const wanted =
      input.dirty === undefined ||
      set.marks.at[place] === pass ||
      (input.dirty.time && alarm.timed) ||
      (state !== undefined && (dueOf(alarm, state, input.escalateMs ?? Infinity) <= now || foreignParentChanged(alarm, state, input)))
    if (!wanted || (state === undefined && staysAtRest(alarm, input, locked))) continue
    const before = state ?? initialAlarm
    const facts: AlarmFact[] = []
    const after = decide(alarm, before, input, locked, step, facts)
    if (after === before) continue
    step ??= { facts: [], changed: new Map() }
    step.facts.push(...facts)
    step.changed.set(alarm.code, after)
    // Children follow their parent in the set, so they are looked at later in this pass.
    for (const child of alarm.children) set.marks.at[child] = pass
  }
  return step?.facts ?? nothing
}

/** Locked out by a document or by its own controller; undefined = the controller does not say. */
type Locked = boolean | 'document' | undefined
const isLocked = (locked: Locked): locked is true | 'document' => locked === true || locked === 'document'

/** Nearly always: an alarm that never left rest, whose condition does not hold and that nothing suppresses. */
function staysAtRest(alarm: CompiledAlarm, { readings }: AlarmInput, locked: Locked): boolean {
  return !isLocked(locked) && alarm.condition.test(readings) !== true && alarm.suppressWhen?.test(readings) !== true
}

interface Step {
  readonly facts: AlarmFact[]
  readonly changed: Map<string, AlarmState>
}

function mark(set: AlarmSet, dirty: Dirty | undefined): number {
  const { marks, readers } = set
  marks.pass++
  if (!dirty) return marks.pass
  for (const index of dirty.self) markReaders(set, readers.self.get(index))
  if (dirty.station) for (const index of dirty.station) markReaders(set, readers.station.get(index))
  if (dirty.gateway) for (const index of dirty.gateway) markReaders(set, readers.gateway.get(index))
  return marks.pass
}

function markReaders({ marks }: AlarmSet, places: readonly number[] | undefined): void {
  if (places) for (const place of places) marks.at[place] = marks.pass
}

function foreignParentChanged(alarm: CompiledAlarm, state: AlarmState, input: AlarmInput): boolean {
  if (alarm.parent === null || alarm.parentHere || state.occurrence === null) return false
  return parentOrGroup(alarm, input.activeParents[alarm.parent] ?? null, state, input) !== state.groupedUnder
}

/** One alarm: overlays first, because they say whether a raise is hidden, then phase, then what follows from it. */
function decide(
  alarm: CompiledAlarm,
  before: AlarmState,
  input: AlarmInput,
  locked: Locked,
  step: Step | null,
  facts: AlarmFact[],
): AlarmState {
  let state = before
  const say = (fact: AlarmFact): void => {
    facts.push(fact)
    state = foldAlarm(state, fact)
  }
  if (input.historical) {
    decidePhase(alarm, state, input, locked, null, say)
    return state
  }
  const parent = parentOrGroup(alarm, parentOccurrence(alarm, input, step), before, input)
  decideShelf(alarm, state, input, say)
  decideSuppression(alarm, state, input, locked, say)
  decidePhase(alarm, state, input, locked, parent, say)
  decideChattering(alarm, state, input, say)
  if (state.occurrence !== null && state.groupedUnder !== parent)
    say({ kind: 'alarm.grouped', v: 1, at: input.now, body: { code: alarm.code, under: parent } })
  if (state.occurrence !== null && escalationDue(state, input.escalateMs ?? Infinity) <= input.now)
    say({ kind: 'alarm.escalated', v: 1, at: input.now, body: { code: alarm.code, occurrence: state.occurrence, to: 'manager' } })
  return state
}

/** What the station has put below one of its own alarms stays there as long as that is open, unless its own parent claims it. */
function parentOrGroup(alarm: CompiledAlarm, parent: string | null, { groupedUnder }: AlarmState, input: AlarmInput): string | null {
  const { groups, states } = input
  if (parent !== null || groupedUnder === null || groups === undefined) return parent
  if (alarm.parentHere && alarm.parent !== null && states[alarm.parent]?.occurrence === groupedUnder) return null
  return holdsGroup(groups.states, groups.codes, groupedUnder) ? groupedUnder : null
}

type Say = (fact: AlarmFact) => void

function parentOccurrence(alarm: CompiledAlarm, input: AlarmInput, step: Step | null): string | null {
  if (alarm.parent === null) return null
  if (!alarm.parentHere) return input.activeParents[alarm.parent] ?? null
  const parent = step?.changed.get(alarm.parent) ?? input.states[alarm.parent]
  return parent && isParent(parent) ? parent.occurrence : null
}

function decideShelf(alarm: CompiledAlarm, state: AlarmState, { now }: AlarmInput, say: Say): void {
  if (!state.shelved || now < state.shelved.until) return
  const hidden = hiddenBy({ ...state, shelved: null })
  say({ kind: 'alarm.unshelved', v: 1, at: now, body: { code: alarm.code, by: null, hidden } })
}

function decideSuppression(alarm: CompiledAlarm, state: AlarmState, input: AlarmInput, locked: Locked, say: Say): void {
  const { now, readings } = input
  const was = state.suppressed
  if (was === null && !isLocked(locked) && alarm.suppressWhen === null) return
  // Whether it is still locked out may be unknown, as of a controller that is switched off: then it is.
  const lockout = isLocked(locked) ? locked : locked === undefined && was?.lockout === true ? true : undefined
  const own = alarm.suppressWhen === null ? false : alarm.suppressWhen.test(readings)
  const wanted = lockout !== undefined || (own ?? (was !== null && was.lockout === undefined))
  if (wanted === (was !== null) && lockout === was?.lockout) return
  // What came up only under suppression ends with it and is judged anew, with its delay: a dryer just started is not yet late with its dew point.
  if (!wanted) endHidden(alarm.code, state, was?.since ?? now, now, say)
  const hidden = hiddenBy({ ...state, suppressed: wanted ? { since: now } : null })
  say({
    kind: 'alarm.suppressed',
    v: 1,
    at: now,
    body: { code: alarm.code, on: wanted, hidden, ...(lockout !== undefined && { lockout }) },
  })
}

/** Ends an occurrence raised since the alarm was hidden. */
export function endHidden(code: string, state: AlarmState, since: number, now: number, say: Say): void {
  if (state.occurrence === null || state.raisedAt === null || state.raisedAt < since) return
  say({ kind: 'alarm.cleared', v: 1, at: now, body: { code, occurrence: state.occurrence, phase: 'NORMAL' } })
}

function decidePhase(alarm: CompiledAlarm, state: AlarmState, input: AlarmInput, locked: Locked, parent: string | null, say: Say): void {
  const { now, readings } = input
  const active = alarmActive(state)
  const waiting = active ? state.clearing : state.raising
  // Late data knows no overlays: what was suppressed then is not raised now.
  const muted = input.historical && !active && (isLocked(locked) || alarm.suppressWhen?.test(readings) === true)
  const holds = !muted && (active ? alarm.clear : alarm.condition).test(readings) === true
  if (!holds) {
    if (waiting !== null) pend(alarm.code, null, active, input, say)
    return
  }
  const delay = active ? alarm.offDelayMs : alarm.onDelayMs
  if (delay > 0 && waiting === null) return pend(alarm.code, now, active, input, say)
  if (waiting !== null && now - waiting < delay) return
  if (active) clear(alarm, state, input, say)
  else raise(alarm, state, input, parent, say)
}

function pend(code: string, since: number | null, active: boolean, { now, historical }: AlarmInput, say: Say): void {
  const body = { code, raising: active ? null : since, clearing: active ? since : null }
  say({ kind: 'alarm.pending', v: 1, at: now, body: historical ? { ...body, historical } : body })
}

function raise(alarm: CompiledAlarm, state: AlarmState, input: AlarmInput, parent: string | null, say: Say): void {
  say({
    kind: 'alarm.raised',
    v: 1,
    at: input.now,
    body: {
      code: alarm.code,
      // Coming back before people let go of it (unacknowledged or latched) it is still the same occurrence.
      occurrence: state.occurrence ?? input.ids.next(),
      priority: alarm.definition.priority,
      values: pointValues(alarm.condition.uses, input.set.kind, input.readings),
      groupedUnder: parent,
      historical: input.historical,
      hidden: hiddenBy(state),
    },
  })
}

function clear(alarm: CompiledAlarm, state: AlarmState, { now, historical }: AlarmInput, say: Say): void {
  const body = { code: alarm.code, occurrence: state.occurrence ?? '', phase: phaseAfterClear(alarm, state, historical) }
  say({ kind: 'alarm.cleared', v: 1, at: now, body: historical ? { ...body, historical } : body })
}

/** End of a backlog at source time `now`: what is still open in the backlog's states ends there; if it goes on, live data raises it anew. */
export function endHistorical(states: AlarmStates, now: number): readonly AlarmFact[] {
  return Object.entries(states).flatMap(([code, { occurrence }]) =>
    occurrence === null
      ? []
      : [{ kind: 'alarm.cleared', v: 1, at: now, body: { code, occurrence, phase: 'NORMAL', historical: true } } satisfies AlarmFact],
  )
}

type Cleared = 'NORMAL' | 'RTN_UNACK' | 'LATCHED_UNACK' | 'LATCHED_ACKED'

function phaseAfterClear(alarm: CompiledAlarm, state: AlarmState, historical: boolean): Cleared {
  // Nobody can acknowledge or reset what is past.
  if (historical) return 'NORMAL'
  const hiddenSince = state.outOfService?.since ?? state.suppressed?.since ?? null
  const raisedHidden = hiddenSince !== null && state.raisedAt !== null && state.raisedAt >= hiddenSince
  if (alarm.definition.latched && !raisedHidden) return state.phase === 'ACKED' ? 'LATCHED_ACKED' : 'LATCHED_UNACK'
  return state.phase === 'ACKED' || hiddenBy(state) !== null ? 'NORMAL' : 'RTN_UNACK'
}

function decideChattering(alarm: CompiledAlarm, state: AlarmState, { now }: AlarmInput, say: Say): void {
  if (!state.chattering && state.recentRaises.length < CHATTER_RAISES) return
  const recent = state.recentRaises.filter((at) => at > now - CHATTER_WINDOW_MS).length
  const chatters = state.chattering ? recent > 0 : recent >= CHATTER_RAISES
  if (chatters !== state.chattering) say({ kind: 'alarm.chattering', v: 1, at: now, body: { code: alarm.code, on: chatters } })
}
