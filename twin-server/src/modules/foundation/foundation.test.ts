import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld((bytes) => Promise.resolve(new TextDecoder().decode(bytes).includes('EICAR') ? 'EICAR' : null))
})
afterAll(() => world?.stop())

const admin = 'admin'
const station = demoFleet()[0]?.id ?? ''
const compressor = demoFleet()[0]?.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
const userId = async (username: string): Promise<string> =>
  (await world.security.users.list({ text: username, page: 1, size: 10 })).rows.find((row) => row.username === username)?.id ?? ''
describe('roles', () => {
  it('[RF1] a permission taken from a role counts from the next request of an open session, for records and for commands', async () => {
    const { rows } = (await world.json('GET', '/api/records/role?code=operator', admin))[1]
    const operator = rows[0]
    const start = (): Promise<readonly [number, unknown]> =>
      world.json('POST', `/api/devices/${compressor}/commands`, 'operator', {
        code: 'compressor.start',
        reason: 'test',
        idempotencyKey: 'key-of-test',
      })
    expect((await start())[0]).not.toBe(403)
    expect((await world.json('GET', '/api/records/term', 'operator'))[0]).toBe(200)
    const permissions = ((operator?.['permissions'] ?? []) as string[]).filter(
      (each) => each !== 'command:compressor.start' && each !== 'term:view',
    )
    const [saved] = await world.json('PUT', `/api/records/role/${operator?.id ?? ''}`, admin, {
      version: operator?.['version'],
      permissions,
    })
    expect(saved).toBe(200)
    expect((await world.json('GET', '/api/records/term', 'operator'))[0]).toBe(403)
    expect((await start())[0]).toBe(403)
    const [, me] = await world.json('GET', '/api/me', 'operator')
    expect(me['permissions']).not.toContain('command:compressor.start')
  })

  it('[RF2] own roles add to a user’s rights; unknown permissions, the loss of the last administrator and deleting a built-in role are refused', async () => {
    const member = await userId('viewer')
    const [created, role] = await world.json('POST', '/api/records/role', admin, {
      code: 'keeper',
      name: '库管',
      permissions: ['setting:view'],
      members: [member],
    })
    expect(created).toBe(200)
    expect((await world.json('GET', '/api/records/setting', 'viewer'))[0]).toBe(200)
    expect((await world.json('PUT', `/api/records/role/${role.id}`, admin, { version: 1, permissions: ['anything'] }))[0]).toBe(422)
    expect(await world.json('DELETE', `/api/records/role/${role.id}`, admin)).toMatchObject([409, { error: { code: 'has-members' } }])
    expect((await world.json('PUT', `/api/records/role/${role.id}`, admin, { version: 1, members: [] }))[0]).toBe(200)
    expect((await world.json('DELETE', `/api/records/role/${role.id}`, admin))[0]).toBe(200)
    expect((await world.json('GET', '/api/records/setting', 'viewer'))[0]).toBe(403)
    const administrator = (await world.json('GET', '/api/records/role?code=administrator', admin))[1].rows[0]
    expect(
      (
        await world.json('PUT', `/api/records/role/${administrator?.id ?? ''}`, admin, {
          version: administrator?.['version'],
          permissions: [],
        })
      )[0],
    ).toBe(409)
    expect(await world.json('DELETE', `/api/records/role/${administrator?.id ?? ''}`, admin)).toMatchObject([
      409,
      { error: { code: 'built-in' } },
    ])
  })
})

describe('regions', () => {
  it('[RF3] preloads the national tree, adds organisation regions below it, and never disables or deletes one that holds stations', async () => {
    const [, provinces] = await world.json('GET', '/api/records/region?level=province&size=1', admin)
    expect(provinces['total']).toBe(34)
    const [, city] = await world.json('GET', '/api/records/region/310115', admin)
    expect(city.row).toMatchObject({ name: '浦东新区', parent: '310000', official: true })
    const [, stations] = await world.json('GET', '/api/stations?region=310000', admin)
    expect((stations['stations'] as { id: string }[]).map(({ id }) => id)).toContain(station)
    expect(await world.json('POST', '/api/records/region/310000/disable', admin, {})).toMatchObject([
      409,
      { error: { code: 'holds-stations' } },
    ])
    expect((await world.json('POST', '/api/records/region/820000/disable', admin, {}))[1]).toMatchObject({ state: 'disabled' })
    const [made, own] = await world.json('POST', '/api/records/region', admin, { code: '310115-A1', name: '临港一区', parent: '310115' })
    expect(made).toBe(200)
    expect((await world.json('POST', '/api/records/region', admin, { code: '999999-A1', name: '错', parent: '310115' }))[0]).toBe(422)
    expect((await world.json('POST', '/api/records/region', admin, { code: '310115-A1', name: '重', parent: '310115' }))[0]).toBe(409)
    expect(await world.json('DELETE', '/api/records/region/310115', admin)).toMatchObject([409, { error: { code: 'in-use' } }])
    expect((await world.json('DELETE', `/api/records/region/${own.id}`, admin))[0]).toBe(200)
  })
})

