import type { Readings } from '../expressions/types.ts'
import type { AlarmFact } from '../twin/types.ts'
import { alarmActive, hiddenBy, initialAlarm, stateOf } from './alarm-state.ts'
import { endHidden } from './evaluate-alarms.ts'
import { foldAlarm } from './apply-alarm-fact.ts'
import type { AlarmAnswer, AlarmSet, AlarmStates } from './types.ts'

/** IEC 62682 leaves the limit to the site. */
export const SHELVE_MAX_MINUTES = 8 * 60

interface Action {
  readonly set: AlarmSet
  readonly states: AlarmStates
  readonly code: string
  /** Person's id or name, as it shall stand in the records. */
  readonly by: string
  readonly now: number
}
interface OccurrenceAction extends Action {
  readonly occurrence: string
}

const conflict = (detail: string): AlarmAnswer => ({ ok: false, reason: 'conflict', detail })
const invalid = (field: string, detail: string): AlarmAnswer => ({ ok: false, reason: 'invalid', field, detail })
const unknownAlarm: AlarmAnswer = { ok: false, reason: 'not-found', detail: '该设备没有此报警 The device has no such alarm' }
const done = (...facts: AlarmFact[]): AlarmAnswer => ({ ok: true, facts })

/** Takes note of an occurrence that waits for it. */
export function ackAlarm({ set, states, code, occurrence, by, now, note }: OccurrenceAction & { readonly note: string }): AlarmAnswer {
  if (!set.byCode.has(code)) return unknownAlarm
  const state = stateOf(states, code)
  if (state.occurrence !== occurrence) return conflict('该次报警已结束 This occurrence has ended')
  const body = { code, occurrence, by, note }
  switch (state.phase) {
    case 'UNACK':
      return done({ kind: 'alarm.acked', v: 1, at: now, body: { ...body, phase: 'ACKED' } })
    case 'RTN_UNACK':
      return done({ kind: 'alarm.acked', v: 1, at: now, body: { ...body, phase: 'NORMAL' } })
    case 'LATCHED_UNACK':
      return done({ kind: 'alarm.acked', v: 1, at: now, body: { ...body, phase: 'LATCHED_ACKED' } })
    case 'ACKED':
    case 'LATCHED_ACKED':
      return conflict(`已由 ${state.ackedBy ?? '?'} 确认 Already acknowledged by ${state.ackedBy ?? '?'}`)
    case 'NORMAL':
      return conflict('报警未激活 The alarm is not active')
  }
}

/** Releases a latch: after acknowledgement, and only while the condition is known not to hold. */
export function resetAlarm(action: OccurrenceAction & { readonly readings: Readings }): AlarmAnswer {
  const { set, states, code, occurrence, by, now, readings } = action
  const alarm = set.byCode.get(code)
  if (!alarm) return unknownAlarm
  const state = stateOf(states, code)
  if (state.occurrence !== occurrence) return conflict('该次报警已结束 This occurrence has ended')
  if (!alarm.definition.latched) return conflict('该报警不锁存,无需复位 This alarm does not latch, there is nothing to reset')
  if (alarmActive(state)) return conflict('报警条件仍然成立 The condition still holds')
  if (state.phase !== 'LATCHED_ACKED') return conflict('请先确认报警 Acknowledge it first')
  const holds = alarm.condition.test(readings)
  if (holds === true) return conflict('报警条件再次成立 The condition holds again')
  if (holds === undefined) return conflict('数据无效,无法判断报警条件 The condition cannot be judged: data missing, bad or stale')
  return done({ kind: 'alarm.reset', v: 1, at: now, body: { code, occurrence, by } })
}

/** Hides an alarm for a time; a second shelving replaces the first. */
export function shelveAlarm(action: Action & { readonly minutes: number; readonly reason: string }): AlarmAnswer {
  const { set, states, code, by, now, minutes, reason } = action
  const alarm = set.byCode.get(code)
  if (!alarm) return unknownAlarm
  if (alarm.definition.priority === 'P1') return conflict('紧急报警(P1)不可搁置 Critical alarms (P1) cannot be shelved')
  if (!(minutes > 0 && minutes <= SHELVE_MAX_MINUTES))
    return invalid('minutes', `搁置时间须在 1 至 ${SHELVE_MAX_MINUTES} 分钟 Shelve for 1 to ${SHELVE_MAX_MINUTES} minutes`)
  if (reason.trim() === '') return invalid('reason', '请填写搁置原因 Give a reason')
  const until = now + minutes * 60_000
  const hidden = hiddenBy({ ...stateOf(states, code), shelved: { until, by, reason } })
  return done({ kind: 'alarm.shelved', v: 1, at: now, body: { code, until, by, reason, hidden } })
}

export function unshelveAlarm({ set, states, code, by, now }: Action): AlarmAnswer {
  if (!set.byCode.has(code)) return unknownAlarm
  const state = stateOf(states, code)
  if (!state.shelved) return conflict('报警未搁置 The alarm is not shelved')
  return done({ kind: 'alarm.unshelved', v: 1, at: now, body: { code, by, hidden: hiddenBy({ ...state, shelved: null }) } })
}

/** Takes an alarm out of service (`out`) or returns it; needs a work order either way. What came up meanwhile ends and is judged anew. */
export function serviceAlarm(action: Action & { readonly out: boolean; readonly workOrder: string }): AlarmAnswer {
  const { set, states, code, by, now, out, workOrder } = action
  if (!set.byCode.has(code)) return unknownAlarm
  if (workOrder.trim() === '') return invalid('workOrder', '必须填写工单号 A work order is required')
  let state = states[code] ?? initialAlarm
  if (out === (state.outOfService !== null))
    return conflict(out ? '报警已停用 The alarm is out of service already' : '报警未停用 The alarm is in service')
  const facts: AlarmFact[] = []
  if (!out)
    endHidden(code, state, state.outOfService?.since ?? now, now, (fact) => {
      facts.push(fact)
      state = foldAlarm(state, fact)
    })
  const hidden = hiddenBy({ ...state, outOfService: out ? { since: now, by, workOrder } : null })
  return done(...facts, { kind: 'alarm.outOfService', v: 1, at: now, body: { code, on: out, by, workOrder, hidden } })
}
