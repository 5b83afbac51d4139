import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

const admin = 'admin'
const stations = demoFleet()
const station = stations[0]?.id ?? ''
type Body = Readonly<Record<string, unknown>>

/** A role with these permissions and a person who has it alone, signed in. */
async function person(
  code: string,
  permissions: readonly string[],
  role: Body = {},
  user: Body = {},
): Promise<{ id: string; role: string }> {
  const [made, row] = await world.json('POST', '/api/records/role', admin, { code: `${code}Role`, name: code, permissions, ...role })
  expect(made).toBe(200)
  const first = `First#2026-${code}`
  const [status, { id }] = await world.json('POST', '/api/users', admin, {
    username: code,
    name: code,
    role: `${code}Role`,
    stations: null,
    password: first,
    ...user,
  })
  expect(status).toBe(200)
  await world.token(code, first)
  expect((await world.json('POST', '/api/me/password', code, { current: first, next: `Second#2026-${code}` }))[0]).toBe(200)
  return { id, role: row.id }
}
const get = (path: string, as: string) => world.json('GET', path, as)

describe('amounts of money', () => {
  it('[RF8] without the right to them leave the server nowhere, and cannot be asked for by filter, order or change', async () => {
    const rights = [
      'installationCost:view',
      'installationCost:operate',
      'installationCost:approve',
      'part:view',
      'audit:view',
      'asset:view',
      'station:view',
    ]
    await person('poor', rights)
    const [, warehouse] = await world.json('POST', '/api/records/warehouse', admin, { code: 'W1', name: '一号库' })
    expect(warehouse.id).toBeTruthy()
    const [, part] = await world.json('POST', '/api/records/part', admin, { code: 'P1', name: '滤芯', unit: '个' })
    const [, receipt] = await world.json('POST', '/api/records/partReceipt', admin, {
      part: part.id,
      warehouse: warehouse.id,
      quantity: 2,
      price: 123_456,
      supplier: '滤芯厂',
    })
    expect(receipt.id, JSON.stringify(receipt)).toBeTruthy()
    await person('clerk', ['partReceipt:view', 'partReceipt:operate', 'audit:view', 'part:view', 'warehouse:view'])
    const [, seen] = await get(`/api/records/partReceipt/${receipt.id}`, 'clerk')
    expect(seen.row).toMatchObject({ quantity: 2 })
    const everything = [
      seen,
      (await get('/api/records/partReceipt', 'clerk'))[1],
      (await get(`/api/records/partReceipt/${receipt.id}/history`, 'clerk'))[1],
      (await get('/api/audit?kind=partReceipt', 'clerk'))[1],
      (await get('/api/records/partReceipt/statistics?by=part', 'clerk'))[1],
      await (await world.call('GET', '/api/records/partReceipt/export?format=csv', 'clerk')).text(),
    ]
    expect(JSON.stringify(everything)).not.toMatch(/123456|1234\.56|"price"|单价/)
    expect(JSON.stringify((await get(`/api/records/partReceipt/${receipt.id}`, admin))[1])).toContain('123456')
    expect(JSON.stringify((await get('/api/audit?kind=partReceipt', admin))[1])).toContain('123456')
    for (const query of ['price.gte=1', 'sort=price'])
      expect(await get(`/api/records/partReceipt?${query}`, 'clerk')).toMatchObject([403, { error: { field: 'price' } }])
    expect(await world.json('PUT', `/api/records/partReceipt/${receipt.id}`, 'clerk', { version: 1, price: 1 })).toMatchObject([
      403,
      { error: { field: 'price' } },
    ])
    const analysis = (as: string) => get('/api/analysis/investment?from=2026-01-01&to=2026-03-31', as)
    const values = ((await analysis('poor'))[1]['lines'] as { points: { value: number | null }[] }[]).flatMap(({ points }) => points)
    expect(values.every(({ value }) => value === null)).toBe(true)
    const costs = (as: string) => get(`/api/stations/${station}/energy/costs?from=${world.now - 86_400_000}&to=${world.now}`, as)
    expect((await costs('poor'))[1]['total']).toMatchObject({ cost: null })
  })
})

