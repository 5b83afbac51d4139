import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Answer } from '../../records/test-records.ts'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
let house = ''
beforeAll(async () => {
  world = await startRecordWorld()
  house = (await world.json('POST', '/api/records/warehouse', 'operator', { code: 'W1', name: '一号库' }))[1].id
})
afterAll(() => world?.stop())

const get = async (path: string): Promise<Answer> => (await world.json('GET', `/api/records/${path}`, 'operator'))[1]
const create = (record: string, body: object) => world.json('POST', `/api/records/${record}`, 'operator', body)
const act = (record: string, id: string, name: string, as = 'operator', input?: object) =>
  world.json('POST', `/api/records/${record}/${id}/${name}`, as, input ? { input } : {})
/** A document that is drafted, submitted and approved; answers the status of the approval. */
async function approved(record: string, body: object): Promise<readonly [number, string]> {
  const [, row] = await create(record, body)
  expect((await act(record, row.id, 'submit'))[0]).toBe(200)
  return [(await act(record, row.id, 'approve', 'engineer'))[0], row.id]
}
const nameplate = (serial: string, model = 'GA37') => ({
  serial,
  model,
  ratedPower: 37,
  ratedFlow: 6.5,
  ratedPressure: 8,
  supplier: '甲厂',
  price: 12_000_000,
})
async function bought(serial: string, model?: string): Promise<string> {
  expect((await approved('purchase', nameplate(serial, model)))[0]).toBe(200)
  return (await get(`asset?serial=${serial}`)).rows[0]?.id ?? ''
}
async function stocked(serial: string, model?: string): Promise<string> {
  const asset = await bought(serial, model)
  const [, receipt] = await create('stockIn', { asset, warehouse: house, location: 'A-01' })
  expect((await act('stockIn', receipt.id, 'post'))[0]).toBe(200)
  return asset
}
const state = async (asset: string) => (await get(`asset/${asset}`)).row['state']
const quantity = async (model: string) =>
  (await get(`assetStock?model=${model}`)).rows.reduce((sum, row) => sum + Number(row['quantity']), 0)
const lease = (asset: string, starts: string, ends: string) => ({
  asset,
  customer: '乙公司',
  starts,
  ends,
  rent: 500_000,
  deposit: 1_000_000,
})

it('[T1-009] a purchase is entered by a clerk and approved by a manager; that makes exactly one asset, whose page holds purchase and nameplate', async () => {
  const [, draft] = await create('purchase', nameplate('S-1'))
  expect(draft).toMatchObject({ document: expect.stringMatching(/^GR-\d{8}-\d{4}$/) as string, state: 'draft' })
  expect((await get('asset?serial=S-1')).rows).toEqual([])
  await act('purchase', draft.id, 'submit')
  expect((await act('purchase', draft.id, 'approve', 'operator'))[0]).toBe(403)
  expect((await act('purchase', draft.id, 'approve', 'engineer'))[0]).toBe(200)
  expect((await act('purchase', draft.id, 'approve', 'engineer'))[0]).toBe(409)
  const { rows } = await get('asset?serial=S-1')
  expect(rows).toHaveLength(1)
  expect((await get(`asset/${rows[0]?.id ?? ''}`)).row).toMatchObject({ ...nameplate('S-1'), state: 'purchased', purchase: draft.id })
  expect(await create('purchase', nameplate('S-1'))).toMatchObject([409, { error: { field: 'serial' } }])
  // Two purchases of one serial number drafted side by side: the second approval finds it taken.
  const twins = await Promise.all([create('purchase', nameplate('S-2')), create('purchase', nameplate('S-2'))])
  for (const [, twin] of twins) await act('purchase', twin.id, 'submit')
  expect(
    new Set((await Promise.all(twins.map(([, twin]) => act('purchase', twin.id, 'approve', 'engineer')))).map(([status]) => status)),
  ).toEqual(new Set([200, 409]))
})

it('[T1-012] a machine is received by serial number into a place; stock of its model rises by one; it cannot come in twice; its page has the receipt', async () => {
  const asset = await bought('S-10', 'GA55')
  expect(await quantity('GA55')).toBe(0)
  const [, receipt] = await create('stockIn', { asset, warehouse: house, location: 'B-02' })
  expect((await act('stockIn', receipt.id, 'post'))[0]).toBe(200)
  expect((await get(`asset/${asset}`)).row).toMatchObject({ state: 'inStock', warehouse: house, location: 'B-02' })
  expect(await quantity('GA55')).toBe(1)
  const [, again] = await create('stockIn', { asset, warehouse: house, location: 'B-02' })
  expect(await act('stockIn', again.id, 'post')).toMatchObject([409, { error: { code: 'wrong-state' } }])
  expect(await quantity('GA55')).toBe(1)
  const receipts = await get(`stockIn?asset=${asset}&state=posted`)
  expect(receipts.rows).toMatchObject([{ document: receipt['document'], keeper: expect.any(String) as string, postedAt: world.now }])
})

