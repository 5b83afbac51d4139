import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
let house = ''
let receiver = ''
beforeAll(async () => {
  world = await startRecordWorld()
  house = (await world.json('POST', '/api/records/warehouse', 'operator', { code: 'W1', name: '一号库' }))[1].id
  receiver = ((await world.json('GET', '/api/options/user', 'admin'))[1]['options'] as { id: string }[])[0]?.id ?? ''
})
afterAll(() => world?.stop())

async function make(code: string, more: object = {}): Promise<string> {
  const [status, row] = await world.json('POST', '/api/records/part', 'operator', { code, name: `油滤 ${code}`, unit: '只', ...more })
  expect(status).toBe(200)
  return row.id
}
async function receive(part: string, quantity: number, price: number): Promise<string> {
  world.now += 1000
  const [, row] = await world.json('POST', '/api/records/partReceipt', 'operator', {
    part,
    warehouse: house,
    quantity,
    price,
    supplier: '厂家',
  })
  expect((await world.json('POST', `/api/records/partReceipt/${row.id}/post`, 'operator', {}))[0]).toBe(200)
  return row.id
}
const draftIssue = async (part: string, quantity: number): Promise<string> =>
  (await world.json('POST', '/api/records/partIssue', 'operator', { part, warehouse: house, quantity, order: 'WO-1', receiver }))[1].id
const issue = (id: string) => world.json('POST', `/api/records/partIssue/${id}/issue`, 'operator', {})
const stock = async (part: string) => (await world.json('GET', `/api/records/part/${part}`, 'operator'))[1].row
const ledger = async (part: string) =>
  (await world.json('GET', `/api/records/partMovement?part=${part}&sort=createdAt&size=100`, 'operator'))[1].rows

it('[T1-063] keeps parts with a unique number, finds them by the model they fit, and disables but never deletes one with movements', async () => {
  const id = await make('P-100', { specification: 'M20', supplier: '甲', minimum: 0, models: ['GA37', 'GA55'] })
  await make('P-101', { models: ['GA90'] })
  expect(await world.json('POST', '/api/records/part', 'operator', { code: 'P-100', name: 'x', unit: '只' })).toMatchObject([
    409,
    { error: { field: 'code' } },
  ])
  expect((await world.json('GET', '/api/records/part?models=GA55', 'operator'))[1].rows.map((row) => row['code'])).toEqual(['P-100'])
  expect((await world.json('PUT', `/api/records/part/${id}`, 'operator', { version: 1, specification: 'M22' }))[1]).toMatchObject({
    specification: 'M22',
  })
  await receive(id, 1, 100)
  expect(await world.json('DELETE', `/api/records/part/${id}`, 'admin')).toMatchObject([409, { error: { code: 'in-use' } }])
  expect((await world.json('POST', `/api/records/part/${id}/disable`, 'operator', {}))[1]).toMatchObject({ state: 'disabled' })
})

it('[T1-064] a posted receipt raises stock and the average price; it is not edited but reversed by an entry that list and API show', async () => {
  const id = await make('P-200')
  await receive(id, 10, 1000)
  const second = await receive(id, 30, 2000)
  expect(await stock(id)).toMatchObject({ onHand: 40, value: 70_000, averagePrice: 1750 })
  const path = `/api/records/partReceipt/${second}`
  expect((await world.json('PUT', path, 'operator', { version: 2, quantity: 1 }))[0]).toBe(409)
  world.now += 1000
  expect((await world.json('POST', `${path}/reverse`, 'operator', {}))[1]).toMatchObject({ state: 'reversed' })
  expect(await stock(id)).toMatchObject({ onHand: 10, value: 10_000, averagePrice: 1000 })
  expect((await ledger(id)).map((row) => [row['kind'], row['quantity'], row['amount']])).toEqual([
    ['receipt', 10, 10_000],
    ['receipt', 30, 60_000],
    ['reversal', -30, -60_000],
  ])
  expect((await world.json('POST', `${path}/reverse`, 'operator', {}))[0]).toBe(409)
  await expect(sql`update part_movement set quantity = 0`.execute(world.db)).rejects.toThrow('only grows')
})

