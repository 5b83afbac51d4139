import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { BackupError } from '../store/backup-format.ts'
import { openPool, type Tx } from '../store/connection.ts'
import { tuples } from './copy-tuples.ts'

export interface CopiedFile {
  /** Relative to the data folder, with `/`. */
  readonly path: string
  readonly size: number
  readonly sha256: string
}
/** A complete physical copy. It starts only together with the WAL from `startWal` up to `stopLsn` (archive or stream). */
export interface BaseCopy {
  readonly systemId: string
  readonly timeline: number
  /** PostgreSQL as the source calls itself, e.g. 18.4. */
  readonly server: string
  readonly startLsn: string
  readonly stopLsn: string
  /** First and last segment that the copy needs. */
  readonly startWal: string
  readonly stopWal: string
  /** Epoch ms by the clock of the source. From `finishedAt` on any moment can be restored. */
  readonly startedAt: number
  readonly finishedAt: number
  readonly bytes: number
  readonly files: readonly CopiedFile[]
}
export interface BaseCopyProgress {
  readonly bytes: number
  /** As listed at the start; what grows meanwhile is in the WAL. */
  readonly totalBytes: number
}
export interface BaseCopyOptions {
  /** A superuser's connection: it reads files of the server by SQL, so the server may be on another machine. */
  readonly url: string
  /** Data folder to be; must be missing or empty. Mode 0700, of the present user: who starts Postgres on it as another account hands it over. */
  readonly to: string
  readonly label: string
  readonly onProgress?: (progress: BaseCopyProgress) => void
  /** Spares disk and network of the source; without it as fast as it goes. */
  readonly bytesPerSecond?: number
  readonly signal?: AbortSignal
}

interface Listed {
  readonly path: string
  readonly size: number
}
interface Listing {
  readonly folders: string[]
  readonly files: Listed[]
}

const CHUNK = 1 << 20
const BATCH_BYTES = 64 << 20
const BATCH_FILES = 500
/** Their content belongs to the running server; the folders have to be there. */
const emptied = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'])
const left =
  /^(?:postmaster\.(?:pid|opts)|backup_label(?:\.old)?|backup_manifest|tablespace_map(?:\.old)?|recovery\.signal|standby\.signal|current_logfiles(?:\.tmp)?|postgresql\.auto\.conf\.tmp|pg_internal\.init.*|pgsql_tmp.*|\..*)$/
const CONTROL = 'global/pg_control'

/**
 * Copies the data folder of a running PostgreSQL (≥ 15) by the low-level backup API in one session, while everybody works. What is changed
 * during the copy comes right by replaying the WAL. On disk when it resolves. After an error `to` holds remains that are of no use.
 * Throws BackupError where the server does not allow it.
 */
export async function baseCopy({ url, to, label, onProgress, bytesPerSecond, signal }: BaseCopyOptions): Promise<BaseCopy> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  if ((await readdir(to)).length > 0) throw new BackupError(`目录 ${to} 非空。 The folder ${to} is not empty.`)
  const pool = openPool(url, { max: 1, once: true, name: 'twin-base-copy', idleInTransactionMs: 0 })
  try {
    return await pool.begin(async (tx) => {
      const source = await describe(tx)
      const [started] = await tx<{ lsn: string; wal: string | null; at: number }[]>`
        select lsn::text as lsn, case when pg_is_in_recovery() then null else pg_walfile_name(lsn) end as wal, clock_timestamp() as at from pg_backup_start(${label}, true) as lsn`
      if (!started) throw new Error('pg_backup_start gave no answer')
      const listing = await list(tx)
      for (const folder of listing.folders) await mkdir(join(to, folder), { recursive: true, mode: 0o700 })
      const totalBytes = listing.files.reduce((sum, { size }) => sum + size, 0)
      const begun = performance.now()
      const files: CopiedFile[] = []
      let bytes = 0
      const advance = async (more: number): Promise<void> => {
        signal?.throwIfAborted()
        bytes += more
        onProgress?.({ bytes, totalBytes: Math.max(bytes, totalBytes) })
        const due = bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1000 - (performance.now() - begun)
        if (due > 0) await delay(due, undefined, { signal })
      }
      for (const batch of batches(listing.files)) files.push(...(await copyBatch(tx, to, batch, advance)))
      const [stopped] = await tx<{ lsn: string; labelfile: string; map: string | null }[]>`
        select lsn::text as lsn, labelfile, spcmapfile as map from pg_backup_stop(false)`
      // The name is worked out while planning where it can be, and a standby refuses that: hence the offset.
      const [end] = await tx<{ wal: string | null; at: number }[]>`
        select case when pg_is_in_recovery() then null else pg_walfile_name(lsn) end as wal, clock_timestamp() as at
        from (select ${stopped?.lsn ?? null}::pg_lsn as lsn offset 0) as place`
      if (!stopped || !end) throw new Error('pg_backup_stop gave no answer')
      files.push(await writeText(to, 'backup_label', stopped.labelfile))
      if (stopped.map) files.push(await writeText(to, 'tablespace_map', stopped.map))
      await toDisk(to, files, listing.folders)
      return {
        ...source,
        startLsn: started.lsn,
        stopLsn: stopped.lsn,
        startWal: started.wal ?? segmentOf(source.timeline, started.lsn),
        stopWal: end.wal ?? segmentOf(source.timeline, stopped.lsn),
        startedAt: started.at,
        finishedAt: end.at,
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        files,
      }
    })
  } finally {
    await pool.end()
  }
}

