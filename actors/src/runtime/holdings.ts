import type { ClaimedShard } from '../ports.ts'
import { shardOf } from './shard.ts'

/** Which shards this process holds, and under which epochs. */
export class Holdings {
  readonly #all: boolean
  readonly #epochs = new Map<number, number>()
  /** Being handed over: nothing more is taken for them. */
  readonly #leaving = new Set<number>()
  readonly #listeners = new Set<(shards: ReadonlySet<number>) => void>()
  /** Highest epoch ever held; that of shards without an entry where all are ours. */
  highest = 1

  constructor(ownership: 'all' | 'given') {
    this.#all = ownership === 'all'
  }

  owns(shard: number): boolean {
    return (this.#all || this.#epochs.has(shard)) && !this.#leaving.has(shard)
  }
  ownsStation(station: string): boolean {
    return this.owns(shardOf(station))
  }
  epochOf(shard: number): number {
    return this.#epochs.get(shard) ?? this.highest
  }
  hold(claimed: ReadonlyMap<number, ClaimedShard>): void {
    for (const [shard, { epoch }] of claimed) {
      this.#epochs.set(shard, epoch)
      this.highest = Math.max(this.highest, epoch)
    }
  }
  leaving(shards: ReadonlySet<number>): void {
    for (const shard of shards) this.#leaving.add(shard)
  }
  forget(shards: ReadonlySet<number>): void {
    for (const shard of shards) {
      this.#epochs.delete(shard)
      this.#leaving.delete(shard)
    }
  }
  /** Of these losses the ones that concern what we hold now: a shard taken again meanwhile has a new epoch, and stays. */
  concerned(lost: ReadonlyMap<number, number>): ReadonlySet<number> {
    return new Set([...lost].flatMap(([shard, epoch]) => (this.#epochs.get(shard) === epoch ? [shard] : [])))
  }
  onLost(listener: (shards: ReadonlySet<number>) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  lost(shards: ReadonlySet<number>): void {
    for (const listener of this.#listeners) listener(shards)
  }
}
