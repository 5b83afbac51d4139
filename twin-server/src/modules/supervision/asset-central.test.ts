import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'
import { centralPurchase, type Desk, openDesk } from './test-assets.ts'

let world: RecordWorld
let desk: Desk
let house = ''
beforeAll(async () => {
  world = await startRecordWorld()
  desk = openDesk(world)
  house = (await desk.create('warehouse', { code: 'W1', name: '一号库' }))[1].id
})
afterAll(() => world?.stop())

const deliver = (purchase: string, lot: string, units: readonly { unitType: string; serial: string }[]) =>
  desk.act('purchase', purchase, 'deliver', 'operator', { lot, units })
const machines = (serial: string, numbers: readonly number[]) => numbers.map((n) => ({ unitType: 'compressor', serial: `${serial}-C${n}` }))
const dryer = (serial: string) => ({ unitType: 'dryer', serial: `${serial}-D1` })
const receive = async (station: string, serials: readonly string[]) =>
  desk.post('stockIn', { asset: station, units: await desk.named(...serials), warehouse: house, location: 'D-01' })
/** Bought, delivered and received whole: four compressors and a dryer. */
async function stocked(serial: string, model?: string): Promise<string> {
  const purchase = await desk.approved('purchase', centralPurchase(serial, model))
  expect((await deliver(purchase, '1', [...machines(serial, [1, 2, 3]), dryer(serial)]))[0]).toBe(200)
  expect((await deliver(purchase, '2', machines(serial, [4])))[0]).toBe(200)
  const [station = ''] = await desk.named(serial)
  expect((await receive(station, [...[1, 2, 3, 4].map((n) => `${serial}-C${n}`), `${serial}-D1`]))[0]).toBe(200)
  return station
}
const project = (station: string, planned: number) =>
  desk.approved('installation', { customer: '丁公司', site: '动力站', asset: station, plan: [{ unitType: 'compressor', planned }] })
const stockOf = async (unitType: string) => {
  const row = (await desk.get(`unitStock?unitType=${unitType}`)).rows[0]
  return ['total', 'reserved', 'free'].map((name) => row?.[name])
}
const composition = async (station: string, unitType: string) =>
  ((await desk.asset(station))['composition'] as { unitType: string }[]).find((line) => line.unitType === unitType)

it('[T1-011] a central station comes in lots: lot prices make the contract total, the purchase is partly delivered until the last lot, and every unit opens from it', async () => {
  const asked = centralPurchase('J-1')
  expect(await desk.create('purchase', { ...asked, price: 9_999_999 })).toMatchObject([422, { error: { field: 'lots' } }])
  const purchase = await desk.approved('purchase', asked)
  const seen = async () => (await desk.get(`purchase/${purchase}`)).row
  expect(await seen()).toMatchObject({ state: 'partial', ordered: 5, delivered: 0 })
  expect((await deliver(purchase, '1', [...machines('J-1', [1, 2]), dryer('J-1')]))[0]).toBe(200)
  expect(await seen()).toMatchObject({
    state: 'partial',
    delivered: 3,
    lots: [{ delivered: 2, quantity: 3 }, { delivered: 1 }, { delivered: 0 }],
  })
  expect(await deliver(purchase, '1', [dryer('J-1b')])).toMatchObject([409, { error: { code: 'over-delivered' } }])
  expect(await deliver(purchase, '3', machines('J-1', [9]))).toMatchObject([422, { error: { field: 'lot' } }])
  expect(await deliver(purchase, '2', machines('J-1', [1]))).toMatchObject([409, { error: { code: 'duplicate' } }])
  expect((await deliver(purchase, '2', machines('J-1', [4])))[0]).toBe(200)
  expect((await seen())['state']).toBe('partial')
  expect((await deliver(purchase, '1', machines('J-1', [3])))[0]).toBe(200)
  expect(await seen()).toMatchObject({ state: 'delivered', delivered: 5 })
  const units = (await desk.get(`asset?purchase=${purchase}&kind=unit`)).rows
  expect(units.map((unit) => String(unit['supplier'])).sort((a, b) => a.localeCompare(b))).toEqual(
    ['甲厂', '甲厂', '甲厂', '甲厂', '乙厂'].sort((a, b) => a.localeCompare(b)),
  )
  expect(units.reduce((sum, { price }) => sum + Number(price), 0)).toBe(asked.price)
  for (const { id } of units) expect((await desk.asset(id))['purchase']).toBe(purchase)
  expect((await desk.asset((await desk.named('J-1'))[0] ?? ''))['ratedFlow']).toBe(180)
})

