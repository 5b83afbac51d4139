import { NEVER, qualities } from '@twin/models/twin'
import type { WindowUndo } from './windows.ts'
import { Window, type WindowSpec } from './windows.ts'

export const BAD = qualities.indexOf('bad')
export const STALE = qualities.indexOf('stale')

/** What a slab of one kind has to keep beside the values. */
export interface SlabLayout {
  readonly points: number
  /** Slot of a point in `changed`, -1 = nobody asks how long it has been stuck. */
  readonly stuck: Int16Array
  readonly stuckCount: number
  /** Windows by point. */
  readonly windows: ReadonlyMap<number, readonly WindowSpec[]>
}

/** Part of a history row that the fold needs. */
export interface Sample {
  readonly at: number
  readonly values: Float64Array
  readonly quality: Uint8Array
}

const NONE = new Float64Array(0)
const NO_WINDOWS: readonly Window[] = []

/** All windows of a layout over one array. */
function makeWindows({ windows }: SlabLayout): Window[] {
  const specs = [...windows.values()].flat()
  const all = new Float64Array(specs.reduce((sum, spec) => sum + Window.size(spec), 0)).fill(NaN)
  let from = 0
  return specs.map((spec) => {
    const window = new Window(spec, all, from)
    from += Window.size(spec)
    return window
  })
}

/** Latest values of one device in one buffer, so that a turn is undone by copying it back. */
export class Slab {
  readonly layout: SlabLayout
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly val: Float64Array
  readonly ts: Float64Array
  /** Source time of the last change, for `stuckS`. */
  readonly changed: Float64Array
  readonly q: Uint8Array
  /** Made when the first sample of any comes; in the order of the layout. */
  windows: readonly Window[] = NO_WINDOWS

  constructor(layout: SlabLayout) {
    const { points, stuckCount } = layout
    this.layout = layout
    const buffer = new ArrayBuffer((2 * points + stuckCount) * 8 + points)
    this.bytes = new Uint8Array(buffer)
    this.val = new Float64Array(buffer, 0, points).fill(NaN)
    this.ts = new Float64Array(buffer, points * 8, points).fill(NaN)
    this.changed = stuckCount === 0 ? NONE : new Float64Array(buffer, points * 16, stuckCount).fill(NaN)
    this.q = new Uint8Array(buffer, (2 * points + stuckCount) * 8, points).fill(NEVER)
  }

  /**
   * The fold of samples, live and in recovery: the value with the newest source time stays; what is older belongs to history only.
   * Returns how many values became the latest; points that changed are added to `dirty`.
   */
  fold(sample: Sample, undo: WindowUndo | null, dirty: number[] | null): number {
    const { val, ts, q, changed } = this
    const { stuck, windows } = this.layout
    const { at, values, quality } = sample
    let taken = 0
    for (let i = 0; i < values.length; i++) {
      const told = quality[i] as number
      if (told === NEVER) continue
      const wasAt = ts[i] as number
      if (at < wasAt) continue
      const value = values[i] as number
      const was = val[i] as number
      if (windows.size > 0 && value === value && told !== BAD) {
        const specs = windows.get(i)
        if (specs !== undefined) for (const spec of specs) this.window(spec).add(at, value, was, wasAt, undo)
      }
      const slot = stuck[i] as number
      if (value !== was && (value === value || was === was)) {
        if (slot >= 0) changed[slot] = at
        dirty?.push(i)
      } else if (q[i] !== told) dirty?.push(i)
      val[i] = value
      ts[i] = at
      q[i] = told
      taken++
    }
    return taken
  }

  window(spec: WindowSpec): Window {
    if (this.windows === NO_WINDOWS) this.windows = makeWindows(this.layout)
    for (const window of this.windows) if (window.spec === spec) return window
    throw new Error(`no window ${spec.fn} of point ${spec.point} in the layout`)
  }

  find(point: number, fn: WindowSpec['fn'], windowS: number): Window | undefined {
    for (const window of this.windows) {
      const { spec } = window
      if (spec.point === point && spec.fn === fn && spec.windowS === windowS) return window
    }
    return undefined
  }
}

/** Slabs as they were before a turn touched them. */
export class SlabUndo {
  readonly windows: WindowUndo
  readonly #slabs: Slab[] = []
  readonly #copies: Uint8Array[] = []
  constructor(windows: WindowUndo) {
    this.windows = windows
  }
  /** Call before the first write of a turn to `slab`. */
  save(slab: Slab): void {
    if (this.#slabs.includes(slab)) return
    const n = this.#slabs.push(slab) - 1
    let copy = this.#copies[n]
    if (copy === undefined || copy.length < slab.bytes.length) {
      copy = new Uint8Array(Math.max(4096, slab.bytes.length))
      this.#copies[n] = copy
    }
    copy.set(slab.bytes)
  }
  forget(): void {
    this.#slabs.length = 0
    this.windows.forget()
  }
  undo(): void {
    for (const [n, slab] of this.#slabs.entries()) slab.bytes.set((this.#copies[n] as Uint8Array).subarray(0, slab.bytes.length))
    this.windows.undo()
    this.forget()
  }
}
