import { heldCodes, isBeforeDispatch, rejectText } from '@twin/models/commands'
import type { HoldKind, Person, RejectCode } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'
import { evaluateDevice } from '../device/device-actor.ts'
import { moveCommand, openCommands } from './commands.ts'

export interface HoldRequest {
  readonly device: string
  readonly by: Person
  readonly on: boolean
  readonly reason: string
  readonly document: string
  readonly kind: HoldKind
}

type Refused = { readonly reason: 'not-found' | 'not-permitted' | 'conflict' | 'invalid'; readonly detail: string; readonly field?: string }

/** A document takes hold of a device or lets go of it. What was not sent yet to a device that is now held never is. */
export function holdDevice(cell: CellView, turn: Turn, { device, by, on, reason, document, kind }: HoldRequest): Refused | null {
  const core = cell.cores.get(device)
  const state = cell.state.devices[device]
  if (core === undefined || state === undefined) return { reason: 'not-found', detail: '没有此设备 No such device' }
  if (document.trim() === '') return { reason: 'invalid', field: 'document', detail: '缺少单据号 The document is missing' }
  const known = state.held?.find((hold) => hold.kind === kind && hold.document === document)
  if (known !== undefined && kind === 'lockout' && known.by.id !== by.id)
    return {
      reason: on ? 'conflict' : 'not-permitted',
      detail: `${rejectText('TAGGED_OUT', known.by.name)}; 只有挂牌人可以摘牌 only who hung the tag takes it off`,
    }
  if ((known !== undefined) === on) return null
  const now = cell.now(turn.wall)
  turn.say(core.address, [{ kind: 'device.held', v: 1, at: now, body: { kind, document, on, reason, by } }])
  const context = { core, state: cell.state, readings: cell.readings, ids: cell.ids, now }
  turn.say(core.address, evaluateDevice(context))
  turn.actor = cell.address
  if (on) abortTo(cell, turn, device, heldCodes[kind], document)
  return null
}

function abortTo(cell: CellView, turn: Turn, device: string, rejectCode: RejectCode, document: string): void {
  for (const { id, phase, target } of openCommands(cell))
    if (isBeforeDispatch(phase) && (target === device || device === cell.config.id))
      moveCommand(cell, turn, id, { type: 'abort', rejectCode, detail: rejectText(rejectCode, document) })
}
