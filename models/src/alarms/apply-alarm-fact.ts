import type { AlarmFact, AlarmState, Fact } from '../twin/types.ts'
import { CHATTER_WINDOW_MS, initialAlarm, needsAck } from './alarm-state.ts'
import type { AlarmStates } from './types.ts'

export function isAlarmFact(fact: Fact): fact is AlarmFact {
  return fact.kind.startsWith('alarm.')
}

/** Late data: such facts never fold into the live states. */
export function isHistorical(fact: AlarmFact): boolean {
  return 'historical' in fact.body && fact.body.historical
}

/**
 * Fold of one fact into the states of a device, live and in replay alike. Facts marked historical fold only into the backlog's own states (`historical`).
 * In an immer draft assign `foldAlarm(original state, fact)` to `draft.alarms[code]` instead.
 */
export function applyAlarmFact(states: AlarmStates, fact: AlarmFact, historical = false): AlarmStates {
  if (isHistorical(fact) !== historical) return states
  const code = fact.body.code
  return { ...states, [code]: foldAlarm(states[code] ?? initialAlarm, fact) }
}

const ended = {
  phase: 'NORMAL',
  occurrence: null,
  raising: null,
  clearing: null,
  raisedAt: null,
  ackedAt: null,
  ackedBy: null,
  note: null,
  clearedAt: null,
  groupedUnder: null,
  unackedSince: null,
  escalatedAt: null,
} as const satisfies Partial<AlarmState>

type Suppressed = AlarmFact & { readonly kind: 'alarm.suppressed' }

/** Another reason to be suppressed does not begin it anew: what was raised meanwhile still ends with it. */
function suppressedBy(state: AlarmState, { at, body }: Suppressed): AlarmState['suppressed'] {
  const since = state.suppressed?.since ?? at
  return body.lockout === undefined ? { since } : { since, lockout: body.lockout }
}

/** One alarm after one of its facts. Facts about an occurrence that is not the open one change nothing. */
export function foldAlarm(state: AlarmState, fact: AlarmFact): AlarmState {
  switch (fact.kind) {
    case 'alarm.pending':
      return { ...state, raising: fact.body.raising, clearing: fact.body.clearing }
    case 'alarm.raised': {
      const again = state.occurrence === fact.body.occurrence
      // Coming and going while nobody takes note of it is one wait.
      const waits = again && needsAck(state)
      const recent = state.recentRaises.filter((at) => at > fact.at - CHATTER_WINDOW_MS)
      return {
        ...state,
        ...ended,
        phase: 'UNACK',
        occurrence: fact.body.occurrence,
        raisedAt: again ? state.raisedAt : fact.at,
        groupedUnder: fact.body.groupedUnder,
        unackedSince: (waits ? state.unackedSince : null) ?? fact.at,
        escalatedAt: (waits ? state.escalatedAt : null) ?? null,
        recentRaises: [...recent, fact.at].slice(-10),
      }
    }
    case 'alarm.cleared':
      if (state.occurrence !== fact.body.occurrence) return state
      if (fact.body.phase === 'NORMAL') return { ...state, ...ended }
      return { ...state, phase: fact.body.phase, raising: null, clearing: null, clearedAt: fact.at }
    case 'alarm.acked':
      if (state.occurrence !== fact.body.occurrence) return state
      // A delay in progress goes on: acknowledging must not restart it.
      if (fact.body.phase === 'NORMAL') return { ...state, ...ended, raising: state.raising }
      return { ...state, phase: fact.body.phase, ackedAt: fact.at, ackedBy: fact.body.by, note: fact.body.note, unackedSince: null }
    case 'alarm.reset':
      return state.occurrence === fact.body.occurrence ? { ...state, ...ended } : state
    case 'alarm.shelved':
      return { ...state, shelved: { until: fact.body.until, by: fact.body.by, reason: fact.body.reason } }
    case 'alarm.unshelved':
      return { ...state, shelved: null }
    case 'alarm.suppressed':
      return { ...state, suppressed: fact.body.on ? suppressedBy(state, fact) : null }
    case 'alarm.outOfService':
      return {
        ...state,
        outOfService: fact.body.on ? { since: fact.at, by: fact.body.by, workOrder: fact.body.workOrder } : null,
      }
    case 'alarm.grouped':
      return { ...state, groupedUnder: fact.body.under }
    case 'alarm.escalated':
      return state.occurrence === fact.body.occurrence ? { ...state, escalatedAt: fact.at } : state
    case 'alarm.chattering':
      return { ...state, chattering: fact.body.on }
  }
}
