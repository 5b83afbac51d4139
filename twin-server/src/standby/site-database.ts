import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql as query } from 'kysely'
import { baseCopy, type BaseCopyProgress } from '../backup/index.ts'
import { syncFolder, writeDurably } from '../store/durable-file.ts'
import { type Account, dataHome, postgresAccount } from '../store/embedded-user.ts'
import { type Db, keepEmbeddedPostgres, openPool, type Sql } from '../store/index.ts'
import type { SiteSettings } from './settings.ts'
import { fetchWal } from './wal-copy.ts'

/** Name of the standby's connection and of its replication slot. */
export const standbyName = 'twin_standby'

/** Parameters of both sides; the standby may have none of the limits lower than the serving site. */
const settings = {
  wal_level: 'replica',
  max_wal_senders: 6,
  max_replication_slots: 6,
  wal_sender_timeout: '10s',
  wal_receiver_timeout: '10s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '500ms',
  // A standby that stays away must not fill the disk of the site that serves; beyond it a new copy is taken.
  max_slot_wal_keep_size: '20GB',
  hot_standby: 'on',
  hot_standby_feedback: 'off',
  max_standby_streaming_delay: '5s',
}

export interface SiteDatabase {
  readonly url: string
  readonly sql: Sql
  stop(): Promise<void>
}

const folderOf = (dataDir: string): string => join(dataDir, 'postgres')

export async function openSiteDatabase(
  { dataDir, replication }: SiteSettings,
  onTrouble: (problem: string | null) => void,
): Promise<SiteDatabase> {
  const kept = await keepEmbeddedPostgres(
    {
      dir: folderOf(dataDir),
      settings,
      ...(replication && { port: replication.port, remote: { host: replication.host, from: replication.from } }),
    },
    onTrouble,
  )
  const sql = openPool(kept.url, { max: 3, name: 'twin-site' })
  return {
    url: kept.url,
    sql,
    async stop() {
      await sql.end()
      await kept.stop()
    },
  }
}

/** Whether this machine has a database already. */
export function hasDatabase(dataDir: string): boolean {
  const dir = folderOf(dataDir)
  return existsSync(dir) && existsSync(join(dataHome(dir, postgresAccount()), 'data', 'PG_VERSION'))
}

/**
 * Brings a copy of the database at `url` into the empty data folder, ready to start as its standby (`follow`), or to be promoted after
 * it has replayed what that copy had received. Nothing that looks like data is left behind when it is interrupted.
 */
export async function takeCopy(
  dataDir: string,
  url: string,
  how: 'follow' | 'restore',
  onProgress: (progress: BaseCopyProgress) => void,
): Promise<void> {
  const source = new URL(url)
  if (decodeURIComponent(source.username) !== 'twin' || source.password === '')
    throw new Error(
      `The address of the other database must be postgres://twin:<password>@host:port/postgres; on that site \`npm run standby -- --card FILE\` writes it.`,
    )
  const account = postgresAccount()
  const dir = folderOf(dataDir)
  mkdirSync(dir, { recursive: true })
  const home = dataHome(dir, account)
  const fresh = join(home, 'data.copy')
  rmSync(fresh, { recursive: true, force: true })
  if (how === 'follow') await makeSlot(url)
  const copy = await baseCopy({ url, to: fresh, label: 'standby', onProgress })
  if (how === 'restore') await fetchWal(url, copy, join(fresh, 'pg_wal'))
  writeDurably(join(fresh, 'postgresql.auto.conf'), how === 'follow' ? following(source) : '')
  writeDurably(join(fresh, 'standby.signal'), '')
  hand(fresh, account)
  // Roles come with the copy, so their password does.
  writeDurably(join(home, 'password'), `${decodeURIComponent(source.password)}\n`)
  renameSync(fresh, join(home, 'data'))
  syncFolder(home)
}