it('[T1-065] parts are issued against an order; of two keepers who take the last piece at once one succeeds and one gets 409', async () => {
  const id = await make('P-300')
  await receive(id, 3, 999)
  expect((await issue(await draftIssue(id, 2)))[0]).toBe(200)
  expect((await world.json('POST', '/api/records/partIssue', 'operator', { part: id, warehouse: house, quantity: 1, receiver }))[0]).toBe(
    422,
  )
  const [a, b] = [await draftIssue(id, 1), await draftIssue(id, 1)]
  const both = await Promise.all([issue(a), issue(b)])
  expect(new Set(both.map(([status]) => status))).toEqual(new Set([200, 409]))
  expect(await stock(id)).toMatchObject({ onHand: 0, value: 0 })
  const [, issued] = await world.json('GET', `/api/records/partIssue?part=${id}&state=issued`, 'operator')
  expect(issued.rows).toHaveLength(2)
  expect(issued.rows[0]).toMatchObject({ order: 'WO-1', receiver })
})

it('[T1-066] stock per part and place equals its movements; below the minimum it is on the shortage list with one warning, and leaves it when replenished', async () => {
  const id = await make('P-400', { minimum: 5 })
  const other = (await world.json('POST', '/api/records/warehouse', 'operator', { code: 'W2', name: '二号库' }))[1].id
  const warnings = async () => (await world.json('GET', '/api/records/message?q=P-400', 'admin'))[1].rows.length
  await receive(id, 8, 100)
  const [, there] = await world.json('POST', '/api/records/partReceipt', 'operator', {
    part: id,
    warehouse: other,
    quantity: 1,
    price: 100,
    supplier: 'x',
  })
  await world.json('POST', `/api/records/partReceipt/${there.id}/post`, 'operator', {})
  expect([(await stock(id))['short'], await warnings()]).toEqual([false, 0])
  await issue(await draftIssue(id, 5))
  await issue(await draftIssue(id, 1))
  expect((await world.json('GET', '/api/records/part?short=true&q=P-400', 'operator'))[1].rows.map((row) => row.id)).toEqual([id])
  expect(await warnings()).toBe(1)
  expect((await world.json('GET', '/api/records/inbox?q=P-400', 'operator'))[1].rows).toHaveLength(1)
  const [, places] = await world.json('GET', `/api/records/partStock?part=${id}&sort=-quantity`, 'operator')
  expect(places.rows.map((row) => [row['warehouse'], row['quantity']])).toEqual([
    [house, 2],
    [other, 1],
  ])
  await receive(id, 10, 100)
  expect((await stock(id))['short']).toBe(false)
  const total = (await ledger(id)).reduce((sum, row) => sum + Number(row['quantity']), 0)
  expect(total).toBe((await stock(id))['onHand'])
})

it('[T1-067] scrapping is asked for with a reason; stock falls only when a manager approves, never below nothing; the list shows value and approver', async () => {
  const id = await make('P-500')
  await receive(id, 4, 250)
  const ask = async (quantity: number): Promise<string> =>
    (await world.json('POST', '/api/records/partScrap', 'operator', { part: id, warehouse: house, quantity, reason: '锈蚀' }))[1].id
  expect((await world.json('POST', '/api/records/partScrap', 'operator', { part: id, warehouse: house, quantity: 1 }))[0]).toBe(422)
  const first = await ask(3)
  expect((await stock(id))['onHand']).toBe(4)
  expect((await world.json('POST', `/api/records/partScrap/${first}/approve`, 'operator', {}))[0]).toBe(403)
  const [status, row] = await world.json('POST', `/api/records/partScrap/${first}/approve`, 'engineer', { input: { opinion: '同意' } })
  expect([status, row['value'], row['state'], row['approver'] !== null]).toEqual([200, 750, 'approved', true])
  expect((await stock(id))['onHand']).toBe(1)
  expect((await world.json('POST', `/api/records/partScrap/${await ask(2)}/approve`, 'engineer', {}))[0]).toBe(409)
  const [, list] = await world.json('GET', `/api/records/partScrap?part=${id}&state=approved`, 'operator')
  expect(list.rows).toMatchObject([{ quantity: 3, value: 750, reason: '锈蚀', opinion: '同意' }])
})
