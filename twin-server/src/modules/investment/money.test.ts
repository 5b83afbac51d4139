import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addPerson, type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

const DAY = 86_400_000
let world: RecordWorld
let home = ''
let outlet = ''
beforeAll(async () => {
  world = await startRecordWorld()
  const site = [...world.stations.values()].find(({ kind }) => kind === 'centralStation')
  home = site?.id ?? ''
  outlet = site?.devices.find(({ kind }) => kind === 'outlet')?.id ?? ''
})
afterAll(() => world?.stop())

const get = async (path: string, as = 'admin') => (await world.json('GET', `/api/records/${path}`, as))[1]
const post = (path: string, body: object = {}, as = 'admin') => world.json('POST', `/api/records/${path}`, as, body)
const put = (path: string, body: object) => world.json('PUT', `/api/records/${path}`, 'admin', body)
const act = async (path: string, input: object = {}) => {
  const [status, row] = await post(path, { input })
  expect([path, status, row.error]).toEqual([path, 200, undefined])
  return row
}
const row = async (path: string) => (await get(path)).row
async function invested(investor: string, amount: number, receipt: string) {
  const [made, { id, error }] = await post('investment', { investor, station: home, amount })
  expect([made, error]).toEqual([200, undefined])
  await act(`investment/${id}/pay`, { received: amount, paidOn: '2026-02-01', receipt })
  return act(`investment/${id}/confirm`)
}
const balances = async () => {
  const { rows } = await sql<{ account: string; balance: number }>`
    select account, sum(credit - debit)::bigint as balance from ledger_entry group by account`.execute(world.db)
  return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]))
}
const log = async (query: Record<string, string>) => {
  const response = await world.call('GET', `/api/audit?${new URLSearchParams({ size: '200', ...query })}`, 'admin')
  return ((await response.json()) as { rows: { action: string; userName: string; before: object | null; after: object | null }[] }).rows
}
const edge = (year: number, month: number, day = 1) => Date.UTC(year, month - 1, day) - 8 * 3_600_000

