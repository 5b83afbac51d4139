import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from '../store/connection.ts'
import { embeddedHome, findEmbeddedPostgres } from '../store/embedded.ts'
import { runningPostmaster } from '../store/embedded-process.ts'
import { json } from '../store/text.ts'
import { type ArchiveState, archiveState, setArchiving } from './archive.ts'
import { BackupFolder, type BaseHead } from './folder.ts'
import { runLogicalBackup } from './logical-backup.ts'
import { copyUploads, endStrayArchive, type PhysicalParts, runBackup, runVerify } from './physical-backup.ts'
import { baseFor, runRestore } from './restore-copy.ts'
import { type Run, type RunKind, type RunLog, Runs } from './runs.ts'
import { currentSet, keepSet } from './set-file.ts'
import { RunError, type Words, wordsOf } from './words.ts'

export interface BackupPlan {
  /** Hour of the day in Beijing at which a backup is made; null = only when somebody starts one. */
  readonly hour: number | null
  /** Any moment of so many days back can be restored. */
  readonly keepDays: number
  readonly maxGigabytes: number
}
export const standardPlan: BackupPlan = { hour: null, keepDays: 7, maxGigabytes: 50 }

export interface BackupStatus {
  /** logical: the database is not ours to archive; a copy of one moment can be made, and restored with the server stopped. */
  readonly mode: 'physical' | 'logical'
  /** What keeps backups from being made. */
  readonly problem: Words | null
  readonly folder: string
  /** The administrator named the folder. If not, it lies on the disk of the database. */
  readonly ownDisk: boolean
  readonly archive: ArchiveState | null
  readonly usage: { readonly bytes: number; readonly walBytes: number; readonly freeBytes: number }
  readonly plan: BackupPlan
  readonly bases: readonly BaseHead[]
  /** Moments that can be restored, newest first; `to` null = up to now. */
  readonly ranges: readonly { readonly from: number; readonly to: number | null }[]
  readonly runs: readonly Run[]
}
export interface BackupsOptions {
  readonly sql: Sql
  readonly url: string
  readonly inc: string
  readonly dataDir: string
  /** TWIN_BACKUP_DIR. */
  readonly dir: string | null
  /** The database is the embedded one of the data folder. */
  readonly embedded: boolean
  /** No other process works on the database. */
  readonly alone: boolean
  readonly log: { error(detail: object, message: string): void; warn(detail: object, message: string): void }
  /** A backup by the schedule spares the machine; null = as fast as it goes. */
  readonly bytesPerSecond?: number
}

const TICK_MS = 30_000
const DAY = 86_400_000
const RETRY_MS = 3_600_000
const BEIJING = 8 * 3_600_000
/** With so many segments waiting the archive is given up, so that the disk of the database does not fill. */
const MOST_WAITING = 256

export type Started = { readonly id: string } | 'busy'

/** Backups, what checks them and what restores them, for one server; several on one database never work at the same time. */
export class Backups {
  readonly #options: BackupsOptions
  readonly #runs: Runs
  readonly #parts: PhysicalParts | null
  readonly #folder: BackupFolder | null
  readonly #problem: Words | null
  readonly #stopping = new AbortController()
  #usage = { at: 0, value: { bytes: 0, walBytes: 0, freeBytes: 0 } }
  #timer: NodeJS.Timeout | null = null
  #watched = { waiting: 0, failing: 0, lastBackupAt: 0 }
  #working: Promise<void> = Promise.resolve()
  #ticking: Promise<void> = Promise.resolve()

  constructor(options: BackupsOptions) {
    this.#options = options
    const { sql, url, dataDir, dir, bytesPerSecond } = options
    this.#runs = new Runs(sql, options.inc)
    let folder: BackupFolder | null = null
    let problem: Words | null = null
    try {
      folder = new BackupFolder(dir ?? join(dataDir, 'backups'), dir !== null || !options.embedded, options.embedded)
    } catch (error) {
      problem = wordsOf(error)
    }
    this.#folder = folder
    this.#problem = problem
    this.#parts = folder && options.embedded ? { sql, url, folder, dataDir, ...(bytesPerSecond !== undefined && { bytesPerSecond }) } : null
  }