describe('roles', () => {
  it('[RF9] nobody grants what he does not hold: not to a role, not by membership, not by an account, not by a password', async () => {
    const { id, role } = await person('steward', ['role:view', 'role:administer', 'user:view', 'user:administer', 'term:view'])
    const denied = (field: string) => [403, { error: { code: 'not-permitted', field } }]
    const own = (permissions: readonly string[]) => world.json('PUT', `/api/records/role/${role}`, 'steward', { version: 1, permissions })
    expect(await own(['role:view', 'role:administer', 'money:view'])).toMatchObject(denied('permissions'))
    const body = { code: 'more', name: '更多', permissions: ['money:view'] }
    expect(await world.json('POST', '/api/records/role', 'steward', body)).toMatchObject(denied('permissions'))
    const strong = (await get('/api/records/role?code=engineer', admin))[1].rows[0]
    const join = { version: strong?.['version'], members: [id] }
    expect(await world.json('PUT', `/api/records/role/${strong?.id ?? ''}`, 'steward', join)).toMatchObject(denied('members'))
    const user = { username: 'friend', name: '朋友', role: 'administrator', stations: null, password: 'Friend#2026-x' }
    expect(await world.json('POST', '/api/users', 'steward', user)).toMatchObject(denied('role'))
    expect(await world.json('PUT', `/api/users/${id}`, 'steward', { role: 'engineer' })).toMatchObject(denied('role'))
    const administrator = ((await get('/api/users?text=admin', admin))[1].rows[0] as Body)['id'] as string
    expect(await world.json('PUT', `/api/users/${administrator}`, 'steward', { password: 'Taken#2026-over' })).toMatchObject(denied('user'))
    // What he holds he may pass on.
    expect(
      (
        await world.json('POST', '/api/records/role', 'steward', {
          code: 'reader',
          name: '读者',
          permissions: ['term:view'],
          members: [id],
        })
      )[0],
    ).toBe(200)
    expect(
      (
        await world.json(
          'PUT',
          `/api/records/role/${(await get('/api/records/role?code=reader', admin))[1].rows[0]?.id ?? ''}`,
          'steward',
          { version: 1, scope: 'all' },
        )
      )[0],
    ).toBe(200)
  })

  it('[RF10] a role’s data scope adds to the stations of who has it, by region as master data stands, and two roles add up', async () => {
    const [first, second, third] = stations
    const region = (config = first): string => config?.region ?? ''
    await person('regional', ['station:view'], { scope: 'region', regions: [region(second)] }, { stations: [first?.id ?? ''] })
    const seen = async (): Promise<string[]> =>
      ((await get('/api/stations', 'regional'))[1]['stations'] as { id: string }[]).map(({ id }) => id).toSorted()
    const there = stations.filter((each) => each.region === region(second)).map(({ id }) => id)
    expect(await seen()).toEqual([...new Set([first?.id ?? '', ...there])].toSorted())
    // A station that moves into the region is seen from then on.
    const [, row] = await get(`/api/records/station/${third?.id ?? ''}`, admin)
    const moved = await world.json('PUT', `/api/records/station/${third?.id ?? ''}`, admin, {
      version: row.row.version,
      region: region(second),
    })
    expect(moved[0], JSON.stringify(moved[1])).toBe(200)
    expect(await seen()).toContain(third?.id)
    // A second role with all stations adds up to all.
    const { id } = (await get('/api/users?text=regional', admin))[1].rows[0] as { id: string }
    expect(
      (
        await world.json('POST', '/api/records/role', admin, {
          code: 'everywhere',
          name: '全部',
          permissions: ['term:view'],
          scope: 'all',
          members: [id],
        })
      )[0],
    ).toBe(200)
    expect((await get('/api/me', 'regional'))[1]).toMatchObject({ stations: null })
    expect((await get('/api/records/term', 'regional'))[0]).toBe(200)
    expect((await get('/api/stations', 'regional'))[0]).toBe(200)
  })
})