describe('menus', () => {
  const codes = async (as: string): Promise<string> => JSON.stringify((await world.json('GET', '/api/menu', as))[1]['menu'])
  const entry = async (code: string) =>
    (await world.json('GET', `/api/records/menuEntry?code=${encodeURIComponent(code)}`, admin))[1].rows[0]

  it('[RF4] hiding an entry, or tying it to a permission, takes it from the navigation and closes the API behind it; showing it opens both', async () => {
    expect(await codes('viewer')).toContain('/records/region')
    expect(await codes('viewer')).not.toContain('/records/role')
    const region = await entry('record.region')
    await world.json('PUT', `/api/records/menuEntry/${region?.id ?? ''}`, admin, { version: 1, concealed: true, name: '行政区' })
    expect(await codes('viewer')).not.toContain('/records/region')
    expect((await world.json('GET', '/api/records/region', 'viewer'))[0]).toBe(403)
    await world.json('PUT', `/api/records/menuEntry/${region?.id ?? ''}`, admin, { version: 2, concealed: false })
    expect(await codes('viewer')).toContain('行政区')
    expect((await world.json('GET', '/api/records/region', 'viewer'))[0]).toBe(200)

    const alarms = await entry('page./alarms')
    await world.json('PUT', `/api/records/menuEntry/${alarms?.id ?? ''}`, admin, { version: 1, permission: 'alarm:administer' })
    expect((await world.json('GET', '/api/alarms', 'viewer'))[0]).toBe(403)
    expect((await world.json('GET', '/api/alarms', admin))[0]).toBe(200)

    const [, own] = await world.json('POST', '/api/records/menuEntry', admin, {
      code: 'own',
      name: '外链',
      nameEn: 'Link',
      parent: region?.['parent'],
      path: '/own',
      position: 1,
    })
    expect(await codes('viewer')).toContain('/own')
    expect((await world.json('DELETE', `/api/records/menuEntry/${own.id}`, admin))[0]).toBe(200)
    const keeper = await entry('record.menuEntry')
    expect((await world.json('PUT', `/api/records/menuEntry/${keeper?.id ?? ''}`, admin, { version: 1, concealed: true }))[0]).toBe(409)
  })
})

describe('messages', () => {
  const inbox = async (as: string) => (await world.json('GET', '/api/records/inbox', as))[1]
  async function publish(audience: object): Promise<string> {
    const [, draft] = await world.json('POST', '/api/records/message', admin, { title: '停机检修', body: '周五 8:00', ...audience })
    expect((await world.json('POST', `/api/records/message/${draft.id}/publish`, admin, { version: 1 }))[0]).toBe(200)
    return draft.id
  }
  /** Reads server-sent events until one holds the word. */
  async function hears(as: string, word: string): Promise<() => Promise<void>> {
    const response = await world.call('GET', '/api/events', as)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    return async () => {
      for (let text = ''; !text.includes(word);) text += new TextDecoder().decode((await reader.read()).value)
      await reader.cancel()
    }
  }

  it('[T1-007] a published message reaches exactly its receivers, pushed and stored; its sender counts readers; withdrawn it is gone from inboxes and kept here', async () => {
    const operator = await userId('operator')
    const heard = await hears('operator', 'inbox')
    const id = await publish({ users: [operator] })
    await heard()
    expect((await inbox('operator')).rows).toMatchObject([{ title: '停机检修', state: 'unread' }])
    for (const other of ['viewer', 'engineer', 'engineer2', admin]) expect((await inbox(other)).rows).toEqual([])
    const mine = (await inbox('operator')).rows[0]?.id ?? ''
    await world.json('POST', `/api/records/inbox/${mine}/open`, 'operator', {})
    expect((await world.json('GET', `/api/records/message/${id}`, admin))[1].row).toMatchObject({ receivers: 1, readers: 1 })
    const [, deliveries] = await world.json('GET', `/api/records/delivery?message=${id}`, admin)
    expect(deliveries.rows).toMatchObject([{ receiver: operator, state: 'read', readAt: world.now }])

    const roles = (await world.json('GET', '/api/records/role?code=engineer', admin))[1].rows.map((row) => row.id)
    const byRole = await publish({ roles })
    const engineers = (await world.json('GET', `/api/records/delivery?message=${byRole}`, admin))[1].rows.map((row) => row['receiver'])
    expect(new Set(engineers)).toEqual(new Set([await userId('engineer'), await userId('engineer2')]))
    // A user who may see no station of the region does not get what goes to the region.
    await world.security.users.update(await userId('viewer'), { stations: [] }, { id: null, name: 'test', from: null })
    const byRegion = await publish({ regions: ['310000'] })
    const there = (await world.json('GET', `/api/records/delivery?message=${byRegion}&size=100`, admin))[1].rows.map(
      (row) => row['receiver'],
    )
    expect(there).toContain(operator)
    expect(there).not.toContain(await userId('viewer'))

    expect((await world.json('POST', `/api/records/message/${id}/withdraw`, admin, {}))[0]).toBe(200)
    expect((await world.json('GET', `/api/records/inbox/${mine}`, 'operator'))[0]).toBe(404)
    expect((await inbox('operator')).rows.map((row) => row.id)).not.toContain(mine)
    expect((await world.json('GET', `/api/records/message/${id}`, admin))[1].row).toMatchObject({ state: 'withdrawn' })
    expect((await world.json('POST', `/api/records/message/${id}/withdraw`, admin, {}))[0]).toBe(409)
  })

  it('[RF5] the inbox holds one’s own messages only, newest first; opening sets the time and rings in all tabs; another’s is not there', async () => {
    const [operator, engineer] = [await userId('operator'), await userId('engineer')]
    world.now += 1000
    await publish({ users: [operator] })
    world.now += 1000
    await publish({ users: [operator, engineer] })
    const { rows } = await inbox('operator')
    const times = rows.map((row) => Number(row['createdAt']))
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    const newest = rows[0]?.id ?? ''
    const unread = async () => (await world.json('GET', '/api/records/inbox?state=unread&size=1', 'operator'))[1]['total']
    const before = Number(await unread())
    const tabs = await Promise.all([hears('operator', 'inbox'), hears('operator', 'inbox')])
    expect((await world.json('POST', `/api/records/inbox/${newest}/open`, 'operator', {}))[1]).toMatchObject({
      state: 'read',
      readAt: world.now,
    })
    await Promise.all(tabs.map((tab) => tab()))
    expect(await unread()).toBe(before - 1)
    expect((await world.json('GET', `/api/records/inbox/${newest}`, 'engineer'))[0]).toBe(404)
    expect((await world.json('POST', `/api/records/inbox/${newest}/open`, 'engineer', {}))[0]).toBe(404)
  })
})