it('[T1-014] a central station is received in parts: n of m per unit type, nothing beyond what was ordered, in stock with the last receipt', async () => {
  const purchase = await desk.approved('purchase', centralPurchase('J-2'))
  await deliver(purchase, '1', [...machines('J-2', [1, 2, 3]), dryer('J-2')])
  const [station = ''] = await desk.named('J-2')
  expect((await receive(station, ['J-2-C1', 'J-2-C2']))[0]).toBe(200)
  expect(await composition(station, 'compressor')).toMatchObject({ ordered: 4, delivered: 3, received: 2 })
  expect(await composition(station, 'dryer')).toMatchObject({ ordered: 1, received: 0 })
  expect((await receive(station, ['J-2-C3', 'J-2-D1']))[0]).toBe(200)
  // All that came is in, but a lot is still to come.
  expect((await desk.asset(station))['state']).toBe('purchased')
  await deliver(purchase, '2', machines('J-2', [4]))
  expect((await receive(station, ['J-2-C4']))[0]).toBe(200)
  expect(await desk.asset(station)).toMatchObject({ state: 'inStock' })
  expect(await composition(station, 'compressor')).toMatchObject({ ordered: 4, received: 4 })
  expect((await receive(station, ['J-2-C4']))[0]).toBe(409)
  expect(await deliver(purchase, '2', machines('J-2', [5]))).toMatchObject([409, {}])
  expect((await desk.get(`stockIn?asset=${station}&state=posted`)).rows).toHaveLength(3)
})

it('[T1-017] units leave in batches for a project, never more than planned; the project lists issued, remaining and returned', async () => {
  const station = await stocked('J-3', 'JZ-3')
  const units = await desk.named('J-3-C1', 'J-3-C2', 'J-3-C3', 'J-3-C4')
  const installation = await project(station, 3)
  const batch = (chosen: readonly string[]) => desk.post('stockOut', { asset: station, units: chosen, installation, recipient: '王五' })
  const standing = async () => Number((await desk.get('assetStock?model=JZ-3-C')).rows[0]?.['quantity'])
  const plan = async () => ((await desk.get(`installation/${installation}`)).row['plan'] as object[])[0]
  expect(await desk.post('stockOut', { asset: station, units: units.slice(0, 1), recipient: '王五' })).toMatchObject([
    409,
    { error: { code: 'no-document' } },
  ])
  expect((await batch(units.slice(0, 2)))[0]).toBe(200)
  expect([await standing(), await plan()]).toMatchObject([2, { planned: 3, issued: 2, remaining: 1, returned: 0 }])
  expect(await batch(units.slice(2))).toMatchObject([409, { error: { code: 'over-planned', detail: { remaining: 1 } } }])
  expect(await standing()).toBe(2)
  // Two batches at once for the one that is left: one goes.
  const both = await Promise.all([batch(units.slice(2, 3)), batch(units.slice(3))])
  expect(both.map(([status]) => status).sort((a, b) => a - b)).toEqual([200, 409])
  expect([await standing(), await plan()]).toMatchObject([1, { issued: 3, remaining: 0 }])
  expect((await receive(station, ['J-3-C1']))[0]).toBe(200)
  expect([await standing(), await plan()]).toMatchObject([2, { issued: 3, remaining: 1, returned: 1 }])
  expect((await batch(units.slice(0, 1)))[0]).toBe(200)
  expect((await desk.get(`stockOut?installation=${installation}&state=posted`)).rows).toHaveLength(3)
})

