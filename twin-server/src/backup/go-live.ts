import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { embeddedHome, findEmbeddedPostgres } from '../store/embedded.ts'
import { postgresAccount } from '../store/embedded-user.ts'
import { runningPostmaster } from '../store/embedded-process.ts'
import { copyUploads } from './physical-backup.ts'
import { giveAll } from './restore-copy.ts'
import { keepSet } from './set-file.ts'
import { RunError } from './words.ts'

/**
 * Puts a restored copy in place of the live database, while the server is stopped. The data before stays beside it, under the name that is
 * returned. The archive begins anew with the next backup; backups of before stay restorable.
 */
export async function goLive(dataDir: string, copy: string, now: Date): Promise<string> {
  const from = join(resolve(copy), 'postgres', 'data')
  if (!existsSync(join(from, 'PG_VERSION')) || existsSync(join(from, 'recovery.signal')))
    throw new RunError(`${copy} 不是已完成的恢复副本`, `${copy} is not a restored copy that was finished`)
  const home = embeddedHome(join(dataDir, 'postgres'))
  const live = join(home, 'data')
  if (findEmbeddedPostgres(join(dataDir, 'postgres')) || runningPostmaster(live) || runningPostmaster(from))
    throw new RunError('数据库正在运行，请先停止服务', 'The database is running: stop the server first')
  if (readFileSync(join(copy, 'postgres', 'password'), 'utf8') !== readFileSync(join(home, 'password'), 'utf8'))
    throw new RunError('副本不属于此数据目录', 'The copy is not of this data folder')
  const aside = join(home, `data.before-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`)
  const fresh = join(home, 'data.restored')
  rmSync(fresh, { recursive: true, force: true })
  try {
    renameSync(from, fresh)
  } catch {
    // On another disk.
    cpSync(from, fresh, { recursive: true, preserveTimestamps: true })
    giveAll(fresh, postgresAccount())
  }
  if (existsSync(live)) renameSync(live, aside)
  renameSync(fresh, live)
  keepSet(home, null)
  await copyUploads(join(copy, 'files'), join(dataDir, 'files'))
  return aside
}
