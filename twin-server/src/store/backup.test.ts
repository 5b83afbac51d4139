import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { emptyBatch, factOf, sampleOf, stationOf } from '../testing/rows.ts'
import { backup, createStore, openPool, restore, type Store } from './index.ts'

const at = Date.UTC(2026, 5, 1, 8)
const dir = mkdtempSync(join(tmpdir(), 'twin-backup-'))
const file = join(dir, 'one.twb')
let source: TestPostgres
let target: TestPostgres
let store: Store
beforeAll(async () => {
  ;[source, target] = await Promise.all([startTestPostgres(), startTestPostgres()])
  store = await createStore({ url: source.url })
})
afterAll(async () => {
  await store.close()
  await Promise.all([source.stop(), target.stop()])
  rmSync(dir, { recursive: true })
})

/** Rows and a checksum of every table. */
async function contents(url: string): Promise<Record<string, string>> {
  const sql = openPool(url, { max: 1 })
  const names = await sql<{ name: string }[]>`select relname::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname not like 'kysely%' order by 1`
  const found: Record<string, string> = {}
  for (const { name } of names) {
    const [row] = await sql.unsafe<{ n: number; sum: string | null }>(
      `select count(*) n, md5(string_agg(t, '|' order by t)) sum from (select md5("${name}"::text) t from "${name}") x`,
    )
    found[name] = `${row?.n} ${row?.sum}`
  }
  await sql.end()
  return found
}

async function fill(): Promise<void> {
  await store.stations.save(stationOf())
  await store.recoveryPort.claim()
  const days = [at, Date.UTC(2018, 6, 1), Date.UTC(2024, 1, 29)]
  for (let i = 0; i < 30; i++)
    await store.commitPort.commit({
      ...emptyBatch,
      samples: [sampleOf(i + 1, (days[i % 3] ?? at) + i * 60_000, [i, Number.NaN, -i / 3])],
      facts: [factOf(i + 1, { kind: 'commanded', v: 1, at: at + i, body: { state: `\n\t\\N "${i}" 中文` } })],
      deadLetters: [{ device: null, topic: 't', reason: 'unreadable', detail: '', payload: Uint8Array.of(0, 255, 10), received: at }],
    })
  await store.recoveryPort.save([{ v: 1, station: 'station00001', shard: 7, at, factSeq: 30, sampleSeq: 30, body: { a: [1, null] } }])
  await store.rollups.drain(at + 1e12)
  const entry = {
    at,
    user_id: 'u',
    user_name: '张',
    from_addr: null,
    kind: 'test',
    target: null,
    result: 'ok',
    before: null,
    after: { x: 1 },
    prev_hash: '',
    hash: 'h',
  }
  await store.db.insertInto('audit_log').values(entry).execute()
}

it('[ST16] an online backup holds one moment of everything and restores to the same rows, while commits go on', async () => {
  await fill()
  const before = await contents(source.url)
  const from = await store.sql<{ seq: number }[]>`select seq from tw_fence where shard = 7 and stream = 't'`
  const first = from[0]?.seq ?? 0
  const writing = new AbortController()
  let written = 0
  const writer = (async () => {
    while (!writing.signal.aborted)
      await store.commitPort.commit({ ...emptyBatch, samples: [sampleOf(first + ++written, at + written, [written])] })
  })()
  const result = await backup(source.url, file)
  await expect.poll(() => written).toBeGreaterThan(10)
  writing.abort()
  await writer
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(result.tables).toBe(Object.keys(before).length)

  await restore(target.url, file, { replace: false })
  const after = await contents(target.url)
  const moving = ['sample', 'rollup_dirty', 'tw_fence', 'tw_node', 'tw_partition']
  const still = (all: Record<string, string>) => Object.entries(all).filter(([name]) => !moving.includes(name))
  expect(still(after)).toEqual(still(before))

  // The restored one continues where the moment was: sequences of fences and rows agree, identities go on.
  const restored = await createStore({ url: target.url })
  const held = (await restored.recoveryPort.claim()).get(7)
  const [last] = await restored.sql<{ seq: number }[]>`select max(seq) as seq from sample where shard = 7`
  expect(held?.sampleSeq).toBe(last?.seq)
  const [cell] = await restored.recoveryPort.load(['station00001'])
  expect(cell?.snapshot?.body).toEqual({ a: [1, null] })
  await restored.commitPort.commit({
    ...emptyBatch,
    samples: [sampleOf((held?.sampleSeq ?? 0) + 1, at, [1])],
    deadLetters: [{ device: null, topic: 't', reason: 'unreadable', detail: '', payload: Uint8Array.of(), received: at }],
  })
  await restored.close()
})

it('[ST17] a damaged or cut backup, and a database that is not empty, are refused and change nothing', async () => {
  await expect(restore(target.url, file, { replace: false })).rejects.toThrow('not empty')
  const held = await contents(target.url)
  const whole = readFileSync(file)
  const bad = join(dir, 'bad.twb')
  for (const bytes of [
    whole.subarray(0, whole.length - 40),
    whole.subarray(0, whole.length >> 1),
    Buffer.from('no backup'),
    Buffer.alloc(0),
  ]) {
    writeFileSync(bad, bytes)
    await expect(restore(target.url, bad, { replace: true })).rejects.toThrow(/backup/)
  }
  const flipped = Buffer.from(whole)
  flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 0x40
  writeFileSync(bad, flipped)
  await expect(restore(target.url, bad, { replace: true })).rejects.toThrow(/backup|integrity|COPY|checksum/i)
  await expect(restore(target.url, join(dir, 'none.twb'), { replace: true })).rejects.toThrow('There is no file')
  expect(await contents(target.url)).toEqual(held)
  await restore(target.url, file, { replace: true })
}, 120_000)
