import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { addPerson, type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

const admin = 'admin'
const stations = demoFleet()
const station = stations[0]?.id ?? ''
type Body = Readonly<Record<string, unknown>>

const person = (code: string, permissions: readonly string[], role: Body = {}, user: Body = {}) =>
  addPerson(world, code, permissions, role, user)
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

describe('accounts', () => {
  const user = (body: Body) =>
    world.json('POST', '/api/users', admin, {
      name: String(body['username']),
      role: 'viewer',
      stations: null,
      password: 'Screen#2026',
      ...body,
    })
  const signIn = (username: string, password: string) => world.call('POST', '/api/auth/sign-in/username', undefined, { username, password })

  it('[RF13] a screen account reads only, stays signed in for as long as a browser keeps it, and is out at once when its time is over', async () => {
    const expiresAt = world.now + 3_600_000
    const [made, screen] = await user({ username: 'wall', role: 'administrator', kind: 'screen', expiresAt })
    expect([made, screen]).toMatchObject([200, { kind: 'screen', expiresAt, mustChangePassword: false, passwordDueAt: null }])
    const cookie = (await signIn('wall', 'Screen#2026')).headers.get('set-cookie') ?? ''
    expect(Number(/Max-Age=(\d+)/.exec(cookie)?.[1])).toBeGreaterThan(300 * 86_400)
    await world.token('wall', 'Screen#2026')
    const { rows } = await world.db
      .selectFrom('auth_session' as never)
      .selectAll()
      .execute()
      .then((found) => ({ rows: found as unknown as { user_id: string; expires_at: number }[] }))
    expect(rows.filter((row) => row.user_id === screen.id).every((row) => row.expires_at > Date.now() + 300 * 86_400_000)).toBe(true)
    expect((await get('/api/stations', 'wall'))[0]).toBe(200)
    expect((await get('/api/records/term', 'wall'))[0]).toBe(200)
    const writes: readonly (readonly [string, string, Body])[] = [
      ['POST', '/api/records/term', { name: 'x' }],
      ['PUT', `/api/users/${screen.id}`, { name: 'y' }],
      ['POST', '/api/me/password', { current: 'Screen#2026', next: 'Other#2026x' }],
      ['POST', '/api/menu/place', {}],
    ]
    for (const [method, path, body] of writes) expect((await world.json(method, path, 'wall', body))[0]).toBe(403)
    world.now = expiresAt
    expect((await get('/api/stations', 'wall'))[0]).toBe(401)
    expect((await signIn('wall', 'Screen#2026')).status).toBe(401)
    await world.modules.runPeriodic()
    expect((await world.json('PUT', `/api/users/${screen.id}`, admin, { expiresAt: world.now + 86_400_000 }))[0]).toBe(200)
    // The session ended with the account's time: prolonging it does not bring it back.
    expect((await get('/api/stations', 'wall'))[0]).toBe(401)
    await world.token('wall', 'Screen#2026')
    expect((await get('/api/stations', 'wall'))[0]).toBe(200)
    expect((await world.json('PUT', `/api/users/${screen.id}`, admin, { password: 'Fresh#2026x' }))[0]).toBe(200)
    expect((await get('/api/stations', 'wall'))[0]).toBe(401)
  })

  it('[RF14] a mobile number belongs to one account of a kind; it is masked for whoever may not see personal data', async () => {
    const mobile = '13812341234'
    expect((await user({ username: 'mem1', kind: 'member', mobile }))[0]).toBe(200)
    expect(await user({ username: 'mem2', kind: 'member', mobile })).toMatchObject([409, { error: { field: 'mobile' } }])
    expect((await user({ username: 'mer1', kind: 'merchant', mobile }))[0]).toBe(200)
    await person('keeper', ['user:view'])
    expect(JSON.stringify((await get('/api/users?kind=member', 'keeper'))[1])).not.toContain(mobile)
    const [, found] = await get(`/api/users?text=${mobile}&kind=member`, admin)
    expect(found.rows.map((row) => row['username'])).toEqual(['mem1'])
    expect(JSON.stringify(found)).not.toMatch(/argon|password"/)
  })

  it('[RF15] a password that reached the age of its class lets in only to be changed; the class rule and the last five hold', async () => {
    await person('strict', ['user:view', 'user:administer', 'term:view'])
    await person('plain', ['term:view'])
    const day = 86_400_000
    const began = world.now
    const names = async (state: string): Promise<unknown[]> =>
      (await get(`/api/users?password=${state}&size=500`, admin))[1].rows.map((row) => row['username'])
    world.now = began + 80 * day
    expect(await names('due')).toContain('strict')
    expect(await names('due')).not.toContain('plain')
    expect((await get('/api/records/term', 'strict'))[0]).toBe(200)
    world.now = began + 90 * day
    expect(await names('overdue')).toContain('strict')
    expect(await get('/api/records/term', 'strict')).toMatchObject([403, { error: { code: 'must-change-password' } }])
    expect((await get('/api/users', 'strict'))[0]).toBe(403)
    expect((await get('/api/records/term', 'plain'))[0]).toBe(200)
    let current = 'Second#2026-strict'
    const change = async (next: string) => {
      const answer = await world.json('POST', '/api/me/password', 'strict', { current, next })
      if (answer[0] === 200) current = next
      return answer
    }
    // Good enough for an ordinary user, not for an administrator.
    for (const weak of ['Short#2026'.slice(0, 9), 'No-digits-Here#'])
      expect(await change(weak)).toMatchObject([422, { error: { field: 'next' } }])
    for (const n of [1, 2, 3, 4]) {
      world.now += 1000
      expect((await change(`Changed#2026-${n}`))[0]).toBe(200)
    }
    expect(await change('Second#2026-strict')).toMatchObject([422, { error: { field: 'next' } }])
    expect(await change('Changed#2026-2')).toMatchObject([422, { error: { field: 'next' } }])
    world.now += 1000
    expect((await change('Changed#2026-5'))[0]).toBe(200)
    expect((await change('Second#2026-strict'))[0]).toBe(200)
    expect((await get('/api/records/term', 'strict'))[0]).toBe(200)
    expect(await names('overdue')).not.toContain('strict')
    world.now = began + 180 * day
    expect(await get('/api/records/term', 'plain')).toMatchObject([403, { error: { code: 'must-change-password' } }])
    world.now = began
    const days = (await get('/api/records/setting?code=password.administratorDays', admin))[1].rows[0]
    const laxer = { version: days?.['version'], value: 181, reason: '测试' }
    expect(await world.json('PUT', `/api/records/setting/${days?.id ?? ''}`, admin, laxer)).toMatchObject([
      422,
      { error: { field: 'value' } },
    ])
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
