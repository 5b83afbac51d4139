import { createRuntime, type DeviceInput } from '@twin/actors/runtime'
import { kindOf } from '@twin/models/kinds'
import { demoFleet } from '@twin/models/stations'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { createStore, type Store } from '../store/index.ts'
import { runChecks } from './index.ts'

let pg: TestPostgres
let store: Store
beforeAll(async () => {
  pg = await startTestPostgres()
  store = await createStore({ url: pg.url })
  await aLittleLife()
  await store.sql.unsafe(`
    insert into posting (id, created_at, updated_at, document, kind, cause, key, total)
      select 'posting' || i, now(), now(), 'PZ-' || i, 'payment', 'c' || i, 'k' || i, i * 100 from generate_series(1, 20) i;
    insert into ledger_entry (id, created_at, updated_at, posting, account, debit, credit)
      select side || i, now(), now(), 'posting' || i, case side when 'a' then 'bank' else 'deposit' end,
        case side when 'a' then i * 100 else 0 end, case side when 'a' then 0 else i * 100 end
      from generate_series(1, 20) i, (values ('a'), ('b')) s(side)`)
})
afterAll(async () => {
  await store?.close()
  await pg?.stop()
})

/** A station that runs for a while, with two snapshots at least. */
async function aLittleLife(): Promise<void> {
  const [config] = demoFleet()
  if (!config) throw new Error('the demo has no station')
  await store.stations.save(config)
  let id = 0
  const runtime = createRuntime({
    commit: store.commitPort,
    recovery: store.recoveryPort,
    effects: { execute: () => {} },
    clock: { now: Date.now },
    ids: { next: () => `occurrence${++id}` },
    scheduler: {
      after(ms, fn) {
        const timer = setTimeout(fn, ms)
        return () => clearTimeout(timer)
      },
    },
    snapshotEveryMs: 300,
  })
  await runtime.start()
  const say = (device: string, channel: 't' | 'e', seq: number, body: unknown): void => {
    const envelope = { v: 1, boot: 'b', seq, ts: Date.now(), body } as DeviceInput['envelope']
    runtime.deliver({ org: 'main', station: config.id, device, envelope, channel, received: Date.now(), bytes: 300 }, () => {})
  }
  const kept = async (): Promise<number> => (await store.sql<{ at: number }[]>`select max(at) as at from snapshot`)[0]?.at ?? 0
  const first = await kept()
  for (let round = 1; round < 300; round++) {
    for (const { id: device, kind } of config.devices) {
      const points = kindOf(kind).points.filter(({ tier, type }) => tier !== 'derived' && type !== 'string')
      if (round === 1) say(device, 'e', round, { type: 'birth', kind, points: points.map(({ name }) => name) })
      say(device, 't', round + 1, { p: Object.fromEntries(points.map(({ name, typical }) => [name, Number(typical) + round / 1000])) })
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (round > 5 && (await kept()) > first) break
  }
  await runtime.stop()
}

/** Names of the checks that found something wrong. */
async function faults(): Promise<string[]> {
  const lines: { en: string; ok: boolean | null }[] = []
  const step = (_: string, en: string, ok: boolean | null = null): void => void lines.push({ en, ok })
  await runChecks({ copy: store.sql, live: store.sql, at: Date.now(), log: { step }, signal: new AbortController().signal })
  expect(lines).toHaveLength(8)
  return lines.filter(({ ok }) => ok !== true).map(({ en }) => en)
}

/** Changes what the database itself would refuse, looks, and puts it back. */
async function planted(change: string, undo: string): Promise<string[]> {
  const unguarded = (statement: string) =>
    store.sql.unsafe(`set session_replication_role = replica; ${statement}; set session_replication_role = origin`)
  await unguarded(change)
  const found = await faults()
  await unguarded(undo)
  return found
}

it('a whole copy passes, and each planted fault is found by its check alone', async () => {
  expect(await faults()).toEqual([])
  const [station] = await store.sql<{ n: number }[]>`select count(*) as n from snapshot`
  expect(station?.n).toBeGreaterThan(0)

  expect(
    await planted(`update ledger_entry set debit = debit + 1 where id = 'a7'`, `update ledger_entry set debit = debit - 1 where id = 'a7'`),
  ).toEqual([expect.stringMatching(/^Check of ledger: 1 postings do not add up, 1 fen/)])
  expect(
    await planted(
      `create table gone as select * from journal order by shard, seq offset 3 limit 1; delete from journal j using gone g where j.shard = g.shard and j.seq = g.seq`,
      `insert into journal select * from gone; drop table gone`,
    ),
  ).toContainEqual(expect.stringMatching(/^Check of sequence of events: 1 missing/))
  expect(await planted(`update station set region = 'nowhere'`, `update station set region = '${demoFleet()[0]?.region}'`)).toEqual([
    expect.stringMatching(/^Check of references: lead nowhere: .*station\.region \(1\)/),
  ])
  expect(
    await planted(
      `create table was as select * from snapshot order by at desc limit 1; update snapshot s set body = replace(s.body::text, '"b"', '"x"')::jsonb from was w where s.at = w.at`,
      `update snapshot s set body = w.body from was w where s.at = w.at; drop table was`,
    ),
  ).toEqual([expect.stringMatching(/^Check of states of stations: snapshot and journal disagree/)])
  expect(
    await planted(
      `insert into journal (shard, epoch, seq, station, actor, kind, v, at, body) select shard, epoch, seq + 1, station, actor, 'device.held', 1, at, '{"kind":"repair","document":"WX-1","on":true}' from journal order by shard, seq desc limit 1;
       insert into repair (id, created_at, updated_at, state, document, station, device, fault, urgency, parts, parts_cost, cost) select 'r1', now(), now(), 'closed', 'WX-1', station, actor, 'f', 'normal', '[]', 0, 0 from journal limit 1`,
      `delete from repair where id = 'r1'; delete from journal where kind = 'device.held'`,
    ),
  ).toContainEqual(expect.stringMatching(/^Check of outbox: 1 repairs say something else/))
  expect(await faults()).toEqual([])
}, 120_000)
