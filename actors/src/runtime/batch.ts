import type { Patch } from '@twin/models/live'
import type { Effect } from '@twin/models/twin'
import type { RejectReason } from '@twin/models/wire'
import type { CommitBatch, CursorRow, DeadLetter, FactRow, SampleRow } from '../ports.ts'

/** One group commit being filled: what becomes durable, and what waits behind the gate for it. */
export class Batch {
  readonly samples: SampleRow[] = []
  readonly facts: FactRow[] = []
  readonly deadLetters: DeadLetter[] = []
  readonly cursors: Readonly<Record<CursorRow['channel'], Map<string, CursorRow>>> = { t: new Map(), e: new Map() }
  readonly patches = new Map<string, Patch[]>()
  /** At seal: views and snapshots are taken of exactly what this commit makes durable. */
  readonly atSeal: (() => void)[] = []
  /** After the commit, in this order. */
  readonly snapshots: (() => void)[] = []
  readonly replies: (() => void)[] = []
  readonly dones: (() => void)[] = []
  readonly effects: Effect[] = []
  readonly #rejects = new Map<string, { device: string; reason: RejectReason; count: number }>()
  readonly #timers = new Map<string, CommitBatch['timers'][number]>()
  bytes = 0
  inputs = 0

  reject(device: string, reason: RejectReason, count: number): void {
    const key = `${device}\0${reason}`
    const known = this.#rejects.get(key)
    if (known) known.count += count
    else this.#rejects.set(key, { device, reason, count })
  }

  timer(shard: number, station: string, due: number | null): void {
    this.#timers.set(station, { shard, station, due })
  }

  cursor(row: CursorRow): void {
    this.cursors[row.channel].set(row.device, row)
  }

  /** Nothing to make durable: what waits only needs the commits before it. */
  get empty(): boolean {
    return (
      this.samples.length === 0 &&
      this.facts.length === 0 &&
      this.deadLetters.length === 0 &&
      this.cursors.t.size + this.cursors.e.size === 0 &&
      this.#rejects.size === 0 &&
      this.#timers.size === 0
    )
  }

  get idle(): boolean {
    return (
      this.empty &&
      this.atSeal.length === 0 &&
      this.snapshots.length === 0 &&
      this.replies.length === 0 &&
      this.dones.length === 0 &&
      this.effects.length === 0
    )
  }

  toCommit(): CommitBatch {
    return {
      samples: this.samples,
      facts: this.facts,
      cursors: [...this.cursors.e.values(), ...this.cursors.t.values()],
      deadLetters: this.deadLetters,
      rejects: [...this.#rejects.values()],
      timers: [...this.#timers.values()],
    }
  }
}
