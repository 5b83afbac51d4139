/** Token bucket per device. */
export interface FloodGuard {
  /** Takes one message into account: 0 = within the rate, else ms until it would have been. */
  take(device: string, now: number): number
}

export interface FloodLimits {
  /** Messages per second, and how many may come at once. */
  readonly rate: number
  readonly burst: number
}
export const defaultFloodLimits: FloodLimits = { rate: 50, burst: 200 }

/** Longest time an acknowledgement is held back, ms: below common keepalives, so that the flooding device stays connected. */
export const MAX_HOLD = 20_000

export function createFloodGuard({ rate, burst }: FloodLimits = defaultFloodLimits): FloodGuard {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const floor = (-MAX_HOLD * rate) / 1000
  return {
    take(device, now) {
      let bucket = buckets.get(device)
      if (!bucket) {
        if (buckets.size >= 100_000) forgetFull(buckets, rate, burst, now)
        bucket = { tokens: burst, at: now }
        buckets.set(device, bucket)
      }
      const elapsed = Math.max(0, now - bucket.at)
      bucket.tokens = Math.max(floor, Math.min(burst, bucket.tokens + (elapsed * rate) / 1000) - 1)
      bucket.at = now
      return bucket.tokens >= 0 ? 0 : (-bucket.tokens * 1000) / rate
    },
  }
}

function forgetFull(buckets: Map<string, { tokens: number; at: number }>, rate: number, burst: number, now: number): void {
  for (const [device, { tokens, at }] of buckets) if (tokens + ((now - at) * rate) / 1000 >= burst) buckets.delete(device)
  // Made-up ids only: whoever is known comes far below this number.
  if (buckets.size >= 100_000) buckets.clear()
}
