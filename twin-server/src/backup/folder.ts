import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Account, canReach, dataHome, give, postgresAccount } from '../store/embedded-user.ts'
import { nextSegment } from './archive.ts'
import type { BaseCopy } from './base-copy.ts'
import { RunError } from './words.ts'

/** A finished base backup with what restores it. */
export interface Base {
  readonly id: string
  readonly set: string
  readonly copy: BaseCopy
  /** Uploaded files at the time, in the pool of the set. */
  readonly uploads: number
  readonly files: number
  readonly durationMs: number
}
export interface Checked {
  readonly at: number
  readonly ok: boolean
}
/** Without the list of files, which is long. */
export interface BaseHead extends Omit<Base, 'copy'> {
  readonly copy: Omit<BaseCopy, 'files'>
  readonly checked: Checked | null
  /** Last moment its WAL reaches without a gap, epoch ms; null = up to the present. */
  readonly to: number | null
  readonly segments: number
}

const SEGMENT = /^[0-9A-F]{24}\.gz$/

/**
 * Where backups lie: `sets/<set>/base/<id>/{manifest.json,data}`, `sets/<set>/wal`, `sets/<set>/files`. A set is one unbroken run of the
 * archive; one that was interrupted, or a restored copy that became the live one, begins another.
 */
export class BackupFolder {
  readonly root: string
  /** Postgres' own account when the server runs as root. */
  readonly account: Account | null

  /** `given` by the administrator: then it is exactly there, and Postgres has to be able to reach it. */
  constructor(dir: string, given: boolean, archives = true) {
    // Without an archive Postgres has nothing to do there.
    this.account = archives ? postgresAccount() : null
    this.root = given ? resolve(dir) : dataHome(resolve(dir), this.account)
    if (this.account && !canReach(this.account, this.root))
      throw new RunError(
        `数据库进程无权进入备份目录 ${this.root}，请授予上级目录的进入权限`,
        `The database's process may not enter the backup folder ${this.root}: let it pass the folders above`,
      )
  }

  readonly set = (set: string): string => join(this.root, 'sets', set)
  readonly wal = (set: string): string => join(this.set(set), 'wal')
  readonly uploads = (set: string): string => join(this.set(set), 'files')
  readonly base = (set: string, id: string): string => join(this.set(set), 'base', id)

  async newSet(): Promise<string> {
    const set = `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(4).toString('hex')}`
    await mkdir(join(this.set(set), 'base'), { recursive: true, mode: 0o755 })
    await chmod(this.root, 0o755)
    await chmod(join(this.set(set), 'base'), 0o700)
    await mkdir(this.wal(set), { mode: 0o700 })
    give(this.wal(set), this.account)
    await mkdir(this.uploads(set), { mode: 0o700 })
    return set
  }

  async sets(): Promise<string[]> {
    return (await names(join(this.root, 'sets'))).toSorted()
  }

  /** Segments of a set, as they lie there. */
  async segments(set: string): Promise<string[]> {
    return (await names(this.wal(set))).filter((name) => SEGMENT.test(name)).toSorted()
  }

  async manifest(set: string, id: string): Promise<Base> {
    // Written by `finish` alone; what was damaged since fails here.
    return JSON.parse(await readFile(join(this.base(set, id), 'manifest.json'), 'utf8')) as Base
  }

  /** The backup appears under its name only when it is complete and on disk. */
  async finish(base: Base): Promise<void> {
    const partial = this.base(base.set, `${base.id}.partial`)
    const head = { ...base, copy: { ...base.copy, files: undefined } }
    await writeFile(join(partial, 'head.json'), JSON.stringify(head), { mode: 0o600, flush: true })
    await writeFile(join(partial, 'manifest.json'), JSON.stringify(base), { mode: 0o600, flush: true })
    await rename(partial, this.base(base.set, base.id))
    const parent = await open(join(this.set(base.set), 'base'), 'r')
    await parent.sync()
    await parent.close()
  }

  async setChecked(set: string, id: string, checked: Checked): Promise<void> {
    await writeFile(join(this.base(set, id), 'checked.json'), JSON.stringify(checked), { mode: 0o600 })
  }

