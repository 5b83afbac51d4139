import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StationConfig } from '@twin/models/stations'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
let house = ''
beforeAll(async () => {
  world = await startRecordWorld()
  house = (await world.json('POST', '/api/records/warehouse', 'operator', { code: 'W1', name: '一号库' }))[1].id
})
afterAll(() => world?.stop())

const HOUR = 3_600_000
function stationOf(code: string): StationConfig {
  const found = [...world.stations.values()].find((station) => station.code === code)
  if (!found) throw new Error(code)
  return found
}
const unitOf = (station: StationConfig) => station.devices.find(({ kind }) => kind === 'compressor')
const get = async (path: string, as = 'operator') => (await world.json('GET', `/api/records/${path}`, as))[1]
const act = (id: string, name: string, as = 'operator', input: object = {}) =>
  world.json('POST', `/api/records/repair/${id}/${name}`, as, { input })
async function request(station: StationConfig): Promise<string> {
  const [status, row] = await world.json('POST', '/api/records/repair', 'operator', {
    station: station.id,
    device: unitOf(station)?.id,
    fault: '异响',
  })
  expect(status).toBe(200)
  return row.id
}
/** What holds the device by this document, as it was told last; waits for the outbox. */
async function held(document: string, wanted: readonly string[]): Promise<void> {
  const holds = (): string[] => {
    const last = new Map<string, string | null>()
    for (const ask of world.asked)
      if (ask.type === 'device.lockout' && ask.document === document) last.set(ask.kind, ask.on ? `${ask.kind} ${ask.by.name}` : null)
    return [...last.values()].filter((hold) => hold !== null).toSorted()
  }
  await expect.poll(holds, { timeout: 5000 }).toEqual(wanted)
}
async function stocked(code: string, quantity: number, price: number): Promise<string> {
  const [, part] = await world.json('POST', '/api/records/part', 'operator', { code, name: `滤芯 ${code}`, unit: '只' })
  const [, receipt] = await world.json('POST', '/api/records/partReceipt', 'operator', {
    part: part.id,
    warehouse: house,
    quantity,
    price,
    supplier: 'x',
  })
  await world.json('POST', `/api/records/partReceipt/${receipt.id}/post`, 'operator', {})
  return part.id
}

it('[MT1] a repair holds its device from start to end, takes its parts out of stock, and stores what was lost', async () => {
  const station = stationOf('HB-M01')
  const unit = unitOf(station)
  const part = await stocked('R-1', 3, 1000)
  const id = await request(station)
  const { row } = await get(`repair/${id}`)
  expect((await act(id, 'start'))[1]).toMatchObject({
    state: 'inProgress',
    startedAt: world.now,
    lostCapacity: unit?.settings['ratedFlow'],
  })
  await held(String(row['document']), ['repair 值班员 Operator'])
  await expect.poll(async () => (await get(`repair/${id}`)).row['heldSince']).toBe(world.now)
  const lines = (quantity: number) => ({ lines: [{ part, warehouse: house, quantity }] })
  expect((await act(id, 'useParts', 'operator', lines(2)))[1]).toMatchObject({ partsCost: 2000, cost: 2000 })
  expect(await act(id, 'useParts', 'operator', lines(2))).toMatchObject([409, { error: { code: 'not-enough' } }])
  expect((await get(`part/${part}`)).row['onHand']).toBe(1)
  expect((await get(`partMovement?part=${part}&document=${String(row['document'])}`)).rows).toMatchObject([{ kind: 'issue', quantity: -2 }])
  expect((await act(id, 'finish', 'operator', { labourHours: 2, labourCost: 30_000 }))[0]).toBe(422)
  world.now += 2 * HOUR
  const [, done] = await act(id, 'finish', 'operator', { cause: '轴承磨损', labourHours: 2, labourCost: 30_000 })
  const lost = Number(unit?.settings['ratedFlow'])
  expect(done).toMatchObject({ state: 'toAccept', downtime: 2, lostAir: Math.round(120 * lost * 10) / 10, cost: 32_000 })
  await held(String(row['document']), [])
  await expect.poll(async () => (await get(`repair/${id}`)).row['heldSince']).toBe(null)
})

it('[MT2] a repair closes only with its test run and the acceptance of somebody else; sent back, it goes on and the device is held again', async () => {
  const station = stationOf('JS-S01')
  const id = await request(station)
  const end = { cause: '皮带松', labourHours: 1, labourCost: 0 }
  await act(id, 'start', 'engineer')
  await act(id, 'finish', 'engineer', end)
  expect(await act(id, 'accept', 'engineer2')).toMatchObject([409, { error: { code: 'no-test-run' } }])
  await act(id, 'testRun', 'engineer', { testPressure: 7.2 })
  expect((await act(id, 'accept', 'engineer2'))[0]).toBe(409)
  expect((await act(id, 'rework', 'engineer2', { opinion: '仍有异响' }))[1]).toMatchObject({ state: 'inProgress', testPressure: null })
  world.now += HOUR
  expect((await act(id, 'finish', 'engineer', end))[1]).toMatchObject({ downtime: 1 })
  await act(id, 'testRun', 'engineer', { testPressure: 7.2, testDewPoint: 4 })
  expect((await act(id, 'accept', 'operator'))[0]).toBe(403)
  expect(await act(id, 'accept', 'engineer')).toMatchObject([403, { error: { code: 'own-work' } }])
  expect((await get(`repair?state=toAccept&station=${station.id}`)).rows.map((row) => row.id)).toEqual([id])
  expect((await act(id, 'accept', 'engineer2', { opinion: '合格' }))[1]).toMatchObject({ state: 'closed', opinion: '合格' })
})

it('[MT3] a lock-out tag is taken off only by who hung it, and nothing ends before', async () => {
  const id = await request(stationOf('SH-C01'))
  const document = String((await get(`repair/${id}`)).row['document'])
  await act(id, 'start')
  await act(id, 'tag')
  await held(document, ['lockout 值班员 Operator', 'repair 值班员 Operator'])
  expect(await act(id, 'tag', 'engineer')).toMatchObject([409, { error: { code: 'tag-hangs' } }])
  expect(await act(id, 'untag', 'admin')).toMatchObject([403, { error: { code: 'not-your-tag' } }])
  const end = { cause: '电机', labourHours: 1, labourCost: 0 }
  expect((await act(id, 'finish', 'operator', end))[0]).toBe(409)
  expect((await act(id, 'untag'))[0]).toBe(200)
  expect((await act(id, 'finish', 'operator', end))[0]).toBe(200)
  await held(document, [])
})

it('[MT4] what the live core refuses is tried again until it holds', async () => {
  const id = await request(stationOf('CQ-C01'))
  const document = String((await get(`repair/${id}`)).row['document'])
  const yes = world.answer
  world.answer = () => ({ ok: false, reason: 'overloaded', detail: '' })
  await act(id, 'start')
  await held(document, ['repair 值班员 Operator'])
  expect((await get(`repair/${id}`)).row['heldSince']).toBe(null)
  world.answer = yes
  await act(await request(stationOf('CQ-C01')), 'start')
  await expect.poll(async () => (await get(`repair/${id}`)).row['heldSince']).toBe(world.now)
})
