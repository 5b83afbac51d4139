/** Neighbouring distances that say how often a source speaks around a moment. */
const AROUND = 3

/**
 * Where a series of ascending times pauses: true at i when the pause before i is a gap. A pause longer than `least` is one, unless that is the
 * pace of the source around it, as of values stored a minute apart: then it takes three times as long. Judged at every moment by its own
 * neighbourhood, because one series may hold both. Times in ms.
 */
export function gapsIn(times: readonly number[], least: number): readonly boolean[] {
  const distance = (i: number): number => (times[i] ?? 0) - (times[i - 1] ?? 0)
  return times.map((_, i) => {
    if (i === 0 || distance(i) <= least) return false
    const before = usual(Math.max(1, i - AROUND), i)
    const after = usual(i + 1, Math.min(times.length, i + 1 + AROUND))
    const pace = Math.max(before, after)
    return pace <= least || distance(i) > 3 * pace
  })

  /** Median distance of [from, to); 0 where there is none. */
  function usual(from: number, to: number): number {
    const distances: number[] = []
    for (let i = from; i < to; i++) distances.push(distance(i))
    distances.sort((a, b) => a - b)
    return distances[Math.floor((distances.length - 1) / 2)] ?? 0
  }
}
