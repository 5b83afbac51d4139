import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseCopy } from '../backup/index.ts'
import { openPool } from '../store/index.ts'

/** Brings the log from where the copy begins to the last byte the source has, so that the copy is complete by itself. */
export async function fetchWal(url: string, { startWal }: Pick<BaseCopy, 'startWal'>, to: string): Promise<number> {
  const sql = openPool(url, { max: 1, name: 'twin-wal-copy' })
  try {
    const segments = await sql<{ name: string }[]>`
      select name from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$' and substr(name, 9) >= substr(${startWal}, 9) order by name`
    const histories = await sql<{ name: string }[]>`select name from pg_ls_waldir() where name like '%.history'`
    for (const { name } of [...segments, ...histories]) {
      const [file] = await sql<{ content: Buffer }[]>`select pg_read_binary_file('pg_wal/' || ${name}) as content`
      if (file) await writeFile(join(to, name), file.content, { mode: 0o600, flush: true })
    }
    return segments.length
  } finally {
    await sql.end()
  }
}
