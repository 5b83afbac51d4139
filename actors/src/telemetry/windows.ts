/** What a window keeps: time-weighted mean, slope, or increase of a counter. */
export interface WindowSpec {
  readonly point: number
  readonly fn: 'avg' | 'rate' | 'count'
  readonly windowS: number
}

/** A value held longer than this without a report is a gap, not a mean. */
const HOLD_MS = 130_000
const SLOTS = 24
/** Sums per slot. */
const sums = { avg: 2, rate: 2, count: 1 } as const

/** A counter that fell was reset: it counts from zero. */
const growth = (value: number, was: number): number => (value >= was ? value - was : value)

/**
 * A ring of buckets over source time, in numbers of a slab (`n`, NaN at first) from `from` on: an object and an array for each window of each
 * device would cost as much again as its numbers. First stands the number of the newest bucket, then the sums of each slot; NaN = nothing came in it.
 */
export class Window {
  readonly spec: WindowSpec
  readonly from: number
  readonly end: number
  readonly #bucketMs: number
  readonly #width: 1 | 2

  constructor(spec: WindowSpec, from = 0) {
    this.spec = spec
    this.#width = sums[spec.fn]
    this.from = from
    this.end = from + 1 + SLOTS * this.#width
    this.#bucketMs = (spec.windowS * 1000) / SLOTS
  }

  /** A newer sample: `was` and `wasAt` are the value before it (NaN = none). */
  add(n: Float64Array, at: number, value: number, was: number, wasAt: number): void {
    const { spec } = this
    if (spec.fn === 'count' && was === was && at - wasAt > Math.max(HOLD_MS, this.#bucketMs)) return this.#spread(n, at, value, was, wasAt)
    const i = this.#slot(n, Math.floor(at / this.#bucketMs))
    if (spec.fn === 'rate') {
      n[i] = at
      n[i + 1] = value
    } else if (was === was) {
      if (spec.fn === 'avg') {
        const held = Math.min(at - wasAt, HOLD_MS)
        n[i] = (n[i] as number) + was * held
        n[i + 1] = (n[i + 1] as number) + held
      } else n[i] = (n[i] as number) + growth(value, was)
    }
  }

  /** What a counter grew by over a silence grew all along it, not in its last moment; the part before the window falls away. */
  #spread(n: Float64Array, at: number, value: number, was: number, wasAt: number): void {
    const perMs = growth(value, was) / (at - wasAt)
    const newest = Math.floor(at / this.#bucketMs)
    for (let bucket = Math.max(newest - SLOTS + 1, Math.floor(wasAt / this.#bucketMs)); bucket <= newest; bucket++) {
      const i = this.#slot(n, bucket)
      const held = Math.min(at, (bucket + 1) * this.#bucketMs) - Math.max(wasAt, bucket * this.#bucketMs)
      n[i] = (n[i] as number) + perMs * held
    }
  }

  /** Place of a bucket, which becomes the newest. What came is never older: the fold leaves that to history. */
  #slot(n: Float64Array, bucket: number): number {
    const newest = n[this.from] as number
    if (!(bucket <= newest)) {
      // What lies between had no sample; the slots still hold what was a whole window ago.
      const from = Number.isNaN(newest) ? bucket : Math.max(newest + 1, bucket - SLOTS + 1)
      for (let between = from; between <= bucket; between++) n.fill(NaN, this.#place(between), this.#place(between) + this.#width)
      n[this.from] = bucket
    }
    const i = this.#place(bucket)
    if (Number.isNaN(n[i] as number)) n.fill(0, i, i + this.#width)
    return i
  }

  #place(bucket: number): number {
    return this.from + 1 + (bucket % SLOTS) * this.#width
  }

  /** First bucket that may count at `now` and still has its slot, and the newest; none when nothing ever came. */
  #span(n: Float64Array, now: number): readonly [number, number] {
    const newest = n[this.from] as number
    return [Math.max(0, Math.max(newest, Math.floor(now / this.#bucketMs)) - SLOTS + 1), newest]
  }

  /** avg: mean; rate: slope per minute by least squares, NaN below half a window; count: increase, 0 when nothing is known. */
  read(n: Float64Array, now: number): number {
    const { fn } = this.spec
    if (fn === 'rate') return this.#slope(n, now)
    const [first, newest] = this.#span(n, now)
    let a = 0
    let b = 0
    for (let bucket = first; bucket <= newest; bucket++) {
      const i = this.#place(bucket)
      const sum = n[i] as number
      if (sum !== sum) continue
      a += sum
      if (fn === 'avg') b += n[i + 1] as number
    }
    if (fn === 'count') return a
    return b > 0 ? a / b : NaN
  }

  /** Whether the window has been filling for nearly its whole length, so that an increase is of all of it. */
  full(n: Float64Array, now: number): boolean {
    const oldest = Math.floor(now / this.#bucketMs) - SLOTS
    const [first, newest] = this.#span(n, now)
    for (let bucket = first; bucket <= newest; bucket++) if (!Number.isNaN(n[this.#place(bucket)] as number)) return bucket <= oldest + 2
    return false
  }

  #slope(n: Float64Array, now: number): number {
    const [oldest, newest] = this.#span(n, now)
    let count = 0
    let first = Infinity
    let last = -Infinity
    for (let bucket = oldest; bucket <= newest; bucket++) {
      const at = n[this.#place(bucket)] as number
      if (at !== at) continue
      count++
      first = Math.min(first, at)
      last = Math.max(last, at)
    }
    // Half a window of history at least: a slope over two neighbouring samples is noise.
    if (count < 3 || last - first < this.spec.windowS * 500) return NaN
    let st = 0
    let sv = 0
    let stt = 0
    let stv = 0
    for (let bucket = oldest; bucket <= newest; bucket++) {
      const i = this.#place(bucket)
      const at = n[i] as number
      if (at !== at) continue
      const t = (at - first) / 60_000
      const v = n[i + 1] as number
      st += t
      sv += v
      stt += t * t
      stv += t * v
    }
    return (count * stv - st * sv) / (count * stt - st * st)
  }

  /** As snapshots have it: the bucket's number before the sums of each slot; null = nothing ever came. */
  save(n: Float64Array): Float64Array | null {
    const newest = n[this.from] as number
    if (Number.isNaN(newest)) return null
    const saved = new Float64Array(SLOTS * (this.#width + 1)).fill(NaN)
    for (let bucket = Math.max(0, newest - SLOTS + 1); bucket <= newest; bucket++) {
      const i = this.#place(bucket)
      if (Number.isNaN(n[i] as number)) continue
      saved.set([bucket, ...n.subarray(i, i + this.#width)], (bucket % SLOTS) * (this.#width + 1))
    }
    return saved
  }

  load(n: Float64Array, saved: Float64Array): void {
    const width = this.#width + 1
    let newest = -1
    for (let i = 0; i < saved.length; i += width) if ((saved[i] as number) > newest) newest = saved[i] as number
    if (newest < 0) return
    n.fill(NaN, this.from, this.end)
    n[this.from] = newest
    for (let i = 0; i < saved.length; i += width)
      if ((saved[i] as number) > newest - SLOTS) n.set(saved.subarray(i + 1, i + width), this.#place(saved[i] as number))
  }
}