it('[T1-018] an approved lease makes the machine leased; an overlapping one is refused; its return frees it and keeps the inspection', async () => {
  const asset = await stocked('S-20')
  const [first, id] = await approved('lease', lease(asset, '2026-04-01', '2026-09-30'))
  expect([first, await state(asset)]).toEqual([200, 'leased'])
  expect((await approved('lease', lease(asset, '2026-09-01', '2026-12-31')))[0]).toBe(409)
  expect((await create('lease', lease(asset, '2026-09-30', '2026-09-01')))[0]).toBe(422)
  const [out, issue] = await create('stockOut', { asset, lease: id, recipient: '张三' })
  expect([out, (await act('stockOut', issue.id, 'post'))[0]]).toEqual([200, 200])
  expect((await get(`asset/${asset}`)).row).toMatchObject({ state: 'leased', warehouse: null, holder: '张三' })
  expect((await approved('sale', { asset, buyer: '丙', price: 1 }))[0]).toBe(409)
  expect((await act('lease', id, 'return', 'operator', { returnedOn: '2026-09-20', inspection: '完好', warehouse: house }))[0]).toBe(200)
  expect((await get(`asset/${asset}`)).row).toMatchObject({ state: 'inStock', warehouse: house, holder: null })
  expect((await get(`lease?asset=${asset}&state=returned`)).rows).toMatchObject([{ returnedOn: '2026-09-20', inspection: '完好' }])
  expect((await approved('lease', lease(asset, '2026-10-01', '2026-12-31')))[0]).toBe(200)
})

it('[T1-021] an approved sale makes the machine sold: out of stock and of the lease picker, history kept, no lease, issue or second sale after it', async () => {
  const asset = await stocked('S-30', 'GA90')
  const picker = async () =>
    ((await world.json('GET', '/api/options/asset?state=inStock,issued&q=S-30', 'operator'))[1]['options'] as { id: string }[]).map(
      ({ id }) => id,
    )
  expect(await picker()).toEqual([asset])
  expect((await approved('sale', { asset, buyer: '丙公司', price: 9_000_000 }))[0]).toBe(200)
  expect((await get(`asset/${asset}`)).row).toMatchObject({ state: 'sold', warehouse: null, holder: '丙公司' })
  expect([await quantity('GA90'), await picker()]).toEqual([0, []])
  expect((await approved('lease', lease(asset, '2026-05-01', '2026-06-01')))[0]).toBe(409)
  expect((await approved('sale', { asset, buyer: '丁', price: 1 }))[0]).toBe(409)
  const [, project] = await approved('installation', { customer: '丁', site: '一车间' })
  const [, issue] = await create('stockOut', { asset, installation: project, recipient: '李四' })
  expect((await act('stockOut', issue.id, 'post'))[0]).toBe(409)
  const { lines } = await get(`asset/${asset}/history`)
  expect(lines.map((line) => line['kind'])).toEqual(expect.arrayContaining(['asset.create', 'asset.stockIn', 'asset.sell']))
})

