/**
 * `npm run restore -- FILE [--replace]`: puts a backup into the database, all or nothing.
 * `npm run restore -- --from-backup FOLDER`: a backup with all of its log, into a data folder that has no database yet.
 * `npm run restore -- --from-copy FOLDER`: makes a restored copy the live database; asks twice. The server must be stopped for all of them.
 */
import { basename, join, resolve } from 'node:path'
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { goLive, restoreOnNewMachine } from '@twin/server/backup'
import { restore } from '@twin/server/store'
import { fail, withDatabase } from './database.ts'

const given = process.argv.slice(2)
const dataDir = process.env.TWIN_DATA_DIR ?? join(import.meta.dirname, '..', '.data')
const file = given.find((arg) => !arg.startsWith('--'))

/** Both answers have to be typed, so that no finger on Enter does it. */
async function sure(copy: string): Promise<boolean> {
  const lines = createInterface({ input: stdin })
  const answers = lines[Symbol.asyncIterator]()
  const ask = async (question: string): Promise<string> => {
    stdout.write(question)
    const answer = await answers.next()
    return answer.done ? '' : answer.value.trim()
  }
  const name = basename(copy)
  try {
    const first = await ask(
      `当前数据将被副本 ${name} 的内容取代（当前数据会留在旁边）。请输入 yes 继续：\nThe live data is replaced by the copy ${name} (and stays beside it). Type yes to go on: `,
    )
    if (first !== 'yes') return false
    const second = await ask(`再次确认，请输入副本名称 ${name}：\nOnce more: type the name of the copy, ${name}: `)
    return second === name
  } finally {
    lines.close()
  }
}

async function fromCopy(copy: string): Promise<void> {
  if (!(await sure(copy))) return fail('已取消，数据未改动。', 'Left as it was.')
  try {
    const aside = await goLive(dataDir, copy, new Date())
    console.log(`副本已成为正式数据，原数据在 ${aside}。 The copy is live now; the data before lies in ${aside}.`)
    console.log(
      '启动后请立即备份一次：归档从下一次备份重新开始。 Back up at once after the start: the archive begins anew with the next backup.',
    )
  } catch (error) {
    fail('操作未完成，数据未改动。', error instanceof Error ? error.message : 'unknown error')
  }
}

async function fromBackup(backup: string): Promise<void> {
  try {
    await restoreOnNewMachine(backup, dataDir, (zh, en) => console.log(`${zh}。 ${en}.`))
    console.log('已恢复到归档的末尾，可以启动。 Restored up to the end of the archive; start the product.')
  } catch (error) {
    fail('未能恢复。', error instanceof Error ? error.message : 'unknown error')
  }
}

if (!file)
  fail(
    '用法：npm run restore -- 文件 [--replace] | --from-copy 副本目录 | --from-backup 备份目录',
    'Usage: npm run restore -- FILE [--replace] | --from-copy FOLDER | --from-backup FOLDER',
  )
else if (given.includes('--from-backup')) await fromBackup(resolve(file))
else if (given.includes('--from-copy')) await fromCopy(resolve(file))
else
  await withDatabase(async (url) => {
    const { rows, tables } = await restore(url, resolve(file), { replace: given.includes('--replace') })
    console.log(`已恢复 ${tables} 张表、${rows} 行，校验一致。 Restored ${rows} rows of ${tables} tables; all checksums agree.`)
  })
