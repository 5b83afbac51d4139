import { createHash } from 'node:crypto'
import { constants, createReadStream, existsSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { embeddedHome } from '../store/embedded.ts'
import type { Sql } from '../store/connection.ts'
import { type ArchiveState, archiveState, archiveCommand, archived, nextSegment, setArchiving } from './archive.ts'
import { baseCopy } from './base-copy.ts'
import type { Base, BackupFolder } from './folder.ts'
import type { RunLog } from './runs.ts'
import { currentSet, keepSet } from './set-file.ts'
import { megabytes, RunError, seconds } from './words.ts'

/** Read at once rather than as a stream: a data folder has thousands of small files. */
export const SMALL = 4 << 20

export interface PhysicalParts {
  readonly sql: Sql
  readonly url: string
  readonly folder: BackupFolder
  /** TWIN_DATA_DIR: uploaded files, secrets, the folder of the embedded database. */
  readonly dataDir: string
  readonly bytesPerSecond?: number
}

/** The set that the archive goes on with, if it does. */
async function goingOn({ folder, dataDir }: PhysicalParts, { on, command }: ArchiveState): Promise<string | null> {
  const known = currentSet(embeddedHome(join(dataDir, 'postgres')))
  return known !== null && on && command === archiveCommand(folder.wal(known)) && existsSync(folder.wal(known)) ? known : null
}

/** Ends an archive that cannot go on: its folder is another one now, or the data came from a copy. The next backup begins anew. */
export async function endStrayArchive(parts: PhysicalParts): Promise<void> {
  const home = embeddedHome(join(parts.dataDir, 'postgres'))
  const state = await archiveState(parts.sql)
  if ((!state.on && currentSet(home) === null) || (await goingOn(parts, state)) !== null) return
  await setArchiving(parts.sql, null)
  keepSet(home, null)
}

/** Archiving into the set that goes on; a new one where none does. */
export async function ensureArchiving(parts: PhysicalParts): Promise<string> {
  const { sql, folder, dataDir } = parts
  const state = await archiveState(sql)
  if (!state.possible)
    throw new RunError('数据库的 archive_mode 未开启，需重启后生效', 'archive_mode of the database is off: it needs a restart')
  const known = await goingOn(parts, state)
  if (known !== null) return known
  // Where it was archived until now is not where it goes on: what lies between would be missing.
  const set = await folder.newSet()
  await setArchiving(sql, folder.wal(set))
  keepSet(embeddedHome(join(dataDir, 'postgres')), set)
  return set
}

/** A base backup while everybody works. Its folder appears only when it can be restored. */
export async function runBackup(parts: PhysicalParts, log: RunLog, signal: AbortSignal): Promise<Base> {
  const { sql, url, folder, dataDir } = parts
  const set = await ensureArchiving(parts)
  const id = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const partial = folder.base(set, `${id}.partial`)
  log.place = id
  try {
    const began = performance.now()
    log.step('开始复制数据库', 'Copying the database')
    await mkdir(partial, { recursive: true, mode: 0o700 })
    const copy = await baseCopy({
      url,
      to: join(partial, 'data'),
      label: `twin ${id}`,
      onProgress: ({ bytes, totalBytes }) => log.progress(bytes, totalBytes),
      ...(parts.bytesPerSecond !== undefined && { bytesPerSecond: parts.bytesPerSecond }),
      signal,
    })
    log.progress(copy.bytes, copy.bytes)
    const took = seconds(performance.now() - began)
    log.step(
      `已复制 ${copy.files.length} 个文件（${megabytes(copy.bytes)}，${took} 秒），每个文件记有 SHA-256`,
      `Copied ${copy.files.length} files (${megabytes(copy.bytes)}, ${took} s), each with its SHA-256`,
      true,
    )
    // Roles come with the data, and the password of its owner with them: without it nobody gets in on another machine.
    await copyFile(join(embeddedHome(join(dataDir, 'postgres')), 'password'), join(partial, 'password'))
    const { added, all } = await copyUploads(join(dataDir, 'files'), folder.uploads(set))
    log.step(`上传的文件：共 ${all} 个，新增 ${added} 个`, `Uploaded files: ${all}, of which ${added} new`, true)
    await archived(sql, folder.wal(set), copy.stopWal, signal)
    log.step(`日志段 ${copy.startWal} 至 ${copy.stopWal} 已归档`, `Segments ${copy.startWal} to ${copy.stopWal} are in the archive`, true)
    const base: Base = { id, set, copy, uploads: all, files: copy.files.length, durationMs: Math.round(performance.now() - began) }
    await folder.finish(base)
    await folder.setChecked(set, id, { at: Date.now(), ok: true })
    return base
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

/** Adds to the pool what it does not have. A file never changes under its id. */
export async function copyUploads(from: string, to: string): Promise<{ readonly added: number; readonly all: number }> {
  let [added, all] = [0, 0]
  if (!existsSync(from)) return { added, all }
  for (const part of await readdir(from)) {
    const known = new Set(existsSync(join(to, part)) ? await readdir(join(to, part)) : [])
    for (const id of await readdir(join(from, part))) {
      if (id.endsWith('.part')) continue
      all++
      if (known.has(id)) continue
      const target = join(to, part, id)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      const copied = await copyFile(join(from, part, id), `${target}.part`, constants.COPYFILE_FICLONE).then(
        () => true,
        // Removed by its owner this moment.
        () => false,
      )
      if (!copied) continue
      const file = await open(`${target}.part`, 'r+')
      await file.sync()
      await file.close()
      await rename(`${target}.part`, target)
      added++
    }
  }
  return { added, all }
}

/** Reads all of a backup again: every file against its checksum, every segment of its WAL against that of its compression. */
export async function runVerify({ folder }: PhysicalParts, log: RunLog, set: string, id: string, signal: AbortSignal): Promise<boolean> {
  log.place = id
  const { copy } = await folder.manifest(set, id)
  let bytes = 0
  const bad: string[] = []
  for (const { path, sha256, size } of copy.files) {
    signal.throwIfAborted()
    if ((await hashOf(join(folder.base(set, id), 'data', path), size).catch(() => '')) !== sha256) bad.push(path)
    bytes += size
    log.progress(bytes, copy.bytes)
  }
  log.step(
    bad.length === 0
      ? `${copy.files.length} 个文件的校验和一致（${megabytes(bytes)}）`
      : `${bad.length} 个文件已损坏或缺失：${bad.slice(0, 5).join('、')}`,
    bad.length === 0
      ? `Checksums of ${copy.files.length} files agree (${megabytes(bytes)})`
      : `${bad.length} files are damaged or missing: ${bad.slice(0, 5).join(', ')}`,
    bad.length === 0,
  )
  const { broken, missing, read } = await readSegments(folder, set, copy.startWal, signal)
  const fine = broken.length === 0 && missing === null
  log.step(
    fine ? `${read} 个日志段完整、连续` : `日志段损坏 ${broken.length} 个${missing === null ? '' : `，缺 ${missing}`}`,
    fine
      ? `${read} segments are whole and without a gap`
      : `${broken.length} segments are damaged${missing === null ? '' : `, ${missing} is missing`}`,
    fine,
  )
  const ok = bad.length === 0 && fine
  await folder.setChecked(set, id, { at: Date.now(), ok })
  return ok
}

async function readSegments(
  folder: BackupFolder,
  set: string,
  from: string,
  signal: AbortSignal,
): Promise<{ readonly broken: string[]; readonly missing: string | null; readonly read: number }> {
  const segments = (await folder.segments(set)).map((name) => name.slice(0, -3)).filter((name) => name >= from)
  const held = new Set(segments)
  const broken: string[] = []
  let missing: string | null = null
  for (let wal = from; wal <= (segments.at(-1) ?? from); wal = nextSegment(wal)) {
    signal.throwIfAborted()
    if (!held.has(wal)) {
      missing = wal
      break
    }
    await pipeline(createReadStream(join(folder.wal(set), `${wal}.gz`)), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) void chunk
    }).catch(() => broken.push(wal))
  }
  return { broken, missing, read: segments.length }
}

async function hashOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  if (size < SMALL) return hash.update(await readFile(path)).digest('hex')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
