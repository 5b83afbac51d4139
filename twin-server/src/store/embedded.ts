import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { syncFolder, writeDurably } from './durable-file.ts'
import { clearStalePid, explain, freePort, runningPostmaster, stopPostmaster, takeOwnership } from './embedded-process.ts'
import { type Account, binaries, dataHome, give, postgresAccount } from './embedded-user.ts'

export interface EmbeddedOptions {
  /** Folder for data, password and log; made when missing. */
  readonly dir: string
  /** Loopback port; without one any free port is taken. */
  readonly port?: number
  /** false only in tests that are not about durability: no fsync, and several processes may share the folder. */
  readonly durable?: boolean
  /** Parameters of PostgreSQL beyond its own. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Takes connections with a password from outside as well: at this address of the machine, from these networks (CIDR). */
  readonly remote?: { readonly host: string; readonly from: readonly string[] }
  /** Recovery may take long: given up after this. */
  readonly waitMs?: number
}
export interface EmbeddedPostgres {
  readonly url: string
  /** True if a postmaster left over from a killed parent was taken over. */
  readonly adopted: boolean
  /** What PostgreSQL had to do because it was not shut down in order; null when it was. */
  readonly recovery: DatabaseRecovery | null
  /** Fast shutdown; waits until the postmaster has gone. */
  stop(): Promise<void>
}

export interface DatabaseRecovery {
  /** Where the replay of its log began and ended; null when nothing stood after the last checkpoint. */
  readonly from: string | null
  readonly to: string | null
  /** Why it ended there: the half-written record that was cut off. */
  readonly cut: string | null
}

/** What the log of a start says of a recovery. */
export function databaseRecovery(log: string): DatabaseRecovery | null {
  if (!/automatic recovery in progress|redo starts at|redo is not required/.test(log)) return null
  const lines = log.split('\n')
  const end = lines.findIndex((line) => line.includes('redo done at'))
  const said = (word: string): string | null => new RegExp(`${word} ([0-9A-F]+/[0-9A-F]+)`).exec(log)?.[1] ?? null
  // Said right before the end: "invalid record length at …".
  const before = end > 0 ? (/LOG: +(.*)$/.exec(lines[end - 1] ?? '')?.[1] ?? null) : null
  return { from: said('redo starts at'), to: said('redo done at'), cut: before?.startsWith('redo starts') ? null : before }
}

const user = 'twin'
const urlOf = (password: string, port: number): string => `postgres://${user}:${password}@127.0.0.1:${port}/postgres`

/** Where the data of an embedded database of `dir` lies, which may be elsewhere for want of rights. */
export function embeddedHome(dir: string): string {
  return existsSync(join(dir, 'location')) ? readFileSync(join(dir, 'location'), 'utf8').trim() : resolve(dir)
}

/** Address of the embedded database of `dir` if it runs now, for backup beside a running server. */
export function findEmbeddedPostgres(dir: string): string | null {
  const home = embeddedHome(dir)
  const running = runningPostmaster(join(home, 'data'))
  return running?.ready && existsSync(join(home, 'password'))
    ? urlOf(readFileSync(join(home, 'password'), 'utf8').trim(), running.port)
    : null
}

/**
 * Starts PostgreSQL on a data folder of its own, on loopback only, with a random password kept beside the data.
 * Works for root (postgres then runs as its own account) and for ordinary users. A postmaster that outlived a killed parent is taken
 * over. Throws an Error whose message is one sentence that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount()
  const home = homeOf(resolve(options.dir), account)
  const data = join(home, 'data')
  const passwordFile = join(home, 'password')
  const log = join(home, 'postgres.log')
  if (options.durable ?? true) takeOwnership(home)

  let running = existsSync(data) ? runningPostmaster(data) : null
  if (running && options.port !== undefined && running.port !== options.port) {
    await stopPostmaster(running.pid)
    running = null
  }
  if (running) {
    const { pid } = running
    const ready = await waitReady(data, pid, () => false, options.waitMs)
    if (ready)
      return {
        url: urlOf(readFileSync(passwordFile, 'utf8').trim(), ready),
        adopted: true,
        recovery: null,
        stop: () => stopPostmaster(pid),
      }
    await stopPostmaster(pid)
  }

  const native = binaries(account)
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(native, home, data, passwordFile, account)
  if (!existsSync(passwordFile))
    throw new Error(
      `缺少数据库密码文件 ${passwordFile}，请恢复该文件或最近的备份。 The file ${passwordFile} is missing, so nobody can sign in to the database: restore it or the last backup.`,
    )
  ownArchiving(data, account)
  await clearStalePid(data)
  const port = await freePort(options.port ?? 0)
  if (existsSync(log) && statSync(log).size > 20_000_000) truncateSync(log)
  const from = existsSync(log) ? statSync(log).size : 0
  const out = openSync(log, 'a')
  // A session of its own: Ctrl-C in the terminal must not stop the database before the server has committed what is pending.
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', data, ...settings(port, options, remoteRules(home, options, account))], {
    cwd: home,
    detached: true,
    stdio: ['ignore', out, out],
    env: environment(),
    ...account,
  })
  closeSync(out)
  child.unref()
  let ended = false
  child.once('exit', () => (ended = true))
  child.once('error', () => (ended = true))
  const ready = child.pid === undefined ? null : await waitReady(data, child.pid, () => ended, options.waitMs)
  if (ready === null || child.pid === undefined) {
    if (child.pid !== undefined && !ended) await stopPostmaster(child.pid)
    throw new Error(explain(readFileSync(log).subarray(from).toString('utf8'), data))
  }
  const { pid } = child
  const recovery = databaseRecovery(readFileSync(log).subarray(from).toString('utf8'))
  return { url: urlOf(readFileSync(passwordFile, 'utf8').trim(), ready), adopted: false, recovery, stop: () => stopPostmaster(pid) }
}

function homeOf(dir: string, account: Account | null): string {
  try {
    return dataHome(dir, account)
  } catch (error) {
    throw new Error(explain(fileError(error), dir), { cause: error })
  }
}

/** Node's words for a file error in those of PostgreSQL, so that one table explains both. */
function fileError(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code = 'code' in error ? error.code : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'No space left on device'
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'Permission denied' : error.message
}

