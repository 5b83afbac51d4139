import type { AlarmFact, AlarmState } from '../twin/types.ts'
import { alarmActive, hiddenBy, needsAck, stateOf } from './alarm-state.ts'
import type { AlarmSet, AlarmStates, CompiledAlarm } from './types.ts'

/** A device of the station as grouping sees it. */
export interface GroupDevice {
  readonly id: string
  readonly set: AlarmSet
  readonly states: AlarmStates
}
export interface Regrouped {
  readonly device: string
  readonly fact: AlarmFact
}

interface Group {
  readonly alarm: CompiledAlarm
  readonly state: AlarmState
  readonly occurrence: string
  readonly rule: NonNullable<CompiledAlarm['definition']['groups']>
}

const nothing: readonly Regrouped[] = Object.freeze([])

/** The occurrence still takes alarms of other devices below it: open and seen by people. */
export function holdsGroup(states: AlarmStates, codes: readonly string[], occurrence: string): boolean {
  return codes.some((code) => {
    const state = states[code]
    return state !== undefined && state.occurrence === occurrence && hiddenBy(state) === null
  })
}

/**
 * Which alarms of a station's units are shown as one under an alarm of the station (`AlarmDefinition.groups`). Run it after facts about
 * alarms; answers the facts that have become true. `own` is the station's own device, `devices` the others.
 */
export function groupUnits(stationKind: string, own: GroupDevice, devices: readonly GroupDevice[], now: number): readonly Regrouped[] {
  if (own.set.groups.length === 0) return nothing
  let open = own.set.groups.flatMap((code): Group[] => {
    const alarm = own.set.byCode.get(code)
    const state = stateOf(own.states, code)
    const rule = alarm?.definition.groups
    if (!alarm || !rule?.stations.includes(stationKind) || state.occurrence === null || hiddenBy(state) !== null) return []
    return [{ alarm, state, occurrence: state.occurrence, rule }]
  })
  const regrouped: Regrouped[] = []
  const move = (device: string, code: string, under: string | null): void => {
    regrouped.push({ device, fact: { kind: 'alarm.grouped', v: 1, at: now, body: { code, under } } })
  }
  open = merge(open, own.id, devices, move)
  follow(open, own, devices, move)
  const taken = new Set(regrouped.map(({ device, fact }) => `${device} ${fact.body.code}`))
  for (const group of open) if (group.state.groupedUnder === null && needsAck(group.state)) join(group, devices, taken, move)
  return regrouped
}

/** Several alarms of the station around one fall become one, the most urgent and first, once it has members. */
function merge(open: readonly Group[], own: string, devices: readonly GroupDevice[], move: Move): Group[] {
  const order = (group: Group): string => `${group.alarm.definition.priority}${String(group.state.raisedAt).padStart(16, '0')}`
  const [head, ...others] = open.filter(({ state }) => state.groupedUnder === null).toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
  if (!head || !needsAck(head.state)) return [...open]
  const heads = new Set(open.map(({ occurrence }) => occurrence))
  const members = devices.some(({ states }) =>
    Object.values(states).some(({ groupedUnder }) => groupedUnder !== null && heads.has(groupedUnder)),
  )
  return open.map((group) => {
    // A parent of its own decides for itself (AL10).
    const joins = members && others.includes(group) && group.alarm.parent !== head.alarm.code && isAround(head, group.state.raisedAt)
    if (!joins) return group
    move(own, group.alarm.code, head.occurrence)
    return { ...group, state: { ...group.state, groupedUnder: head.occurrence } }
  })
}

function isAround({ alarm, state, rule }: Group, raisedAt: number | null): boolean {
  const { raisedAt: fellAt } = state
  if (raisedAt === null || fellAt === null) return false
  return raisedAt >= fellAt - alarm.onDelayMs - rule.withinS * 1000 && raisedAt <= fellAt + rule.withinS * 1000
}

type Move = (device: string, code: string, under: string | null) => void

/** Members of a group that came below another group go with it; those of one that ended or is hidden stand alone again. */
function follow(open: readonly Group[], own: GroupDevice, devices: readonly GroupDevice[], move: Move): void {
  const living = new Set(
    [own, ...devices].flatMap(({ states }) => Object.values(states).flatMap((state) => (hiddenBy(state) ? [] : (state.occurrence ?? [])))),
  )
  for (const { id, states } of devices)
    for (const [code, { groupedUnder }] of Object.entries(states)) {
      if (groupedUnder === null) continue
      const group = open.find(({ occurrence }) => occurrence === groupedUnder)
      const above = group?.state.groupedUnder ?? null
      if (!living.has(groupedUnder)) move(id, code, null)
      else if (above !== null && open.some(({ occurrence }) => occurrence === above)) move(id, code, above)
    }
}

/** Takes new members once enough units alarm; what has been taken stays, what comes after the acknowledgement stands alone. */
function join(group: Group, devices: readonly GroupDevice[], taken: Set<string>, move: Move): void {
  const { alarm, occurrence, rule } = group
  const found: [string, string][] = []
  const units = new Set<string>()
  for (const { id, set, states } of devices) {
    if (!rule.kinds.includes(set.kind.kind)) continue
    for (const [code, member] of Object.entries(states)) {
      if (member.groupedUnder === occurrence) units.add(id)
      if (!alarmActive(member) || hiddenBy(member) !== null || member.groupedUnder !== null) continue
      if (!isAround(group, member.raisedAt)) continue
      // Nothing hides behind what is less urgent: 'P1' < 'P2'.
      if ((set.byCode.get(code)?.definition.priority ?? 'P1') < alarm.definition.priority) continue
      found.push([id, code])
      units.add(id)
    }
  }
  if (units.size < rule.least) return
  for (const [id, code] of found) {
    if (taken.has(`${id} ${code}`)) continue
    taken.add(`${id} ${code}`)
    move(id, code, occurrence)
  }
}