describe('menus of platforms', () => {
  const menu = async (as: string, query = ''): Promise<Body & { platforms: string[]; open: string[] }> =>
    (await get(`/api/menu${query}`, as))[1] as unknown as Body & { platforms: string[]; open: string[] }
  const entry = (body: Body) =>
    world.json('POST', '/api/records/menuEntry', admin, { name: String(body['code']), nameEn: String(body['code']), position: 5, ...body })

  it('[RF11] a menu answers per platform, channel and audience; a person has the platforms in which there is something for him', async () => {
    await person('investor', ['term:view'])
    expect(await menu('investor')).toMatchObject({ platform: 'supervision', platforms: ['supervision'] })
    const [made] = await entry({
      code: 'inv.terms',
      path: '/records/term',
      platforms: ['investment'],
      channels: ['web'],
      permission: 'term:view',
    })
    // The shared page of terms stands there already.
    expect(made).toBe(409)
    expect(
      (await entry({ code: 'inv.web', path: '/inv/web', platforms: ['investment'], channels: ['web'], permission: 'term:view' }))[0],
    ).toBe(200)
    expect(
      (await entry({ code: 'inv.app', path: '/inv/web', platforms: ['investment'], channels: ['app'], permission: 'term:view' }))[0],
    ).toBe(200)
    expect((await entry({ code: 'inv.both', path: '/inv/web', platforms: ['investment'] }))[0]).toBe(409)
    expect((await menu('investor')).platforms).toContain('investment')
    const web = JSON.stringify((await menu('investor', '?platform=investment'))['menu'])
    expect([web.includes('inv.web'), web.includes('inv.app')]).toEqual([true, false])
    const app = JSON.stringify(await menu('investor', '?platform=investment&channel=app'))
    expect([app.includes('inv.web'), app.includes('inv.app')]).toEqual([false, true])
  })

  it('[RF12] outside links lead to permitted hosts only; an entry with children stays; order is kept as placed', async () => {
    const link = { code: 'out', opens: 'link', url: 'https://partner.example/start', platforms: ['analytics'] }
    expect(await entry(link)).toMatchObject([422, { error: { field: 'url' } }])
    const [, host] = await world.json('POST', '/api/records/permittedHost', admin, { host: 'partner.example' })
    const [saved, out] = await entry(link)
    expect(saved).toBe(200)
    expect(await world.json('DELETE', `/api/records/permittedHost/${host.id}`, admin)).toMatchObject([409, { error: { code: 'in-use' } }])
    expect(JSON.stringify((await menu(admin, '?platform=analytics'))['menu'])).toContain('partner.example')
    await world.json('PUT', `/api/records/menuEntry/${out.id}`, admin, { version: 1, concealed: true })
    expect(JSON.stringify(await menu(admin, '?platform=analytics'))).not.toContain('partner.example')

    const [, group] = await entry({ code: 'grp', platforms: ['analytics'] })
    const ids: string[] = []
    for (const [i, code] of ['a', 'b', 'c'].entries())
      ids.push((await entry({ code: `grp.${code}`, path: `/grp/${code}`, parent: group.id, position: (i + 1) * 10 }))[1].id)
    expect(await world.json('DELETE', `/api/records/menuEntry/${group.id}`, admin)).toMatchObject([409, { error: { code: 'in-use' } }])
    expect((await world.json('POST', '/api/menu/place', admin, { id: ids[2], parent: group.id, before: ids[0] }))[0]).toBe(200)
    const rows = (await get(`/api/records/menuEntry?parent=${group.id}&sort=position`, admin))[1].rows
    expect(rows.map((row) => [row['code'], row['position'], row['platforms']])).toEqual(
      ['grp.c', ...['grp.a', 'grp.b']].map((code, i) => [code, (i + 1) * 10, ['analytics']]),
    )
    expect((await world.json('POST', '/api/menu/place', 'operator', { id: ids[2], parent: null, before: null }))[0]).toBe(403)
    expect((await world.json('POST', '/api/menu/place', admin, { id: group.id, parent: ids[0], before: null }))[0]).toBe(422)
  })
})
