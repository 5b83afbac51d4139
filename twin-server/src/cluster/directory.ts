import { SHARDS, shardOf } from '@twin/actors/runtime'
import type { OwnEntry } from './redis-link.ts'

/** Who holds a shard, as far as this node heard. A hint: the owner itself refuses what is no longer its own. */
export class Directory {
  readonly #entries: (OwnEntry | undefined)[] = Array.from({ length: SHARDS }, () => undefined)
  readonly #listeners = new Set<(shards: ReadonlySet<number>) => void>()
  readonly #waiting = new Set<() => void>()

  of(shard: number): OwnEntry | undefined {
    return this.#entries[shard]
  }
  ofStation(station: string): OwnEntry | undefined {
    return this.#entries[shardOf(station)]
  }
  get highestEpoch(): number {
    return this.#entries.reduce((highest, entry) => Math.max(highest, entry?.epoch ?? 0), 0)
  }

  /** Takes newer epochs only. */
  learn(entries: Iterable<readonly [number, OwnEntry]>): void {
    const changed = new Set<number>()
    for (const [shard, entry] of entries) {
      const known = this.#entries[shard]
      if (known && (known.epoch > entry.epoch || (known.epoch === entry.epoch && known.addr === entry.addr))) continue
      this.#entries[shard] = entry
      if (known?.epoch !== entry.epoch) changed.add(shard)
    }
    if (changed.size === 0) return
    for (const listener of this.#listeners) listener(changed)
    for (const wake of [...this.#waiting]) wake()
  }

  onChange(listener: (shards: ReadonlySet<number>) => void): void {
    this.#listeners.add(listener)
  }

  /** Until something changes, at most `ms`. */
  change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#waiting.add(wake)
    })
  }
}
