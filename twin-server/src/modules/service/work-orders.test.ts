import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
let station: { readonly id: string; readonly devices: readonly { readonly id: string }[] }
let device = ''
const occurrence = 'occworkorder1'

beforeAll(async () => {
  world = await startRecordWorld()
  const [first] = world.stations.values()
  if (!first?.devices[1]) throw new Error('no station')
  station = first
  device = first.devices[1].id
  await world.db
    .insertInto('alarm_occurrence')
    .values({
      ...{ occurrence, code: 'CP-001', station: first.id, station_kind: first.kind, device, device_kind: 'compressor', priority: 'P2' },
      ...{ phase: 'UNACK', historical: false, values: {}, raised_at: world.now },
    })
    .execute()
})
afterAll(() => world?.stop())

const order = (more: object = {}) => ({ title: '故障停机', station: station.id, device, priority: 'P2', ...more })
const make = (body: object) => world.json('POST', '/api/records/workOrder', 'operator', body)

it('[WO1] an alarm becomes a work order once, also when two ask at the same moment', async () => {
  const made = await Promise.all([1, 2, 3].map(() => make(order({ alarm: occurrence }))))
  expect(made.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
  const [, refused] = made.find(([status]) => status === 409) ?? []
  expect(refused?.error).toMatchObject({ code: 'duplicate', field: 'alarm' })
  const [, list] = await world.json('GET', `/api/records/workOrder?alarm=${occurrence}`, 'viewer')
  expect(list.rows).toMatchObject([{ state: 'open', number: expect.stringMatching(/^GD-\d{8}-0001$/) }])
})

it('[WO1] is about what alarmed: another station, another device or an unknown alarm is refused naming the field', async () => {
  const other = [...world.stations.values()][1]
  expect((await make(order({ alarm: 'unknown' })))[1].error).toMatchObject({ field: 'alarm' })
  expect((await make(order({ alarm: occurrence, device: station.devices[2]?.id })))[1].error).toMatchObject({ field: 'alarm' })
  expect((await make(order({ device: other?.devices[0]?.id })))[1].error).toMatchObject({ field: 'device' })
})

it('is assigned, which the assignee hears of, done, sent back, and closed by who may accept it', async () => {
  const [, { id, ...row }] = await make(order({ title: '更换油滤', device: null }))
  expect(row).toMatchObject({ state: 'open', alarm: null })
  const step = (name: string, as: string, input: object = {}) => world.json('POST', `/api/records/workOrder/${id}/${name}`, as, { input })
  const [, people] = await world.json('GET', '/api/options/user', 'admin')
  const assignee = (people['options'] as { id: string; title: string }[]).find(({ title }) => title.includes('工程师甲'))?.id
  expect((await step('finish', 'operator', { result: '已换' }))[0]).toBe(409)
  expect((await step('assign', 'operator'))[0]).toBe(422)
  expect((await step('assign', 'operator', { assignee }))[1]).toMatchObject({ state: 'assigned', assignee })
  const [, inbox] = await world.json('GET', '/api/records/inbox', 'engineer')
  expect(inbox.rows).toMatchObject([{ title: expect.stringContaining('更换油滤') as string, state: 'unread' }])
  expect((await step('finish', 'engineer', { result: '已换' }))[1]).toMatchObject({ state: 'done', result: '已换', doneAt: world.now })
  expect((await step('close', 'operator'))[0]).toBe(403)
  expect((await step('sendBack', 'engineer', { result: '漏油' }))[1]).toMatchObject({ state: 'assigned', doneAt: null })
  await step('finish', 'engineer', { result: '已紧固' })
  expect((await step('close', 'engineer'))[1]).toMatchObject({ state: 'closed', result: '已紧固', closedAt: world.now })
})
