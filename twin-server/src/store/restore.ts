import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import { BackupError, frames, type Manifest, type TableEnd, type TableHead, type Totals } from './backup-format.ts'
import { openKysely, openPool, type Tx } from './connection.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { createPartition } from './partitions.ts'

export interface RestoreOptions {
  /** Without it a database that holds anything is left alone. */
  readonly replace: boolean
}

/**
 * Puts a backup in place of what the database holds: all or nothing, in one transaction, each table checked against its checksum. A backup
 * of an older version is brought to this one afterwards. Throws BackupError whose message says what to do.
 */
export async function restore(url: string, file: string, { replace }: RestoreOptions): Promise<Totals> {
  const pool = openPool(url, { max: 1, once: true, name: 'twin-restore', idleInTransactionMs: 0 })
  try {
    await access(file)
    const totals = await pool.begin(async (tx) => {
      const [some] = await tx`select 1 from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') limit 1`
      if (some && !replace)
        throw new BackupError(
          '数据库非空，如要用备份替换，请加 --replace。 The database is not empty: add --replace to put the backup in place of what it holds.',
        )
      const [busy] = await tx`select 1 from pg_stat_activity where datname = current_database() and application_name like 'tw:%' limit 1`
      if (busy) throw new BackupError('服务正在使用该数据库，请先停止。 A server is running on this database: stop it first.')
      await tx.unsafe('drop schema if exists public cascade')
      await tx.unsafe('create schema public')
      return load(tx, file)
    })
    await migrate(openKysely(pool))
    return totals
  } catch (error) {
    throw explained(error, file)
  } finally {
    await pool.end()
  }
}

function explained(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') return new BackupError(`没有文件 ${file}。 There is no file ${file}.`, { cause: error })
  // What is no JSON, no statement or no row of its table was not written like that.
  if (
    error instanceof SyntaxError ||
    error instanceof RangeError ||
    /^(?:(?:22|23|42|XX)...|08P01)$/.test(code) ||
    code.startsWith('ZSTD') ||
    code.startsWith('Z_') ||
    code === 'ERR_STREAM_PREMATURE_CLOSE'
  )
    return new BackupError(
      `${file} 不是本产品的备份，或已损坏、不完整，数据未改动。 ${file} is not a backup of this product, or it is damaged or incomplete; nothing was changed.`,
      {
        cause: error,
      },
    )
  return error
}

async function load(tx: Tx, file: string): Promise<Totals> {
  // The reader of the frames meets the error; pipeline only wants to be told that somebody does.
  const stream = frames(pipeline(createReadStream(file), createZstdDecompress(), () => undefined))
  const all = createHash('sha256')
  let started = false
  let rows = 0
  let tables = 0
  for (let next = await stream.next(); !next.done; next = await stream.next()) {
    const { type, payload } = next.value
    if (type === 'M') {
      await prepare(tx, parse(payload) as Manifest)
      started = true
    } else if (!started) throw new BackupError('该文件不是本产品的备份。 The file is not a backup of this product.')
    else if (type === 'T') {
      const table = parse(payload) as TableHead
      const end = await loadTable(tx, table, stream)
      all.update(`${table.name} ${end.rows} ${end.sha256}\n`)
      rows += end.rows
      tables++
    } else if (type === 'Z') {
      const totals = parse(payload) as Totals
      if (totals.rows !== rows || totals.tables !== tables || totals.sha256 !== all.digest('hex')) throw damaged()
      await sequences(tx)
      return totals
    }
  }
  throw new BackupError(
    '备份不完整，未写到结尾，数据未改动。 The backup ends in the middle: it was not written to its end; nothing was changed.',
  )
}

const damaged = (): BackupError =>
  new BackupError('备份已损坏（校验不一致），数据未改动。 The backup is damaged (checksums differ); nothing was changed.')
// Frames were written by `backup`; a foreign file fails at its first checksum or statement, and the transaction with it.
const parse = (payload: Buffer): unknown => JSON.parse(payload.toString('utf8'))

/** The schema as it was when the backup was made, with its partitions and without seeded rows. */
async function prepare(tx: Tx, manifest: Manifest): Promise<void> {
  if (manifest.format !== 1)
    throw new BackupError(
      '备份由更新版本的软件生成，请用该版本恢复。 The backup was made by a newer version of this software: restore it with that version.',
    )
  await tx.unsafe('create table kysely_migration (name varchar(255) not null primary key, "timestamp" varchar(255) not null)')
  await tx.unsafe('create table kysely_migration_lock (id varchar(255) not null primary key, is_locked integer not null default 0)')
  await tx.unsafe(`insert into kysely_migration_lock (id) values ('migration_lock')`)
  const db = openKysely(tx.asPool())
  for (const name of manifest.migrations) {
    const migration = migrations[name]
    if (!migration)
      throw new BackupError(
        '备份由更新版本的软件生成，请用该版本恢复。 The backup was made by a newer version of this software: restore it with that version.',
      )
    await migration.up(db)
    await tx`insert into kysely_migration (name, "timestamp") values (${name}, ${new Date().toISOString()})`
  }
  // What happened then is in the backup; coming back is not a change.
  await tx.unsafe(`set local twin.restoring = 'on'`)
  await tx.unsafe('delete from tw_fence')
  await tx.unsafe('delete from tw_shard')
  await tx.unsafe('delete from region')
  for (const { parent, day } of manifest.partitions)
    if (parent === 'sample' || parent === 'journal' || parent === 'rollup_1m') await createPartition(tx, parent, day)
  await tx.unsafe('delete from tw_partition')
}

async function loadTable(tx: Tx, { name, columns }: TableHead, stream: ReturnType<typeof frames>): Promise<TableEnd> {
  const hash = createHash('sha256')
  let end: TableEnd | null = null
  async function* data(): AsyncGenerator<Buffer> {
    for (let next = await stream.next(); !next.done; next = await stream.next()) {
      const { type, payload } = next.value
      if (type === 'E') {
        end = parse(payload) as TableEnd
        return
      }
      hash.update(payload)
      yield payload
    }
  }
  await tx.copyFrom(`copy "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) from stdin (format binary)`, data())
  const told = ended(end)
  const [count] = await tx.unsafe<{ n: number }>(`select count(*) as n from "${name}"`)
  if (told.sha256 !== hash.digest('hex') || told.rows !== count?.n) throw damaged()
  return told
}

function ended(end: TableEnd | null): TableEnd {
  if (end === null)
    throw new BackupError(
      '备份不完整，未写到结尾，数据未改动。 The backup ends in the middle: it was not written to its end; nothing was changed.',
    )
  return end
}

/** Identities go on after the highest restored. */
async function sequences(tx: Tx): Promise<void> {
  const found = await tx<{ table: string; column: string }[]>`
    select c.relname::text as "table", a.attname::text as "column" from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and a.attidentity <> '' and not c.relispartition`
  for (const { table, column } of found)
    await tx.unsafe(
      `select setval(pg_get_serial_sequence('"${table}"', '${column}'), coalesce((select max("${column}") from "${table}"), 0) + 1, false)`,
    )
}
