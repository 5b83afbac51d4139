import {
  completeArgs,
  forgettable,
  isBeforeDispatch,
  isFinal,
  newCommand,
  rejectText,
  stepCommand,
  type Asker,
  type CommandArgs,
  type CommandInput,
} from '@twin/models/commands'
import type { CommandState, Person, RejectCode, StationFact } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'
import { aimAt, check, contextFor } from './command-context.ts'

type Refused = { readonly reason: 'not-found' | 'conflict' | 'not-permitted'; readonly code?: RejectCode; readonly detail: string }

export interface NewRequest {
  readonly id: string
  readonly target: string
  readonly code: string
  readonly args: CommandArgs
  readonly reason: string
  readonly by: Person
  readonly confirmed: boolean
  /** Absent = a person asks for just this. `joint` counts as automation unless a person's run of steps gives it. */
  readonly origin?: CommandState['origin']
  readonly automation?: boolean
}

const unknownCommand = (code: string): Refused => ({
  reason: 'not-found',
  code: 'UNKNOWN_COMMAND',
  detail: rejectText('UNKNOWN_COMMAND', code),
})

/** A new command; the same id again is the same command. What is not permitted ends REJECTED, on record. */
export function requestCommand(cell: CellView, turn: Turn, request: NewRequest): Refused | null {
  if (cell.state.station.commands[request.id] !== undefined) return null
  const aim = aimAt(cell, request.target, request.code)
  if (aim === undefined) return unknownCommand(request.code)
  const now = cell.now(turn.wall)
  const { id, target, reason, by, confirmed, origin, automation } = request
  const args = completeArgs(aim.command.definition, request.args, reason)
  const state = newCommand({
    id,
    command: aim.command,
    target,
    args,
    reason,
    by,
    ...(origin !== undefined && { origin }),
    now,
    readings: cell.readings.at(aim.core, now),
  })
  const asker: Asker = { person: by, reason, confirmed, ...(automation === true && { automation }) }
  // A recording obeys nobody.
  if (cell.replaying) {
    const detail = rejectText('NOT_APPLICABLE', '回放数据 replayed data')
    const rejected = { id, phase: 'REJECTED' as const, rejectCode: 'NOT_APPLICABLE' as const, detail, deadline: null }
    turn.say(cell.address, [
      { kind: 'command.requested', v: 1, at: now, body: state },
      { kind: 'command.moved', v: 1, at: now, body: rejected },
    ])
    return null
  }
  const step = stepCommand(null, { type: 'request', state }, contextFor(cell, aim, state, asker, turn.wall))
  take(cell, turn, state.target, step)
  forget(cell, turn)
  return null
}

export function dryRun(cell: CellView, wall: number, target: string, code: string, args: CommandArgs) {
  const aim = aimAt(cell, target, code)
  return aim === undefined
    ? null
    : check(cell, aim, { id: null, args: completeArgs(aim.command.definition, args, '') }, null, cell.now(wall))
}

/** Anything that happens to a command there is. */
export function moveCommand(cell: CellView, turn: Turn, id: string, input: CommandInput): Refused | null {
  const state = cell.state.station.commands[id]
  if (state === undefined) return { reason: 'not-found', detail: '没有此命令 No such command' }
  const aim = aimAt(cell, state.target, state.code)
  if (aim === undefined) return endWithout(cell, turn, state)
  const step = stepCommand(state, input, contextFor(cell, aim, state, null, turn.wall))
  take(cell, turn, state.target, step)
  return step.refused
}

/** Its device was retired while it was under way. */
function endWithout(cell: CellView, turn: Turn, state: CommandState): Refused | null {
  if (isFinal(state.phase)) return null
  const phase = isBeforeDispatch(state.phase) ? 'ABORTED' : state.phase === 'DISPATCHED' ? 'FAILED' : 'UNVERIFIED'
  const body = { id: state.id, phase, rejectCode: 'GATEWAY_OFFLINE', detail: rejectText('GATEWAY_OFFLINE'), deadline: null } as const
  turn.say(cell.address, [{ kind: 'command.moved', v: 1, at: cell.now(turn.wall), body }])
  return null
}

