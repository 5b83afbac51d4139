import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '../store/connection.ts'
import { RunError } from './words.ts'

/** What PostgreSQL says of its archiver. */
export interface ArchiveState {
  /** false: archive_mode is off, which only a restart changes. */
  readonly possible: boolean
  readonly on: boolean
  readonly command: string
  readonly archived: number
  readonly lastArchivedAt: number | null
  readonly failing: boolean
  readonly lastFailedAt: number | null
  /** Finished segments that wait, and what they take on the disk of the database. */
  readonly waiting: number
  readonly waitingBytes: number
}

const none = "'true'"
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
/** For the shell inside double quotes; % is PostgreSQL's. */
const shell = (path: string): string => path.replaceAll(/[\\"$`]/g, '\\$&').replaceAll('%', '%%')

/**
 * Keeps a segment under its name only when all of it is on disk, and never another one in its place: after a crash PostgreSQL offers the same
 * segment again, which then has to be the same. The time of the file is that of its last write.
 */
export function archiveCommand(folder: string): string {
  const kept = `"${shell(folder)}/%f.gz"`
  const part = `"${shell(folder)}/%f.part"`
  return (
    `if test -f ${kept}; then gzip -dc ${kept} | cmp -s - "%p"; else ` +
    `gzip -1 <"%p" >${part} && touch -r "%p" ${part} && sync ${part} && mv ${part} ${kept} && sync "${shell(folder)}"; fi`
  )
}

export function restoreCommand(folder: string): string {
  return `test -f "${shell(folder)}/%f.gz" && gzip -dc "${shell(folder)}/%f.gz" >"%p"`
}

/** null switches archiving off: what is finished from then on is gone. */
export async function setArchiving(sql: Sql, folder: string | null): Promise<void> {
  await sql.unsafe(`alter system set archive_command = ${folder === null ? none : quoted(archiveCommand(folder))}`)
  // In quiet hours too the archive is a minute behind at most.
  await sql.unsafe(`alter system set archive_timeout = ${folder === null ? 0 : 60}`)
  await sql`select pg_reload_conf()`
}

export async function archiveState(sql: Sql): Promise<ArchiveState> {
  const [row] = await sql<(Omit<ArchiveState, 'on' | 'waiting' | 'waitingBytes'> & { segment: number })[]>`
    select current_setting('archive_mode') <> 'off' as possible, current_setting('archive_command') as command,
      archived_count as archived, last_archived_time as "lastArchivedAt", last_failed_time as "lastFailedAt",
      coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) as failing,
      pg_size_bytes(current_setting('wal_segment_size')) as segment
    from pg_stat_archiver`
  if (!row) throw new Error('pg_stat_archiver gave no answer')
  const { segment, ...state } = row
  const [left] = state.possible
    ? await sql<{ n: number }[]>`select count(*) as n from pg_ls_dir('pg_wal/archive_status') as name where name like '%.ready'`
    : []
  const on = state.possible && state.command !== 'true' && state.command !== '' && state.command !== '(disabled)'
  const waiting = left?.n ?? 0
  return { ...state, on, waiting, waitingBytes: waiting * segment }
}

/** Waits until a segment lies in the archive. Throws RunError when it does not come in time. */
export async function archived(sql: Sql, folder: string, wal: string, signal: AbortSignal, waitMs = 120_000): Promise<void> {
  const end = performance.now() + waitMs
  while (!existsSync(join(folder, `${wal}.gz`))) {
    signal.throwIfAborted()
    if (performance.now() > end) {
      const { failing } = await archiveState(sql)
      throw new RunError(
        `日志段 ${wal} 未能归档${failing ? '（归档命令失败，请检查备份目录的空间与权限）' : ''}`,
        `Segment ${wal} did not reach the archive${failing ? ' (the archive command fails: check space and rights of the backup folder)' : ''}`,
      )
    }
    await delay(100, undefined, { signal })
  }
}

/** Ends the present segment, so that everything committed up to now gets into the archive; its name. */
export async function endSegment(sql: Sql): Promise<string> {
  const [row] = await sql<{ wal: string }[]>`select pg_walfile_name(pg_switch_wal()) as wal`
  if (!row) throw new Error('pg_switch_wal gave no answer')
  return row.wal
}

/** Name of the segment after this one; segments have 16 MB as PostgreSQL comes. */
export function nextSegment(wal: string): string {
  const timeline = wal.slice(0, 8)
  const number = BigInt(`0x${wal.slice(8, 16)}`) * 256n + BigInt(`0x${wal.slice(16)}`) + 1n
  const hex = (value: bigint): string => value.toString(16).toUpperCase().padStart(8, '0')
  return `${timeline}${hex(number / 256n)}${hex(number % 256n)}`
}
