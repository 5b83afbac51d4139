import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

const get = (path: string) => world.json('GET', `/api/records/${path}`, 'engineer')
const act = (id: string, name: string, input: object = {}, as = 'operator') =>
  world.json('POST', `/api/records/facility/${id}/${name}`, as, { input })
const install = (code: string, more: object = {}) =>
  world.json('POST', '/api/records/facility', 'operator', {
    ...{ code, name: '应用服务器', kind: 'server', price: 80_000_00, installedOn: '2026-01-10', rack: 'A01', slot: 1, height: 2 },
    ...more,
  })

it('an infrastructure asset takes only permitted steps, its life adds up to its cost, and no two stand in one place', async () => {
  const [made, row] = await install('SRV-1')
  expect([made, row]).toMatchObject([200, { state: 'installed', cost: 80_000_00 }])
  expect(await install('SRV-2', { slot: 2 })).toMatchObject([409, { error: { code: 'occupied', field: 'slot' } }])
  expect(await install('SRV-2', { slot: 48 })).toMatchObject([422, { error: { field: 'height' } }])
  expect((await install('SRV-2', { slot: 3 }))[0]).toBe(200)

  const step = async (name: string, on: string, more: object = {}, as = 'operator') => (await act(row.id, name, { on, ...more }, as))[0]
  const part = { part: '硬盘 4 TB', detail: '坏道', cost: 1_500_00 }
  expect(await step('exchange', '2026-02-01', part)).toBe(409)
  expect(await step('commission', '2026-01-12')).toBe(200)
  expect(await step('exchange', '2026-02-01', part)).toBe(409)
  expect(await step('maintain', '2026-02-01', { detail: '清灰' })).toBe(200)
  expect(await step('commission', '2026-02-01')).toBe(409)
  expect(await step('fail', '2026-02-01', { detail: '硬盘告警' })).toBe(200)
  expect(await step('restore', '2026-01-31', { detail: '早于', cost: 0 })).toBe(422)
  expect(await step('exchange', '2026-02-02', part)).toBe(200)
  expect((await get(`facility/${row.id}`))[1].row).toMatchObject({ state: 'fault', cost: 81_500_00 })
  expect(await step('restore', '2026-02-02', { detail: '正常', cost: 300_00 })).toBe(200)
  expect(await step('scrap', '2026-03-01', { detail: '超期', cost: 0 })).toBe(403)
  expect(await step('scrap', '2026-03-01', { detail: '超期', cost: 0 }, 'engineer')).toBe(200)
  for (const name of ['commission', 'maintain', 'restore']) expect(await step(name, '2026-03-02', { detail: 'x', cost: 0 })).not.toBe(200)

  const life = (await get(`facilityEvent?facility=${row.id}&sort=ordinal`))[1].rows
  expect(life.map(({ step: name }) => name)).toEqual(['install', 'commission', 'maintain', 'fail', 'exchange', 'restore', 'scrap'])
  expect(life.reduce((sum, { cost }) => sum + Number(cost), 0)).toBe(81_800_00)
  expect((await get(`facility/${row.id}`))[1].row).toMatchObject({ state: 'scrapped', cost: 81_800_00 })
  // Its place is free again.
  expect((await install('SRV-3'))[0]).toBe(200)
})
