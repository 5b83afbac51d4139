import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'
import { type Desk, openDesk, plate, smartPurchase } from './test-assets.ts'

let world: RecordWorld
let desk: Desk
let house = ''
beforeAll(async () => {
  world = await startRecordWorld()
  desk = openDesk(world)
  house = (await desk.create('warehouse', { code: 'W1', name: '一号库' }))[1].id
})
afterAll(() => world?.stop())

const components = (serial: string) => [1, 2, 3, 4, 5, 6].map((i) => `${serial}-${i}`)
async function bought(serial: string, model?: string): Promise<string> {
  await desk.approved('purchase', smartPurchase(serial, model))
  return (await desk.named(serial))[0] ?? ''
}
const receive = async (station: string, serials: readonly string[]) =>
  desk.post('stockIn', { asset: station, units: await desk.named(...serials), warehouse: house, location: 'C-01' })
async function stocked(serial: string, model?: string): Promise<string> {
  const station = await bought(serial, model)
  expect((await receive(station, components(serial)))[0]).toBe(200)
  return station
}
const quantities = async () =>
  JSON.stringify(
    (await desk.get('assetStock?size=200')).rows
      .map((row) => `${String(row['model'])} ${String(row['quantity'])}`)
      .sort((a, b) => (a < b ? -1 : 1)),
  )
const project = () => desk.approved('installation', { customer: '丁公司', site: '一车间' })
const states = async (station: string) => [
  (await desk.asset(station))['state'],
  ...new Set((await desk.unitsOf(station)).map(({ state }) => state)),
]

it('[T1-010] a packaged station is bought with its components: refused while a mandatory one is missing, then one station whose units carry the purchase', async () => {
  const whole = smartPurchase('Z-1')
  const lacking = { ...whole, price: 10_000_000, components: whole.components.filter(({ unitType }) => unitType !== 'dryer') }
  const [refused, id] = await desk.decide('purchase', lacking)
  expect(refused).toMatchObject([422, { error: { field: 'components', message: { zh: expect.stringContaining('干燥机') as string } } }])
  expect((await desk.get('asset?serial=Z-1')).rows).toEqual([])
  await desk.act('purchase', id, 'refuse', 'engineer', { opinion: '缺干燥机' })
  expect(await desk.create('purchase', { ...whole, price: 1 })).toMatchObject([422, { error: { field: 'components' } }])

  const purchase = await desk.approved('purchase', whole)
  const stations = (await desk.get(`asset?purchase=${purchase}&kind=smartStation`)).rows
  expect(stations).toMatchObject([{ serial: 'Z-1', state: 'purchased', ratedPower: 37, ratedFlow: 6.5, price: null }])
  const units = await desk.unitsOf(stations[0]?.id ?? '')
  expect(units.map((unit) => String(unit['unitType'])).sort((a, b) => (a < b ? -1 : 1))).toEqual([
    'compressor',
    'cooling',
    'dryer',
    'monitoring',
    'power',
    'receiver',
  ])
  expect(new Set(units.map((unit) => unit['purchase']))).toEqual(new Set([purchase]))
  expect(units.reduce((sum, { price }) => sum + Number(price), 0)).toBe(whole.price)
  expect(await desk.create('purchase', { ...whole, serial: 'Z-1b' })).toMatchObject([
    409,
    { error: { code: 'duplicate', field: 'components' } },
  ])
  expect(await desk.create('purchase', { ...plate('Z-1c', 'GA37'), components: whole.components })).toMatchObject([
    422,
    { error: { field: 'components' } },
  ])
})

it('[T1-013] components are ticked against the purchase list; only with the last the station is in stock; what is not on the list is refused; its detail names who is outstanding', async () => {
  const station = await bought('Z-2')
  await bought('Z-2x')
  expect(await receive(station, ['Z-2-1', 'Z-2x-1'])).toMatchObject([422, { error: { field: 'units' } }])
  expect((await receive(station, ['Z-2-1', 'Z-2-2', 'Z-2-3']))[0]).toBe(200)
  expect(await desk.asset(station)).toMatchObject({ state: 'purchased', missing: ['供配电 Z-2-4', '冷却 Z-2-5', '监控 Z-2-6'] })
  expect((await receive(station, ['Z-2-3']))[0]).toBe(409)
  expect((await receive(station, ['Z-2-4', 'Z-2-5']))[0]).toBe(200)
  expect((await desk.asset(station))['state']).toBe('purchased')
  expect((await receive(station, ['Z-2-6']))[0]).toBe(200)
  expect(await desk.asset(station)).toMatchObject({ state: 'inStock', missing: [], warehouse: house })
  expect((await desk.get(`stockIn?asset=${station}&state=posted`)).rows).toHaveLength(3)
})

