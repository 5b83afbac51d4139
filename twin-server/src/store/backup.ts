import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import { BackupError, frame, type Manifest, type TableHead, type Totals } from './backup-format.ts'
import { openPool, type Tx } from './connection.ts'
import { readOnly } from './series.ts'

/** Book-keeping of the migrator; the manifest says what it holds. */
const skipped = ['kysely_migration', 'kysely_migration_lock']
const CHUNK = 256 * 1024

export interface BackupResult extends Totals {
  readonly file: string
  readonly bytes: number
}

/**
 * Writes everything in the database as of one moment to `file` while the server goes on working. The file appears under its name only
 * when it is complete and on disk; readable by its owner alone, for it holds password hashes.
 */
export async function backup(url: string, file: string): Promise<BackupResult> {
  const pool = openPool(url, { max: 1, once: true, name: 'twin-backup', idleInTransactionMs: 0 })
  const partial = `${file}.partial`
  try {
    const totals = await pool.begin(async (tx) => {
      const result = { tables: 0, rows: 0, sha256: '' }
      await pipeline(Readable.from(content(tx, result)), createZstdCompress(), createWriteStream(partial, { mode: 0o600 }))
      return result
    }, readOnly)
    const written = await open(partial, 'r+')
    await written.sync()
    const { size } = await written.stat()
    await written.close()
    await rename(partial, file)
    return { ...totals, file, bytes: size }
  } catch (error) {
    await rm(partial, { force: true })
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new BackupError(
        `${file} 所在磁盘已满，请清理空间或更换文件。 The disk that holds ${file} is full: free some space or name another file.`,
        { cause: error },
      )
    throw error
  } finally {
    await pool.end()
  }
}

async function* content(tx: Tx, totals: { tables: number; rows: number; sha256: string }): AsyncGenerator<Buffer> {
  const all = createHash('sha256')
  yield frame('M', json(await manifest(tx)))
  for (const table of await tables(tx)) {
    yield frame('T', json(table))
    const hash = createHash('sha256')
    let rows = 0
    let held: Buffer[] = []
    let size = 0
    const columns = table.columns.map((name) => `"${name}"`).join(', ')
    for await (const chunk of await tx.copyOut(`copy (select ${columns} from "${table.name}") to stdout (format binary)`)) {
      if (!Buffer.isBuffer(chunk)) continue
      hash.update(chunk)
      held.push(chunk)
      size += chunk.length
      if (size < CHUNK) continue
      yield frame('D', Buffer.concat(held))
      held = []
      size = 0
    }
    if (size > 0) yield frame('D', Buffer.concat(held))
    const [count] = await tx.unsafe<{ n: number }>(`select count(*) as n from "${table.name}"`)
    rows = count?.n ?? 0
    const sha256 = hash.digest('hex')
    all.update(`${table.name} ${rows} ${sha256}\n`)
    yield frame('E', json({ rows, sha256 }))
    totals.tables++
    totals.rows += rows
  }
  totals.sha256 = all.digest('hex')
  yield frame('Z', json(totals))
}

const json = (value: object): Buffer => Buffer.from(JSON.stringify(value))

async function manifest(tx: Tx): Promise<Manifest> {
  const [made] = await tx`select 1 where to_regclass('kysely_migration') is not null`
  if (!made) throw new BackupError('数据库为空，没有可备份的内容。 The database is empty: there is nothing to back up.')
  const migrations = await tx<{ name: string }[]>`select name from kysely_migration order by name`
  const partitions = await tx<{ parent: string; day: number }[]>`select parent, day from tw_partition order by parent, day`
  const [server] = await tx<{ version: string }[]>`select current_setting('server_version') as version`
  return {
    format: 1,
    createdAt: Date.now(),
    server: server?.version ?? '',
    migrations: migrations.map((row) => row.name),
    partitions: [...partitions],
  }
}

/** Tables of the product without partitions, referenced ones before those that refer to them. */
async function tables(tx: Tx): Promise<TableHead[]> {
  const found = await tx<{ name: string; columns: string[]; needs: string[] }[]>`
    select c.relname::text as name,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
      array(select f.confrelid::regclass::text from pg_constraint f
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`
  const byName = new Map(found.map((table) => [table.name, table]))
  const sorted = new Map<string, TableHead>()
  const visit = (name: string): void => {
    const table = byName.get(name)
    if (!table || sorted.has(name) || skipped.includes(name)) return
    byName.delete(name)
    for (const needed of table.needs) visit(needed)
    sorted.set(name, { name, columns: table.columns })
  }
  for (const { name } of found) visit(name)
  return [...sorted.values()]
}
