import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { type PoisonPort, shardOf, type TurnMark } from '@twin/actors/runtime'
import type { Log } from '../ingest/index.ts'
import type { PoisonStore, Suspect } from '../store/index.ts'
import type { PoisonSettings } from './settings.ts'
import { TurnBoard } from './turn-board.ts'
import type { WatchData } from './watch-thread.ts'

export interface PoisonGuardOptions {
  readonly store: PoisonStore
  readonly settings: PoisonSettings
  readonly databaseUrl: string
  readonly inc: string
  readonly log: Log
}

const LOOK_MS = 30_000
const REMEMBERED_MS = 30 * 86_400_000
const nameOf = ({ shard, key }: TurnMark): string => `${shard} ${key}`

/** Knows the turns that end processes, and shows the watching thread which one is under way. */
export class PoisonGuard implements PoisonPort {
  readonly #options: PoisonGuardOptions
  readonly #board = new TurnBoard()
  #suspects: ReadonlyMap<string, Suspect> = new Map()
  /** Shards in need of care, and until when by the monotonic clock. */
  #careful: ReadonlyMap<number, number> = new Map()
  #worker: Worker | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: PoisonGuardOptions) {
    this.#options = options
  }

  /** `alone`: no other process lives, so whatever is on record of one is of a dead one. */
  async start(alone: boolean): Promise<void> {
    const { store, settings, databaseUrl, inc, log } = this.#options
    if (alone) await store.collect(null)
    await store.forget(REMEMBERED_MS)
    await this.refresh()
    this.#timer = setInterval(() => void this.refresh().catch(() => undefined), LOOK_MS)
    const debugged = process.execArgv.some((argument) => argument.startsWith('--inspect'))
    if (settings.stallMs === 0 || debugged) return
    const memoryLimit = getHeapStatistics().heap_size_limit * 0.9 + 64 * 1024 * 1024
    const workerData: WatchData = { buffer: this.#board.buffer, databaseUrl, inc, stallMs: settings.stallMs, memoryLimit }
    this.#worker = new Worker(new URL('watch-thread.ts', import.meta.url), { workerData, execArgv: [] })
    this.#worker.on('error', (error) => log.warn({ error: String(error) }, 'nobody watches the turns any more'))
    this.#worker.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#worker?.terminate()
  }

  /** Reads what is on record anew: after a claim, before the shards come to life. */
  async refresh(): Promise<void> {
    const { store, settings } = this.#options
    const [suspects, careful] = await Promise.all([store.suspects(), store.careful(settings.crashes, settings.windowMs)])
    this.#suspects = new Map(suspects.map((suspect) => [nameOf(suspect), suspect]))
    const now = performance.now()
    this.#careful = new Map([...careful].map(([shard, left]) => [shard, now + left]))
  }

  /** For those who take shards of dead owners. */
  collect(dead: readonly string[]): Promise<void> {
    return this.#options.store.collect(dead)
  }

  /** Turns put aside, for people. */
  get aside(): readonly Suspect[] {
    return [...this.#suspects.values()].filter(({ deaths }) => deaths >= this.#options.settings.deaths)
  }
  get carefulShards(): number {
    return this.#careful.size
  }

  enter(mark: TurnMark): void {
    this.#board.enter(mark)
  }
  leave(): void {
    this.#board.leave()
  }
  condemned(mark: TurnMark): boolean {
    if (this.#suspects.size === 0) return false
    return (this.#suspects.get(nameOf(mark))?.deaths ?? 0) >= this.#options.settings.deaths
  }
  suspect(mark: TurnMark): boolean {
    return this.#suspects.size > 0 && this.#suspects.has(nameOf(mark)) && !this.condemned(mark)
  }
  careful(shard: number): boolean {
    if (this.#careful.size === 0) return false
    return (this.#careful.get(shard) ?? -Infinity) > performance.now()
  }
  note(marks: readonly TurnMark[]): Promise<void> {
    return this.#options.store.note(marks)
  }
  async pardon(station: string): Promise<void> {
    await this.#options.store.pardon(station, shardOf(station))
    await this.refresh()
  }
}