it('[T1-024] stock by model and warehouse equals the ledger and the serial numbers behind it; a stock-take changes it only when approved, with a reason', async () => {
  const model = 'GA75'
  const machines = [await stocked('S-40', model), await stocked('S-41', model), await stocked('S-42', model)]
  const agree = async (expected: number): Promise<void> => {
    const { rows } = await sql<{
      n: number
    }>`select coalesce(sum(quantity), 0)::int as n from asset_movement where model = ${model}`.execute(world.db)
    const serials = (await get(`asset?model=${model}&warehouse=${house}`)).rows
    const table = (await get(`assetMovement/statistics?by=model&model=${model}`))['rows'] as unknown as { measures: { quantity: number } }[]
    expect([await quantity(model), rows[0]?.n, serials.length, table[0]?.measures.quantity]).toEqual([
      expected,
      expected,
      expected,
      expected,
    ])
  }
  await agree(3)
  const missing = { asset: machines[1], finding: 'missing', warehouse: house }
  expect((await create('stocktake', missing))[0]).toBe(422)
  const [, draft] = await create('stocktake', { ...missing, reason: '盘点未见' })
  await act('stocktake', draft.id, 'submit')
  await agree(3)
  expect((await act('stocktake', draft.id, 'approve', 'operator'))[0]).toBe(403)
  expect((await act('stocktake', draft.id, 'approve', 'engineer'))[0]).toBe(200)
  await agree(2)
  expect((await approved('stocktake', { ...missing, finding: 'found', reason: '找到' }))[0]).toBe(200)
  await agree(3)
  // Two documents that would take the same machine at once: one does, and the figures stay sums.
  const both = await Promise.all([
    approved('sale', { asset: machines[0], buyer: '甲', price: 1 }),
    approved('assetScrap', { asset: machines[0], reason: '坏' }),
  ])
  expect(new Set(both.map(([status]) => status))).toEqual(new Set([200, 409]))
  await agree(2)
})

it('[T1-015] a machine in stock leaves against an approved lease or installation, or with its sale; without one, or not in stock, it does not; its page keeps document, recipient and time', async () => {
  const model = 'GA30'
  const [installed, leased, sold] = [await stocked('S-50', model), await stocked('S-51', model), await stocked('S-52', model)]
  const issue = async (asset: string, more: object) => {
    const [, row] = await create('stockOut', { asset, recipient: '张三', ...more })
    return act('stockOut', row.id, 'post')
  }
  const [, draft] = await create('installation', { customer: '丁', site: '一车间' })
  expect(await issue(installed, {})).toMatchObject([409, { error: { code: 'no-document' } }])
  expect(await issue(installed, { installation: draft.id })).toMatchObject([409, { error: { code: 'no-document' } }])
  expect([await quantity(model), await state(installed)]).toEqual([3, 'inStock'])
  await act('installation', draft.id, 'submit')
  await act('installation', draft.id, 'approve', 'engineer')
  const [posted, out] = await issue(installed, { installation: draft.id })
  expect([posted, await quantity(model), await state(installed)]).toEqual([200, 2, 'issued'])
  expect(await issue(installed, { installation: draft.id })).toMatchObject([409, { error: { code: 'not-in-stock' } }])
  const outside = await bought('S-53', model)
  expect((await issue(outside, { installation: draft.id }))[0]).toBe(409)

  const [, contract] = await approved('lease', lease(leased, '2026-04-01', '2026-09-30'))
  expect(await issue(sold, { lease: contract })).toMatchObject([409, { error: { code: 'no-document' } }])
  expect([(await issue(leased, { lease: contract }))[0], await quantity(model)]).toEqual([200, 1])
  const [, sale] = await approved('sale', { asset: sold, buyer: '丙公司', price: 1 })
  expect(await quantity(model)).toBe(0)
  const kept = async (asset: string) => (await get(`stockOut?asset=${asset}&state=posted`)).rows
  expect(await kept(installed)).toMatchObject([
    { document: out['document'], installation: draft.id, recipient: '张三', postedAt: world.now },
  ])
  expect(await kept(leased)).toMatchObject([{ lease: contract, recipient: '张三' }])
  expect(await kept(sold)).toMatchObject([{ sale, recipient: '丙公司', postedAt: world.now }])
  const { related } = (await world.json('GET', `/api/records/asset/${installed}/related`, 'operator'))[1] as unknown as {
    related: object[]
  }
  expect(related).toEqual(
    expect.arrayContaining([
      { record: 'stockOut', field: 'asset', count: 4 },
      { record: 'stockIn', field: 'asset', count: 1 },
      { record: 'assetMovement', field: 'asset', count: 2 },
    ]),
  )
})

it('[AS8] an asset is written off by whole months down to its residual value, without a line in its history', async () => {
  const began = world.now
  const asset = await bought('S-60')
  const worth = async (years: number, days: number) => {
    world.now = Date.UTC(2026 + years, 2, 2 + days, 8)
    await world.modules.runPeriodic()
    return (await get(`asset/${asset}`)).row['netValue']
  }
  expect([await worth(0, 20), await worth(2, 0), await worth(2, 29), await worth(30, 0)]).toEqual([
    12_000_000, 9_720_000, 9_720_000, 600_000,
  ])
  expect((await get(`asset/${asset}/history`)).lines).toHaveLength(1)
  world.now = began
})
