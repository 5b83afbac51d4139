import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Account } from '../store/embedded-user.ts'
import { dataHome, postgresAccount } from '../store/embedded-user.ts'
import { type EmbeddedPostgres, embeddedHome, startEmbeddedPostgres } from '../store/embedded.ts'
import { openPool, type Sql } from '../store/connection.ts'
import { archived, endSegment, restoreCommand } from './archive.ts'
import { runChecks } from './checks.ts'
import type { Base, BackupFolder, BaseHead } from './folder.ts'
import { copyUploads, type PhysicalParts, SMALL } from './physical-backup.ts'
import type { RunLog } from './runs.ts'
import { megabytes, moment, RunError, seconds } from './words.ts'

/** Recovery replays what an installation wrote in days. */
const RECOVERY_MS = 6 * 3_600_000

/** Folder for restored copies, where Postgres' account can reach it. */
export const copiesRoot = (dataDir: string): string => dataHome(join(dataDir, 'restored'), postgresAccount())

/** The backup to begin with for a moment: the newest that was complete by then and whose WAL reaches it. */
export function baseFor(bases: readonly BaseHead[], at: number): BaseHead | undefined {
  return bases.find(({ copy, to }) => copy.finishedAt <= at && (to === null || at <= to))
}

/**
 * Restores the moment `at` into a data folder of its own beside the running system, on a port of its own, and looks whether it is whole.
 * The copy stays, stopped, to be looked at; after an error nothing of it does.
 */
export async function runRestore(parts: PhysicalParts, log: RunLog, head: BaseHead, at: number, signal: AbortSignal): Promise<string> {
  const { folder, dataDir, sql } = parts
  const copy = join(copiesRoot(dataDir), `${moment(at).slice(0, 19).replaceAll(/[-:]/g, '').replace(' ', '-')}-${log.id.slice(0, 4)}`)
  let postgres: EmbeddedPostgres | null = null
  try {
    log.step(
      `恢复到 ${moment(at)}（北京时间），从备份 ${head.id} 开始`,
      `Restoring to ${moment(at)} (Beijing time), beginning with backup ${head.id}`,
    )
    const base = await readManifest(folder, head)
    // Postgres' account passes here; what is inside is closed to others.
    await mkdir(join(copy, 'postgres'), { recursive: true, mode: 0o755 })
    await copyBase(folder, base, join(copy, 'postgres'), folder.account, log, signal)
    prepare(join(copy, 'postgres'), join(embeddedHome(join(dataDir, 'postgres')), 'password'), folder.account)
    if (head.to === null) {
      await archived(sql, folder.wal(head.set), await endSegment(sql), signal)
      log.step('最新的日志段已归档', 'The newest segment is in the archive', true)
    }
    const began = performance.now()
    postgres = await recover(join(copy, 'postgres'), folder.wal(head.set), at)
    const pool = openPool(postgres.url, { max: 4, name: 'twin-restored', idleInTransactionMs: 0 })
    try {
      await tellEnd(pool, log, at, performance.now() - began)
      await runChecks({ copy: pool, live: sql, at, log, signal })
    } finally {
      await pool.end()
    }
    await postgres.stop()
    // It is nobody's now: whoever looks at it starts it for himself.
    rmSync(join(copy, 'postgres', 'owner'), { force: true })
    await copyFiles(parts, head.set, copy, log)
    log.place = copy
    return copy
  } catch (error) {
    await postgres?.stop()
    rmSync(copy, { recursive: true, force: true })
    throw error
  }
}

export async function readManifest(folder: BackupFolder, head: Pick<BaseHead, 'set' | 'id'>): Promise<Base> {
  return folder.manifest(head.set, head.id).catch((error: unknown) => {
    throw new RunError(`备份 ${head.id} 的清单已损坏`, `The manifest of backup ${head.id} is damaged`, error)
  })
}

/** Every file is checked while it is copied. Throws RunError naming the first one that differs. */
export async function copyBase(
  folder: BackupFolder,
  base: Base,
  home: string,
  account: Account | null,
  log: Pick<RunLog, 'step' | 'progress'>,
  signal: AbortSignal,
): Promise<void> {
  const from = join(folder.base(base.set, base.id), 'data')
  const to = join(home, 'data')
  const began = performance.now()
  let bytes = 0
  await mkdir(to, { recursive: true, mode: 0o700 })
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) await mkdir(join(to, relative(from, join(entry.parentPath, entry.name))), { recursive: true, mode: 0o700 })
  for (const { path, sha256, size } of base.copy.files) {
    signal.throwIfAborted()
    if ((await copyHashed(join(from, path), join(to, path), size)) !== sha256) {
      await folder.setChecked(base.set, base.id, { at: Date.now(), ok: false })
      throw new RunError(`备份文件 ${path} 已损坏（校验和不一致）`, `The file ${path} of the backup is damaged (its checksum differs)`)
    }
    bytes += size
    log.progress(bytes, base.copy.bytes)
  }
  giveAll(to, account)
  const took = seconds(performance.now() - began)
  log.step(
    `${base.copy.files.length} 个文件已复制，校验和一致（${megabytes(bytes)}，${took} 秒）`,
    `${base.copy.files.length} files copied, checksums agree (${megabytes(bytes)}, ${took} s)`,
    true,
  )
}