it('[T1-026] per unit type there are total, reserved and free; a reservation lowers only free, none goes beyond it, a cancelled project gives back', async () => {
  const [total = 0, , free = 0] = (await stockOf('compressor')) as number[]
  const station = await stocked('J-4', 'JZ-4')
  expect(await stockOf('compressor')).toEqual([total + 4, 0, free + 4])
  const [first, second] = [await project(station, 500), await project(station, 500)]
  const reserve = (id: string, quantity: number) =>
    desk.act('installation', id, 'reserve', 'operator', { unitType: 'compressor', quantity })
  expect((await reserve(first, 3))[0]).toBe(200)
  expect(await stockOf('compressor')).toEqual([total + 4, 3, free + 1])
  expect(await reserve(second, free + 2)).toMatchObject([409, { error: { code: 'not-free' } }])
  expect(await stockOf('compressor')).toEqual([total + 4, 3, free + 1])
  // What is reserved for one does not leave for another.
  const [mine] = (await desk.get(`asset?installation=${first}`)).rows
  expect(await desk.post('stockOut', { asset: station, units: [mine?.id], installation: second, recipient: '王' })).toMatchObject([
    409,
    { error: { detail: { units: [{ en: 'reserved' }] } } },
  ])
  expect((await desk.get(`installation/${first}`)).row['plan']).toMatchObject([{ reserved: 3, remaining: 500 }])
  expect((await desk.act('installation', first, 'cancel'))[0]).toBe(200)
  expect(await stockOf('compressor')).toEqual([total + 4, 0, free + 4])
})

it('[T1-020] shares of a central station never exceed the whole at any moment; each month is base rent times share plus metered gas; contracts near their end are on the renewal list', async () => {
  const station = await stocked('J-5')
  const meters = [...world.stations.values()].flatMap(({ devices }) => devices).filter(({ kind }) => kind === 'outlet')
  const meter = meters[0]?.id ?? ''
  const share = (customer: string, starts: string, ends: string, percent: number) => ({
    ...{ asset: station, customer, starts, ends, share: percent, rent: 10_000_000, gasPrice: 0.12345, meter, deposit: 0 },
  })
  expect(await desk.create('lease', { ...share('甲', '2026-03-01', '2026-05-31', 60), share: null })).toMatchObject([
    422,
    { error: { field: 'share' } },
  ])
  const first = await desk.approved('lease', share('甲', '2026-03-01', '2026-05-31', 60))
  await desk.approved('lease', share('乙', '2026-05-01', '2026-12-31', 40))
  const [over] = await desk.decide('lease', share('丙', '2026-03-01', '2026-12-31', 0.01))
  expect(over).toMatchObject([409, { error: { code: 'over-shared', field: 'share', detail: { day: '2026-05-01', taken: 100 } } }])
  // 40 % until the second begins, and after the first ended: both are free, but not across.
  await desk.approved('lease', share('丁', '2026-03-01', '2026-04-30', 40))
  await desk.approved('lease', share('戊', '2026-06-01', '2026-12-31', 60))
  const [twins, drafts] = [share('己', '2027-01-01', '2027-12-31', 51), [] as string[]]
  for (const customer of ['己', '庚']) {
    const [, row] = await desk.create('lease', { ...twins, customer })
    await desk.act('lease', row.id, 'submit')
    drafts.push(row.id)
  }
  const both = await Promise.all(drafts.map((id) => desk.act('lease', id, 'approve', 'engineer')))
  expect(both.map(([status]) => status).sort((a, b) => a - b)).toEqual([200, 409])

  const edge = (month: number) => Date.UTC(2026, month - 1, 1) - 8 * 3_600_000
  world.counters.set(`${meter}:total`, [
    { at: edge(3), value: 500 },
    { at: edge(4), value: 100_500 },
  ])
  world.now = Date.UTC(2026, 3, 2, 8)
  await world.modules.runPeriodic()
  expect((await desk.get(`rentLine?lease=${first}`)).rows).toMatchObject([
    { month: '2026-03', base: 6_000_000, volume: 100_000, gas: 1_234_500, amount: 7_234_500 },
  ])
  const renewals = async () => (await desk.get('lease?renewalDue=true&state=active')).rows.map(({ id }) => id)
  world.now = Date.UTC(2026, 4, 1, 10)
  await world.modules.runPeriodic()
  expect(await renewals()).toContain(first)
  world.now = Date.UTC(2026, 3, 30, 10)
  await world.modules.runPeriodic()
  expect(await renewals()).not.toContain(first)
  world.now = Date.UTC(2026, 4, 1, 10)
  await world.modules.runPeriodic()
  expect(await desk.act('lease', first, 'renew', 'engineer', { ends: '2026-06-30' })).toMatchObject([
    409,
    { error: { code: 'over-shared' } },
  ])
})

