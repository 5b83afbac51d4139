import type { CounterReading } from './types.ts'

/** A counter made monotone: what it grew by since the first reading, and which steps between readings are doubtful. */
export interface Growth {
  readonly at: readonly number[]
  /** Sum of growth up to the reading. */
  readonly sum: readonly number[]
  /** Step i leads to reading i. */
  readonly reset: readonly boolean[]
  readonly gap: readonly boolean[]
  readonly readings: readonly CounterReading[]
}

/**
 * `maxRate` is the most the counter can grow per hour. A counter that fell was reset, rolled over or exchanged: what it shows now counts as
 * growth only if it can have been made since; otherwise nothing is known of the step and it counts as none.
 */
export function growthOf(readings: readonly CounterReading[], maxRate: number, maxGapMs: number): Growth {
  const at: number[] = []
  const sum: number[] = []
  const reset: boolean[] = []
  const gap: boolean[] = []
  const kept: CounterReading[] = []
  let last: CounterReading | undefined
  let total = 0
  for (const reading of readings) {
    if (!Number.isFinite(reading.value) || (last && reading.at <= last.at)) continue
    let fell = false
    if (last) {
      const hours = (reading.at - last.at) / 3_600_000
      // Counters are doubles with few decimals; differences carry noise far below any meter's resolution.
      const step = Math.round((reading.value - last.value) * 1e6) / 1e6
      fell = step < 0
      if (!fell) total += step
      else if (reading.value >= 0 && reading.value <= maxRate * hours) total += reading.value
    }
    at.push(reading.at)
    sum.push(total)
    reset.push(fell)
    gap.push(last !== undefined && reading.at - last.at > maxGapMs)
    kept.push(reading)
    last = reading
  }
  return { at, sum, reset, gap, readings: kept }
}

/** What a span of time shows of a counter. */
export interface Span {
  readonly amount: number
  /** The span is not covered to both edges. */
  readonly partial: boolean
  readonly reset: boolean
  readonly gap: boolean
  readonly readings: readonly CounterReading[]
}

/** What a counter grew by between two times, `maxRate` per hour at most through a reset; null when no step of it overlaps. */
export function amountBetween(readings: readonly CounterReading[], from: number, to: number, maxRate: number): number | null {
  return spanOf(growthOf(readings, maxRate, Infinity), from, to)?.amount ?? null
}

/** The same for every stretch between neighbouring edges. */
export function amountsBetween(readings: readonly CounterReading[], edges: readonly number[], maxRate: number): (number | null)[] {
  const growth = growthOf(readings, maxRate, Infinity)
  return edges.slice(0, -1).map((from, i) => grownBetween(growth, from, edges[i + 1] ?? from))
}

function grownBetween(growth: Growth, from: number, to: number): number | null {
  const [first, last] = [growth.at[0], growth.at.at(-1)]
  if (first === undefined || last === undefined || last <= from || first >= to || growth.at.length < 2) return null
  return Math.round((sumAt(growth, Math.min(to, last)) - sumAt(growth, Math.max(from, first))) * 1e6) / 1e6
}

/** Growth between two times, even between readings; null when no step of the counter overlaps. */
export function spanOf(growth: Growth, from: number, to: number): Span | null {
  const { at, readings } = growth
  const first = at[0]
  const last = at.at(-1)
  if (first === undefined || last === undefined || last <= from || first >= to || at.length < 2) return null
  const start = Math.max(from, first)
  const end = Math.min(to, last)
  const i = indexAtOrBefore(at, start)
  const j = indexAtOrAfter(at, end)
  let [reset, gap] = [false, false]
  for (let k = i + 1; k <= j; k++) {
    if (growth.reset[k]) reset = true
    if (growth.gap[k]) gap = true
  }
  const around = [i, indexAtOrAfter(at, start), indexAtOrBefore(at, end), j]
  const amount = grownBetween(growth, from, to) ?? 0
  return {
    amount,
    partial: start > from || end < to,
    reset,
    gap,
    readings: [...new Set(around)].toSorted((a, b) => a - b).flatMap((k) => readings[k] ?? []),
  }
}

function sumAt({ at, sum }: Growth, time: number): number {
  const i = indexAtOrBefore(at, time)
  const [t0, s0] = [at[i] ?? 0, sum[i] ?? 0]
  const t1 = at[i + 1]
  if (t1 === undefined || time === t0) return s0
  return s0 + (((sum[i + 1] ?? s0) - s0) * (time - t0)) / (t1 - t0)
}

/** `at` ascending, its first at or before `time`. */
function indexAtOrBefore(at: readonly number[], time: number): number {
  let [low, high] = [0, at.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((at[middle] ?? Infinity) <= time) low = middle
    else high = middle - 1
  }
  return low
}
function indexAtOrAfter(at: readonly number[], time: number): number {
  const i = indexAtOrBefore(at, time)
  return (at[i] ?? time) < time ? Math.min(i + 1, at.length - 1) : i
}
