import type { Priority } from '../kinds/types.ts'
import type { AlarmFact, AlarmHidden, AlarmPhase } from '../twin/types.ts'

/** What is on record of one occurrence. Times epoch ms. */
export interface AlarmRow {
  readonly occurrence: string
  readonly code: string
  readonly station: string
  readonly device: string
  readonly deviceKind: string
  readonly priority: Priority
  readonly phase: Exclude<AlarmPhase, 'NORMAL'> | 'CLOSED'
  readonly hidden: AlarmHidden
  readonly groupedUnder: string | null
  readonly historical: boolean
  readonly chattering: boolean
  readonly values: Readonly<Record<string, number | string | boolean | null>>
  readonly raisedAt: number
  readonly ackedAt: number | null
  readonly ackedBy: string | null
  readonly note: string | null
  readonly clearedAt: number | null
  readonly closedAt: number | null
  readonly shelvedUntil: number | null
  readonly shelveReason: string | null
  readonly escalatedAt: number | null
}

/**
 * insert: the row, or, if the occurrence is on record already (it came back before people let go of it), `again` on that row.
 * update: by occurrence, or the open live row (closedAt null, not historical) of the device and code; no such row = the alarm is at rest, nothing to do.
 */
export type AlarmRowChange =
  | { readonly op: 'insert'; readonly row: AlarmRow; readonly again: Partial<AlarmRow> }
  | { readonly op: 'update'; readonly where: { readonly occurrence: string } | { readonly open: true }; readonly set: Partial<AlarmRow> }

export interface AlarmPlace {
  readonly station: string
  readonly device: string
  readonly deviceKind: string
}

/** Change of the occurrence table that a fact means; null = none. Apply in the order of the facts. */
export function projectAlarm(fact: AlarmFact, place: AlarmPlace): AlarmRowChange | null {
  const { at } = fact
  switch (fact.kind) {
    case 'alarm.pending':
      return null
    case 'alarm.escalated':
      return { op: 'update', where: { occurrence: fact.body.occurrence }, set: { escalatedAt: at } }
    case 'alarm.raised':
      return {
        op: 'insert',
        row: raisedRow(fact, place),
        again: {
          phase: 'UNACK',
          clearedAt: null,
          ackedAt: null,
          ackedBy: null,
          note: null,
          hidden: fact.body.hidden,
          groupedUnder: fact.body.groupedUnder,
          escalatedAt: null,
        },
      }
    case 'alarm.cleared': {
      const where = { occurrence: fact.body.occurrence }
      if (fact.body.phase === 'NORMAL') return { op: 'update', where, set: { phase: 'CLOSED', clearedAt: at, closedAt: at } }
      return { op: 'update', where, set: { phase: fact.body.phase, clearedAt: at } }
    }
    case 'alarm.acked': {
      const { occurrence, by, note, phase } = fact.body
      const acked = { ackedAt: at, ackedBy: by, note }
      const set: Partial<AlarmRow> = phase === 'NORMAL' ? { ...acked, phase: 'CLOSED', closedAt: at } : { ...acked, phase }
      return { op: 'update', where: { occurrence }, set }
    }
    case 'alarm.reset':
      return { op: 'update', where: { occurrence: fact.body.occurrence }, set: { phase: 'CLOSED', closedAt: at } }
    case 'alarm.shelved': {
      const { hidden, until, reason } = fact.body
      return { op: 'update', where: { open: true }, set: { hidden, shelvedUntil: until, shelveReason: reason } }
    }
    case 'alarm.unshelved':
      return { op: 'update', where: { open: true }, set: { hidden: fact.body.hidden, shelvedUntil: null, shelveReason: null } }
    case 'alarm.suppressed':
    case 'alarm.outOfService':
      return { op: 'update', where: { open: true }, set: { hidden: fact.body.hidden } }
    case 'alarm.grouped':
      return { op: 'update', where: { open: true }, set: { groupedUnder: fact.body.under } }
    case 'alarm.chattering':
      return { op: 'update', where: { open: true }, set: { chattering: fact.body.on } }
  }
}

function raisedRow(fact: AlarmFact & { readonly kind: 'alarm.raised' }, place: AlarmPlace): AlarmRow {
  const { code, occurrence, priority, hidden, groupedUnder, historical, values } = fact.body
  return {
    occurrence,
    code,
    station: place.station,
    device: place.device,
    deviceKind: place.deviceKind,
    priority,
    phase: 'UNACK',
    hidden,
    groupedUnder,
    historical,
    chattering: false,
    values,
    raisedAt: fact.at,
    ackedAt: null,
    ackedBy: null,
    note: null,
    clearedAt: null,
    closedAt: null,
    shelvedUntil: null,
    shelveReason: null,
    escalatedAt: null,
  }
}