it('[T1-023] selling some units leaves the rest with less capacity; the last one sold makes the station sold; a unit on lease cannot be chosen', async () => {
  const station = await stocked('J-6')
  const [one = '', two = '', three = '', four = '', five = ''] = await desk.named('J-6-C1', 'J-6-C2', 'J-6-C3', 'J-6-C4', 'J-6-D1')
  const sale = (units: readonly string[]) => ({
    asset: station,
    buyer: '丙公司',
    price: units.length * 100,
    lines: units.map((asset) => ({ asset, price: 100 })),
  })
  expect((await desk.asset(station))['ratedFlow']).toBe(180)
  await desk.approved('sale', sale([one, two]))
  expect(await desk.asset(station)).toMatchObject({ ratedFlow: 90, ratedPower: 500, state: 'inStock', owner: null })
  expect(await desk.asset(one)).toMatchObject({ state: 'sold', owner: '丙公司', warehouse: null })
  expect(await composition(station, 'compressor')).toMatchObject({ ordered: 4, present: 2 })
  const lease = await desk.approved('lease', {
    asset: three,
    customer: '乙',
    starts: '2026-04-01',
    ends: '2026-12-31',
    rent: 1,
    deposit: 0,
  })
  expect(await desk.create('sale', sale([three, four]))).toMatchObject([409, { error: { detail: { blockers: [{ record: 'lease' }] } } }])
  expect(
    (await desk.act('lease', lease, 'return', 'operator', { returnedOn: '2026-05-01', inspection: '完好', warehouse: house }))[0],
  ).toBe(200)
  await desk.approved('sale', sale([three, four]))
  expect((await desk.asset(station))['state']).toBe('inStock')
  await desk.approved('sale', sale([five]))
  expect(await desk.asset(station)).toMatchObject({ state: 'sold', owner: '丙公司', ratedFlow: 0 })
})

