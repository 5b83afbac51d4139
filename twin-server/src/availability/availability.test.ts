import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { migrate, openKysely, openPool, type Sql } from '../store/index.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { owned, progressing } from './conditions.ts'
import { Ledger } from './ledger.ts'
import { AvailabilityReport } from './report.ts'
import { Verdicts } from './verdicts.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GAP = 20_000
const well = { bad: null, first: false, lost: false }
const first = { ...well, first: true }
const broken = { ...well, bad: { cause: 'broker', detail: 'refused' } as const }

let postgres: TestPostgres
let sql: Sql
const open: Ledger[] = []
const ledgerOf = (inc: string, alone = false): Ledger => {
  const ledger = new Ledger(postgres.url, inc, GAP, alone)
  open.push(ledger)
  return ledger
}
/** As if the record had been written so much earlier. */
const pass = async (ms: number): Promise<void> => {
  await sql`update service_watch set started_at = started_at - ${ms}, good_at = good_at - ${ms}, stopped_at = stopped_at - ${ms}`
  await sql`update service_outage set from_at = from_at - ${ms}, to_at = to_at - ${ms}`
}
const found = async () =>
  (await new Verdicts(sql).list(1, 50)).rows.map(({ cause, verdict, from, to }) => ({ cause, verdict, ms: to - from }))

beforeAll(async () => {
  postgres = await startTestPostgres()
  sql = openPool(postgres.url)
  await migrate(openKysely(sql))
}, 120_000)
beforeEach(async () => {
  await sql`truncate service_watch, service_minute, service_outage, service_outage_verdict`
})
afterAll(async () => {
  for (const ledger of open) await ledger.close()
  await sql?.end()
  await postgres?.stop()
})

it('finds what nobody could write: of a single node every stop and every death, by the cause', async () => {
  const one = ledgerOf('one', true)
  expect(await one.check(first)).toBeNull()
  await one.stopped(true)
  await pass(3000)
  const two = ledgerOf('two', true)
  expect(await two.check(first)).toMatchObject({ cause: 'stop' })
  await pass(5000)
  // Killed, and the broker is not there when its successor starts.
  const three = ledgerOf('three', true)
  expect(await three.check({ ...broken, first: true })).toMatchObject({ cause: 'crash' })
  await pass(30_000)
  expect(await three.check(well)).toMatchObject({ cause: 'broker' })
  await pass(10_000)
  expect(await three.check(well)).toBeNull()
  await pass(25_000)
  expect(await three.check({ ...well, lost: true })).toMatchObject({ cause: 'database' })
  await pass(25_000)
  expect(await three.check(well)).toMatchObject({ cause: 'unknown' })
  const rows = await found()
  expect(rows.map(({ cause, verdict }) => [cause, verdict])).toEqual([
    ['unknown', 'failure'],
    ['database', 'failure'],
    ['broker', 'failure'],
    ['crash', 'failure'],
    ['stop', 'planned'],
  ])
  expect(rows.map(({ ms }) => Math.round(ms / 5000) * 5)).toEqual([25, 25, 30, 5, 5])
})

it('of several nodes one good one is enough, and a restart of all within the gap is none', async () => {
  const [a, b] = [ledgerOf('a'), ledgerOf('b')]
  await a.check(first)
  for (let n = 0; n < 6; n++) {
    await pass(10_000)
    expect([await a.check(broken), await b.check(n === 0 ? first : well)]).toEqual([null, null])
  }
  expect(await found()).toEqual([])
  const [minute] = await sql<{ good: number; bad: number; causes: string[] }[]>`select sum(good)::int as good, sum(bad)::int as bad,
    array_agg(distinct c) as causes from service_minute left join unnest(causes) as c on true`
  expect(minute).toEqual({ good: 7, bad: 6, causes: ['broker'] })
  await b.stopped(true)
  await pass(10_000)
  expect(await ledgerOf('c').check(first)).toBeNull()
  await pass(25_000)
  expect(await ledgerOf('d').check(first)).toMatchObject({ cause: 'crash' })
})