it('[T1-025] stock of packaged stations is complete sets and sets with their missing components named; the last component completes the set at once; only complete sets are offered', async () => {
  const offered = async () => {
    const only = new URLSearchParams({ kind: 'smartStation', state: 'inStock,leased,issued', 'missing.empty': 'true', model: 'ZH-25' })
    const [, answer] = await world.json('GET', `/api/options/asset?${only}`, 'operator')
    return (answer['options'] as { id: string }[]).map(({ id }) => id)
  }
  const column = async (empty: boolean) =>
    (await desk.get(`asset?kind=smartStation&state=purchased,inStock&missing.empty=${empty}&model=ZH-25`)).rows.map(({ id }) => id)
  const station = await bought('Z-3', 'ZH-25')
  await receive(station, components('Z-3').slice(0, 5))
  expect([await column(true), await column(false), await offered()]).toEqual([[], [station], []])
  expect((await desk.asset(station))['missing']).toEqual(['监控 Z-3-6'])
  await receive(station, ['Z-3-6'])
  expect([await column(true), await column(false), await offered()]).toEqual([[station], [], [station]])
  // A component that is lost or in repair opens the set again, until it is back.
  const [dryer = ''] = await desk.named('Z-3-2')
  await desk.act('asset', dryer, 'repair', 'operator', { cause: '漏氟' })
  expect([await column(true), await column(false), await offered()]).toEqual([[], [station], []])
  await desk.act('asset', dryer, 'repaired')
  expect(await column(true)).toEqual([station])
})

it('[T1-016] a packaged station leaves as one: refused naming the component that is missing, reserved or in repair with no figure changed, else all under one number', async () => {
  const station = await stocked('Z-4', 'ZH-4')
  const [dryer = '', power = ''] = await desk.named('Z-4-2', 'Z-4-4')
  const installation = await project()
  const issue = () => desk.post('stockOut', { asset: station, installation, recipient: '王五' })
  const before = await quantities()
  await desk.act('asset', dryer, 'repair', 'operator', { cause: '漏氟' })
  expect(await issue()).toMatchObject([409, { error: { message: { zh: expect.stringContaining('Z-4-2') as string } } }])
  await desk.act('asset', dryer, 'repaired')
  const other = await desk.approved('installation', { customer: '戊', site: '二车间', plan: [{ unitType: 'power', planned: 1 }] })
  expect((await desk.act('installation', other, 'reserve', 'operator', { unitType: 'power', units: [power] }))[0]).toBe(200)
  expect(await issue()).toMatchObject([409, { error: { detail: { units: [{ id: power, en: 'reserved' }] } } }])
  expect((await desk.act('installation', other, 'cancel'))[0]).toBe(200)
  await desk.approved('stocktake', { asset: dryer, finding: 'missing', warehouse: house, reason: '未见' })
  const short = await quantities()
  expect(await issue()).toMatchObject([409, { error: { detail: { missing: ['干燥机 Z-4-2'] } } }])
  expect([await quantities(), await states(station)]).toEqual([short, ['inStock', 'inStock', 'missing']])
  await desk.approved('stocktake', { asset: dryer, finding: 'found', warehouse: house, reason: '找到' })
  expect(await quantities()).toBe(before)

  const [posted, out] = await issue()
  expect([posted, await states(station)]).toEqual([200, ['issued', 'issued']])
  const left = (await desk.get(`assetMovement?asset=${station}&document=${String(out['document'])}`)).rows
  expect(left.map((row) => [row['asset'], row['quantity']])).toEqual(expect.arrayContaining([station, dryer, power].map((id) => [id, -1])))
  expect(left).toHaveLength(7)
  expect((await desk.get(`stockOut?units=${dryer}`)).rows).toMatchObject([{ document: out['document'], asset: station, recipient: '王五' }])
  expect((await desk.get('assetStock?q=ZH-4')).rows.every(({ quantity }) => quantity === 0)).toBe(true)
  // A component goes with its station or not at all.
  const alone = await stocked('Z-4b')
  const [piece = ''] = await desk.named('Z-4b-1')
  expect(await desk.post('stockOut', { asset: piece, installation, recipient: '王五' })).toMatchObject([
    409,
    { error: { code: 'part-of-station' } },
  ])
  expect((await desk.asset(alone))['state']).toBe('inStock')
})

