import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStore, type EmbeddedPostgres, openPool, startEmbeddedPostgres, type Store } from '../store/index.ts'
import { emptyBatch, sampleOf, stationOf } from '../testing/rows.ts'
import { goLive, restoreOnNewMachine, type BackupsOptions, Backups, type Run } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'twin-backups-'))
let pg: EmbeddedPostgres
let store: Store
let backups: Backups
const errors: string[] = []
const options = (): BackupsOptions => ({
  ...{ sql: store.sql, url: pg.url, inc: store.inc, dataDir: root, dir: null, embedded: true, alone: true },
  log: { error: (_, message) => errors.push(message), warn: () => undefined },
})
const open = async (): Promise<void> => {
  // Without waiting for the disk, which is not what is tested here.
  pg = await startEmbeddedPostgres({ dir: join(root, 'postgres'), durable: false, settings: { archive_mode: 'on' } })
  store = await createStore({ url: pg.url })
  backups = new Backups(options())
  await backups.start()
}
const close = async (): Promise<void> => {
  await backups.stop()
  await store.close()
  await pg.stop()
}
beforeAll(async () => {
  chmodSync(root, 0o755)
  mkdirSync(join(root, 'files', 'ab'), { recursive: true })
  writeFileSync(join(root, 'files', 'ab', 'ab1'), 'a picture')
  await open()
  await store.stations.save(stationOf())
  await store.recoveryPort.claim()
}, 120_000)
afterAll(async () => {
  await close()
  rmSync(root, { recursive: true, force: true })
}, 60_000)

let seq = 0
const commit = () => store.commitPort.commit({ ...emptyBatch, samples: [sampleOf(++seq, Date.now(), [seq])] })
const newest = async (): Promise<Run> => {
  await backups.settled()
  const [run] = await backups.status().then(({ runs }) => runs)
  if (!run) throw new Error('nothing was run')
  return run
}
const said = (run: Run): string => run.steps.map(({ en }) => en).join('\n')
const baseFolder = async (): Promise<string> => {
  const { bases, folder } = await backups.status()
  const [base] = bases
  if (!base) throw new Error('no backup')
  return join(folder, 'sets', base.set, 'base', base.id)
}
/** The copy's rows, read by a Postgres of its own. */
async function inCopy(place: string): Promise<{ rows: number; archive: string }> {
  const copy = await startEmbeddedPostgres({ dir: join(place, 'postgres') })
  const sql = openPool(copy.url, { max: 1 })
  const [row] = await sql<{ rows: number; archive: string }[]>`
    select (select count(*) from sample) as rows, current_setting('archive_command') as archive`
  await sql.end()
  await copy.stop()
  if (!row) throw new Error('no answer')
  return row
}

it(
  'restores the moment between two commits while commits go on, goes live with it, and starts another archive',
  { timeout: 240_000 },
  async () => {
    await commit()
    expect((await backups.status()).archive).toMatchObject({ on: false, possible: true })
    const writing = new AbortController()
    const writer = (async () => {
      while (!writing.signal.aborted) await commit()
    })()
    const begun = await backups.backup('somebody')
    expect(await backups.backup('another')).toBe('busy')
    expect(begun).toMatchObject({ id: expect.any(String) })
    const made = await newest()
    expect([made.state, said(made)]).toEqual(['done', expect.stringContaining('each with its SHA-256')])
    writing.abort()
    await writer

    await commit()
    const before = seq
    // A commit has its time by the clock of the database: no two of them within the moment that is asked for.
    const moment = await pause()
    await commit()
    const after = seq
    expect(await backups.restore(Date.now() + 60_000, 'somebody')).toBeUndefined()
    expect(await backups.restore(made.startedAt - 1, 'somebody')).toBeUndefined()
    await backups.restore(moment, 'somebody')
    const run = await newest()
    expect([run.state, run.steps.filter(({ ok }) => ok === false)]).toEqual(['done', []])
    const place = run.place ?? ''
    expect(await inCopy(place)).toEqual({ rows: before, archive: 'true' })
    expect(readFileSync(join(place, 'files', 'ab', 'ab1'), 'utf8')).toBe('a picture')
    expect((await store.sql<{ n: number }[]>`select count(*) as n from sample`)[0]?.n).toBe(after)

    // A copy becomes the live system only while that is stopped.
    await expect(goLive(root, place, new Date())).rejects.toThrow('is running')
    await close()
    const aside = await goLive(root, place, new Date())
    expect(existsSync(aside)).toBe(true)
    await open()
    expect((await store.sql<{ n: number }[]>`select count(*) as n from sample`)[0]?.n).toBe(before)
    await store.recoveryPort.claim()
    seq = before
    const { archive, ranges } = await backups.status()
    expect([archive?.on, ranges.length, ranges[0]?.to]).toEqual([false, 1, expect.any(Number)])
    await backups.backup(null)
    expect((await newest()).state).toBe('done')
    expect((await backups.status()).ranges).toMatchObject([{ to: null }, { to: expect.any(Number) }])
  },
)

