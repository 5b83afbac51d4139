/** `npm run restore -- FILE [--replace]`: puts a backup into the database, all or nothing. The server must be stopped. */
import { resolve } from 'node:path'
import { restore } from '@twin/server/store'
import { fail, withDatabase } from './database.ts'

const given = process.argv.slice(2)
const file = given.find((arg) => !arg.startsWith('--'))
if (!file) fail('用法：npm run restore -- 文件 [--replace]', 'Usage: npm run restore -- FILE [--replace]')
else
  await withDatabase(async (url) => {
    const { rows, tables } = await restore(url, resolve(file), { replace: given.includes('--replace') })
    console.log(`已恢复 ${tables} 张表、${rows} 行，校验一致。 Restored ${rows} rows of ${tables} tables; all checksums agree.`)
  })
