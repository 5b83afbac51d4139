/** `npm run backup [-- FILE]`: everything in the database as of one moment into one file, while the server runs or not. */
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backup } from '@twin/server/store'
import { withDatabase } from './database.ts'

const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')

await withDatabase(async (url, data) => {
  const file = resolve(process.argv[2] ?? join(data, 'backups', `twin-${stamp}.twb`))
  mkdirSync(dirname(file), { recursive: true })
  const started = performance.now()
  const { rows, tables, bytes } = await backup(url, file)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const size = (bytes / 1e6).toFixed(1)
  console.log(
    `已备份 ${tables} 张表、${rows} 行（${size} MB，${seconds} 秒）。 Backed up ${rows} rows of ${tables} tables (${size} MB, ${seconds} s).`,
  )
  console.log(file)
})
