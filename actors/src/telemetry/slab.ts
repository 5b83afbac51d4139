import { NEVER, qualities } from '@twin/models/twin'
import type { Window, WindowSpec } from './windows.ts'

export const BAD = qualities.indexOf('bad')
export const STALE = qualities.indexOf('stale')

/** Where a slab of one kind keeps what. */
export interface SlabLayout {
  readonly points: number
  /** Slot of a point in `changed`, -1 = nobody asks how long it has been stuck. */
  readonly stuck: Int16Array
  readonly stuckCount: number
  /** Windows by point; each is a place among the numbers. */
  readonly windows: readonly (readonly Window[] | undefined)[]
  /** Numbers before those of the core, and of all: values, their times, times of change, windows, the core's own. */
  readonly own: number
  readonly numbers: number
}

/** Numbers of its own that a device keeps behind those of its points. */
export const OWN_NUMBERS = 10
/** First place of a window. */
export const windowsFrom = (points: number, stuckCount: number): number => 2 * points + stuckCount

/** Part of a history row that the fold needs. */
export interface Sample {
  readonly at: number
  readonly values: Float64Array
  readonly quality: Uint8Array
}

/**
 * All numbers of one device in one buffer with two views on it: a turn is undone by copying it back, and a view costs as much memory as
 * thirteen numbers.
 */
export class Slab {
  readonly layout: SlabLayout
  readonly n: Float64Array
  /** The same memory, with the qualities and what is measured behind the numbers. */
  readonly bytes: Uint8Array<ArrayBuffer>

  constructor(layout: SlabLayout) {
    const { points, own, numbers } = layout
    this.layout = layout
    const buffer = new ArrayBuffer(numbers * 8 + 2 * points)
    this.n = new Float64Array(buffer, 0, numbers).fill(NaN, 0, own).fill(-Infinity, own)
    this.bytes = new Uint8Array(buffer)
    this.bytes.fill(NEVER, numbers * 8, numbers * 8 + points)
  }

  value(point: number): number {
    return this.n[point] as number
  }
  /** Source time of the value. */
  at(point: number): number {
    return this.n[this.layout.points + point] as number
  }
  quality(point: number): number {
    return this.bytes[this.layout.numbers * 8 + point] as number
  }
  /** Source time of the last change, for `stuckS`. */
  changedAt(slot: number): number {
    return this.n[2 * this.layout.points + slot] as number
  }
  /** The device declared the point or was seen to report it. */
  isMeasured(point: number): boolean {
    return this.bytes[this.layout.numbers * 8 + this.layout.points + point] === 1
  }
  setMeasured(point: number): void {
    this.bytes[this.layout.numbers * 8 + this.layout.points + point] = 1
  }

  /** Views of a moment, for those who look at all points. */
  get val(): Float64Array {
    return this.n.subarray(0, this.layout.points)
  }
  get ts(): Float64Array {
    return this.n.subarray(this.layout.points, 2 * this.layout.points)
  }
  get changed(): Float64Array {
    const { points, stuckCount } = this.layout
    return this.n.subarray(2 * points, 2 * points + stuckCount)
  }
  get q(): Uint8Array {
    const { points, numbers } = this.layout
    return this.bytes.subarray(numbers * 8, numbers * 8 + points)
  }
  /** Numbers of a window. */
  slots({ from, end }: Window): Float64Array {
    return this.n.subarray(from, end)
  }

  /**
   * The fold of samples, live and in recovery: the value with the newest source time stays; what is older belongs to history only.
   * Returns how many values became the latest; points that changed are added to `dirty`.
   */
  fold(sample: Sample, dirty: number[] | null): number {
    const { n, bytes } = this
    const { points, stuck, windows, numbers } = this.layout
    const { at, values, quality } = sample
    const q = numbers * 8
    let taken = 0
    // Of a release whose kind had more or fewer points.
    const count = Math.min(points, values.length)
    for (let i = 0; i < count; i++) {
      const told = quality[i] as number
      if (told === NEVER) continue
      const wasAt = n[points + i] as number
      if (at < wasAt) continue
      const value = values[i] as number
      const was = n[i] as number
      const kept = windows[i]
      if (kept !== undefined && value === value && told !== BAD) for (const window of kept) window.add(n, at, value, was, wasAt)
      if (value !== was && (value === value || was === was)) {
        const slot = stuck[i] as number
        if (slot >= 0) n[2 * points + slot] = at
        dirty?.push(i)
      } else if (bytes[q + i] !== told) dirty?.push(i)
      n[i] = value
      n[points + i] = at
      bytes[q + i] = told
      taken++
    }
    return taken
  }

  find(point: number, fn: WindowSpec['fn'], windowS: number): Window | undefined {
    const kept = this.layout.windows[point]
    if (kept === undefined) return undefined
    for (const window of kept) if (window.spec.fn === fn && window.spec.windowS === windowS) return window
    return undefined
  }
}

/** Slabs as they were before a turn touched them. */
export class SlabUndo {
  readonly #slabs: Slab[] = []
  readonly #copies: Uint8Array[] = []
  #count = 0

  /** Call before the first write of a turn to `slab`. */
  save(slab: Slab): void {
    for (let i = 0; i < this.#count; i++) if (this.#slabs[i] === slab) return
    const place = this.#count++
    this.#slabs[place] = slab
    let copy = this.#copies[place]
    if (copy === undefined || copy.length < slab.bytes.length) {
      copy = new Uint8Array(Math.max(8192, slab.bytes.length))
      this.#copies[place] = copy
    }
    copy.set(slab.bytes)
  }
  /** The turn stands. Its slabs stay noted until others take their places: every message comes by here. */
  forget(): void {
    this.#count = 0
  }
  undo(): void {
    for (let i = 0; i < this.#count; i++) {
      const slab = this.#slabs[i] as Slab
      slab.bytes.set((this.#copies[i] as Uint8Array).subarray(0, slab.bytes.length))
    }
    this.forget()
  }
}