it('after the loss of the machine the backup folder alone restores everything that was archived', { timeout: 120_000 }, async () => {
  await commit()
  await store.sql`select pg_switch_wal()`
  await expect.poll(async () => (await backups.status()).archive?.waiting, { timeout: 30_000 }).toBe(0)
  const other = join(root, 'other')
  await restoreOnNewMachine(await baseFolder(), other, () => undefined)
  expect(await inCopy(other)).toEqual({ rows: seq, archive: 'true' })
  expect(existsSync(join(other, 'files', 'ab', 'ab1'))).toBe(true)
  await expect(restoreOnNewMachine(await baseFolder(), other, () => undefined)).rejects.toThrow('already')
})

it('finds a damaged file and a damaged log when asked, and does not restore from them', { timeout: 120_000 }, async () => {
  const { bases, folder } = await backups.status()
  const [base] = bases
  const id = base?.id ?? ''
  await backups.verify(id, 'somebody')
  expect(said(await newest())).toMatch(/Checksums of \d+ files agree[^]*segments are whole/)

  const wal = join(folder, 'sets', base?.set ?? '', 'wal', `${base?.copy.stopWal}.gz`)
  const whole = readFileSync(wal)
  writeFileSync(wal, Buffer.from(whole).fill(7, Math.floor(whole.length / 2), Math.floor(whole.length / 2) + 40))
  await backups.verify(id, 'somebody')
  expect(said(await newest())).toContain('1 segments are damaged')
  await commit()
  await backups.restore(await pause(), 'somebody')
  expect([(await newest()).state, said(await newest())]).toEqual(['failed', expect.stringContaining('Failed:')])
  writeFileSync(wal, whole)

  const file = join(await baseFolder(), 'data', 'base', '1', 'PG_VERSION')
  writeFileSync(file, '17\n')
  await backups.verify(id, 'somebody')
  expect(said(await newest())).toContain('1 files are damaged or missing: base/1/PG_VERSION')
  expect((await backups.status()).bases[0]?.checked?.ok).toBe(false)
  await backups.restore(Date.now() - 1, 'somebody')
  const refused = await newest()
  expect([refused.state, said(refused)]).toEqual(['failed', expect.stringContaining('base/1/PG_VERSION of the backup is damaged')])
  expect(refused.place).toBeNull()
})

it('a backup that ended with its process has failed, and nothing of it stays', { timeout: 60_000 }, async () => {
  const folder = join(await baseFolder(), '..')
  mkdirSync(join(folder, 'half.partial', 'data'), { recursive: true })
  await backups.stop()
  await store.sql`insert into backup_run (id, kind, state, inc, started_at, beat_at) values ('half', 'backup', 'running', 'gone', now(), now())`
  backups = new Backups(options())
  await backups.start()
  expect(await backups.run('half')).toMatchObject({ state: 'failed', steps: [{ ok: false }] })
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
})

it('an archive that takes nothing is told, and the schedule and what it keeps can be set', { timeout: 60_000 }, async () => {
  const { folder, bases } = await backups.status()
  const wal = join(folder, 'sets', bases[0]?.set ?? '', 'wal')
  rmSync(wal, { recursive: true })
  await store.sql`select pg_switch_wal()`
  await commit()
  await store.sql`select pg_switch_wal()`
  await expect.poll(async () => (await backups.status()).archive?.failing, { timeout: 30_000 }).toBe(true)
  expect((await backups.status()).archive?.waiting).toBeGreaterThan(0)
  await backups.setPlan({ hour: 3, keepDays: 2, maxGigabytes: 5 })
  expect(await backups.plan()).toEqual({ hour: 3, keepDays: 2, maxGigabytes: 5 })
})

/** A moment with nothing committed around it, in ms of both clocks. */
async function pause(): Promise<number> {
  const now = async () => (await store.sql<{ at: number }[]>`select clock_timestamp() as at`)[0]?.at ?? 0
  const begun = await now()
  while ((await now()) < begun + 20);
  const moment = await now()
  while ((await now()) < moment + 20);
  return moment
}