let [one, two] = ['', '']
it('shares of a station never exceed its share value, and what is paid, confirmed and refused stands in a ledger that adds up', async () => {
  const { version } = await row(`station/${home}`)
  expect((await put(`station/${home}`, { version, shareValue: 1_000_000_00 }))[0]).toBe(200)
  one = (await post('investor', { name: '甲投资' }))[1].id
  two = (await post('investor', { name: '乙投资', kind: 'company' }))[1].id
  // Both want more than half at the same moment: one gets it.
  const both = await Promise.all([one, two].map((investor) => post('investment', { investor, station: home, amount: 600_000_00 })))
  expect(both.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  const taken = both.find(([status]) => status === 200)?.[1].id ?? ''
  expect(await post(`investment/${taken}/confirm`)).toMatchObject([409, { error: { code: 'wrong-state' } }])
  const short = { received: 1, paidOn: '2026-02-01', receipt: 'X' }
  expect(await post(`investment/${taken}/pay`, { input: short })).toMatchObject([409, { error: { code: 'unmatched' } }])
  await act(`investment/${taken}/withdraw`, { reason: '改期' })

  await invested(one, 600_000_00, 'SK-1')
  const second = await invested(two, 300_000_00, 'SK-2')
  expect(second).toMatchObject({ share: 30, state: 'active' })
  expect(await post('investment', { investor: two, station: home, amount: 100_000_01 })).toMatchObject([
    409,
    { error: { code: 'over-shared', field: 'amount', detail: { left: 100_000_00 } } },
  ])
  const now = await row(`station/${home}`)
  expect(await put(`station/${home}`, { version: now.version, shareValue: 800_000_00 })).toMatchObject([
    409,
    { error: { code: 'over-shared', field: 'shareValue' } },
  ])
  const [refused, third] = await post('investment', { investor: two, station: home, amount: 100_000_00 })
  expect(refused).toBe(200)
  await act(`investment/${third.id}/pay`, { received: 100_000_00, paidOn: '2026-02-01', receipt: 'SK-3' })
  expect(await balances()).toEqual({ bank: -1_000_000_00, deposit: 100_000_00, capital: 900_000_00 })
  await act(`investment/${third.id}/refuse`, { reason: '资料不全' })
  expect(await balances()).toEqual({ bank: -900_000_00, deposit: 0, capital: 900_000_00 })

  await post(`investor/${two}/freeze`, { input: { reason: '核查' } })
  expect(await post('investment', { investor: two, station: home, amount: 1 })).toMatchObject([403, { error: { code: 'frozen' } }])
  await act(`investor/${two}/release`, { reason: '核查完毕' })
})

it('[T4-005] a station that moves to another district changes at once who sees it, and its past income, booked once per month, stays in the region of that time', async () => {
  const regions = [String((await row(`station/${home}`))['region'])]
  regions.push(regions[0] === '310115' ? '320505' : '310115')
  const rights = ['station:view', 'stationIncome:view', 'money:view']
  for (const [i, region] of regions.entries())
    await addPerson(world, `district${i}`, rights, { scope: 'region', regions: [region] }, { stations: [] })
  const sees = async (name: string) => [
    (await world.json('GET', `/api/records/station/${home}`, name))[0],
    (await world.json('GET', `/api/stations/${home}`, name))[0],
    (await get(`stationIncome?station=${home}`, name)).total,
  ]
  expect(await sees('district0')).toEqual([200, 200, 0])
  expect(await sees('district1')).toEqual([404, 404, 0])

  const [, contract] = await post('gasContract', {
    ...{ station: home, customer: '丙公司', outlet, price: 0.12345, starts: '2026-03-01', ends: '2026-12-31' },
  })
  await act(`gasContract/${contract.id}/submit`)
  await act(`gasContract/${contract.id}/approve`)
  await act(`gasContract/${contract.id}/conclude`, { signedOn: '2026-03-01' })
  const first = await row(`station/${home}`)
  world.counters.set(`${outlet}:total`, [
    { at: edge(2026, 3), value: 500 },
    { at: edge(2026, 4), value: 1_000_500 },
    { at: edge(2026, 5), value: 1_100_500 },
  ])
  // The month is over; the station moves to another district before anything is booked.
  world.now = edge(2026, 4, 1) + 3_600_000
  const other = first['region'] === '310115' ? '320505' : '310115'
  expect((await put(`station/${home}`, { version: first.version, region: other }))[0]).toBe(200)
  expect(other).toBe(regions[1])
  expect(await sees('district0')).toEqual([404, 404, 0])
  expect(await sees('district1')).toEqual([200, 200, 0])
  world.now = edge(2026, 4, 2) + 3_600_000
  await Promise.all([world.modules.runPeriodic(), world.modules.runPeriodic()])
  await world.modules.runPeriodic()
  const march = { month: '2026-03', region: first['region'], volume: 1_000_000, amount: 12_345_000 }
  const parts = { operatorPart: 7_407_000 + 370_350, investorPart: 3_333_150, platformPart: 1_234_500 }
  expect((await get(`stationIncome?station=${home}`)).rows).toMatchObject([{ ...march, ...parts }])
  world.now = edge(2026, 5, 3)
  await world.modules.runPeriodic()
  expect((await get(`stationIncome?station=${home}&sort=month`)).rows).toMatchObject([
    march,
    { month: '2026-04', region: other, amount: 1_234_500 },
  ])
  expect(await sees('district0')).toEqual([404, 404, 0])
  expect(await sees('district1')).toEqual([200, 200, 2])
  expect((await get('stationIncome/statistics?by=region')).rows).toMatchObject([
    { keys: [regions[0]], measures: { amount: 12_345_000 } },
    { keys: [regions[1]], measures: { amount: 1_234_500 } },
  ])
  expect(await balances()).toMatchObject({ income: 3_333_150 + 333_315, platform: 1_234_500 + 123_450, receivable: -13_579_500 })
  expect(Object.values(await balances()).reduce((sum, each) => sum + each, 0)).toBe(0)
})

it('a withdrawal never goes above the balance, however many ask at once; refused and failed ones come back, and nobody approves his own', async () => {
  // Two thirds of what investors got, from both months.
  const balance = 2_222_100 + 222_210
  const ask = (amount: number, as = 'admin') => post('withdrawal', { investor: one, amount }, as)
  expect(await ask(balance + 1)).toMatchObject([409, { error: { code: 'over-balance', field: 'amount', detail: { balance } } }])
  const asked = await Promise.all(Array.from({ length: 6 }, () => ask(1_000_000)))
  expect(asked.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 409, 409, 409, 409])
  const [first = '', second = ''] = asked.flatMap(([status, { id }]) => (status === 200 ? [id] : []))
  expect(await post(`withdrawal/${first}/approve`)).toMatchObject([403, { error: { code: 'own-request' } }])
  expect((await put(`withdrawal/${first}`, { version: 1, amount: 1 }))[0]).toBe(422)
  await act(`withdrawal/${second}/refuse`, { reason: '重复' })
  expect(await ask(balance - 1_000_000 + 1)).toMatchObject([409, {}])

  const payer = 'cashier'
  await addPerson(world, payer, ['withdrawal:view', 'withdrawal:approve', 'money:view'])
  const paid = { payout: 'FK-1', paidOn: '2026-05-03' }
  expect((await post(`withdrawal/${first}/pay`, { input: paid }, payer))[0]).toBe(409)
  expect((await post(`withdrawal/${first}/approve`, {}, payer))[0]).toBe(200)
  expect((await post(`withdrawal/${first}/pay`, { input: paid }, payer))[1]).toMatchObject({ state: 'paid', payout: 'FK-1' })
  expect((await post(`withdrawal/${first}/pay`, { input: { ...paid, payout: 'FK-2' } }, payer))[0]).toBe(409)
  const [, failing] = await ask(1_444_310)
  expect((await post(`withdrawal/${failing.id}/approve`, {}, payer))[0]).toBe(200)
  expect((await post(`withdrawal/${failing.id}/fail`, { input: { reason: '账号有误' } }, payer))[0]).toBe(200)
  expect((await ask(1_444_310))[0]).toBe(200)
  expect(await balances()).toMatchObject({ income: 1_222_155, payout: 1_444_310 })

  // The database itself keeps the ledger as it is, and in balance.
  await expect(sql`update ledger_entry set credit = credit + 1 where credit > 0`.execute(world.db)).rejects.toThrow(/append-only/)
  await expect(sql`delete from posting`.execute(world.db)).rejects.toThrow(/append-only/)
  const unbalanced = sql`insert into ledger_entry (id, created_at, updated_at, posting, account, debit, credit)
    select 'x', now(), now(), id, 'bank', 0, 5 from posting limit 1`
  await expect(unbalanced.execute(world.db)).rejects.toThrow(/does not add up/)
})

