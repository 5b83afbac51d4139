import type { SiteRow } from './records.ts'

/** What may be missing after a move: all that was acknowledged is here, or not all from then on (epoch ms). */
export interface Loss {
  readonly complete: boolean
  readonly missingFrom: number | null
  /** Uploaded files are missing. */
  readonly files?: boolean
}

export const nothingLost: Loss = { complete: true, missingFrom: null }

/**
 * Without the old site's word, from its last state known here. Protected, it acknowledges nothing alone before its grace is over, and under
 * `wait` never does. `heardAt`: its last word, epoch ms.
 */
export function lossOf(row: SiteRow | null, heardAt: number | null, graceMs: number, now: number): Loss {
  if (!row?.protected) return { complete: false, missingFrom: row?.since ?? 0 }
  if (row.policy === 'wait') return nothingLost
  const alone = (heardAt ?? row.since) + graceMs
  return now < alone ? nothingLost : { complete: false, missingFrom: alone }
}