it('[T1-022] a packaged station is sold by price lines that make its price; it and every component change owner in one step or not at all', async () => {
  const station = await stocked('Z-5')
  const units = await desk.named(...components('Z-5'))
  const lines = units.map((asset, i) => ({ asset, price: 1_000_000 + i }))
  const sale = { asset: station, buyer: '丙公司', price: 6_000_015, lines }
  expect(await desk.create('sale', { ...sale, price: 6_000_000 })).toMatchObject([422, { error: { field: 'lines' } }])
  expect(await desk.create('sale', { ...sale, lines: lines.slice(1) })).toMatchObject([422, { error: { field: 'lines' } }])
  const owners = async () => [station, ...units].map(async (id) => (await desk.asset(id))['owner'])
  // Something happens to one component between the order and its approval: nothing is sold.
  const [, draft] = await desk.create('sale', sale)
  await desk.act('sale', draft.id, 'submit')
  await desk.act('asset', units[3] ?? '', 'repair', 'operator', { cause: '接触器' })
  expect((await desk.act('sale', draft.id, 'approve', 'engineer'))[0]).toBe(409)
  expect(new Set(await Promise.all(await owners()))).toEqual(new Set([null]))
  await desk.act('asset', units[3] ?? '', 'repaired')
  expect((await desk.act('sale', draft.id, 'approve', 'engineer'))[0]).toBe(200)
  expect(new Set(await Promise.all(await owners()))).toEqual(new Set(['丙公司']))
  expect((await desk.get(`asset?parent=${station}&owner=丙公司`)).rows).toHaveLength(6)
  expect(await states(station)).toEqual(['sold', 'sold'])
  expect((await desk.get(`stockOut?sale=${draft.id}`)).rows).toMatchObject([{ asset: station, recipient: '丙公司', state: 'posted' }])
})

