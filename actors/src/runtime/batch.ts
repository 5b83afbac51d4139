import type { Patch } from '@twin/models/live'
import type { Effect } from '@twin/models/twin'
import type { RejectReason } from '@twin/models/wire'
import type { CommitBatch, CursorRow, DeadLetter, FactRow, SampleRow } from '../ports.ts'

/** Belongs to no shard. */
export const NO_SHARD = -1

/** Things in order, each of a shard, so that those of a lost shard can be taken out. */
export class ByShard<T> {
  readonly #items: T[] = []
  readonly #shards: number[] = []

  get length(): number {
    return this.#items.length
  }
  get items(): readonly T[] {
    return this.#items
  }
  get shards(): readonly number[] {
    return this.#shards
  }
  push(shard: number, item: T): void {
    this.#items.push(item)
    this.#shards.push(shard)
  }
  /** Takes out and returns what belongs to these shards. */
  without(lost: ReadonlySet<number>): T[] {
    const gone: T[] = []
    let kept = 0
    for (const [i, shard] of this.#shards.entries()) {
      const item = this.#items[i] as T
      if (lost.has(shard)) gone.push(item)
      else {
        this.#items[kept] = item
        this.#shards[kept++] = shard
      }
    }
    this.#items.length = kept
    this.#shards.length = kept
    return gone
  }
}

/** Who waits for an answer, and how they learn that the shard went elsewhere meanwhile. */
export interface Waiting {
  readonly done: () => void
  readonly moved: () => void
}

/** One group commit being filled: what becomes durable, and what waits behind the gate for it. */
export class Batch {
  samples: SampleRow[] = []
  facts: FactRow[] = []
  readonly deadLetters = new ByShard<DeadLetter>()
  readonly cursors: Readonly<Record<CursorRow['channel'], Map<string, { readonly shard: number; readonly row: CursorRow }>>> = {
    t: new Map(),
    e: new Map(),
  }
  readonly patches = new Map<string, { readonly shard: number; readonly list: Patch[] }>()
  /** At seal: views and snapshots are taken of exactly what this commit makes durable. */
  readonly atSeal = new ByShard<() => void>()
  /** After the commit, in this order. */
  readonly snapshots = new ByShard<Waiting>()
  readonly replies = new ByShard<Waiting>()
  readonly dones = new ByShard<() => void>()
  readonly effects = new ByShard<Effect>()
  readonly #rejects = new Map<string, { device: string; reason: RejectReason; count: number; shard: number }>()
  readonly #timers = new Map<string, CommitBatch['timers'][number]>()
  bytes = 0
  inputs = 0

  reject(device: string, reason: RejectReason, count: number, shard = NO_SHARD): void {
    const key = `${device}\0${reason}`
    const known = this.#rejects.get(key)
    if (known) known.count += count
    else this.#rejects.set(key, { device, reason, count, shard })
  }

  timer(shard: number, station: string, due: number | null): void {
    this.#timers.set(station, { shard, station, due })
  }

  cursor(shard: number, row: CursorRow): void {
    this.cursors[row.channel].set(row.device, { shard, row })
  }

  patch(shard: number, station: string, patches: readonly Patch[]): void {
    const known = this.patches.get(station)
    if (known) known.list.push(...patches)
    else this.patches.set(station, { shard, list: [...patches] })
  }

  /** Takes out everything of shards that are no longer ours, and tells those who wait for an answer. */
  drop(lost: ReadonlySet<number>): void {
    // New arrays: the old ones may be on their way to the store.
    this.samples = this.samples.filter(({ shard }) => !lost.has(shard))
    this.facts = this.facts.filter(({ shard }) => !lost.has(shard))
    this.deadLetters.without(lost)
    for (const map of [this.cursors.t, this.cursors.e, this.patches, this.#rejects, this.#timers] as Map<
      string,
      { readonly shard: number }
    >[])
      for (const [key, { shard }] of map) if (lost.has(shard)) map.delete(key)
    this.atSeal.without(lost)
    this.dones.without(lost)
    this.effects.without(lost)
    for (const { moved } of [...this.snapshots.without(lost), ...this.replies.without(lost)]) moved()
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
    const rejects = [...this.#rejects.values()]
    const timers = [...this.#timers.values()]
    const cursors = [...this.cursors.e.values(), ...this.cursors.t.values()]
    const touches = new Set([...this.deadLetters.shards, ...[...rejects, ...timers, ...cursors].map(({ shard }) => shard)])
    touches.delete(NO_SHARD)
    return {
      samples: this.samples,
      facts: this.facts,
      cursors: cursors.map(({ row }) => row),
      deadLetters: [...this.deadLetters.items],
      rejects: rejects.map(({ device, reason, count }) => ({ device, reason, count })),
      timers,
      touches: [...touches],
    }
  }
}