/** Made beside and renamed, so that an interrupted first start leaves nothing that looks like data. */
function initialise(native: string, home: string, data: string, passwordFile: string, account: Account | null): void {
  if (existsSync(data)) throw new Error(explain('not a valid data directory', data))
  const fresh = join(home, 'data.new')
  const secret = join(home, 'password.new')
  try {
    rmSync(fresh, { recursive: true, force: true })
    mkdirSync(fresh, { mode: 0o700 })
    give(fresh, account)
    // Without it nobody gets at the data, which initdb itself brings to disk.
    if (!existsSync(passwordFile)) writeDurably(passwordFile, `${randomBytes(24).toString('hex')}\n`)
    writeFileSync(secret, readFileSync(passwordFile), { mode: 0o600 })
    give(secret, account)
  } catch (error) {
    throw new Error(explain(fileError(error), home), { cause: error })
  }
  const made = spawnSync(
    join(native, 'bin', 'initdb'),
    [
      '-D',
      fresh,
      '-U',
      user,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ],
    { cwd: home, encoding: 'utf8', env: environment(), ...account },
  )
  rmSync(secret, { force: true })
  if (made.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(explain(`${made.stderr ?? ''}${made.error?.message ?? ''}`, home))
  }
  renameSync(fresh, data)
  syncFolder(home)
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

/** Archiving is switched on and off while the database runs (`backup/archive.ts`); until then every finished segment may go. */
function ownArchiving(data: string, account: Account | null): void {
  const file = join(data, 'postgresql.auto.conf')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const ended = text.endsWith('\n') || text === '' ? text : `${text}\n`
  // A half-written one would keep the database from starting.
  if (!/^archive_command\b/m.test(text)) writeDurably(file, `${ended}archive_command = 'true'\n`, 0o600, account)
}

/** Who may sign in from where, if not only from this machine: with a password, and never without. */
function remoteRules(home: string, { remote }: EmbeddedOptions, account: Account | null): Record<string, string> {
  if (!remote) return {}
  const file = join(home, 'pg_hba.conf')
  const networks = ['127.0.0.1/32', ...remote.from]
  writeFileSync(file, networks.map((from) => `host all,replication all ${from} scram-sha-256\n`).join(''), { mode: 0o600 })
  give(file, account)
  return { hba_file: file, listen_addresses: [...new Set(['127.0.0.1', remote.host])].join(',') }
}

/** For a small machine; every commit is on disk before it is acknowledged (synchronous_commit stays on). */
function settings(port: number, { durable = true, settings: further = {} }: EmbeddedOptions, rules: Record<string, string>): string[] {
  const buffers = Math.round(Math.min(512, Math.max(64, totalmem() / 2 ** 20 / 16)))
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 80,
    shared_buffers: `${buffers}MB`,
    effective_cache_size: `${buffers * 4}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '64MB',
    wal_level: 'replica',
    archive_mode: durable ? 'on' : 'off',
    max_wal_senders: 0,
    max_wal_size: '1GB',
    min_wal_size: '128MB',
    wal_compression: 'pglz',
    checkpoint_timeout: '10min',
    synchronous_commit: 'on',
    jit: 'off',
    random_page_cost: 1.1,
    max_locks_per_transaction: 512,
    autovacuum_naptime: '20s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    logging_collector: 'off',
    log_checkpoints: 'off',
    // Tests: the servers of several files share it.
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: 200 }),
    ...further,
    ...rules,
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Port once the postmaster takes connections (after recovery, which may be long); null if it ended. */
async function waitReady(data: string, pid: number, ended: () => boolean, waitMs = 600_000): Promise<number | null> {
  const limit = performance.now() + waitMs
  while (performance.now() < limit && !ended()) {
    const now = runningPostmaster(data)
    if (now?.pid === pid && now.ready) return now.port
    if (!now && existsSync(`/proc/${process.pid}`) && !existsSync(`/proc/${pid}`)) return null
    await delay(20)
  }
  return null
}
