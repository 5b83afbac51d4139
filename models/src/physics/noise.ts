/** Uniform numbers in [0, 1) from a seed: the same seed gives the same run. */
export type Random = () => number

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

/** Close to normal, mean 0, standard deviation 1, never beyond 3: sum of six. */
export function gaussian(random: Random): number {
  let sum = -3
  for (let i = 0; i < 6; i++) sum += random()
  return sum * Math.SQRT2
}

/** Seed from a text, so that every device has its own noise. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
