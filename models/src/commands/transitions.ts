import type { CommandPhase } from '../twin/types.ts'

/** commands.json `lifecycle`: what may follow what. */
export const TRANSITIONS: Readonly<Record<CommandPhase, readonly CommandPhase[]>> = {
  REQUESTED: ['VALIDATED', 'REJECTED'],
  VALIDATED: ['AWAITING_APPROVAL', 'ARMED', 'REJECTED', 'ABORTED'],
  AWAITING_APPROVAL: ['ARMED', 'REJECTED', 'EXPIRED', 'ABORTED'],
  ARMED: ['DISPATCHED', 'EXPIRED', 'ABORTED'],
  // ABORTED: the last look after the commit found something against it, so the message never left.
  DISPATCHED: ['ACKED', 'FAILED', 'ABORTED'],
  ACKED: ['EXECUTED', 'UNVERIFIED'],
  EXECUTED: [],
  REJECTED: [],
  EXPIRED: [],
  FAILED: [],
  UNVERIFIED: [],
  ABORTED: [],
}

export function isFinal(phase: CommandPhase): boolean {
  return TRANSITIONS[phase].length === 0
}

/** Nothing has been sent yet: it may still be cancelled or aborted. */
export function isBeforeDispatch(phase: CommandPhase): boolean {
  return phase === 'REQUESTED' || phase === 'VALIDATED' || phase === 'AWAITING_APPROVAL' || phase === 'ARMED'
}

/** A path through the machine from the start; equal neighbours are notes and retries. */
export function legalPath(steps: readonly { readonly phase: CommandPhase }[]): boolean {
  return (
    steps[0]?.phase === 'REQUESTED' &&
    steps.every(({ phase }, place) => {
      const before = steps[place - 1]?.phase
      return before === undefined || before === phase || TRANSITIONS[before].includes(phase)
    })
  )
}
