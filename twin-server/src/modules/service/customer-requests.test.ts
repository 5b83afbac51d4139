import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
}, 60_000)
afterAll(() => world?.stop())

const request = (region: string, more: object = {}) => ({
  customer: '紫金机械',
  phone: '13812341234',
  region,
  subject: '空压机异响',
  source: 'phone',
  ...more,
})
async function assign(region: string, serviceDepartment: string | null): Promise<void> {
  const [, { row }] = await world.json('GET', `/api/records/region/${region}`, 'admin')
  expect((await world.json('PUT', `/api/records/region/${region}`, 'admin', { version: row.version, serviceDepartment }))[0]).toBe(200)
}
const servedBy = async (region: string) => (await world.json('GET', `/api/regions/${region}/service-department`, 'operator'))[1]

describe('customer requests', () => {
  it('a region is served by its own department, else by that of the nearest region above; a request is proposed it, unless one is chosen', async () => {
    expect((await world.json('PUT', '/api/records/region/320000', 'operator', { version: 1, serviceDepartment: '华东部' }))[0]).toBe(403)
    await assign('320000', '华东部')
    await assign('320100', '南京部')
    const [, nanjing] = await world.json('POST', '/api/records/customerRequest', 'operator', request('320115'))
    expect(nanjing).toMatchObject({ department: '南京部', departmentRegion: '320100', state: 'new' })
    expect(await servedBy('320115')).toMatchObject({ department: '南京部', from: { id: '320100', name: '南京市' } })
    expect(await servedBy('320500')).toMatchObject({ department: '华东部', from: { id: '320000', name: '江苏省' } })
    await assign('320100', null)
    expect(await servedBy('320100')).toMatchObject({ department: '华东部', from: { id: '320000' } })
    expect((await world.json('POST', '/api/records/customerRequest', 'operator', request('320100')))[1]).toMatchObject({
      department: '华东部',
      departmentRegion: '320000',
    })
    expect(
      (await world.json('POST', '/api/records/customerRequest', 'operator', request('320100', { department: '专家组' })))[1],
    ).toMatchObject({
      department: '专家组',
      departmentRegion: null,
    })
    expect(await servedBy('110105')).toMatchObject({ department: null, from: null })
    expect((await world.json('POST', '/api/records/customerRequest', 'operator', request('320000')))[1].error).toMatchObject({
      field: 'region',
    })
    await assign('320000', null)
  })

  it('a phone number is masked everywhere, shown in full only to who may see it, each time with a line in the log; and never guessed', async () => {
    const [, made] = await world.json('POST', '/api/records/customerRequest', 'operator', request('310115', { phone: '13987654321' }))
    expect(made['phone']).toBe('139****4321')
    const path = `/api/records/customerRequest/${made.id}`
    expect((await world.json('GET', path, 'admin'))[1].row['phone']).toBe('139****4321')
    expect((await world.json('GET', `/api/records/customerRequest?id=${made.id}`, 'admin'))[1].rows[0]?.['phone']).toBe('139****4321')
    expect(await (await world.call('GET', '/api/records/customerRequest/export?format=csv', 'admin')).text()).not.toContain('13987654321')
    expect(JSON.stringify((await world.json('GET', `${path}/history`, 'admin'))[1].lines)).not.toContain('13987654321')

    expect((await world.json('POST', `${path}/show/phone`, 'operator', {}))[0]).toBe(403)
    expect((await world.json('POST', `${path}/show/customer`, 'admin', {}))[0]).toBe(404)
    expect(await world.json('POST', `${path}/show/phone`, 'admin', {})).toEqual([200, { value: '13987654321' }])
    const { rows } = (await (await world.call('GET', '/api/audit?platform=service&action=show', 'admin')).json()) as { rows: object[] }
    expect(rows).toMatchObject([
      { userName: 'admin', target: made.id, title: made['number'], result: 'ok', after: { field: 'phone' } },
      { userName: 'admin', result: 'not-found' },
      { userName: 'operator', target: made.id, result: 'not-permitted' },
    ])

    const found = (as: string, words: string) => world.json('GET', `/api/records/customerRequest?${words}`, as)
    expect((await found('admin', 'phone=13987654321'))[1].rows).toHaveLength(1)
    expect((await found('admin', 'phone.contains=139'))[0]).toBe(403)
    expect((await found('operator', 'phone=13987654321'))[0]).toBe(403)
    expect((await found('admin', 'sort=phone'))[0]).toBe(422)

    // What one may not see one does not overwrite by saving a form either.
    expect((await world.json('PUT', path, 'operator', { version: 1, phone: '139****4321' }))[1].error).toMatchObject({ field: 'phone' })
    expect((await world.json('PUT', path, 'operator', { version: 1, customer: '紫金重工' }))[0]).toBe(200)
    expect((await world.json('POST', `${path}/accept`, 'operator', {}))[1]).toMatchObject({ state: 'accepted', phone: '139****4321' })
    expect((await world.json('POST', `${path}/close`, 'operator', { input: { result: '更换轴承' } }))[1]).toMatchObject({
      state: 'closed',
      result: '更换轴承',
    })
    expect(await world.json('POST', `${path}/show/phone`, 'admin', {})).toEqual([200, { value: '13987654321' }])
  })
})