/** Missing or unreadable: '', which is no checksum. */
async function copyHashed(from: string, to: string, size: number): Promise<string> {
  if (!existsSync(from)) return ''
  if (size < SMALL) {
    const content = await readFile(from)
    await writeFile(to, content, { mode: 0o600 })
    return createHash('sha256').update(content).digest('hex')
  }
  const hash = createHash('sha256')
  await pipeline(
    createReadStream(from, { highWaterMark: 1 << 20 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(to, { mode: 0o600 }),
  )
  return hash.digest('hex')
}

/** Postgres wants a data folder of its own account, closed to others. */
export function giveAll(path: string, account: Account | null): void {
  chmodSync(path, 0o700)
  if (!account) return
  chownSync(path, account.uid, account.gid)
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    chownSync(join(entry.parentPath, entry.name), account.uid, account.gid)
}

/** The password of its people is that of the original; its archive is not. */
export function prepare(home: string, password: string, account: Account | null): void {
  const data = join(home, 'data')
  writeFileSync(join(home, 'password'), readFileSync(password), { mode: 0o600 })
  const file = join(data, 'postgresql.auto.conf')
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !/^(?:archive_|restore_command|recovery_|primary_|synchronous_standby_names)/.test(line))
  writeFileSync(file, kept.join('\n'))
  writeFileSync(join(data, 'recovery.signal'), '')
  if (account) chownSync(join(data, 'recovery.signal'), account.uid, account.gid)
}

/** `at` null: as far as the archive goes. */
export async function recover(home: string, wal: string, at: number | null): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres({
      dir: home,
      waitMs: RECOVERY_MS,
      settings: {
        archive_mode: 'off',
        hot_standby: 'off',
        restore_command: restoreCommand(wal),
        ...(at !== null && {
          recovery_target_time: new Date(at).toISOString().replace('T', ' ').replace('Z', '+00'),
          recovery_target_inclusive: 'on',
          recovery_target_action: 'promote',
        }),
      },
    })
  } catch (error) {
    const log = existsSync(join(home, 'postgres.log')) ? readFileSync(join(home, 'postgres.log'), 'utf8') : ''
    if (/recovery ended before configured recovery target was reached/.test(log))
      throw new RunError(
        '归档日志不到所选时间：中途缺失或损坏',
        'The archived log does not reach the chosen time: a segment is missing or damaged',
        error,
      )
    throw new RunError(
      '恢复的数据库未能启动（见服务日志）',
      `The restored database did not start: ${log.trim().split('\n').at(-1) ?? 'it said nothing'}`,
      error,
    )
  }
}

async function tellEnd(pool: Sql, log: RunLog, at: number, ms: number): Promise<void> {
  const [row] = await pool<{ last: number | null; timeline: number; checksums: string; later: number }[]>`
    select pg_last_xact_replay_timestamp() as last, timeline_id as timeline, current_setting('data_checksums') as checksums,
      (select count(*) from audit_log where at > ${at}) as later from pg_control_checkpoint()`
  const last = row?.last ?? null
  log.step(
    `日志已重放（${seconds(ms)} 秒），最后一个事务提交于 ${last === null ? '备份结束时' : moment(last)}`,
    `Log replayed (${seconds(ms)} s); the last transaction was committed at ${last === null ? 'the end of the backup' : moment(last)}`,
    last === null || last <= at,
  )
}

/** Uploaded files, and the secrets of this machine, so that the product starts on the copy as it is. */
async function copyFiles({ folder, dataDir }: PhysicalParts, set: string, copy: string, log: RunLog): Promise<void> {
  const { all } = await copyUploads(folder.uploads(set), join(copy, 'files'))
  // Uploaded since the last backup: rows of them may be in the copy already.
  const { added } = await copyUploads(join(dataDir, 'files'), join(copy, 'files'))
  const secrets = join(dataDir, 'secrets')
  if (existsSync(secrets)) {
    await mkdir(join(copy, 'secrets'), { mode: 0o700 })
    for (const name of await readdir(secrets)) await copyFile(join(secrets, name), join(copy, 'secrets', name))
  }
  log.step(`上传的文件：${all + added} 个`, `Uploaded files: ${all + added}`, true)
}