/** The place in the log from which the other site keeps everything for its standby. */
export async function makeSlot(url: string): Promise<void> {
  const sql = openPool(url, { max: 1, name: 'twin-standby-slot' })
  try {
    const [slot] = await sql<
      { lost: boolean }[]
    >`select wal_status = 'lost' as lost from pg_replication_slots where slot_name = ${standbyName}`
    if (slot?.lost) await sql`select pg_drop_replication_slot(${standbyName})`
    if (!slot || slot.lost) await sql`select pg_create_physical_replication_slot(${standbyName}, true)`
  } finally {
    await sql.end()
  }
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function following(source: URL): string {
  const info = Object.entries({
    host: source.hostname,
    port: source.port || '5432',
    user: 'twin',
    password: decodeURIComponent(source.password),
    application_name: standbyName,
    connect_timeout: '5',
    keepalives_idle: '5',
    keepalives_interval: '2',
    keepalives_count: '3',
  })
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(' ')
  return `primary_conninfo = '${info.replaceAll("'", "''")}'\nprimary_slot_name = '${standbyName}'\n`
}

function hand(path: string, account: Account | null): void {
  if (!account) return
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) chownSync(resolve(path, entry), account.uid, account.gid)
  chownSync(path, account.uid, account.gid)
}

export interface Receiving {
  /** Still a standby. */
  readonly recovering: boolean
  /** Connected to the serving site's database. */
  readonly streaming: boolean
  readonly received: string | null
  readonly replayed: string | null
  /** Epoch ms of the newest transaction here. */
  readonly newestAt: number | null
  /** Epoch ms of the last word of the serving database. */
  readonly heardAt: number | null
}

export async function receiving(sql: Sql): Promise<Receiving> {
  const [row] = await sql<Receiving[]>`
    select pg_is_in_recovery() as recovering, coalesce(r.status = 'streaming', false) as streaming,
      pg_last_wal_receive_lsn()::text as received, pg_last_wal_replay_lsn()::text as replayed,
      pg_last_xact_replay_timestamp() as "newestAt", r.last_msg_receipt_time as "heardAt"
    from (select 1) one left join pg_stat_wal_receiver r on true`
  if (!row) throw new Error('the database gave no answer')
  return row
}

/** Whether it still is one; false when nobody can say. */
export async function isCopy(sql: Sql | null): Promise<boolean> {
  if (sql === null) return false
  return receiving(sql).then(
    ({ recovering }) => recovering,
    () => false,
  )
}

/** Resolves when everything up to there is in this copy; rejects after ten minutes. */
export async function replayedTo(sql: Sql, lsn: string): Promise<void> {
  const end = performance.now() + 600_000
  while (performance.now() < end) {
    const [row] = await sql<{ there: boolean }[]>`select pg_last_wal_replay_lsn() >= ${lsn}::pg_lsn as there`
    if (row?.there) return
    await delay(50)
  }
  throw new Error('数据未能全部到达。 Not everything of the old site has arrived here.')
}

export interface Sending {
  readonly connected: boolean
  /** A commit waits until the standby has it on disk. */
  readonly synchronous: boolean
  readonly behindBytes: number | null
  readonly lagMs: number | null
}

export async function sending(db: Db): Promise<Sending> {
  const { rows } = await query<Sending>`
    select true as connected, sync_state in ('sync', 'quorum') as synchronous,
      pg_wal_lsn_diff(pg_current_wal_flush_lsn(), flush_lsn)::bigint as "behindBytes",
      (extract(epoch from replay_lag) * 1000)::float8 as "lagMs"
    from pg_stat_replication where application_name = ${standbyName} and state = 'streaming'`.execute(db)
  return rows[0] ?? { connected: false, synchronous: false, behindBytes: null, lagMs: null }
}

/** Commits wait for the standby, or do not; effective when it resolves. */
export async function waitForStandby(sql: Sql, on: boolean): Promise<void> {
  await sql.unsafe(on ? `alter system set synchronous_standby_names = '${standbyName}'` : 'alter system reset synchronous_standby_names')
  await sql`select pg_reload_conf()`
}