it('[T1-062] a scrapped unit lowers the capacity and leaves joint control; the whole is refused with the list of leases, gas contracts and investments in force', async () => {
  const station = await stocked('J-7')
  const site = [...world.stations.values()].find(({ kind }) => kind === 'centralStation')
  const home = site?.id ?? ''
  const running = site?.devices.filter(({ kind }) => kind === 'compressor').at(-1)?.id ?? ''
  const [one = ''] = await desk.named('J-7-C1')
  const installation = await project(station, 1)
  expect((await desk.post('stockOut', { asset: station, units: [one], installation, recipient: '王' }))[0]).toBe(200)
  expect((await desk.act('asset', one, 'deploy', 'operator', { station: home, device: running }))[0]).toBe(200)
  // It stood in a group: joint control counted with it.
  expect((await desk.get(`device/${running}`)).row['unitGroup']).not.toBeNull()
  expect((await desk.act('asset', station, 'deploy', 'operator', { station: home }))[0]).toBe(200)
  expect(await desk.asset(one)).toMatchObject({ station: home, device: running })
  await desk.approved('assetScrap', { asset: one, reason: '主机抱死' })
  expect(await desk.asset(station)).toMatchObject({ ratedFlow: 135, state: 'issued' })
  expect(await desk.asset(one)).toMatchObject({ state: 'scrapped', device: null })
  // Out of service, in no group: it takes part in nothing any more.
  expect((await desk.get(`device/${running}`)).row).toMatchObject({ state: 'inactive', unitGroup: null, gateway: null })
  expect(world.stations.get(home)?.devices.some(({ id }) => id === running)).toBe(false)

  const outlet = site?.devices.find(({ kind }) => kind === 'outlet')?.id
  const terms = { starts: '2026-03-01', ends: '2026-12-31' }
  const lease = await desk.approved('lease', {
    ...{ asset: station, customer: '甲', ...terms, share: 50, rent: 1000, gasPrice: 0.1, meter: outlet, deposit: 0 },
  })
  const contract = await desk.approved('gasContract', { station: home, customer: '甲', outlet, price: 0.12, ...terms })
  expect((await desk.act('gasContract', contract, 'conclude', 'operator', { signedOn: '2026-03-01' }))[0]).toBe(200)
  const call = (method: string, path: string, body: object) => world.json(method, `/api/records/${path}`, 'admin', body)
  const place = (await desk.get(`station/${home}`)).row
  expect((await call('PUT', `station/${home}`, { version: place.version, shareValue: 100_000_00 }))[0]).toBe(200)
  const [, owner] = await call('POST', 'investor', { name: '丁投资' })
  const [, held] = await call('POST', 'investment', { investor: owner.id, station: home, amount: 40_000_00 })
  const received = { received: 40_000_00, paidOn: '2026-03-01', receipt: 'SK-1' }
  expect((await call('POST', `investment/${held.id}/pay`, { input: received }))[0]).toBe(200)
  expect((await call('POST', `investment/${held.id}/confirm`, {}))[0]).toBe(200)

  const scrapWhole = async () => (await desk.decide('assetScrap', { asset: station, reason: '拆除' }))[0]
  const blockers = (...titles: readonly (readonly [string, RegExp])[]) => [
    409,
    {
      error: {
        code: 'held',
        detail: { blockers: titles.map(([record, title]) => ({ record, title: expect.stringMatching(title) as string })) },
      },
    },
  ]
  const [byLease, byContract, byInvestment] = [
    ['lease', /^ZL-/],
    ['gasContract', /^GQ-/],
    ['investment', /^TZ-/],
  ] as const
  expect(await scrapWhole()).toMatchObject(blockers(byLease, byContract, byInvestment))
  expect((await desk.asset(station))['state']).toBe('issued')
  const ended = { returnedOn: '2026-05-01', inspection: '终止' }
  expect((await desk.act('lease', lease, 'return', 'operator', ended))[0]).toBe(200)
  expect(await scrapWhole()).toMatchObject(blockers(byContract, byInvestment))
  const over = { endedOn: '2026-05-01', reason: '协商' }
  expect((await desk.act('gasContract', contract, 'end', 'engineer', over))[0]).toBe(200)
  expect(await scrapWhole()).toMatchObject(blockers(byInvestment))
  expect((await call('POST', `investment/${held.id}/redeem`, { input: { heldTo: '2026-12-31', reason: '拆站' } }))[0]).toBe(200)
  const late = await desk.approved('gasContract', { station: home, customer: '乙', outlet, price: 0.12, ...terms })
  expect((await scrapWhole())[0]).toBe(200)
  expect(await desk.asset(station)).toMatchObject({ state: 'scrapped', ratedFlow: 0 })
  expect(new Set((await desk.unitsOf(station)).map(({ state }) => state))).toEqual(new Set(['scrapped']))
  // What was approved before but not signed comes too late.
  expect(await desk.act('gasContract', late, 'conclude', 'operator', { signedOn: '2026-05-02' })).toMatchObject([
    409,
    { error: { code: 'station-gone' } },
  ])
})
