import type { Patch } from '@twin/models/live'
import type { Effect } from '@twin/models/twin'
import type { DeviceWatermark } from './types.ts'
import type { CommitBatch, Committed, CursorRow } from '../ports.ts'
import type { Batch } from './batch.ts'

export interface GatePorts {
  readonly epoch: () => number
  execute(effect: Effect): void
  problem(message: string, error: unknown): void
}

type MutableMark = { -readonly [Name in keyof DeviceWatermark]: DeviceWatermark[Name] }

/** What leaves after a commit, in this order: listeners, views, replies, acknowledgements, then effects. */
export class Gate {
  readonly #ports: GatePorts
  readonly #listeners = new Set<(committed: Committed) => void>()
  readonly #provisional = new Set<(station: string, patches: readonly Patch[]) => void>()
  readonly #watermarks = new Map<string, MutableMark>()

  constructor(ports: GatePorts) {
    this.#ports = ports
  }

  get watermarks(): ReadonlyMap<string, DeviceWatermark> {
    return this.#watermarks
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  onProvisional(listener: (station: string, patches: readonly Patch[]) => void): () => void {
    this.#provisional.add(listener)
    return () => this.#provisional.delete(listener)
  }

  /** The one thing shown before its commit: a new alarm. */
  announce(station: string, patches: readonly Patch[]): void {
    for (const listener of this.#provisional) this.#call('provisional listener', () => listener(station, patches))
  }

  durable(cursor: CursorRow): void {
    const { boot, channel, seq, safe } = cursor
    if (safe === null) return
    const known = this.#watermarks.get(cursor.device)
    const mark: MutableMark = known?.boot === boot ? known : { boot, seq: 0 }
    if (mark !== known) this.#watermarks.set(cursor.device, mark)
    // In place: this is done for every device of every commit.
    mark[channel] = seq
    mark.seq = Math.max(mark.seq, safe ?? 0, Math.min(mark.t ?? 0, mark.e ?? 0))
  }

  /** These devices are another process's now. */
  forget(devices: Iterable<string>): void {
    for (const device of devices) this.#watermarks.delete(device)
  }

  release(batch: Batch, committed: CommitBatch | null): void {
    if (committed !== null) {
      for (const cursor of committed.cursors) this.durable(cursor)
      const patches = new Map([...batch.patches].map(([station, { list }]) => [station, list]))
      const news = { epoch: this.#ports.epoch(), batch: committed, patches }
      for (const listener of this.#listeners) this.#call('commit listener', () => listener(news))
    }
    for (const { done } of batch.snapshots.items) this.#call('snapshot', done)
    for (const { done } of batch.replies.items) this.#call('reply', done)
    for (const callback of batch.dones.items) this.#call('acknowledgement', callback)
    for (const effect of batch.effects.items) this.#call(`effect ${effect.kind}`, () => this.#ports.execute(effect))
  }

  /** One that throws is its owner's problem, not that of those behind it. */
  #call(what: string, callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#ports.problem(`${what} failed`, error)
    }
  }
}
