import type { SampleRow } from '@twin/actors/runtime'
import type { Frame, Patch, StationView } from '@twin/models/live'
import { NEVER } from '@twin/models/twin'
import type { TopicStream } from './topic-stream.ts'

/** A view this far from our time is of a station with a time of its own. */
const OWN_TIME_MS = 5000

/** What one pace of a station (100 ms or 1 s) has still to tell. */
class Pending {
  readonly stream: TopicStream
  readonly #dirty: number[] = []
  #marked = new Uint8Array(0)
  #patches: Patch[] = []

  constructor(stream: TopicStream) {
    this.stream = stream
  }
  reset(size: number): void {
    this.#marked = new Uint8Array(size)
    this.#dirty.length = 0
    this.#patches = []
  }
  mark(index: number): void {
    if (this.#marked[index] === 1) return
    this.#marked[index] = 1
    this.#dirty.push(index)
  }
  patch(patches: readonly Patch[]): void {
    this.#patches.push(...patches)
  }
  /** Taken out, undefined when there is nothing. */
  take(columns: Columns): Pick<Frame, 'd' | 'o'> | undefined {
    if (this.#dirty.length === 0 && this.#patches.length === 0) return undefined
    const d = this.#dirty.length > 0 ? columns.pick(this.#dirty) : undefined
    const o = this.#patches.length > 0 ? this.#patches : undefined
    for (const index of this.#dirty) this.#marked[index] = 0
    this.#dirty.length = 0
    this.#patches = []
    return { ...(d && { d }), ...(o && { o }) }
  }
}

/** Latest values of all devices of a station in flat columns, as the runtime's slabs hold them. */
class Columns {
  readonly devices: ReadonlyMap<string, { readonly base: number; readonly size: number }>
  readonly size: number
  readonly val: Float64Array
  readonly ts: Float64Array
  readonly q: Uint8Array
  readonly #dev: Uint16Array
  readonly #pt: Uint16Array

  constructor(view: StationView) {
    const devices = new Map<string, { base: number; size: number }>()
    let size = 0
    for (const [n, id] of view.order.entries()) {
      const points = view.slabs[n]?.val.length ?? 0
      devices.set(id, { base: size, size: points })
      size += points
    }
    this.devices = devices
    this.size = size
    this.val = Float64Array.from(view.slabs.flatMap((slab) => slab.val))
    this.ts = Float64Array.from(view.slabs.flatMap((slab) => slab.ts))
    this.q = Uint8Array.from(view.slabs.flatMap((slab) => slab.q))
    this.#dev = new Uint16Array(size)
    this.#pt = new Uint16Array(size)
    for (const [n, { base, size: points }] of [...devices.values()].entries())
      for (let pt = 0; pt < points; pt++) {
        this.#dev[base + pt] = n
        this.#pt[base + pt] = pt
      }
  }

  sameShape(view: StationView): boolean {
    const ids = [...this.devices.keys()]
    return (
      view.order.length === ids.length &&
      view.order.every((id, n) => id === ids[n] && this.devices.get(id)?.size === (view.slabs[n]?.val.length ?? 0))
    )
  }

  pick(indices: readonly number[]): NonNullable<Frame['d']> {
    const { val, ts, q } = this
    const out = { dev: [] as number[], pt: [] as number[], val: [] as number[], ts: [] as number[], q: [] as number[] }
    for (const i of indices) {
      out.dev.push(this.#dev[i] as number)
      out.pt.push(this.#pt[i] as number)
      out.val.push(val[i] as number)
      out.ts.push(ts[i] as number)
      out.q.push(q[i] as number)
    }
    return out
  }
}

/** One watched station: follows the commits and tells both paces what changed, the latest value only. */
export class StationFeed {
  readonly station: string
  readonly #pending: readonly Pending[]
  readonly #now: () => number
  #columns: Columns | undefined
  /** A station that plays a recording lives in the recording's time; null = in ours. */
  #ownTime: number | null = null

  constructor(station: string, now: () => number, streams: readonly TopicStream[]) {
    this.station = station
    this.#now = now
    this.#pending = streams.map((stream) => new Pending(stream))
  }

  /** The same rule as the runtime's own fold: the newest source time stays, an equal one is replaced. */
  fold(row: SampleRow): 'followed' | 'unknown-device' {
    const columns = this.#columns
    if (!columns) return 'followed'
    const place = columns.devices.get(row.device)
    if (!place || place.size !== row.values.length) return 'unknown-device'
    const { val, ts, q } = columns
    const { at, values, quality } = row
    const told = this.#pending.filter(({ stream }) => stream.members.size > 0)
    for (let pt = 0; pt < place.size; pt++) {
      const good = quality[pt] as number
      if (good === NEVER) continue
      const index = place.base + pt
      if (at < (ts[index] as number)) continue
      val[index] = values[pt] as number
      ts[index] = at
      q[index] = good
      for (const pending of told) pending.mark(index)
    }
    return 'followed'
  }

  patch(patches: readonly Patch[]): 'followed' | 'reshaped' {
    if (!this.#columns) return 'followed'
    if (patches.some(({ path }) => path[0] === 'order' || path[0] === 'kinds' || path[0] === 'slabs')) return 'reshaped'
    for (const pending of this.#pending) if (pending.stream.members.size > 0) pending.patch(patches)
    return 'followed'
  }

  /** Tells the members of one topic what is pending. */
  flush(stream: TopicStream, epoch: number): void {
    const content = this.#columns && this.#pending.find((it) => it.stream === stream)?.take(this.#columns)
    if (!content) return
    const at: Patch[] = this.#ownTime === null ? [] : [{ op: 'replace', path: ['at'], value: this.#ownTime }]
    stream.frame(epoch, at.length > 0 ? { ...content, o: [...(content.o ?? []), ...at] } : content)
  }

  /**
   * A view of this moment, every commit so far in it: those who wait get it. Where it differs from what was followed (values that
   * grew stale without a row), members are told too; when its shape is another one, all start anew.
   */
  settle(view: StationView, epoch: number): void {
    this.#ownTime = Math.abs(view.at - this.#now()) > OWN_TIME_MS ? view.at : null
    const columns = this.#columns
    if (columns?.sameShape(view)) this.#adopt(columns, view)
    else {
      this.#columns = new Columns(view)
      for (const pending of this.#pending) {
        pending.reset(this.#columns.size)
        pending.stream.restart()
      }
    }
    for (const { stream } of this.#pending) {
      if (stream.waiting.size === 0) continue
      this.flush(stream, epoch)
      stream.snapshot(epoch, view)
    }
  }

  #adopt(columns: Columns, view: StationView): void {
    let index = 0
    for (const slab of view.slabs)
      for (let pt = 0; pt < slab.val.length; pt++, index++) {
        const [val, ts, q] = [slab.val[pt] as number, slab.ts[pt] as number, slab.q[pt] as number]
        if (Object.is(columns.val[index], val) && Object.is(columns.ts[index], ts) && columns.q[index] === q) continue
        columns.val[index] = val
        columns.ts[index] = ts
        columns.q[index] = q
        for (const pending of this.#pending) if (pending.stream.members.size > 0) pending.mark(index)
      }
  }
}
