import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Lines of postmaster.pid that matter. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Command line of a process; '' for a zombie or none. */
function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** The postmaster that serves this data folder, if one lives. A pid file alone proves nothing: pids come again after a restart. */
export function runningPostmaster(data: string): Postmaster | null {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return null
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !alive(pid)) return null
  const command = commandOf(pid)
  if (!command.includes('postgres') || !command.includes(data)) return null
  return { pid, port: Number(lines[3]), ready: (lines[7] ?? '').startsWith('ready') }
}

/** Removes a pid file whose pid now belongs to somebody else, after the last backend that still used the folder has gone. */
export async function clearStalePid(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file) || runningPostmaster(data)) return
  for (let i = 0; i < 100 && stragglers(data).length > 0; i++) await delay(100)
  const left = stragglers(data)
  if (left.length > 0)
    throw new Error(
      `旧的 PostgreSQL 进程仍在使用 ${data}，请结束后重试。 Old PostgreSQL processes (${left.join(', ')}) still use ${data}: end them and start again.`,
    )
  rmSync(file, { force: true })
}

function stragglers(data: string): number[] {
  if (process.platform !== 'linux') return []
  const home = realpathSync(data)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === home && commandOf(pid).includes('postgres')
      } catch {
        return false
      }
    })
}

/** Fast shutdown; a postmaster that does not go within 30 s is told to quit at once (the next start recovers). */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, ms] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    if (!alive(pid)) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const end = performance.now() + ms
    while (performance.now() < end) {
      if (!alive(pid) || commandOf(pid) === '') return
      await delay(20)
    }
  }
}

export function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () =>
      reject(
        new Error(
          `数据库端口 ${port} 已被占用，请结束占用程序或更换端口。 Port ${port} for the database is taken: end what uses it or choose another port.`,
        ),
      ),
    )
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}

/** One sentence for what the log of a failed start says. */
export function explain(log: string, data: string): string {
  const says = (pattern: RegExp): boolean => pattern.test(log)
  if (says(/No space left on device|could not extend file|Disk quota exceeded/i))
    return `${data} 所在磁盘已满，请清理空间后重新启动。 The disk that holds ${data} is full: free some space and start again.`
  if (says(/Address already in use/i))
    return '数据库端口已被占用，请结束占用程序或更换端口。 The port of the database is taken: end what uses it or choose another port.'
  if (says(/Permission denied|Operation not permitted|has wrong ownership|has invalid permissions/i))
    return `PostgreSQL 无权使用 ${data}，请把目录交给运行用户（权限 0700）或更换数据目录。 PostgreSQL may not use ${data}: give the folder to the user that runs it (mode 0700), or choose another data folder.`
  if (says(/initialized by PostgreSQL version|incompatible with server/i))
    return `${data} 的数据由另一版本的 PostgreSQL 生成，请把备份恢复到新的数据目录。 The data in ${data} was made by another PostgreSQL version: restore a backup into a new data folder.`
  if (says(/lock file .* already exists|pre-existing shared memory/i))
    return `另一个 PostgreSQL 仍在使用 ${data}，请结束后重新启动。 Another PostgreSQL still uses ${data}: end it and start again.`
  if (
    says(
      /PANIC|invalid (primary )?checkpoint|could not locate a valid checkpoint|not a valid data directory|could not (open|read) file|missing or erroneous|invalid page|checksum|bogus data|incorrect resource manager|syntax error in file/i,
    )
  )
    return `数据目录 ${data} 已损坏，请移走并恢复最近的备份。 The data folder ${data} is damaged: move it away and restore the last backup (npm run restore -- FILE).`
  const last = log.trim().split('\n').at(-1)
  return `PostgreSQL 未能启动。 PostgreSQL did not start: ${last && last.length > 0 ? last : 'it gave no reason'}.`
}

/** Something that differs between two processes that were given the same pid. */
function bornAt(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
    return execFileSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

/** Notes that this process uses the folder; throws if another living one does. */
export function takeOwnership(home: string): void {
  const file = join(home, 'owner')
  if (existsSync(file)) {
    const [pid, born] = readFileSync(file, 'utf8').trim().split(' ', 2)
    if (Number(pid) !== process.pid && alive(Number(pid)) && bornAt(Number(pid)) === born)
      throw new Error(
        `另一个服务进程（${pid}）正在使用数据目录 ${home}，请先停止它或更换数据目录。 Another server (process ${pid}) already uses the data folder ${home}: stop it first, or choose another data folder.`,
      )
  }
  writeFileSync(file, `${process.pid} ${bornAt(process.pid)}\n`)
}