function take(cell: CellView, turn: Turn, target: string, step: ReturnType<typeof stepCommand>): void {
  turn.say(cell.address, step.facts)
  turn.say(`device:${target}`, step.deviceFacts)
  turn.effects.push(...step.effects)
  for (const fact of step.facts) if (fact.kind === 'command.moved' && fact.body.phase === 'ARMED') turn.armed.push(fact.body.id)
}

const none: CommandState[] = []

/** Open commands, oldest first, so that their facts come in the same order everywhere. */
export function openCommands(cell: CellView): readonly CommandState[] {
  const { commands } = cell.state.station
  let open: CommandState[] = none
  for (const id in commands) {
    const state = commands[id]
    if (state === undefined || isFinal(state.phase)) continue
    if (open === none) open = [state]
    else open.push(state)
  }
  return open.length < 2 ? open : open.toSorted((a, b) => a.issuedAt - b.issuedAt || (a.id < b.id ? -1 : 1))
}

/** Fresh telemetry of a device, for commands that wait to see their effect and for those that gave up waiting. */
export function evaluateCommands(cell: CellView, turn: Turn, target: string): void {
  const { commands } = cell.state.station
  for (const id in commands) {
    const state = commands[id]
    if (state?.target !== target) continue
    const late = state.phase === 'UNVERIFIED' || state.phase === 'FAILED'
    const commanded = cell.state.devices[state.target]?.commanded?.state ?? 'NONE'
    if (state.phase === 'ACKED' || (late && commanded !== 'NONE')) moveCommand(cell, turn, id, { type: 'evaluate' })
  }
}

export function tickCommands(cell: CellView, turn: Turn): void {
  const now = cell.now(turn.wall)
  for (const { id, deadline } of openCommands(cell)) if (deadline !== null && deadline <= now) moveCommand(cell, turn, id, { type: 'tick' })
}

export function abortOpen(cell: CellView, turn: Turn, input: CommandInput): void {
  for (const { id, phase } of openCommands(cell)) if (isBeforeDispatch(phase)) moveCommand(cell, turn, id, input)
}

/** Just before the message leaves, after the commit: what forbids it now? null = nothing. */
export function lastLook(
  cell: CellView,
  wall: number,
  id: string,
): { readonly rejectCode: RejectCode | null; readonly detail: string | null } | null {
  const state = cell.state.station.commands[id]
  const aim = state && aimAt(cell, state.target, state.code)
  // Acknowledged, ended or retired meanwhile: there is nothing to send.
  if (!state || !aim || state.phase !== 'DISPATCHED') return { rejectCode: null, detail: null }
  const now = cell.now(wall)
  if (state.expiresAt !== null && now >= state.expiresAt) return { rejectCode: 'EXPIRED', detail: rejectText('EXPIRED') }
  const result = check(cell, aim, state, null, now)
  return result.allowed ? null : result
}

/** What the last look found against it: the first sending is taken back; a repetition is only left out. */
export function takeBack(
  cell: CellView,
  turn: Turn,
  id: string,
  found: { readonly rejectCode: RejectCode | null; readonly detail: string | null },
): void {
  const state = cell.state.station.commands[id]
  if (state?.phase !== 'DISPATCHED' || state.attempts > 1 || found.rejectCode === null) return
  const now = cell.now(turn.wall)
  const detail = `未下发 Not sent: ${found.detail ?? found.rejectCode}`
  turn.say(cell.address, [
    { kind: 'command.moved', v: 1, at: now, body: { id, phase: 'ABORTED', rejectCode: found.rejectCode, detail, deadline: null } },
  ])
  const commanded = cell.state.devices[state.target]?.commanded
  if (commanded && commanded.state !== 'NONE')
    turn.say(`device:${state.target}`, [{ kind: 'commanded', v: 1, at: now, body: { state: 'NONE' } }])
  const body = {
    id,
    code: state.code,
    target: state.target,
    phase: 'ABORTED',
    rejectCode: found.rejectCode,
    detail,
    requestedBy: state.requestedBy.id,
  }
  turn.effects.push({ kind: 'notify', station: cell.config.id, topic: 'command.ended', body })
}

function forget(cell: CellView, turn: Turn): void {
  const now = cell.now(turn.wall)
  const ids = forgettable(cell.state.station.commands, now)
  turn.say(
    cell.address,
    ids.map((id): StationFact => ({ kind: 'command.forgotten', v: 1, at: now, body: { id } })),
  )
}