describe('settings', () => {
  it('[RF6] a number has its default, its range and its history, and counts at once', async () => {
    const row = (await world.json('GET', '/api/records/setting?code=export.maxRows', admin))[1].rows[0]
    expect(row).toMatchObject({ value: 1_000_000, standard: 1_000_000 })
    const path = `/api/records/setting/${row?.id ?? ''}`
    expect((await world.json('PUT', path, admin, { version: 1, value: 1, reason: 'x' }))[0]).toBe(422)
    expect((await world.json('PUT', path, admin, { version: 1, value: 2000 }))[0]).toBe(422)
    expect((await world.json('PUT', path, admin, { version: 1, value: 2000, reason: '试' }))[0]).toBe(200)
    expect(world.modules.settings.get('export.maxRows')).toBe(2000)
    expect((await world.call('GET', '/api/records/region/export', admin)).status).toBe(422)
    expect((await world.json('GET', `${path}/history`, admin))[1].lines[0]).toMatchObject({
      before: { value: 1_000_000 },
      after: { value: 2000 },
    })
  })
})

describe('files', () => {
  const upload = async (as: string, record: string, field: string, bytes: Uint8Array<ArrayBuffer>, name: string) => {
    const headers = {
      authorization: `Bearer ${await world.token(as)}`,
      'x-file-name': encodeURIComponent(name),
      'content-type': 'image/png',
    }
    const response = await world.http.app.request(`/api/files?record=${record}&field=${field}`, { method: 'POST', headers, body: bytes })
    return [response.status, (await response.json()) as { id: string }] as const
  }
  it('[RF7] takes only what the field takes, by its bytes; looks for viruses; shows it to whoever may see the record', async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
    expect((await upload(admin, 'term', 'name', png, 'a.png'))[0]).toBe(404)
    expect((await upload(admin, 'term', 'picture', new TextEncoder().encode('<script>'), '图.png'))[0]).toBe(422)
    expect((await upload(admin, 'term', 'picture', new Uint8Array(0), 'x.png'))[0]).toBe(422)
    expect((await upload(admin, 'term', 'picture', new Uint8Array([...png, ...new TextEncoder().encode('EICAR')]), 'x.png'))[0]).toBe(422)
    expect((await upload(admin, 'term', 'picture', new Uint8Array([...png, ...new Uint8Array(2_200_000)]), 'big.png'))[0]).toBe(413)
    expect((await upload('viewer', 'term', 'picture', png, 'x.png'))[0]).toBe(403)
    const [status, { id }] = await upload(admin, 'term', 'picture', png, '图.png')
    expect(status).toBe(200)
    expect((await world.call('GET', `/api/files/${id}`, 'viewer')).status).toBe(404)
    const term = { name: '图示', nameEn: 'Picture', meaning: 'm', meaningEn: 'm', picture: id }
    expect((await world.json('POST', '/api/records/term', admin, term))[0]).toBe(200)
    const got = await world.call('GET', `/api/files/${id}`, 'viewer')
    expect([got.status, got.headers.get('content-type'), new Uint8Array(await got.arrayBuffer())]).toEqual([200, 'image/png', png])
    expect((await world.call('GET', `/api/files/${id}`)).status).toBe(401)
  })
})
