import type { RejectReason } from '@twin/models/wire'

const BURST = 10
const REFILL_MS = 6_000

/** Bad values are all counted, but not every one is worth keeping: ten letters at once, then ten a minute, per reason. */
export class LetterLimit {
  readonly #left = new Map<RejectReason, { tokens: number; at: number }>()
  allow(reason: RejectReason, now: number): boolean {
    const state = this.#left.get(reason) ?? { tokens: BURST, at: now }
    const tokens = Math.min(BURST, state.tokens + Math.max(0, now - state.at) / REFILL_MS)
    const allowed = tokens >= 1
    this.#left.set(reason, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed
  }
}
