import type { Clock, CommitBatch, CommitPort } from '../ports.ts'
import { FencedError } from '../ports.ts'
import { Batch } from './batch.ts'
import type { Scheduler } from './options.ts'

export interface CommitterPorts {
  readonly port: CommitPort
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly everyMs: number
  /** Instead of `everyMs` after a commit of so many messages. */
  readonly busyMs: number
  readonly busyMessages: number
  /** First and longest wait before a commit that failed is tried again. */
  readonly retryMs: number
  readonly retryMaxMs: number
  /** The gate opens for this batch: listeners first, effects last. Must not throw. */
  release(batch: Batch, committed: CommitBatch | null): void
  failed(error: unknown, attempt: number): void
  /** Other processes hold these shards, which had these epochs here; the rest goes on. */
  fenced(lost: ReadonlyMap<number, number>): void
  /** Nothing more can be committed by this process. */
  fatal(error: Error): void
}

/**
 * One commit at a time; the next starts when the one before ended, at most every `everyMs`, under load every `busyMs`.
 * Until a commit resolves nothing of its batch leaves the gate, and a failed one is tried again as it stands.
 */
export class Committer {
  readonly #ports: CommitterPorts
  open = new Batch()
  #flight: Batch | null = null
  #lastStart = -Infinity
  #busy = false
  #waiting: (() => void) | null = null
  #stopped = false
  commits = 0
  readonly #durations: number[] = []

  constructor(ports: CommitterPorts) {
    this.#ports = ports
  }

  get pendingBytes(): number {
    return this.open.bytes + (this.#flight?.bytes ?? 0)
  }
  get pendingInputs(): number {
    return this.open.inputs + (this.#flight?.inputs ?? 0)
  }

  /** Takes these shards out of what waits. What is on its way to the store may still become durable, but nobody is told. */
  drop(shards: ReadonlySet<number>): void {
    this.#flight?.drop(shards)
    this.open.drop(shards)
  }

  /** Nothing is under way and nothing waits. */
  get idle(): boolean {
    return this.#flight === null && this.open.idle
  }

  /** Something was put into the open batch. */
  touched(): void {
    if (this.#stopped || this.#flight !== null || this.#waiting !== null) return
    const every = this.#busy ? this.#ports.busyMs : this.#ports.everyMs
    const wait = this.#lastStart + every - this.#ports.clock.now()
    this.#waiting = this.#ports.scheduler.after(Math.min(Math.max(wait, 0), every), () => {
      this.#waiting = null
      this.#start()
    })
  }

  /** Starts the next commit now, unless one is under way. */
  hurry(): void {
    if (this.#stopped || this.#flight !== null) return
    this.#waiting?.()
    this.#waiting = null
    this.#start()
  }

  stop(): void {
    this.#stopped = true
    this.#waiting?.()
    this.#waiting = null
  }

  durations(): { last: number; p50: number; p99: number } {
    const sorted = [...this.#durations].sort((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return { last: this.#durations.at(-1) ?? 0, p50: at(0.5), p99: at(0.99) }
  }

  #start(): void {
    const batch = this.open
    if (batch.idle) return
    this.open = new Batch()
    this.#flight = batch
    this.#busy = batch.inputs >= this.#ports.busyMessages
    this.#lastStart = this.#ports.clock.now()
    for (const take of batch.atSeal.items) take()
    if (batch.empty) this.#done(batch, null)
    else void this.#commit(batch, batch.toCommit(), 1)
  }

  async #commit(batch: Batch, rows: CommitBatch, attempt: number): Promise<void> {
    try {
      await this.#ports.port.commit(rows)
    } catch (error) {
      if (this.#stopped) return
      if (error instanceof FencedError && error.lost !== undefined && error.lost.size > 0) {
        batch.drop(new Set(error.lost.keys()))
        this.#ports.fenced(error.lost)
        if (batch.empty) this.#done(batch, null)
        else void this.#commit(batch, batch.toCommit(), 1)
        return
      }
      if (error instanceof FencedError) {
        this.stop()
        this.#ports.fatal(error)
        return
      }
      this.#ports.failed(error, attempt)
      const wait = Math.min(this.#ports.retryMs * 2 ** (attempt - 1), this.#ports.retryMaxMs)
      this.#ports.scheduler.after(wait, () => {
        if (!this.#stopped) void this.#commit(batch, rows, attempt + 1)
      })
      return
    }
    // A runtime that was stopped or fenced meanwhile tells nobody: its successor does.
    if (this.#stopped) return
    this.commits++
    this.#durations.push(this.#ports.clock.now() - this.#lastStart)
    if (this.#durations.length > 256) this.#durations.shift()
    this.#done(batch, rows)
  }

  #done(batch: Batch, rows: CommitBatch | null): void {
    this.#flight = null
    this.#ports.release(batch, rows)
    if (!this.open.idle) this.touched()
  }
}
