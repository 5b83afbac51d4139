import type { StationConfig } from '@twin/models/stations'
import type { StationSummary } from '@twin/models/live'
import type { CellSnapshot, ClaimedShard, CursorRow, IdSource, RecoveryPort } from '../ports.ts'
import { type Batch, NO_SHARD } from './batch.ts'
import { Cell } from './cell.ts'
import type { Settings } from './options.ts'
import { recoverCell } from './recovery.ts'
import { shardOf } from './shard.ts'
import { loadSnapshot, takeSnapshot } from './snapshot.ts'
import { hashCell } from './state-hash.ts'
import { cellDue } from './tick.ts'
import { isIdle } from './turns.ts'
import { summaryOf } from './views.ts'

/** Stations read in one go at start. */
const CHUNK = 200
const RETRY_ACTIVATION_MS = 2_000

export interface ResidentPorts {
  readonly recovery: RecoveryPort
  readonly ids: IdSource
  epochOf(shard: number): number
  /** The batch now open. */
  batch(): Batch
  touched(): void
  now(): number
  wake(station: string, due: number): void
  problem(message: string, error: unknown): void
}

interface Sequence {
  fact: number
  sample: number
}
interface Passive {
  readonly summary: StationSummary
  readonly hash: string
}

/** What a start or a takeover read back. */
export interface Replayed {
  readonly stations: number
  /** Stations with a snapshot; the others were folded from their first record on. */
  readonly snapshots: number
  /** Age of the oldest and the newest of those snapshots, s. */
  readonly oldestSnapshotS: number
  readonly newestSnapshotS: number
  /** Records after the snapshots: of the journal and of the history. */
  readonly facts: number
  readonly samples: number
  /** Devices whose last message is known, so that it is not taken twice. */
  readonly cursors: number
}

/** Which cells are in memory, which sleep, and their snapshots. */
export class Residents {
  readonly #ports: ResidentPorts
  readonly #configs = new Map<string, StationConfig>()
  readonly #stationOf = new Map<string, StationConfig>()
  readonly #cells = new Map<string, Cell>()
  readonly #passive = new Map<string, Passive>()
  readonly #waiting = new Map<string, ((cell: Cell | undefined) => void)[]>()
  readonly #sequences = new Map<number, Sequence>()
  #rounds: string[] = []
  #roundShare = 0

  constructor(ports: ResidentPorts) {
    this.#ports = ports
  }

