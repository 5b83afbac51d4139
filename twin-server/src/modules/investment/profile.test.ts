import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedDemoRoles } from '../index.ts'
import { addPerson, type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
let home = ''
beforeAll(async () => {
  world = await startRecordWorld()
  home = [...world.stations.values()].find(({ kind }) => kind === 'centralStation')?.id ?? ''
})
afterAll(() => world?.stop())

const admin = 'admin'
const get = (path: string, as = admin) => world.json('GET', `/api/records/${path}`, as)
const post = (path: string, body: object = {}, as = admin) => world.json('POST', `/api/records/${path}`, as, body)
const put = (path: string, body: object, as = admin) => world.json('PUT', `/api/records/${path}`, as, body)
const act = (path: string, input: object = {}, as = admin) => post(path, { input }, as)

it('the profile of a station is one record with a version: an outdated save is refused, its states keep their dates, and what lives shows the same', async () => {
  // A station manager, as the demo has the role, bound to this station.
  await seedDemoRoles(world.modules.records, 'main')
  const [, { rows: found }] = await world.json('GET', '/api/records/role?code=stationManager', 'admin')
  const [manager] = found
  expect(manager).toMatchObject({ scope: 'own' })
  await addPerson(world, 'keeper', manager?.['permissions'] as string[], {}, { stations: [home] })
  const admin = 'keeper'
  const get = (path: string, as = admin) => world.json('GET', `/api/records/${path}`, as)
  const put = (path: string, body: object) => world.json('PUT', `/api/records/${path}`, admin, body)
  const act = (path: string, input: object = {}) => post(path, { input }, admin)
  const elsewhere = [...world.stations.keys()].find((id) => id !== home)
  expect((await get(`station/${elsewhere}`))[0]).toBe(404)
  expect((await world.call('GET', '/api/cluster', admin)).status).toBe(403)
  const [, { row }] = await get(`station/${home}`)
  const profile = { name: '新名空压站', address: '张江路 1 号', capacity: 300, openedOn: '2025-06-01', shareValue: 5_000_000_00 }
  const site = { lat: 31.2, lng: 121.6 }
  const [saved, changed] = await put(`station/${home}`, { version: row.version, ...profile, site })
  expect([saved, changed]).toMatchObject([200, { ...profile, site, version: row.version + 1 }])
  expect(await put(`station/${home}`, { version: row.version, name: '旧页面' })).toMatchObject([
    409,
    { error: { code: 'version-conflict', detail: { yours: { name: '旧页面' }, current: { name: profile.name } } } },
  ])
  expect((await act(`station/${home}/suspend`, { on: '2026-03-01', reason: '检修' }))[0]).toBe(200)
  expect(await act(`station/${home}/open`, { on: '2026-02-01' })).toMatchObject([422, { error: { field: 'on' } }])
  expect((await act(`station/${home}/open`, { on: '2026-03-02', reason: '恢复' }))[1]).toMatchObject({ stateSince: '2026-03-02' })
  expect((await get(`stationChange?station=${home}&what=state&sort=on`))[1].rows).toMatchObject([
    { was: '运营', became: '停运', on: '2026-03-01', reason: '检修' },
    { was: '停运', became: '运营', on: '2026-03-02', reason: '恢复' },
  ])
  expect((await get(`station/${home}/related`))[1]['related']).toContainEqual({ record: 'stationChange', field: 'station', count: 2 })
  expect((await put(`stationChange/${home}`, { version: 1 }))[0]).toBe(403)
  // One record: the live station of map and screen, and what anybody else reads, are what was saved.
  expect(world.stations.get(home)).toMatchObject({ name: profile.name, address: profile.address, position: site })
  const [, live] = await world.json('GET', `/api/stations/${home}`, 'viewer')
  expect(JSON.stringify(live)).toContain(profile.name)
  expect((await get(`station/${home}`, 'viewer'))[1].row).toMatchObject({ name: profile.name, capacity: 300, site })
})

it('[T4-007] staff have post, phone and duty; exactly one is in charge, another replaces the first with date, who left stays; an investor gets names and posts and no phone at all', async () => {
  const rights = ['view', 'operate'].map((action) => `stationStaff:${action}`)
  await addPerson(world, 'manager', ['station:view', 'stationCharge:view', ...rights], {}, { stations: [home] })
  const admin = 'manager'
  const act = async (path: string, input: object = {}) => post(path, { input }, admin)
  const staff = (name: string) =>
    post('stationStaff', { station: home, name, post: '站长', phone: '13812345678', joinedOn: '2026-01-05' }, admin)
  const [[, first], [, second], [, third]] = [await staff('赵一'), await staff('钱二'), await staff('孙三')]
  const inCharge = async () => (await get(`stationStaff?station=${home}&inCharge=true`))[1].rows.map(({ id }) => id)
  expect(await inCharge()).toEqual([first.id])
  expect((await get(`station/${home}`))[1].row['manager']).toBe('赵一')
  expect(await act(`stationStaff/${first.id}/leave`, { leftOn: '2026-03-01' })).toMatchObject([409, { error: { code: 'in-charge' } }])
  const both = await Promise.all([second, third].map(({ id }) => act(`stationStaff/${id}/takeCharge`, { on: '2026-03-01' })))
  expect(both.map(([status]) => status)).toEqual([200, 200])
  const [now = ''] = await inCharge()
  expect(await inCharge()).toHaveLength(1)
  expect([second.id, third.id]).toContain(now)
  const terms = (await get(`stationCharge?station=${home}`))[1].rows
  const other = [second.id, third.id].find((id) => id !== now)
  const term = (person: unknown, since: string, until: string | null) => expect.objectContaining({ person, since, until }) as unknown
  expect(terms).toHaveLength(3)
  expect(terms).toEqual(
    expect.arrayContaining([
      term(first.id, '2026-01-05', '2026-03-01'),
      term(other, '2026-03-01', '2026-03-01'),
      term(now, '2026-03-01', null),
    ]),
  )
  expect((await act(`stationStaff/${first.id}/leave`, { leftOn: '2026-03-02' }))[0]).toBe(200)
  expect((await get(`stationStaff/${first.id}`))[1].row).toMatchObject({ state: 'left', leftOn: '2026-03-02' })
  expect((await act(`stationStaff/${now}/startDuty`))[1]['state']).toBe('onDuty')
  expect(world.stations.get(home)).toMatchObject({ manager: (await get(`stationStaff/${now}`))[1].row['name'] })

  await addPerson(world, 'holder', ['station:view', 'stationStaff:view', 'personal:view'])
  const [, seen] = await get('stationStaff?sort=name', 'holder')
  expect(seen.rows).toHaveLength(3)
  for (const person of seen.rows) {
    expect(person).toMatchObject({ name: expect.any(String) as string, post: '站长' })
    expect(person).not.toHaveProperty('phone')
  }
  const [, one] = await get(`stationStaff/${now}`, 'holder')
  expect(one.row).not.toHaveProperty('phone')
  expect(JSON.stringify([one, (await get(`stationStaff/${now}/history`, 'holder'))[1]])).not.toContain('phone')
  for (const query of ['phone=13812345678', 'phone.empty=false']) expect((await get(`stationStaff?${query}`, 'holder'))[0]).toBe(403)
  expect((await post(`stationStaff/${now}/show/phone`, {}, 'holder'))[0]).toBe(404)
  const file = await world.call('GET', '/api/records/stationStaff/export?format=csv', 'holder')
  expect(await file.text()).not.toMatch(/电话|138/)
  // Colleagues see it masked, as all personal data.
  expect((await get(`stationStaff/${now}`, 'manager'))[1].row['phone']).toBe('138****5678')
  expect((await post('stationStaff', { station: home, name: '外人', post: '站长' }, 'holder'))[0]).toBe(403)
})

it('[T4-008] services have price, unit and validity; only what is enabled can be ordered at that station, and a price change leaves orders alone', async () => {
  const offer = (body: object) => post('stationOffer', { station: home, validFrom: '2026-01-01', ...body })
  const [made, gas] = await offer({ kind: 'gasSale', name: '管道供气', price: 0.12345, unit: 'm3' })
  const [, lease] = await offer({ kind: 'lease', name: '移动空压机', price: 9000, unit: 'month' })
  expect((await offer({ kind: 'maintenance', name: '年度维保', price: 1200, unit: 'visit', validTo: '2026-12-31' }))[0]).toBe(200)
  const [, past] = await offer({ kind: 'gasSale', name: '去年价', price: 0.1, unit: 'm3', validFrom: '2025-01-01', validTo: '2025-12-31' })
  expect(made).toBe(200)
  expect((await get(`stationOffer?station=${home}`))[1].total).toBe(4)

  const elsewhere = [...world.stations.keys()].find((id) => id !== home)
  const order = (body: object = {}) =>
    post('gasOrder', { station: home, customer: '丙公司', offer: gas.id, volume: 10_000, from: '2026-03-05', ...body })
  const [ordered, first] = await order()
  expect([ordered, first]).toMatchObject([200, { price: 0.12345, amount: 123_450, state: 'requested' }])
  for (const stray of [{ offer: lease.id }, { offer: past.id }, { station: elsewhere }])
    expect(await order(stray)).toMatchObject([422, { error: { field: 'offer' } }])

  expect((await put(`stationOffer/${gas.id}`, { version: 1, price: 0.2 }))[0]).toBe(200)
  expect((await get(`gasOrder/${first.id}`))[1].row).toMatchObject({ price: 0.12345, amount: 123_450 })
  // Even when its volume changes: what was agreed is the price.
  expect((await put(`gasOrder/${first.id}`, { version: 1, volume: 20_000 }))[1]).toMatchObject({ price: 0.12345, amount: 246_900 })
  expect((await order())[1]).toMatchObject({ price: 0.2, amount: 200_000 })

  expect((await act(`stationOffer/${gas.id}/disable`))[0]).toBe(200)
  expect(await order()).toMatchObject([422, { error: { field: 'offer' } }])
  const [, choices] = await world.json('GET', `/api/options/stationOffer?station=${home}&kind=gasSale&state=enabled`, admin)
  expect((choices['options'] as { id: string }[]).map(({ id }) => id)).toEqual([past.id])
  expect((await act(`gasOrder/${first.id}/approve`))[1]).toMatchObject({ state: 'approved', amount: 246_900 })
})