  /** Ends what an earlier process left, goes on with the archive, and begins the schedule. */
  async start(): Promise<void> {
    if ((await this.#runs.endAbandoned(this.#options.alone)) || this.#options.alone) await this.#folder?.removePartials()
    if (this.#parts) await endStrayArchive(this.#parts).catch((error: unknown) => this.#failed(error))
    this.#timer = setInterval(() => {
      this.#ticking = this.#tick().catch((error: unknown) => this.#failed(error))
    }, TICK_MS)
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    this.#stopping.abort(new RunError('服务已停止', 'The server was stopped'))
    await Promise.all([this.#working, this.#ticking])
  }

  async status(): Promise<BackupStatus> {
    const { dir, dataDir, embedded, sql } = this.#options
    const set = this.#set
    const bases = (await this.#folder?.bases(set)) ?? []
    return {
      mode: embedded ? 'physical' : 'logical',
      problem: this.#problem,
      folder: this.#folder?.root ?? dir ?? join(dataDir, 'backups'),
      ownDisk: dir !== null,
      archive: embedded ? await archiveState(sql) : null,
      usage: await this.#used(),
      plan: await this.plan(),
      bases,
      ranges: ranges(bases),
      runs: await this.#runs.list(),
    }
  }

  /** For /metrics, as of the last half minute. */
  metrics(): readonly { readonly name: string; readonly help: string; readonly value: number }[] {
    const { waiting, failing, lastBackupAt } = this.#watched
    return [
      { name: 'twin_backup_archive_failing', help: '1 while the log of the database cannot be archived', value: failing },
      { name: 'twin_backup_archive_waiting', help: 'segments of the log that wait for the archive', value: waiting },
      { name: 'twin_backup_last_time_seconds', help: 'when the last backup began that did not fail', value: lastBackupAt / 1000 },
    ]
  }

  run(id: string): Promise<Run | undefined> {
    return this.#runs.find(id)
  }

  async plan(): Promise<BackupPlan> {
    const [row] = await this.#options.sql<{ value: BackupPlan }[]>`select value from setting where key = 'backup.plan'`
    return { ...standardPlan, ...row?.value }
  }

  async setPlan(plan: BackupPlan): Promise<void> {
    await this.#options.sql`insert into setting (key, value) values ('backup.plan', ${json(plan)}::text::jsonb)
      on conflict (org, key) do update set value = excluded.value`
  }

  async backup(by: string | null): Promise<Started> {
    const folder = this.#folder
    if (!folder) throw new RunError(this.#problem?.zh ?? '', this.#problem?.en ?? '')
    return this.#begin('backup', by, null, async (log, signal) => {
      if (this.#parts) {
        await runBackup(this.#parts, log, signal)
        await this.#prune()
      } else await runLogicalBackup(this.#options, folder, log)
    })
  }

  /** undefined: there is no such backup. */
  async verify(id: string, by: string): Promise<Started | undefined> {
    const parts = this.#parts
    const base = (await this.#folder?.bases(this.#set))?.find((each) => each.id === id)
    if (!parts || !base) return undefined
    return this.#begin('verify', by, null, async (log, signal) => {
      await runVerify(parts, log, base.set, id, signal)
    })
  }

  /** undefined: no backup reaches that moment. */
  async restore(at: number, by: string): Promise<Started | undefined> {
    const parts = this.#parts
    const base = baseFor((await this.#folder?.bases(this.#set)) ?? [], at)
    if (!parts || !base || at > Date.now()) return undefined
    return this.#begin('restore', by, at, async (log, signal) => {
      await runRestore(parts, log, base, at, signal)
    })
  }

  /** Removes the copy of a restore. false: there is none; `busy`: somebody looks at it, a server runs on it. */
  async discard(id: string): Promise<boolean | 'busy'> {
    const run = await this.#runs.find(id)
    if (run?.kind !== 'restore' || run.place === null || run.state === 'running') return false
    if (runningPostmaster(join(run.place, 'postgres', 'data'))) return 'busy'
    rmSync(run.place, { recursive: true, force: true })
    await this.#runs.forgetPlace(id)
    return true
  }

  /** Resolves when nothing of this process is under way; for tests and whoever ends the server. */
  async settled(): Promise<void> {
    await this.#working
  }

  get #home(): string {
    return embeddedHome(join(this.#options.dataDir, 'postgres'))
  }

  get #set(): string | null {
    return this.#parts ? currentSet(this.#home) : null
  }

  async #begin(
    kind: RunKind,
    by: string | null,
    target: number | null,
    work: (log: RunLog, signal: AbortSignal) => Promise<void>,
  ): Promise<Started> {
    const log = await this.#runs.begin(kind, by, target)
    if (!log) return 'busy'
    log.failed = (error) => this.#failed(error)
    this.#working = this.#do(log, work)
    return { id: log.id }
  }

  async #do(log: RunLog, work: (log: RunLog, signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await work(log, this.#stopping.signal)
      const { faults } = log
      if (faults === 0) log.step('完成', 'Done', true)
      else log.step(`完成，发现 ${faults} 处问题`, `Done; ${faults} faults were found`, false)
      await log.end('done')
    } catch (error) {
      const { zh, en } = wordsOf(error)
      log.step(`失败：${zh}`, `Failed: ${en}`, false)
      if (log.kind !== 'verify') log.place = null
      await log.end('failed')
      if (!this.#stopping.signal.aborted) this.#failed(error)
    }
    this.#usage.at = 0
  }

  async #prune(): Promise<void> {
    const { keepDays, maxGigabytes } = await this.plan()
    await this.#folder?.prune(this.#set, Date.now() - keepDays * DAY, maxGigabytes * 1e9)
  }

  async #tick(): Promise<void> {
    await this.#runs.endAbandoned(this.#options.alone)
    const { hour } = await this.plan()
    const now = Date.now()
    if (hour !== null) {
      const midnight = Math.floor((now + BEIJING) / DAY) * DAY - BEIJING
      const due = midnight + hour * 3_600_000
      const [last, tried] = [await this.#runs.lastBackupAt(), await this.#runs.lastTriedAt()]
      const missing = (now >= due && (last ?? 0) < due) || (this.#parts !== null && this.#set === null)
      // One that failed is tried again after an hour.
      if (missing && (tried ?? 0) < now - RETRY_MS && this.#folder) await this.backup(null)
    }
    if (!this.#parts) return
    const set = this.#set
    if (set === null) return
    await copyUploads(join(this.#options.dataDir, 'files'), this.#parts.folder.uploads(set))
    const { waiting, failing } = await archiveState(this.#options.sql)
    this.#watched = { waiting, failing: failing ? 1 : 0, lastBackupAt: (await this.#runs.lastBackupAt()) ?? 0 }
    if (failing)
      this.#options.log.error({ waiting }, 'the archive of the database takes nothing: look at space and rights of the backup folder')
    if (waiting > MOST_WAITING) {
      await setArchiving(this.#options.sql, null)
      keepSet(this.#home, null)
      this.#options.log.error(
        { waiting },
        'archiving was given up before it filled the disk of the database; the next backup begins it anew',
      )
    }
    const { bytes, walBytes } = await this.#used()
    if (bytes <= (await this.plan()).maxGigabytes * 1e9) return
    await this.#prune()
    // Only the newest backup is left and its log alone is too long: another backup shortens it.
    if (walBytes > bytes / 2 && ((await this.#runs.lastTriedAt()) ?? 0) < now - RETRY_MS) await this.backup(null)
  }

  /** Counting thousands of segments is not for every look at the page. */
  async #used(): Promise<BackupStatus['usage']> {
    if (this.#folder && Date.now() - this.#usage.at > TICK_MS) this.#usage = { at: Date.now(), value: await this.#folder.usage() }
    return this.#usage.value
  }

  #failed(error: unknown): void {
    this.#options.log.error({ err: error }, 'backup failed')
  }
}

/** Whether an address is that of the embedded database of `dir`, which another process of this installation started. */
export function isEmbedded(url: string, dir: string): boolean {
  const own = existsSync(dir) ? findEmbeddedPostgres(dir) : null
  return own !== null && new URL(own).port === new URL(url).port && ['127.0.0.1', 'localhost'].includes(new URL(url).hostname)
}

/** Moments that some backup reaches, joined where they touch. */
export function ranges(bases: readonly BaseHead[]): { from: number; to: number | null }[] {
  const joined: { from: number; to: number | null }[] = []
  for (const { copy, to } of bases.toSorted((a, b) => a.copy.finishedAt - b.copy.finishedAt)) {
    const last = joined.at(-1)
    if (last && (last.to === null || last.to >= copy.finishedAt)) last.to = last.to === null || to === null ? null : Math.max(last.to, to)
    else joined.push({ from: copy.finishedAt, to })
  }
  return joined.toReversed()
}