async function describe(tx: Tx): Promise<Pick<BaseCopy, 'systemId' | 'timeline' | 'server'>> {
  const [rights] = await tx<{ may: boolean; level: string }[]>`
    select rolsuper as may, current_setting('wal_level') as level from pg_roles where rolname = current_user`
  if (!rights?.may) throw new BackupError('物理备份需要数据库超级用户。 A physical backup needs a superuser of the database.')
  if (rights.level === 'minimal')
    throw new BackupError(
      'PostgreSQL 的 wal_level 为 minimal，请设为 replica 并重启。 wal_level of PostgreSQL is minimal: set it to replica and restart.',
    )
  const [spaces] = await tx<{ n: number }[]>`select count(*) as n from pg_tablespace where spcname not in ('pg_default', 'pg_global')`
  // A map of them would lead the copy back into the folders of the original.
  if ((spaces?.n ?? 0) > 0)
    throw new BackupError(
      '数据库使用了自建表空间，请改用 pg_basebackup。 The database has tablespaces of its own: use pg_basebackup instead.',
    )
  const [row] = await tx<{ id: string; timeline: number; server: string }[]>`
    select s.system_identifier::text as id, c.timeline_id as timeline, current_setting('server_version') as server
    from pg_control_system() s, pg_control_checkpoint() c`
  if (!row) throw new Error('pg_control gave no answer')
  return { systemId: row.id, timeline: row.timeline, server: row.server }
}

/** A standby does not name its segments; they have the usual 16 MB. */
function segmentOf(timeline: number, lsn: string): string {
  const [high = '0', low = '0'] = lsn.split('/')
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0')
  return hex(timeline) + hex(Number.parseInt(high, 16)) + hex(Number.parseInt(low, 16) >>> 24)
}

async function list(tx: Tx): Promise<Listing> {
  const folders: string[] = []
  const files: Listed[] = []
  const walk = async (folder: string): Promise<void> => {
    const path = folder === '' ? '.' : folder
    const found = await tx<{ name: string; size: number; dir: boolean }[]>`
      select name, s.size, s.isdir as dir from pg_ls_dir(${path}, true, false) as name, lateral pg_stat_file(${path} || '/' || name, true) s
      where s.size is not null order by name`
    for (const { name, size, dir } of found) {
      const child = folder === '' ? name : `${folder}/${name}`
      if (left.test(name)) continue
      if (!dir) {
        if (!emptied.has(folder.split('/')[0] ?? '')) files.push({ path: child, size })
      } else {
        folders.push(child)
        if (!emptied.has(child)) await walk(child)
      }
    }
  }
  await walk('')
  for (const needed of ['pg_wal/archive_status', 'pg_wal/summaries']) folders.push(needed)
  // Last: it says how far the rest has come.
  return { folders, files: files.toSorted((a, b) => Number(a.path === CONTROL) - Number(b.path === CONTROL)) }
}

function* batches(files: readonly Listed[]): Generator<Listed[]> {
  let batch: Listed[] = []
  let bytes = 0
  for (const file of files) {
    if (batch.length > 0 && (bytes + file.size > BATCH_BYTES || batch.length >= BATCH_FILES || file.path === CONTROL)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(file)
    bytes += file.size
  }
  if (batch.length > 0) yield batch
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** One statement for many files: name and content, chunk after chunk. A file that is gone by now was dropped, and the WAL says so. */
async function copyBatch(tx: Tx, to: string, batch: readonly Listed[], advance: (bytes: number) => Promise<void>): Promise<CopiedFile[]> {
  const wanted = batch.map(({ path, size }, i) => `(${i}, ${literal(path)}, ${size}::bigint)`).join(', ')
  const rows = tuples(
    await tx.copyOut(`copy (
      select f.i::int4, pg_read_binary_file(f.path, at, least(${CHUNK}, f.size - at), true)
      from (values ${wanted}) as f(i, path, size), lateral generate_series(0, greatest(f.size - 1, 0), ${CHUNK}) at
      order by f.i, at) to stdout (format binary)`),
  )
  const copied: CopiedFile[] = []
  let current: Target | null = null
  try {
    for await (const [number, content] of rows) {
      const file = batch[number?.readInt32BE() ?? -1]
      if (!file || !content) continue
      if (current?.path !== file.path) {
        if (current) copied.push(await current.close())
        current = await Target.open(to, file.path)
      }
      await current.write(content)
      await advance(content.length)
    }
    if (current) copied.push(await current.close())
    return copied
  } catch (error) {
    await current?.close().catch(() => undefined)
    throw error
  }
}

/** A file under way: what was written, and its checksum. */
class Target {
  readonly path: string
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  #size = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  static async open(to: string, path: string): Promise<Target> {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 })
    return new Target(path, await open(join(to, path), 'wx', 0o600))
  }

  async write(content: Buffer): Promise<void> {
    this.#hash.update(content)
    this.#size += content.length
    await this.#file.writeFile(content)
  }

  async close(): Promise<CopiedFile> {
    await this.#file.close()
    return { path: this.path, size: this.#size, sha256: this.#hash.digest('hex') }
  }
}

async function writeText(to: string, path: string, text: string): Promise<CopiedFile> {
  const file = await Target.open(to, path)
  await file.write(Buffer.from(text))
  return file.close()
}

/** Thousands of files reach the disk at once far sooner than one after the other; where there is no such command, one after the other. */
async function toDisk(to: string, files: readonly CopiedFile[], folders: readonly string[]): Promise<void> {
  if (
    await promisify(execFile)('sync', ['-f', to]).then(
      () => process.platform === 'linux',
      () => false,
    )
  )
    return
  for (const path of [...files.map((file) => file.path), '.', ...folders]) {
    const file = await open(join(to, path), 'r')
    await file.sync()
    await file.close()
  }
}
