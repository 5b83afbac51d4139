interface Rule {
  /** Seconds. */
  readonly window: number
  readonly max: number
}
interface Bucket {
  tokens: number
  at: number
}
const LIMIT = 100_000

/**
 * Limits by buckets that fill evenly: `max` at once, and `max` in every window for as long as one likes. The library's own counter starts
 * anew only after a window without any request, so that one sign-in every few seconds would lock an address out in the end.
 */
export function createRateBuckets(now: () => number): {
  consume(key: string, rule: Rule): Promise<{ allowed: boolean; retryAfter: number | null }>
} {
  const buckets = new Map<string, Bucket>()
  return {
    async consume(key, { window, max }) {
      const at = now()
      const perMs = max / (window * 1000)
      const known = buckets.get(key)
      const tokens = known ? Math.min(max, known.tokens + Math.max(0, at - known.at) * perMs) : max
      const allowed = tokens >= 1
      buckets.delete(key)
      buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at })
      // The longest unused are full again, or the least to be missed.
      for (const oldest of buckets.keys()) {
        if (buckets.size <= LIMIT) break
        buckets.delete(oldest)
      }
      return { allowed, retryAfter: allowed ? null : Math.ceil((1 - tokens) / perMs / 1000) }
    },
  }
}
