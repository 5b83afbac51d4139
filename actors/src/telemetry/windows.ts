/** What a window keeps: time-weighted mean, slope, or increase of a counter. */
export interface WindowSpec {
  readonly point: number
  readonly fn: 'avg' | 'rate' | 'count'
  readonly windowS: number
}

/** A value held longer than this without a report is a gap, not a mean. */
const HOLD_MS = 130_000
const SLOTS = 24
/** Numbers per slot: bucket number and two sums, of which a counter needs one. */
const widths = { avg: 3, rate: 3, count: 2 } as const

/** A counter that fell was reset: it counts from zero. */
const growth = (value: number, was: number): number => (value >= was ? value - was : value)

/**
 * A ring of buckets over source time. A slot carries its bucket's number, so an addition touches exactly one slot (cheap to undo)
 * and old slots fall out by themselves.
 */
export class Window {
  readonly spec: WindowSpec
  readonly #all: Float64Array
  readonly #from: number
  readonly #end: number
  readonly #bucketMs: number
  readonly #width: 2 | 3

  /** Numbers a window of this sort needs. */
  static size({ fn }: WindowSpec): number {
    return SLOTS * widths[fn]
  }

  /** Keeps its numbers in `all` from `from` on, which are NaN at first: an array for each window would cost as much again as its numbers. */
  constructor(spec: WindowSpec, all = new Float64Array(Window.size(spec)).fill(NaN), from = 0) {
    this.spec = spec
    this.#all = all
    this.#from = from
    this.#end = from + Window.size(spec)
    this.#width = widths[spec.fn]
    this.#bucketMs = (spec.windowS * 1000) / SLOTS
  }

  /** Its numbers, to be saved and to be brought back. */
  get slots(): Float64Array {
    return this.#all.subarray(this.#from, this.#end)
  }

  /** A newer sample: `was` and `wasAt` are the value before it (NaN = none). */
  add(at: number, value: number, was: number, wasAt: number, undo: WindowUndo | null): void {
    const { spec } = this
    const slots = this.#all
    if (spec.fn === 'count' && was === was && at - wasAt > Math.max(HOLD_MS, this.#bucketMs))
      return this.#spread(at, value, was, wasAt, undo)
    const i = this.#slot(Math.floor(at / this.#bucketMs), undo)
    if (spec.fn === 'rate') {
      slots[i + 1] = at
      slots[i + 2] = value
    } else if (was === was) {
      if (spec.fn === 'avg') {
        const held = Math.min(at - wasAt, HOLD_MS)
        slots[i + 1] = (slots[i + 1] ?? 0) + was * held
        slots[i + 2] = (slots[i + 2] ?? 0) + held
      } else {
        slots[i + 1] = (slots[i + 1] ?? 0) + growth(value, was)
      }
    }
  }

  /** What a counter grew by over a silence grew all along it, not in its last moment; the part before the window falls away. */
  #spread(at: number, value: number, was: number, wasAt: number, undo: WindowUndo | null): void {
    const slots = this.#all
    const perMs = growth(value, was) / (at - wasAt)
    const newest = Math.floor(at / this.#bucketMs)
    for (let bucket = Math.max(newest - SLOTS + 1, Math.floor(wasAt / this.#bucketMs)); bucket <= newest; bucket++) {
      const i = this.#slot(bucket, undo)
      const held = Math.min(at, (bucket + 1) * this.#bucketMs) - Math.max(wasAt, bucket * this.#bucketMs)
      slots[i + 1] = (slots[i + 1] ?? 0) + perMs * held
    }
  }

  /** Place of a bucket, emptied if an older one stood there. */
  #slot(bucket: number, undo: WindowUndo | null): number {
    const slots = this.#all
    const i = this.#from + (bucket % SLOTS) * this.#width
    undo?.note(slots, i, this.#width)
    if (slots[i] !== bucket) {
      slots[i] = bucket
      slots[i + 1] = 0
      if (this.#width === 3) slots[i + 2] = 0
    }
    return i
  }

  /** avg: mean; rate: slope per minute by least squares, NaN below half a window; count: increase, 0 when nothing is known. */
  read(now: number): number {
    const { spec } = this
    const slots = this.#all
    const oldest = Math.floor(now / this.#bucketMs) - SLOTS
    let a = 0
    let b = 0
    if (spec.fn === 'rate') return this.#slope(oldest)
    for (let i = this.#from; i < this.#end; i += this.#width) {
      if ((slots[i] as number) > oldest) {
        a += slots[i + 1] as number
        if (this.#width === 3) b += slots[i + 2] as number
      }
    }
    if (spec.fn === 'count') return a
    return b > 0 ? a / b : NaN
  }

  /** Whether the window has been filling for nearly its whole length, so that an increase is of all of it. */
  full(now: number): boolean {
    const newest = Math.floor(now / this.#bucketMs)
    let first = Infinity
    for (let i = this.#from; i < this.#end; i += this.#width) {
      const bucket = this.#all[i] as number
      if (bucket > newest - SLOTS) first = Math.min(first, bucket)
    }
    return first <= newest - SLOTS + 2
  }

  #slope(oldest: number): number {
    const slots = this.#all
    let n = 0
    let first = Infinity
    let last = -Infinity
    for (let i = this.#from; i < this.#end; i += this.#width) {
      if ((slots[i] as number) > oldest) {
        n++
        first = Math.min(first, slots[i + 1] as number)
        last = Math.max(last, slots[i + 1] as number)
      }
    }
    // Half a window of history at least: a slope over two neighbouring samples is noise.
    if (n < 3 || last - first < this.spec.windowS * 500) return NaN
    let st = 0
    let sv = 0
    let stt = 0
    let stv = 0
    for (let i = this.#from; i < this.#end; i += this.#width) {
      if (!((slots[i] as number) > oldest)) continue
      const t = ((slots[i + 1] as number) - first) / 60_000
      const v = slots[i + 2] as number
      st += t
      sv += v
      stt += t * t
      stv += t * v
    }
    return (n * stv - st * sv) / (n * stt - st * st)
  }
}

/** Slots as they were before a turn touched them. Plain numbers, because every message with a counter comes by here. */
export class WindowUndo {
  readonly #slots: Float64Array[] = []
  readonly #old: number[] = []
  note(slots: Float64Array, at: number, width: number): void {
    this.#slots.push(slots)
    this.#old.push(at, width, slots[at] as number, slots[at + 1] as number, width === 3 ? (slots[at + 2] as number) : 0)
  }
  forget(): void {
    this.#slots.length = 0
    this.#old.length = 0
  }
  undo(): void {
    for (let n = this.#slots.length - 1; n >= 0; n--) {
      const [at = 0, width = 0, ...old] = this.#old.slice(n * 5, n * 5 + 5)
      for (let i = 0; i < width; i++) (this.#slots[n] as Float64Array)[at + i] = old[i] as number
    }
    this.forget()
  }
}
