import { randomUUID } from 'node:crypto'
import type { Sql } from '../store/connection.ts'
import { json } from '../store/text.ts'
import type { Step } from './words.ts'

export type RunKind = 'backup' | 'verify' | 'restore'
export interface Run {
  readonly id: string
  readonly kind: RunKind
  readonly state: 'running' | 'done' | 'failed'
  readonly by: string | null
  readonly startedAt: number
  readonly endedAt: number | null
  /** Moment that was asked for, of a restore. */
  readonly target: number | null
  /** Name of the backup; of a restore, folder of the copy while it is kept. */
  readonly place: string | null
  readonly bytes: number
  readonly totalBytes: number
  readonly steps: readonly Step[]
}

const BEAT_MS = 1000
/** A process that was silent for so long is gone. */
const SILENT_MS = 60_000

/** A run under way: what it says is on record within a second, its end at once. */
export class RunLog {
  readonly id: string
  readonly kind: RunKind
  readonly #record: (state: Run['state']) => Promise<unknown>
  readonly #steps: Step[] = []
  #bytes = 0
  #totalBytes = 0
  #place: string | null = null
  #timer: NodeJS.Timeout
  #writing: Promise<void> = Promise.resolve()
  failed: (error: unknown) => void = () => undefined

  constructor(sql: Sql, id: string, kind: RunKind) {
    this.#record = (state) => sql`update backup_run set state = ${state}, steps = ${json(this.#steps)}::text::jsonb, bytes = ${this.#bytes},
      total_bytes = ${this.#totalBytes}, place = ${this.#place}, beat_at = now(),
      ended_at = case when ${state} = 'running' then null else now() end where id = ${id} and state = 'running'`
    this.id = id
    this.kind = kind
    this.#timer = setInterval(() => this.#write('running'), BEAT_MS)
  }

  step(zh: string, en: string, ok: boolean | null = null): void {
    this.#steps.push({ at: Date.now(), ok, zh, en })
  }

  progress(bytes: number, totalBytes: number): void {
    this.#bytes = bytes
    this.#totalBytes = totalBytes
  }

  set place(place: string | null) {
    this.#place = place
  }

  get faults(): number {
    return this.#steps.filter(({ ok }) => ok === false).length
  }

  async end(state: 'done' | 'failed'): Promise<void> {
    clearInterval(this.#timer)
    this.#write(state)
    await this.#writing
  }

  #write(state: Run['state']): void {
    this.#writing = this.#after(this.#writing, state)
  }

  async #after(earlier: Promise<void>, state: Run['state']): Promise<void> {
    await earlier
    try {
      await this.#record(state)
    } catch (error) {
      this.failed(error)
    }
  }
}

export class Runs {
  readonly #sql: Sql
  readonly #inc: string

  constructor(sql: Sql, inc: string) {
    this.#sql = sql
    this.#inc = inc
  }

  /** null: another one is under way. */
  async begin(kind: RunKind, by: string | null, target: number | null = null): Promise<RunLog | null> {
    const id = randomUUID()
    const [row] = await this.#sql`insert into backup_run (id, kind, state, by_user, inc, started_at, beat_at, target)
      values (${id}, ${kind}, 'running', ${by}, ${this.#inc}, now(), now(), ${target}) on conflict do nothing returning id`
    return row ? new RunLog(this.#sql, id, kind) : null
  }

  list(limit = 50): Promise<readonly Run[]> {
    return this.#sql<Run[]>`select id, kind, state, by_user as "by", started_at as "startedAt", ended_at as "endedAt", target, place, bytes,
      total_bytes as "totalBytes", steps from backup_run order by started_at desc limit ${limit}`
  }

  async find(id: string): Promise<Run | undefined> {
    return (await this.list(1000)).find((run) => run.id === id)
  }

  /** The copy of a restore is gone. */
  async forgetPlace(id: string): Promise<void> {
    await this.#sql`update backup_run set place = null where id = ${id}`
  }

  /** Runs of processes that are gone have failed. `alone`: every other process is. Returns whether there were any. */
  async endAbandoned(alone: boolean): Promise<boolean> {
    const told = json([
      {
        at: Date.now(),
        ok: false,
        zh: '服务中断，未完成；剩余内容已清除',
        en: 'The server ended in the middle; what was left has been removed',
      },
    ])
    const gone =
      await this.#sql`update backup_run set state = 'failed', ended_at = now(), place = null, steps = steps || ${told}::text::jsonb
      where state = 'running' and inc <> ${this.#inc}
        and (${alone} or beat_at < now() - make_interval(secs => ${SILENT_MS / 1000}::float8)) returning id`
    return gone.length > 0
  }

  /** When the schedule or a person last began a backup that did not fail. */
  async lastBackupAt(): Promise<number | null> {
    const [row] = await this.#sql<{ at: number | null }[]>`
      select max(started_at) as at from backup_run where kind = 'backup' and state <> 'failed'`
    return row?.at ?? null
  }

  async lastTriedAt(): Promise<number | null> {
    const [row] = await this.#sql<{ at: number | null }[]>`select max(started_at) as at from backup_run where kind = 'backup'`
    return row?.at ?? null
  }
}
