import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { dataHome, postgresAccount } from '../store/embedded-user.ts'
import { BackupFolder } from './folder.ts'
import { copyUploads } from './physical-backup.ts'
import { copyBase, prepare, readManifest, recover } from './restore-copy.ts'
import { RunError } from './words.ts'

/**
 * Restores a backup (`…/sets/<set>/base/<id>`) and all of the log archived after it into a data folder that has no database yet, as after
 * the loss of a machine. Nothing of it stays after an error.
 */
export async function restoreOnNewMachine(backup: string, dataDir: string, say: (zh: string, en: string) => void): Promise<void> {
  const from = resolve(backup)
  const [id, set] = [basename(from), basename(resolve(from, '..', '..'))]
  if (!existsSync(join(from, 'manifest.json'))) throw new RunError(`${from} 不是备份`, `${from} is not a backup`)
  const folder = new BackupFolder(resolve(from, '..', '..', '..', '..'), true)
  mkdirSync(dataDir, { recursive: true })
  const home = dataHome(join(dataDir, 'postgres'), postgresAccount())
  if (existsSync(join(home, 'data'))) throw new RunError(`${home} 已有数据库`, `${home} holds a database already`)
  const log = { step: say, progress: () => undefined }
  try {
    const base = await readManifest(folder, { set, id })
    await copyBase(folder, base, home, folder.account, log, new AbortController().signal)
    prepare(home, join(from, 'password'), folder.account)
    const postgres = await recover(home, folder.wal(set), null)
    await postgres.stop()
    rmSync(join(home, 'owner'), { force: true })
  } catch (error) {
    for (const left of ['data', 'password', 'owner']) rmSync(join(home, left), { recursive: true, force: true })
    throw error
  }
  await copyUploads(folder.uploads(set), join(dataDir, 'files'))
}
