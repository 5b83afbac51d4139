const finalPhases = new Set(['EXECUTED', 'REJECTED', 'EXPIRED', 'FAILED', 'UNVERIFIED', 'ABORTED'])
const way = ['REQUESTED', 'VALIDATED', 'ARMED', 'DISPATCHED', 'ACKED', 'EXECUTED'] as const

export function isOver(phase: string): boolean {
  return finalPhases.has(phase)
}

/** Phases a command goes through, with approval where it had to wait for one. */
export function wayOf(row: { readonly phase: string; readonly steps: readonly { readonly phase: string }[] }): readonly string[] {
  const waited = row.phase === 'AWAITING_APPROVAL' || row.steps.some((step) => step.phase === 'AWAITING_APPROVAL')
  return waited ? ['REQUESTED', 'VALIDATED', 'AWAITING_APPROVAL', ...way.slice(2)] : way
}