it('counts minutes and days by what outages were judged to be, keeps the first word, and forgets old minutes', async () => {
  const ledger = ledgerOf('one')
  await ledger.check(first)
  await pass(GAP + 1000)
  // While it goes on it counts already.
  const report = new AvailabilityReport(sql, GAP)
  expect((await report.state())?.ongoing).toMatchObject({ cause: 'unknown', verdict: 'failure' })
  await ledger.check(well)

  // A record of three days with an outage of ten minutes two days ago, written by hand: minutes 0 and 9 were partly good.
  const now = Date.now()
  // Noon in China, so that all of it is of one day.
  const start = Math.floor((now + 8 * HOUR) / (24 * HOUR)) * 24 * HOUR - (8 + 48 - 12) * HOUR
  await sql`truncate service_minute, service_outage, service_outage_verdict restart identity`
  await sql`update service_watch set started_at = ${start - 60 * MINUTE}, good_at = ${now}`
  await sql`insert into service_minute (minute, good, bad) select m, 1, case when m = ${start / MINUTE} - 5 then 1 else 0 end
    from generate_series(${start / MINUTE} - 60, ${start / MINUTE} + 60) as m where m not between ${start / MINUTE + 1} and ${start / MINUTE + 8}`
  await sql`insert into service_outage (from_at, to_at, cause, node) values (${start + 30_000}, ${start + 9.5 * MINUTE}, 'crash', 'one')`
  const totals = async () => {
    const state = await report.state()
    if (!state) throw new Error('no record')
    const days = await report.days(state)
    const sum = (of: 'good' | 'degraded' | 'failure' | 'planned' | 'excluded'): number => days.reduce((all, day) => all + day[of], 0)
    const day = days.find((each) => each.failure + each.planned + each.excluded > 0)?.day ?? ''
    const runs = await report.day(day, state)
    return {
      days: days.length,
      good: sum('good'),
      degraded: sum('degraded'),
      failure: sum('failure'),
      planned: sum('planned'),
      excluded: sum('excluded'),
      runs,
    }
  }
  const before = await totals()
  expect(before).toMatchObject({ days: 90, good: 110, degraded: 1, failure: 10, planned: 0 })
  expect(before.runs.reduce((all, { minutes }) => all + minutes, 0)).toBe(24 * 60)
  expect(before.runs).toContainEqual({ from: start, minutes: 10, state: 'failure' })

  const verdicts = new Verdicts(sql)
  const by = { id: 'u1', name: '管理员' }
  const said = await verdicts.say(1, { verdict: 'planned', reason: '更换电源', by })
  expect(said?.after).toMatchObject({ first: 'failure', verdict: 'planned', said: [{ reason: '更换电源', by: '管理员' }] })
  expect(await totals()).toMatchObject({ failure: 0, planned: 10 })
  await verdicts.say(1, { verdict: 'excluded', reason: '演习', by })
  expect((await verdicts.get(1))?.said.map(({ verdict }) => verdict)).toEqual(['excluded', 'planned'])
  expect(await totals()).toMatchObject({ good: 110, excluded: 10 })
  expect(await verdicts.say(99, { verdict: 'planned', reason: 'x', by })).toBeUndefined()

  await ledger.forget(1)
  expect((await sql`select 1 from service_minute`).length).toBe(0)
})

it('looks at what would stop service: commits that stand still, shards without an owner for too long', async () => {
  let metrics = { pending: 0, commits: 5 }
  const condition = progressing(() => metrics)
  expect(await condition()).toBeNull()
  metrics = { pending: 3, commits: 5 }
  expect(await condition()).toBeNull()
  expect(await condition()).toContain('3 messages')
  metrics = { pending: 4, commits: 6 }
  expect(await condition()).toBeNull()

  await sql`insert into tw_node (inc, addr, hb_at, hb_since) values ('n', '', now(), now())`
  await sql`update tw_shard set owner = 'n', state = 'open'`
  const patient = owned(sql, 8000, 60_000)
  const strict = owned(sql, 8000, 0)
  expect(await strict()).toBeNull()
  await sql`update tw_shard set owner = null where shard < 3`
  await strict()
  expect([await patient(), await strict()]).toEqual([null, '3 shards without an owner'])
  await sql`update tw_shard set owner = 'n'`
  expect(await strict()).toBeNull()
})