  get devices(): number {
    return this.#stationOf.size
  }
  get loading(): number {
    return this.#waiting.size
  }
  configs(): readonly StationConfig[] {
    return [...this.#configs.values()]
  }
  config(id: string): StationConfig | undefined {
    return this.#configs.get(id)
  }
  configOf(device: string): StationConfig | undefined {
    return this.#stationOf.get(device)
  }
  cell(station: string): Cell | undefined {
    return this.#cells.get(station)
  }
  passiveSummary(station: string): StationSummary | undefined {
    return this.#passive.get(station)?.summary
  }
  passiveHash(station: string): string | undefined {
    return this.#passive.get(station)?.hash
  }
  /** Last numbers given out in a shard. */
  sequence(shard: number): Sequence {
    let sequence = this.#sequences.get(shard)
    if (!sequence) this.#sequences.set(shard, (sequence = { fact: 0, sample: 0 }))
    return sequence
  }

  /** Stations of the shards given; null = of all there are. Admits nothing when reading fails. */
  async recover(
    claimed: ReadonlyMap<number, ClaimedShard>,
    shards: ReadonlySet<number> | null,
    durable: (cursor: CursorRow) => void,
  ): Promise<{ readonly admit: () => void; readonly replayed: Replayed }> {
    const admissions: (() => void)[] = []
    const ages: number[] = []
    const counts = { stations: 0, snapshots: 0, facts: 0, samples: 0, cursors: 0 }
    const configs = await this.#ports.recovery.stations(shards === null ? undefined : (id) => shards.has(shardOf(id)))
    for (let from = 0; from < configs.length; from += CHUNK) {
      const chunk = configs.slice(from, from + CHUNK)
      const loaded = await this.#ports.recovery.load(chunk.map((config) => config.id))
      const byStation = new Map(loaded.map((cell) => [cell.station, cell]))
      for (const config of chunk) {
        const recovered = byStation.get(config.id)
        const shard = shardOf(config.id)
        counts.stations++
        counts.facts += recovered?.facts.length ?? 0
        counts.samples += recovered?.samples.length ?? 0
        counts.cursors += recovered?.cursors.length ?? 0
        if (recovered?.snapshot) ages.push(Math.round(Math.max(0, this.#ports.now() - recovered.snapshot.at) / 1000))
        const cell = recoverCell(config, recovered, claimed.get(shard)?.epoch ?? this.#ports.epochOf(shard), this.#ports.ids)
        admissions.push(() => {
          for (const cursor of recovered?.cursors ?? []) durable(cursor)
          this.#register(config)
          this.#admit(cell)
        })
      }
    }
    return {
      admit: () => {
        for (const [shard, { factSeq, sampleSeq }] of claimed) this.#sequences.set(shard, { fact: factSeq, sample: sampleSeq })
        for (const admit of admissions) admit()
      },
      replayed: {
        ...counts,
        snapshots: ages.length,
        oldestSnapshotS: ages.reduce((most, age) => Math.max(most, age), 0),
        newestSnapshotS: ages.reduce((least, age) => Math.min(least, age), ages[0] ?? 0),
      },
    }
  }

  /** Forgets all of these shards. Those who wait for a cell learn that there is none. */
  drop(shards: ReadonlySet<number>): readonly StationConfig[] {
    const gone = [...this.#configs.values()].filter(({ id }) => shards.has(shardOf(id)))
    for (const { id } of gone) {
      this.remove(id)
      for (const queues of [this.#waiting, this.#retry]) {
        const queue = queues.get(id) ?? []
        queues.delete(id)
        for (const use of queue) use(undefined)
      }
    }
    for (const shard of shards) this.#sequences.delete(shard)
    return gone
  }

  /** A device that moved on belongs to the station it moved to. */
  #unregister(station: string): void {
    for (const { id } of this.#configs.get(station)?.devices ?? []) if (this.#stationOf.get(id)?.id === station) this.#stationOf.delete(id)
    this.#configs.delete(station)
  }

  #register(config: StationConfig): void {
    this.#unregister(config.id)
    this.#configs.set(config.id, config)
    for (const device of config.devices) this.#stationOf.set(device.id, config)
  }

  #admit(cell: Cell): void {
    const now = this.#ports.now()
    // Nothing was heard while nobody listened: every device gets the full time to speak up.
    for (const core of cell.order) if (core.linkUp) core.heardAt = Math.max(core.heardAt, now)
    cell.activeAt = now
    this.#cells.set(cell.config.id, cell)
    this.#ports.wake(cell.config.id, cellDue(cell))
  }

  /** The cell, if it is in memory and nobody waits for it. */
  awake(station: string): Cell | undefined {
    return this.#waiting.size > 0 && this.#waiting.has(station) ? undefined : this.#cells.get(station)
  }

  /** Gives the cell now, or after it was read back; undefined = no such station. Calls are kept in order. */
  withCell(station: string, use: (cell: Cell | undefined) => void): void {
    const cell = this.#cells.get(station)
    const queue = this.#waiting.get(station)
    if (queue) queue.push(use)
    else if (cell || !this.#configs.has(station)) use(cell)
    else {
      this.#waiting.set(station, [use])
      void this.#activate(station)
    }
  }

  async #activate(station: string): Promise<void> {
    const config = this.#configs.get(station)
    try {
      const [recovered] = await this.#ports.recovery.load([station])
      // The shard left meanwhile, and those who waited were told.
      if (config !== this.#configs.get(station) || !this.#waiting.has(station)) return
      if (config) {
        this.#admit(recoverCell(config, recovered, this.#ports.epochOf(shardOf(station)), this.#ports.ids))
        this.#passive.delete(station)
        this.#ports.batch().timer(shardOf(station), station, null)
      }
    } catch (error) {
      // Those who wait are not acknowledged; the next message or deadline tries again.
      this.#ports.problem(`station ${station} could not be read back`, error)
      const queue = this.#waiting.get(station) ?? []
      this.#waiting.delete(station)
      this.#retry.set(station, queue)
      this.#ports.wake(station, this.#ports.now() + RETRY_ACTIVATION_MS)
      return
    }
    const queue = [...(this.#retry.get(station) ?? []), ...(this.#waiting.get(station) ?? [])]
    this.#retry.delete(station)
    this.#waiting.delete(station)
    const cell = this.#cells.get(station)
    for (const use of queue) use(cell)
    this.#ports.touched()
  }
  readonly #retry = new Map<string, ((cell: Cell | undefined) => void)[]>()

  /** A cell for new master data, with what the old one knew. */
  replace(config: StationConfig, before: Cell | undefined): Cell {
    const cell = new Cell(config, shardOf(config.id), this.#ports.epochOf(shardOf(config.id)), this.#ports.ids)
    this.#register(config)
    if (before) {
      loadSnapshot(cell, takeSnapshot(before))
      for (const core of cell.order) {
        const old = before.cores.get(core.id)
        if (!old || old.config.kind !== core.config.kind) continue
        core.heardAt = old.heardAt
        core.boot = old.boot
        core.safe = old.safe
        core.backlog = old.backlog
      }
    }
    cell.follow()
    cell.version = (before?.version ?? 0) + 1
    this.#passive.delete(config.id)
    this.#admit(cell)
    return cell
  }

  remove(station: string): void {
    this.#unregister(station)
    this.#cells.delete(station)
    this.#passive.delete(station)
  }

  /** A share of the cells at every tick, so that each is saved once per interval without a burst. */
  maintain(now: number, settings: Settings): void {
    if (this.#rounds.length === 0) {
      this.#rounds = [...this.#cells.keys()]
      this.#roundShare = Math.ceil(this.#rounds.length / Math.max(1, settings.snapshotEveryMs / Math.max(1, settings.tickMs)))
    }
    const snapshots: CellSnapshot[] = []
    const leaving: { cell: Cell; version: number }[] = []
    const batch = this.#ports.batch()
    for (const station of this.#rounds.splice(0, this.#roundShare)) {
      const cell = this.#cells.get(station)
      if (!cell) continue
      const idle = isIdle(cell, now, settings.passivateAfterMs)
      if (cell.version === cell.savedVersion && !idle) continue
      batch.atSeal.push(cell.shard, () => {
        // It may have been configured anew since.
        if (this.#cells.get(station) !== cell) return
        snapshots.push(this.#snapshotOf(cell, now))
        if (idle) leaving.push({ cell, version: cell.version })
      })
    }
    if (batch.atSeal.length === 0) return
    batch.snapshots.push(NO_SHARD, { done: () => void this.#save(snapshots, leaving), moved: () => {} })
    this.#ports.touched()
  }

  #snapshotOf(cell: Cell, now: number): CellSnapshot {
    const { fact, sample } = this.sequence(cell.shard)
    cell.savedVersion = cell.version
    return { v: 1, station: cell.config.id, shard: cell.shard, at: now, factSeq: fact, sampleSeq: sample, body: takeSnapshot(cell) }
  }

  async #save(taken: readonly CellSnapshot[], leaving: readonly { cell: Cell; version: number }[]): Promise<void> {
    const snapshots = taken.filter(({ station }) => this.#cells.has(station))
    if (snapshots.length === 0) return
    try {
      await this.#ports.recovery.save(snapshots)
    } catch (error) {
      // The rows are safe; recovery will only read more of them.
      for (const { station } of snapshots) {
        const cell = this.#cells.get(station)
        if (cell) cell.savedVersion = -1
      }
      this.#ports.problem('snapshots could not be saved', error)
      return
    }
    for (const { cell, version } of leaving) if (cell.version === version && this.#cells.get(cell.config.id) === cell) this.#passivate(cell)
  }

  #passivate(cell: Cell): void {
    const { id } = cell.config
    const due = cellDue(cell)
    this.#passive.set(id, { summary: summaryOf(cell, this.#ports.now()), hash: hashCell(cell) })
    this.#cells.delete(id)
    this.#ports.batch().timer(cell.shard, id, due === Infinity ? null : due)
    this.#ports.wake(id, due)
    this.#ports.touched()
  }

  /** At the end, when everything is durable. */
  async saveAll(shards?: ReadonlySet<number>): Promise<void> {
    const now = this.#ports.now()
    const changed = [...this.#cells.values()].filter(
      (cell) => cell.version !== cell.savedVersion && (shards === undefined || shards.has(cell.shard)),
    )
    await this.#save(
      changed.map((cell) => this.#snapshotOf(cell, now)),
      [],
    )
  }
}
