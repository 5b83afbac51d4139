/** Numbers that look like chance and come the same every time (mulberry32). */
export function chance(seed: number): { next(): number; pick<T>(from: readonly T[]): T; between(low: number, high: number): number } {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    pick<T>(from: readonly T[]): T {
      const found = from[Math.floor(next() * from.length)]
      if (found === undefined) throw new RangeError('nothing to choose from')
      return found
    },
    between: (low, high) => Math.floor(low + next() * (high - low + 1)),
  }
}
