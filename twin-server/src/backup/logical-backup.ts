import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { backup } from '../store/backup.ts'
import type { BackupFolder } from './folder.ts'
import { copyUploads } from './physical-backup.ts'
import type { RunLog } from './runs.ts'
import { megabytes, seconds } from './words.ts'

/** Copies of one moment that are kept. */
const KEPT = 7

/** For a database that is not ours to archive: everything in it as of one moment, in one file, and the uploaded files beside it. */
export async function runLogicalBackup(
  { url, dataDir }: { readonly url: string; readonly dataDir: string },
  folder: BackupFolder,
  log: RunLog,
): Promise<void> {
  const place = join(folder.root, 'logical')
  await mkdir(place, { recursive: true })
  await chmod(place, 0o700)
  const name = `twin-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.twb`
  const began = performance.now()
  const { rows, tables, bytes } = await backup(url, join(place, name))
  log.place = name
  log.progress(bytes, bytes)
  const took = seconds(performance.now() - began)
  log.step(
    `已备份 ${tables} 张表、${rows} 行（${megabytes(bytes)}，${took} 秒），每张表记有 SHA-256`,
    `${rows} rows of ${tables} tables (${megabytes(bytes)}, ${took} s), each table with its SHA-256`,
    true,
  )
  const { all } = await copyUploads(join(dataDir, 'files'), join(place, 'files'))
  log.step(`上传的文件：${all} 个`, `Uploaded files: ${all}`, true)
  const old = (await readdir(place)).filter((file) => file.endsWith('.twb')).toSorted()
  for (const file of old.slice(0, -KEPT)) await rm(join(place, file))
}