it('[T4-003] the log has every sign-in and every change of investments, shares, contracts and withdrawals with old and new amount and user; it cannot be changed, is kept, and a number gives the whole history', async () => {
  await world.json('POST', '/api/auth/sign-in/username', 'viewer', { username: 'engineer', password: 'Engineer#2026' })
  expect(await log({ record: 'sign-in', user: 'engineer' })).not.toHaveLength(0)

  const station = await row(`station/${home}`)
  expect((await put(`station/${home}`, { version: station.version, shareValue: 1_200_000_00 }))[0]).toBe(200)
  expect((await log({ record: 'station', number: String(station['name']) }))[0]).toMatchObject({
    ...{ action: 'update', userName: 'admin', before: { shareValue: 1_000_000_00 }, after: { shareValue: 1_200_000_00 } },
  })
  const [, asked] = await post('investment', { investor: two, station: home, amount: 50_000_00 })
  const changed = await put(`investment/${asked.id}`, { version: 1, amount: 60_000_00 })
  expect(changed[0]).toBe(200)
  const number = String(asked['document'])
  await act(`investment/${asked.id}/withdraw`, { reason: '改投' })
  expect(await log({ number })).toMatchObject([
    { action: 'withdraw', userName: 'admin', before: { state: 'applied' }, after: { state: 'withdrawn' } },
    { action: 'update', userName: 'admin', before: { amount: 50_000_00, share: 4.1667 }, after: { amount: 60_000_00, share: 5 } },
    { action: 'create', userName: 'admin', after: { amount: 50_000_00 } },
  ])
  // The shares of those who hold follow the share value, each with old and new.
  const [held] = (await get(`investment?investor=${two}&state=active`)).rows
  await expect
    .poll(async () => (await log({ number: String(held?.['document']), action: 'update' }))[0])
    .toMatchObject({
      ...{ before: { share: 30 }, after: { share: 25 } },
    })

  const [, contract] = await post('gasContract', {
    station: home,
    customer: '丁公司',
    price: 0.2,
    starts: '2026-06-01',
    ends: '2026-12-31',
  })
  await put(`gasContract/${contract.id}`, { version: 1, price: 0.25 })
  await act(`gasContract/${contract.id}/submit`)
  expect(await log({ number: String(contract['document']) })).toMatchObject([
    { action: 'submit' },
    { action: 'update', userName: 'admin', before: { price: 0.2 }, after: { price: 0.25 } },
    { action: 'create', after: { price: 0.2 } },
  ])
  const [paid] = (await get('withdrawal?state=paid')).rows
  expect(await log({ number: String(paid?.['document']) })).toMatchObject([
    { action: 'pay', userName: 'cashier', before: { state: 'approved', payout: null }, after: { state: 'paid', payout: 'FK-1' } },
    { action: 'approve', userName: 'cashier' },
    { action: 'create', userName: 'admin', after: { amount: 1_000_000 } },
  ])

  for (const method of ['PUT', 'PATCH', 'DELETE', 'POST'])
    for (const path of ['/api/audit', '/api/audit/1']) expect((await world.call(method, path, 'admin', {})).status).toBe(405)
  await expect(sql`delete from audit_log`.execute(world.db)).rejects.toThrow(/append-only/)
  const before = await log({ number })
  world.now += 200 * DAY
  world.forget()
  await world.modules.runPeriodic()
  expect(await log({ number })).toEqual(before)
})
