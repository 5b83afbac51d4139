import { pointValues } from '../alarms/index.ts'
import type { Readings } from '../expressions/types.ts'
import { findPoint } from '../kinds/index.ts'
import type { Person, CommandState, StationFact, StationState } from '../twin/types.ts'
import { findCommand } from './compile-command.ts'
import { isFinal } from './transitions.ts'
import type { CommandArgs, CompiledCommand } from './types.ts'

/** G1: the camera stays open this long after a command ended. */
export const VIDEO_AFTER_MS = 120_000
const DAY_MS = 86_400_000
const KEPT = 50

/** A command as it is requested. `before` keeps the points its effect is verified by, and what it was done about (fault class). */
export function newCommand(request: {
  readonly id: string
  readonly command: CompiledCommand
  readonly target: string
  readonly args: CommandArgs
  readonly reason: string
  readonly by: Person
  readonly origin?: CommandState['origin']
  readonly now: number
  readonly readings: Readings
}): CommandState {
  const { id, command, target, args, reason, by, origin, now, readings } = request
  return {
    id,
    code: command.definition.code,
    target,
    args,
    reason,
    ...(origin !== undefined && { origin }),
    requestedBy: by,
    approvedBy: null,
    phase: 'REQUESTED',
    rejectCode: null,
    detail: null,
    issuedAt: now,
    deadline: null,
    expiresAt: null,
    n: null,
    attempts: 0,
    video: 'notRequired',
    steps: [{ phase: 'REQUESTED', at: now, by: by.id, detail: null }],
    before: { ...pointValues(command.verify.uses, command.kind, readings), ...faultClass(command, readings) },
    after: {},
  }
}

/** Fault class of the target now; undefined where the kind has none. */
export function faultClass(command: CompiledCommand, readings: Readings): { readonly faultClass?: string | null } {
  const index = findPoint(command.kind, 'faultClass')
  if (index < 0) return {}
  const value = pointValues([{ owner: 'self', index, point: 'faultClass' }], command.kind, readings)['faultClass']
  return { faultClass: typeof value === 'string' ? value : null }
}

export type CommandFact = StationFact & { readonly kind: 'command.requested' | 'command.moved' | 'command.forgotten' }

export function isCommandFact(fact: { readonly kind: string }): fact is CommandFact {
  return fact.kind === 'command.requested' || fact.kind === 'command.moved' || fact.kind === 'command.forgotten'
}

/** One command after it moved. What comes after the end is noted and changes nothing else. */
export function foldCommand(state: CommandState, fact: StationFact & { readonly kind: 'command.moved' }): CommandState {
  const { id: _, by, phase, ...changes } = fact.body
  const steps = [...state.steps, { phase, at: fact.at, by: by ?? null, detail: changes.detail ?? null }]
  return isFinal(state.phase) ? { ...state, steps } : { ...state, ...changes, phase, steps }
}

/** Fold of command facts into the station; live and in replay alike. In an immer draft use `foldCommand` on the entry. */
export function applyCommandFact(station: StationState, fact: CommandFact): StationState {
  switch (fact.kind) {
    case 'command.requested':
      return { ...station, commands: { ...station.commands, [fact.body.id]: fact.body } }
    case 'command.moved': {
      const state = station.commands[fact.body.id]
      if (!state) return station
      const n = fact.body.n ?? null
      return {
        ...station,
        nextN: n === null ? station.nextN : Math.max(station.nextN, n + 1),
        commands: { ...station.commands, [state.id]: foldCommand(state, fact) },
      }
    }
    case 'command.forgotten': {
      const { [fact.body.id]: _, ...commands } = station.commands
      return { ...station, commands }
    }
  }
}

/** When the command was (first) sent; null = never, also when it was withheld at the last moment. */
export function dispatchedAt(state: CommandState): number | null {
  if (state.phase === 'ABORTED') return null
  return state.steps.find((step) => step.phase === 'DISPATCHED')?.at ?? null
}

export function endedAt(state: CommandState): number | null {
  return isFinal(state.phase) ? (state.steps.find((step) => step.phase === state.phase)?.at ?? null) : null
}

/** When `tick` or `dispatch` is due for a command: at once when armed, else its deadline. null = ended. */
export function nextCommandDue(state: CommandState, now: number): number | null {
  if (isFinal(state.phase)) return null
  return state.phase === 'ARMED' ? now : state.deadline
}

/** Ended commands no rule needs any more, beyond the last 50: for `command.forgotten`. */
export function forgettable(commands: StationState['commands'], now: number): readonly string[] {
  return Object.values(commands)
    .filter((state) => isFinal(state.phase))
    .toSorted((a, b) => b.issuedAt - a.issuedAt)
    .slice(KEPT)
    .filter((state) => now - (dispatchedAt(state) ?? -Infinity) > memoryMs(state.code))
    .map((state) => state.id)
}

/** How long intervals and daily limits look back on a command. */
function memoryMs(code: string): number {
  if (code.endsWith('.resetFault')) return DAY_MS
  return (findCommand(code)?.minIntervalS ?? 0) * 1000
}

/** Until when commands want the room camera open: Infinity while one is under way, 120 s after the last ended; null = not (any more). */
export function videoUntil(commands: StationState['commands'], now: number): number | null {
  let until = -Infinity
  for (const state of Object.values(commands)) {
    if (state.video === 'notRequired') continue
    const ended = endedAt(state)
    until = Math.max(until, ended === null ? Infinity : ended + VIDEO_AFTER_MS)
  }
  return until > now ? until : null
}
