import type { StationConfig } from '@twin/models/stations'
import type {
  CellSnapshot,
  CommitBatch,
  CommitPort,
  CursorRow,
  DeadLetter,
  FactRow,
  RecoveredCell,
  RecoveryPort,
  SampleRow,
} from '../ports.ts'
import { FencedError } from '../ports.ts'

/** What a store of one installation holds. Rows are copied in and out through their stored form, so nothing is shared with the runtime. */
export class MemoryStore {
  readonly facts: FactRow[] = []
  readonly samples: SampleRow[] = []
  readonly cursors = new Map<string, CursorRow>()
  readonly deadLetters: DeadLetter[] = []
  readonly rejects = new Map<string, number>()
  readonly timers = new Map<string, number>()
  readonly snapshots = new Map<string, CellSnapshot>()
  readonly configs = new Map<string, StationConfig>()
  readonly shards = new Map<number, { epoch: number; factSeq: number; sampleSeq: number }>()
  /** Counts claims; a connection made before the last one is fenced. */
  owner = 0
  epoch = 0

  constructor(stations: readonly StationConfig[] = []) {
    for (const config of stations) this.configs.set(config.id, config)
  }

  /** Ports of one process. Its claim shuts out the process before it. */
  connect(): { readonly commit: CommitPort; readonly recovery: RecoveryPort } {
    const connection = new Connection(this)
    return { commit: connection, recovery: connection }
  }
}

class Connection implements CommitPort, RecoveryPort {
  readonly #store: MemoryStore
  #owner = -1
  constructor(store: MemoryStore) {
    this.#store = store
  }

  async claim(): Promise<ReadonlyMap<number, { readonly epoch: number; readonly factSeq: number; readonly sampleSeq: number }>> {
    const store = this.#store
    this.#owner = ++store.owner
    store.epoch++
    for (const shard of store.shards.values()) shard.epoch = store.epoch
    return new Map([...store.shards].map(([shard, state]) => [shard, { ...state }]))
  }

  async commit(batch: CommitBatch): Promise<void> {
    // A round trip: a commit is never there at once.
    await Promise.resolve()
    const store = this.#store
    if (this.#owner !== store.owner) throw new FencedError('another process has claimed the shards')
    const next = new Map<number, { epoch: number; factSeq: number; sampleSeq: number }>()
    const shardOf = (shard: number) => {
      const state = next.get(shard) ?? { ...(store.shards.get(shard) ?? { epoch: store.epoch, factSeq: 0, sampleSeq: 0 }) }
      next.set(shard, state)
      return state
    }
    for (const row of batch.facts) {
      const state = shardOf(row.shard)
      if (row.seq !== state.factSeq + 1) throw new Error(`fact ${row.seq} of shard ${row.shard} after ${state.factSeq}`)
      state.factSeq = row.seq
    }
    for (const row of batch.samples) {
      const state = shardOf(row.shard)
      if (row.seq !== state.sampleSeq + 1) throw new Error(`sample ${row.seq} of shard ${row.shard} after ${state.sampleSeq}`)
      state.sampleSeq = row.seq
    }
    store.facts.push(...batch.facts.map((row) => stored(row)))
    store.samples.push(...batch.samples.map((row) => ({ ...row, values: row.values.slice(), quality: row.quality.slice() })))
    for (const row of batch.cursors) store.cursors.set(`${row.device}/${row.channel}`, stored(row))
    store.deadLetters.push(...batch.deadLetters)
    for (const { device, reason, count } of batch.rejects) {
      const key = `${device}/${reason}`
      store.rejects.set(key, (store.rejects.get(key) ?? 0) + count)
    }
    for (const { station, due } of batch.timers) {
      if (due === null) store.timers.delete(station)
      else store.timers.set(station, due)
    }
    for (const [shard, state] of next) store.shards.set(shard, state)
  }

  async stations(wanted?: (station: string) => boolean): Promise<readonly StationConfig[]> {
    const all = [...this.#store.configs.values()]
    return wanted ? all.filter(({ id }) => wanted(id)) : all
  }

  async load(stations: readonly string[]): Promise<readonly RecoveredCell[]> {
    const { snapshots, facts, samples, cursors, configs } = this.#store
    return stations.map((station) => {
      const snapshot = snapshots.get(station) ?? null
      const devices = new Set(configs.get(station)?.devices.map((device) => device.id) ?? [])
      return {
        station,
        snapshot: snapshot && stored(snapshot),
        facts: facts.filter((row) => row.station === station && row.seq > (snapshot?.factSeq ?? 0)).map((row) => stored(row)),
        samples: samples.filter((row) => row.station === station && row.seq > (snapshot?.sampleSeq ?? 0)),
        cursors: [...cursors.values()].filter((row) => devices.has(row.device)),
      }
    })
  }

  async save(snapshots: readonly CellSnapshot[]): Promise<void> {
    if (this.#owner !== this.#store.owner) throw new FencedError('another process has claimed the shards')
    for (const snapshot of snapshots) this.#store.snapshots.set(snapshot.station, stored(snapshot))
  }
}

/** As a database gives it back: plain JSON. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
