import { jointReason } from '@twin/models/control'
import type { JointAction, JointControl } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'

/** Event of the station's own device: what its master told a unit to do, and why. */
export const MASTER_ORDER = 'sequence.order'

const kinds: readonly JointAction['kind'][] = ['start', 'stop', 'load', 'unload']

/** Puts the master's orders of this turn on record, in its own words as far as they make sense. */
export function noteOrders(cell: CellView, turn: Turn, joint: JointControl): void {
  const own = `device:${cell.config.id}`
  for (const { actor, fact } of [...turn.facts]) {
    if (fact.kind !== 'device.event' || actor !== own || fact.body.name !== MASTER_ORDER) continue
    const { unit, order, cause, headerPressure, limit } = fact.body.data
    const kind = kinds.find((one) => one === order)
    if (kind === undefined || kind === 'plan' || typeof unit !== 'string' || !joint.members.includes(unit)) continue
    const bar = numberOf(headerPressure)
    const id = cell.ids.next()
    logAction(cell, turn, { id, kind, unit, reason: jointReason(kind, cause, bar, numberOf(limit)), headerPressure: bar })
  }
}

export function logAction(cell: CellView, turn: Turn, action: Omit<JointAction, 'at' | 'outcome' | 'endedAt'>): void {
  const at = cell.now(turn.wall)
  turn.say(cell.address, [{ kind: 'joint.action', v: 1, at, body: { ...action, at, outcome: 'pending', endedAt: null } }])
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