  /** Newest first. `current`: the set that goes on now. */
  async bases(current: string | null): Promise<BaseHead[]> {
    const found: BaseHead[] = []
    for (const set of await this.sets()) {
      const segments = await this.segments(set)
      const held = new Set(segments)
      for (const id of await names(join(this.set(set), 'base'))) {
        const folder = this.base(set, id)
        if (!existsSync(join(folder, 'manifest.json'))) continue
        const head = JSON.parse(await readFile(join(folder, 'head.json'), 'utf8')) as Omit<BaseHead, 'checked' | 'to' | 'segments'>
        const checkedFile = join(folder, 'checked.json')
        const checked = existsSync(checkedFile) ? (JSON.parse(await readFile(checkedFile, 'utf8')) as Checked) : null
        let last = head.copy.startWal
        for (let next = last; held.has(`${next}.gz`); next = nextSegment(next)) last = next
        const gapless = held.has(`${last}.gz`) && (segments.at(-1) ?? '') <= `${last}.gz`
        const to = gapless && set === current ? null : held.has(`${last}.gz`) ? await this.#writtenAt(set, last) : head.copy.finishedAt
        const own = segments.filter((name) => name >= `${head.copy.startWal}.gz`)
        found.push({ ...head, checked, to, segments: own.length })
      }
    }
    return found.toSorted((a, b) => b.copy.finishedAt - a.copy.finishedAt)
  }

  async #writtenAt(set: string, wal: string): Promise<number> {
    return Math.trunc((await stat(join(this.wal(set), `${wal}.gz`))).mtimeMs)
  }

  /** What an interrupted backup left. */
  async removePartials(): Promise<void> {
    for (const set of await this.sets())
      for (const name of await names(join(this.set(set), 'base')))
        if (name.endsWith('.partial')) await rm(join(this.set(set), 'base', name), { recursive: true })
  }

  /** Bytes of all backups, of their WAL, and what the disk still has. */
  async usage(): Promise<{ readonly bytes: number; readonly walBytes: number; readonly freeBytes: number }> {
    let [bytes, walBytes] = [0, 0]
    for (const set of await this.sets()) {
      for (const id of await names(join(this.set(set), 'base'))) {
        const head = join(this.base(set, id), 'head.json')
        if (existsSync(head)) bytes += (JSON.parse(await readFile(head, 'utf8')) as BaseHead).copy.bytes
      }
      for (const name of await names(this.wal(set))) walBytes += (await stat(join(this.wal(set), name)).catch(() => null))?.size ?? 0
    }
    const disk = await statfs(existsSync(this.root) ? this.root : '/')
    return { bytes: bytes + walBytes, walBytes, freeBytes: disk.bavail * disk.bsize }
  }

  /**
   * Removes backups nobody needs to reach `since` or later, oldest first, more of them while all take over `maxBytes`, and the WAL before
   * the oldest kept one. The newest backup always stays. Returns what was removed.
   */
  async prune(current: string | null, since: number, maxBytes: number): Promise<number> {
    const bases = (await this.bases(current)).toReversed()
    let { bytes } = await this.usage()
    let removed = 0
    while (bases.length > 1) {
      const [oldest, next] = bases
      if (!oldest || !next || (next.copy.finishedAt > since && bytes <= maxBytes)) break
      await rm(this.base(oldest.set, oldest.id), { recursive: true })
      bases.shift()
      removed++
      await this.#pruneWal(oldest.set, bases, current)
      ;({ bytes } = await this.usage())
    }
    return removed
  }

  async #pruneWal(set: string, kept: readonly BaseHead[], current: string | null): Promise<void> {
    const first = kept
      .filter((base) => base.set === set)
      .map(({ copy }) => copy.startWal)
      .toSorted()[0]
    if (first === undefined && set !== current) {
      await rm(this.set(set), { recursive: true })
      return
    }
    for (const name of await this.segments(set)) if (first !== undefined && name < `${first}.gz`) await rm(join(this.wal(set), name))
  }
}

async function names(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : []
}
