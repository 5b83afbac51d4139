/** Neighbouring distances that say how often a source speaks around a moment. */
const AROUND = 3

/**
 * Where a series of ascending times pauses: true at i when the pause before i is a gap. A pause is one when it is longer than `least` and
 * three times what is usual just before and just after it, so that a source that stores a value a minute and then sends one a second is
 * judged by its own pace at every moment. Times in ms.
 */
export function gapsIn(times: readonly number[], least: number): readonly boolean[] {
  const distance = (i: number): number => (times[i] ?? 0) - (times[i - 1] ?? 0)
  return times.map((_, i) => {
    if (i === 0 || distance(i) <= least) return false
    const before = usual(Math.max(1, i - AROUND), i)
    const after = usual(i + 1, Math.min(times.length, i + 1 + AROUND))
    return distance(i) > 3 * Math.max(before, after)
  })

  /** Median distance of [from, to); 0 where there is none. */
  function usual(from: number, to: number): number {
    const distances: number[] = []
    for (let i = from; i < to; i++) distances.push(distance(i))
    distances.sort((a, b) => a - b)
    return distances[Math.floor((distances.length - 1) / 2)] ?? 0
  }
}
