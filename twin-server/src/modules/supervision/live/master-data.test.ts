import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

const admin = 'admin'
const post = (path: string, body: object = {}, as = admin) => world.json('POST', `/api/records/${path}`, as, body)
const get = (path: string, as = admin) => world.json('GET', `/api/records/${path}`, as)
const newStation = (code: string, more: object = {}) =>
  post('station', { code, name: `${code} 站`, kind: 'centralStation', region: '310115', site: { lat: 31, lng: 121 }, ...more })
const compressor = (station: string, code: string, more: object = {}) => ({
  station,
  kind: 'compressor',
  code,
  name: `${code} 空压机`,
  variants: ['vsd'],
  ratedPower: 75,
  ratedFlow: 12,
  ratedPressure: 8,
  ...more,
})
const live = (station: string) => world.stations.get(station)

it('[MD1] [MD3] a station is made, edited and searched by people with the right, lives at once, and is not deleted while it has devices', async () => {
  expect((await newStation('T-1', { region: '310000' }))[1]).toMatchObject({ error: { field: 'region' } })
  const [made, row] = await newStation('T-1')
  expect([made, live(row.id)]).toMatchObject([
    200,
    { code: 'T-1', region: '310115', position: { lat: 31, lng: 121 }, devices: [{ id: row.id, kind: 'station' }] },
  ])
  expect(await newStation('T-1')).toMatchObject([409, { error: { field: 'code' } }])
  expect((await post('station', { code: 'T-2' }, 'operator'))[0]).toBe(403)

  const [, changed] = await world.json('PUT', `/api/records/station/${row.id}`, admin, { version: 1, manager: '李经理', name: '新名' })
  expect([changed['version'], live(row.id)]).toMatchObject([2, { manager: '李经理', name: '新名', devices: [{ name: '新名' }] }])
  expect((await world.json('PUT', `/api/records/station/${row.id}`, admin, { version: 1, manager: '王' }))[0]).toBe(409)
  expect((await get('station?q=新名'))[1].rows).toMatchObject([{ id: row.id }])
  const [, , ...cities] = [0, 0, '310000', '310115']
  for (const region of cities) expect((await get(`station?region=${region}&q=新名`))[1].rows).toHaveLength(1)
  expect((await get('station?region=320000&q=新名'))[1].rows).toHaveLength(0)

  const [, device] = await post('device', compressor(row.id, 'AC-1'))
  expect(await world.json('DELETE', `/api/records/station/${row.id}?version=2`, admin)).toMatchObject([
    409,
    { error: { code: 'in-use', detail: { referrers: [{ record: 'device', count: 1 }] } } },
  ])
  expect((await world.json('DELETE', `/api/records/device/${device.id}`, admin))[0]).toBe(200)
  expect((await world.json('DELETE', `/api/records/station/${row.id}`, admin))[0]).toBe(200)
  expect(live(row.id)).toBeUndefined()
})

it('[MD1] [MD5] devices come, go and move: the live station has exactly those in service, each at a place of its own', async () => {
  const [, here] = await newStation('T-10')
  const [, there] = await newStation('T-11')
  const [made, first] = await post('device', compressor(here.id, 'AC-1', { unitGroup: 'A' }))
  expect(made).toBe(200)
  expect((first['points'] as { point: string }[]).map(({ point }) => point)).toContain('dischargePressure')
  const [, second] = await post('device', compressor(here.id, 'AC-2'))
  expect((await post('device', compressor(here.id, 'AC-2')))[1]).toMatchObject({ error: { code: 'duplicate' } })
  expect((await post('device', compressor(here.id, 'AC-3', { variants: ['desiccant'] })))[1]).toMatchObject({
    error: { field: 'variants' },
  })
  expect((await post('device', compressor(here.id, 'AC-3', { ratedFlow: null })))[1]).toMatchObject({ error: { field: 'ratedFlow' } })
  const codes = (station: string) => live(station)?.devices.map(({ code }) => code)
  expect(codes(here.id)).toEqual(['T-10', 'AC-1', 'AC-2'])
  expect(live(here.id)?.devices[1]).toMatchObject({ variant: 'vsd', settings: { ratedFlow: 12 }, texts: { group: 'A' } })
  const places = live(here.id)
    ?.devices.slice(1)
    .map(({ placement }) => JSON.stringify(placement.position))
  expect(new Set(places).size).toBe(2)

  expect((await post(`device/${first.id}/deactivate`, { input: { reason: '检修' } }))[0]).toBe(200)
  expect(codes(here.id)).toEqual(['T-10', 'AC-2'])
  expect((await post(`device/${first.id}/activate`))[0]).toBe(200)
  expect(codes(here.id)).toEqual(['T-10', 'AC-1', 'AC-2'])

  expect((await post(`device/${second.id}/move`, { input: { station: there.id } }))[0]).toBe(200)
  expect([codes(here.id), codes(there.id)]).toEqual([
    ['T-10', 'AC-1'],
    ['T-11', 'AC-2'],
  ])
  const [, config] = await world.json('GET', `/api/stations/${here.id}`, admin)
  const both = { ...config, devices: [...(config['devices'] as object[]), { ...live(there.id)?.devices[1], stationId: here.id }] }
  expect((await world.json('PUT', `/api/stations/${here.id}`, admin, both))[0]).toBe(409)
  expect((await get(`device/${second.id}/history`))[1].lines.map((line) => line['kind'])).toEqual(['device.move', 'device.create'])
})

it('[MD5] one gateway speaks for one compressor in service', async () => {
  const [, home] = await newStation('T-20')
  const [, gateway] = await post('device', { station: home.id, kind: 'gateway', code: 'GW-1', name: '网关' })
  const [, first] = await post('device', compressor(home.id, 'AC-1', { gateway: gateway.id }))
  expect(await post('device', compressor(home.id, 'AC-2', { gateway: gateway.id }))).toMatchObject([
    409,
    { error: { field: 'gateway', code: 'gateway-bound' } },
  ])
  expect(live(home.id)?.devices.find(({ id }) => id === first.id)?.texts).toMatchObject({ gateway: gateway.id })
  await post(`device/${first.id}/deactivate`, { input: { reason: '更换' } })
  const [status] = await post('device', compressor(home.id, 'AC-2', { gateway: gateway.id }))
  expect(status).toBe(200)
  expect((await post(`device/${first.id}/activate`))[0]).toBe(409)
})

it('[MD2] a change from the live side builds on what is stored, not on what this server last heard, and leaves the version of the record', async () => {
  const [, home] = await newStation('T-30')
  // As another server would: this one has not heard of it.
  await sql`update station set manager = '王主管' where id = ${home.id}`.execute(world.db)
  expect((await world.json('PUT', `/api/stations/${home.id}/fence`, admin, { radius: 120 }))[0]).toBe(200)
  const [, detail] = await get(`station/${home.id}`)
  expect([detail.row, live(home.id)]).toMatchObject([
    { manager: '王主管', version: 1 },
    { manager: '王主管', fenceRadius: 120 },
  ])
})
