import type { Sql } from './connection.ts'
import type { Partitions } from './partitions.ts'
import { applyRetention, type RetentionOptions } from './retention.ts'
import type { RollupWorker } from './rollup-worker.ts'

export interface JobOptions {
  readonly rollups: boolean
  readonly retention: RetentionOptions
  readonly onError?: (error: unknown) => void
}

const HOURLY = 3_600_000
const DAY = 86_400_000

/** Rollups all the time; once an hour retention, tomorrow's partitions, and a sign of life of this process. */
export class Jobs {
  readonly #sql: Sql
  readonly #partitions: Partitions
  readonly #rollups: RollupWorker
  readonly #inc: string
  #timer: NodeJS.Timeout | null = null
  #busy: Promise<void> = Promise.resolve()

  constructor(sql: Sql, partitions: Partitions, rollups: RollupWorker, inc: string) {
    this.#sql = sql
    this.#partitions = partitions
    this.#rollups = rollups
    this.#inc = inc
  }

  start(options: JobOptions): void {
    if (this.#timer) return
    if (options.rollups) this.#rollups.start((error) => options.onError?.(error))
    const run = (): void => {
      this.#busy = this.#upkeep(options).catch((error: unknown) => options.onError?.(error))
    }
    this.#timer = setInterval(run, HOURLY)
    run()
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
    await Promise.all([this.#rollups.stop(), this.#busy])
  }

  async #upkeep({ retention }: JobOptions): Promise<void> {
    const now = Date.now()
    await this.#sql`update tw_node set hb_at = now() where inc = ${this.#inc}`
    for (const table of ['sample', 'journal', 'rollup_1m'] as const) await this.#partitions.ensure(table, [now, now + DAY])
    await applyRetention(this.#sql, this.#partitions, retention, now)
  }
}