it('[T1-019] each month of a lease has one rent line of the metered gas, never below the minimum; catch-up after downtime makes none twice; the leased station cannot be sold or scrapped', async () => {
  const station = await stocked('Z-6')
  const meter = [...world.stations.values()].flatMap(({ devices }) => devices).find(({ kind }) => kind === 'flowMeter')?.id ?? ''
  const terms = { asset: station, customer: '乙公司', starts: '2026-03-01', ends: '2027-02-28', deposit: 0, gasPrice: 0.105, meter }
  expect(await desk.create('lease', { ...terms, site: '乙厂区' })).toMatchObject([422, { error: { field: 'minimumVolume' } }])
  expect(await desk.create('lease', { ...terms, minimumVolume: 100_000 })).toMatchObject([422, { error: { field: 'site' } }])
  const lease = await desk.approved('lease', { ...terms, site: '乙厂区', minimumVolume: 100_000 })
  expect(await states(station)).toEqual(['leased', 'leased'])
  const edge = (month: number) => Date.UTC(2026, month - 1, 1) - 8 * 3_600_000
  world.counters.set(`${meter}:total`, [
    { at: edge(3), value: 1_000_000 },
    { at: edge(4), value: 1_150_000 },
    { at: edge(5), value: 1_190_000 },
  ])
  const lines = async () => (await desk.get(`rentLine?lease=${lease}&sort=month`)).rows
  world.now = Date.UTC(2026, 3, 1, 8)
  await world.modules.runPeriodic()
  expect(await lines()).toEqual([])
  // The server was away for two month ends, then several ran at once.
  world.now = Date.UTC(2026, 4, 2, 8)
  await Promise.all([world.modules.runPeriodic(), world.modules.runPeriodic(), world.modules.runPeriodic()])
  await world.modules.runPeriodic()
  expect(await lines()).toMatchObject([
    { month: '2026-03', volume: 150_000, billed: 150_000, gas: 1_575_000, amount: 1_575_000, state: 'due' },
    { month: '2026-04', volume: 40_000, billed: 100_000, gas: 1_050_000, amount: 1_050_000, state: 'due' },
  ])
  // A month without a reading waits; the reading that comes late is billed, and a month read by hand keeps its reason.
  world.now = Date.UTC(2026, 6, 2, 8)
  world.counters.set(`${meter}:total`, [])
  await world.modules.runPeriodic()
  expect((await lines()).slice(2)).toMatchObject([
    { month: '2026-05', state: 'waiting', amount: null },
    { month: '2026-06', state: 'waiting' },
  ])
  const june = (await lines())[3]?.id ?? ''
  expect((await desk.act('rentLine', june, 'read', 'engineer', { volume: 120_000, reason: '现场抄表' }))[0]).toBe(200)
  world.counters.set(`${meter}:total`, [
    { at: edge(5), value: 1_190_000 },
    { at: edge(6), value: 1_300_000 },
  ])
  await world.modules.runPeriodic()
  expect((await lines()).slice(2)).toMatchObject([
    { amount: 1_155_000, volume: 110_000 },
    { amount: 1_260_000, reason: '现场抄表' },
  ])

  const units = await desk.named(...components('Z-6'))
  const sale = { asset: station, buyer: '丙', price: 6, lines: units.map((asset) => ({ asset, price: 1 })) }
  expect(await desk.create('sale', sale)).toMatchObject([409, { error: { detail: { blockers: [{ record: 'lease' }] } } }])
  const decisions = units.map((asset) => ({ asset, decision: 'scrap' }))
  const [scrapped] = await desk.decide('assetScrap', { asset: station, reason: '旧', decisions })
  expect(scrapped).toMatchObject([409, { error: { code: 'held', detail: { blockers: [{ record: 'lease' }] } } }])
  const returned = { returnedOn: '2026-07-02', inspection: '完好', warehouse: house }
  expect((await desk.act('lease', lease, 'return', 'operator', returned))[0]).toBe(200)
  expect(await states(station)).toEqual(['inStock', 'inStock'])
})

it('[T1-061] each component is scrapped or salvaged; salvage returns to stock as used with its history; undecided components keep the station from being scrapped', async () => {
  const station = await stocked('Z-7')
  const [first = '', second = '', ...rest] = await desk.named(...components('Z-7'))
  const said = [first, second].map((asset) => ({ asset, decision: 'salvage' }))
  const [, draft] = await desk.create('assetScrap', { asset: station, reason: '大修不值', warehouse: house, decisions: said })
  expect(draft['decisions']).toHaveLength(6)
  await desk.act('assetScrap', draft.id, 'submit')
  expect(await desk.act('assetScrap', draft.id, 'approve', 'engineer')).toMatchObject([
    409,
    { error: { code: 'undecided', detail: { units: expect.arrayContaining([]) as unknown } } },
  ])
  expect(await states(station)).toEqual(['inStock', 'inStock'])
  await desk.act('assetScrap', draft.id, 'refuse', 'engineer', { opinion: '请逐项决定' })
  const free = async () => (await desk.get('unitStock?unitType=compressor')).rows[0]?.['free'] ?? 0
  const before = Number(await free())
  const whole = {
    asset: station,
    reason: '大修不值',
    warehouse: house,
    decisions: [...said, ...rest.map((asset) => ({ asset, decision: 'scrap' }))],
  }
  const [, full] = await desk.create('assetScrap', whole)
  await desk.act('assetScrap', full.id, 'submit')
  expect((await desk.act('assetScrap', full.id, 'approve', 'operator'))[0]).toBe(403)
  expect((await desk.act('assetScrap', full.id, 'approve', 'engineer'))[0]).toBe(200)
  expect(await states(station)).toEqual(['scrapped', 'scrapped'])
  expect(await desk.asset(first)).toMatchObject({ state: 'inStock', condition: 'used', parent: null, warehouse: house })
  expect((await desk.get(`asset/${first}/history`)).lines.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['asset.create', 'asset.stockIn', 'asset.salvage']),
  )
  expect((await desk.get(`assetScrap?units=${first}`)).rows).toMatchObject([{ id: full.id }])
  expect(Number(await free())).toBe(before + 1)
})
