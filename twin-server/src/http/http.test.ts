import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Operation, type OperationName, operations, schemas } from '@twin/models/api'
import { startWorld, type World } from './test-world.ts'

let world: World
const mine = { station: 'sh0310115c01', compressor: '' }
const other = { station: '', device: '' }
const rows = {
  alarm: 'occ000000001',
  foreignAlarm: 'occ000000002',
  command: '019a0000-0000-7000-8000-000000000001',
  foreignCommand: '019a0000-0000-7000-8000-000000000002',
}

const all = Object.entries(operations) as [OperationName, Operation][]

async function putRows(station: string, device: string, alarm: string, command: string): Promise<void> {
  const person = { id: 'somebody', name: '某人', from: '10.0.0.1' }
  await world.db
    .insertInto('alarm_occurrence')
    .values({
      occurrence: alarm,
      code: 'CP-003',
      station,
      station_kind: 'centralStation',
      device,
      device_kind: 'compressor',
      priority: 'P2',
      phase: 'UNACK',
      hidden: null,
      grouped_under: null,
      historical: false,
      values: {},
      raised_at: world.now - 60_000,
      acked_at: null,
      acked_by: null,
      note: null,
      cleared_at: null,
      closed_at: null,
      shelved_until: null,
      shelve_reason: null,
    })
    .execute()
  await world.db
    .insertInto('command')
    .values({
      id: command,
      station,
      target: device,
      code: 'compressor.stop',
      args: {},
      reason: 'r',
      requested_by: person,
      approved_by: null,
      phase: 'AWAITING_APPROVAL',
      reject_code: null,
      detail: null,
      issued_at: world.now,
      ended_at: null,
      deadline: null,
      expires_at: null,
      n: null,
      attempts: 0,
      video: 'notRequired',
      steps: [],
      before: {},
      after: {},
    })
    .execute()
}

/** Address of an operation about something in scope, or out of it. */
function pathOf(path: string, foreign: boolean): string {
  const values: Readonly<Record<string, string>> = {
    station: foreign ? other.station : mine.station,
    device: foreign ? other.device : mine.compressor,
    occurrence: foreign ? rows.foreignAlarm : rows.alarm,
    command: foreign ? rows.foreignCommand : rows.command,
    code: 'CP-003',
    user: 'nobody',
    node: 'none',
    analysis: 'use',
    run: 'none',
    outage: '0',
    backup: 'none',
    restore: 'none',
    day: '2026-03-01',
  }
  return path.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? '')
}
const send = (operation: Operation, as?: string, foreign = false) =>
  world.call(operation.method.toUpperCase(), pathOf(operation.path, foreign), as, operation.method === 'get' ? undefined : {})

beforeAll(async () => {
  world = await startWorld()
  const [first, second] = [world.stations.get(mine.station), [...world.stations.values()].find(({ id }) => id !== mine.station)]
  mine.compressor = first?.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
  other.station = second?.id ?? ''
  other.device = second?.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
  await putRows(mine.station, mine.compressor, rows.alarm, rows.command)
  await putRows(other.station, other.device, rows.foreignAlarm, rows.foreignCommand)
  // Everybody but the administrator sees one station alone.
  const { rows: users } = await world.security.users.list({ page: 1, size: 50 })
  for (const user of users)
    if (user.role !== 'administrator')
      await world.security.users.update(user.id, { stations: [mine.station] }, { id: null, name: 'test', from: null })
})
afterAll(() => world?.stop())

async function bodyOf(response: Response): Promise<unknown> {
  return response.json()
}

describe('every operation of the table', () => {
  /** What each of the given operations answered, by name; compared as a whole, so that a failure names the operation. */
  const statuses = async (names: readonly [OperationName, Operation][], as?: string, foreign = false): Promise<Record<string, number>> => {
    const found: Record<string, number> = {}
    for (const [name, operation] of names) {
      const response = await send(operation, as, foreign)
      const uniform = response.ok || schemas.apiError.safeParse(await bodyOf(response)).success
      found[name] = uniform ? response.status : -response.status
    }
    return found
  }
  const expected = (names: readonly [OperationName, Operation][], status: (operation: Operation) => number) =>
    Object.fromEntries(names.map(([name, operation]) => [name, status(operation)]))

  it('[HT1] answers 401 in the one error form to nobody in particular, unless it is public', async () => {
    expect(await statuses(all)).toEqual(expected(all, ({ permission }) => (permission === 'public' ? 200 : 401)))
  })

  it.each(['viewer', 'operator', 'engineer', 'administrator'] as const)(
    '[HT2] answers 403 to a %s exactly where the role lacks the permission',
    async (role) => {
      // Who may cancel or approve depends on the command, too: see the command tests.
      const judged = all.filter(([name]) => name !== 'cancelCommand' && name !== 'approveCommand')
      const may = ({ permission }: Operation): boolean =>
        permission === 'public' || permission === 'signed-in' || world.security.permissions[role].has(permission)
      const answered = await statuses(judged, role === 'administrator' ? 'admin' : role)
      expect(Object.values(answered).filter((status) => status < 0 || status >= 500)).toEqual([])
      const refused = Object.fromEntries(Object.entries(answered).map(([name, status]) => [name, status === 403 ? 403 : 0]))
      expect(refused).toEqual(expected(judged, (operation) => (may(operation) ? 0 : 403)))
    },
  )

  it('[HT3] answers 404 about everything outside the scope', async () => {
    const scoped = all.filter(
      ([, { path, permission }]) =>
        /:(station|device|occurrence|command)/.test(path) &&
        (permission === 'signed-in' || world.security.permissions.engineer.has(permission)),
    )
    expect(scoped.length).toBeGreaterThan(20)
    expect(await statuses(scoped, 'engineer', true)).toEqual(expected(scoped, () => 404))
  })

  it('[HT4] answers 422 to missing input and names the field in both languages', async () => {
    const faulty = all.filter(([, { body, query }]) => (body && !body.safeParse({}).success) || (query && !query.safeParse({}).success))
    expect(faulty.length).toBeGreaterThan(15)
    expect(await statuses(faulty, 'admin')).toEqual(expected(faulty, () => 422))
    for (const [, operation] of faulty) {
      const { error } = schemas.apiError.parse(await bodyOf(await send(operation, 'admin')))
      expect(error).toMatchObject({
        code: 'invalid',
        field: expect.stringMatching(/./),
        message: { zh: expect.stringMatching(/[\u4e00-\u9fff]/), en: expect.stringMatching(/[a-z]/) },
      })
    }
    const nul = await world.call('POST', `/api/alarms/${rows.alarm}/ack`, 'operator', { note: 'a\0b' })
    expect(nul.status).toBe(422)
    const broken = await world.http.app.request('/api/users', {
      method: 'POST',
      body: '{not json',
      headers: { authorization: `Bearer ${await world.token('admin')}` },
    })
    expect(broken.status).toBe(422)
    expect(world.logged).toEqual([])
  })

  it('[HT5] is described by the OpenAPI document, and the page to browse it needs nothing from elsewhere', async () => {
    const response = await world.call('GET', '/api/openapi.json')
    const document = (await response.json()) as {
      openapi: string
      paths: Record<
        string,
        Record<
          string,
          { operationId: string; responses: Record<string, unknown>; parameters?: { name: string; in: string; required: boolean }[] }
        >
      >
    }
    expect(document.openapi).toMatch(/^3\.1/)
    for (const [name, operation] of all) {
      const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
      const described = document.paths[path]?.[operation.method]
      expect(described?.operationId).toBe(name)
      expect(described?.responses['200']).toBeDefined()
      const inPath = [...operation.path.matchAll(/:(\w+)/g)].map((match) => match[1])
      expect(described?.parameters?.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(inPath)
    }
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId))
    expect(new Set(ids).size).toBe(ids.length)
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '')
    for (const reference of references)
      expect(reference.split('/').reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], document)).toBeDefined()

    const page = await (await world.call('GET', '/api/docs/')).text()
    expect(page).not.toMatch(/https?:\/\//)
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await world.call('GET', address ?? '')).status).toBe(200)
    expect((await world.call('GET', '/api/docs/package.json')).status).toBe(404)
  })
})

describe('scope in answers', () => {
  it('[HT6] stations, alarms, commands and dead letters of others are absent, also by filter', async () => {
    const text = async (path: string) => (await world.call('GET', path, 'engineer')).text()
    for (const path of [
      '/api/stations',
      '/api/alarms',
      '/api/commands',
      '/api/dead-letters',
      `/api/alarms?station=${other.station},${mine.station}`,
    ]) {
      const answer = await text(path)
      expect(answer).not.toContain(other.station)
      expect(answer).not.toContain(other.device)
    }
    expect(await text('/api/alarms')).toContain(rows.alarm)
    expect(await text(`/api/commands?station=${other.station}`)).toContain('"total":0')
    const history = await world.call('GET', `/api/history?series=${other.device}:dischargePressure&from=1&to=2`, 'engineer')
    expect(history.status).toBe(404)
    const { stations } = (await (await world.call('GET', '/api/stations', 'engineer')).json()) as {
      stations: { position: { lng: number }; gcj02: { lng: number } }[]
    }
    expect(stations).toHaveLength(1)
    expect(stations[0]?.gcj02.lng).not.toBe(stations[0]?.position.lng)
    expect(await text(`/api/alarms/statistics?from=1&to=${world.now}&by=station`)).not.toContain(other.station)
  })
})

describe('sessions over HTTP', () => {
  it('[HT7] a cookie works from this site and is refused from another; a disabled user is out with the next call', async () => {
    const signedIn = await world.call('POST', '/api/auth/sign-in/username', undefined, { username: 'viewer', password: 'Viewer#2026' })
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    expect(signedIn.headers.getSetCookie().join()).toMatch(/HttpOnly/)
    expect(signedIn.headers.getSetCookie().join()).toMatch(/SameSite=Lax/i)
    const post = (origin: string) =>
      world.http.app.request('http://twin.test/api/me/password', {
        method: 'POST',
        headers: { cookie, host: 'twin.test', origin },
        body: '{"current":"x","next":"y"}',
      })
    expect((await post('http://twin.test')).status).toBe(422)
    expect((await post('http://evil.test')).status).toBe(403)
    const me = () => world.http.app.request('/api/me', { headers: { cookie } })
    expect((await me()).status).toBe(200)
    const { rows: found } = await world.security.users.list({ text: 'viewer', page: 1, size: 5 })
    const id = found[0]?.id ?? ''
    expect((await world.call('PUT', `/api/users/${id}`, 'admin', { disabled: true })).status).toBe(200)
    expect((await me()).status).toBe(401)
    expect((await world.call('PUT', `/api/users/${id}`, 'admin', { disabled: false })).status).toBe(200)
    world.forget()
  })

  it('[HT8] a new user must change the password before anything else, and every route but that says so', async () => {
    const made = await world.call('POST', '/api/users', 'admin', {
      username: 'fresh',
      name: '新人',
      role: 'operator',
      stations: null,
      password: 'First#Pass1',
    })
    expect(made.status).toBe(200)
    const signedIn = await world.call('POST', '/api/auth/sign-in/username', undefined, { username: 'fresh', password: 'First#Pass1' })
    const { token } = (await signedIn.json()) as { token: string }
    const as = (method: string, path: string, body?: unknown) =>
      world.http.app.request(path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    const refused = await as('GET', '/api/stations')
    expect(refused.status).toBe(403)
    expect(await bodyOf(refused)).toMatchObject({ error: { code: 'must-change-password' } })
    expect((await as('POST', '/api/me/password', { current: 'First#Pass1', next: 'weak' })).status).toBe(422)
    expect((await as('POST', '/api/me/password', { current: 'First#Pass1', next: 'Second#Pass1' })).status).toBe(200)
    expect((await as('GET', '/api/stations')).status).toBe(200)
  })

  it('[HT9] the audit log finds sign-ins with address, changes with old and new value, and refuses PUT and DELETE with 405', async () => {
    expect((await world.call('PUT', `/api/stations/${mine.station}/fence`, 'operator', { radius: 700 })).status).toBe(200)
    expect((await world.call('PUT', `/api/stations/${mine.station}/fence`, 'viewer', { radius: 5000 })).status).toBe(403)
    await world.call('POST', '/api/auth/sign-in/username', undefined, { username: 'operator', password: 'Wrong#2026' })
    const list = async (query: string) =>
      (
        (await (await world.call('GET', `/api/audit?${query}`, 'admin')).json()) as {
          rows: { before: unknown; after: unknown; result: string; from: string | null }[]
        }
      ).rows
    const fences = await list('user=operator&kind=station.fence&result=ok')
    expect(fences[0]).toMatchObject({ before: { fenceRadius: 500 }, after: { fenceRadius: 700 }, from: '127.0.0.1' })
    expect((await list('user=viewer&kind=station'))[0]).toMatchObject({ kind: 'station.fence', result: 'not-permitted' })
    expect((await list('kind=sign-in&result=failed'))[0]).toMatchObject({ from: '127.0.0.1' })
    for (const method of ['PUT', 'DELETE'])
      for (const path of ['/api/audit', '/api/audit/1', '/api/audit/verify'])
        expect((await world.call(method, path, 'admin')).status).toBe(405)
    expect(await bodyOf(await world.call('GET', '/api/audit/verify', 'admin'))).toMatchObject({ ok: true })
  })
})

describe('master data', () => {
  it('[HT10] a unit outside the outline is 422; a station with unknown kinds or loose pipe ends is 422 and names the field', async () => {
    const outline = [
      [-100, -100],
      [100, -100],
      [100, 100],
      [-100, 100],
    ]
    expect((await world.call('PUT', `/api/stations/${mine.station}/outline`, 'operator', { outline })).status).toBe(200)
    const place = (x: number) =>
      world.call('PUT', `/api/devices/${mine.compressor}/placement`, 'operator', { position: [x, 0, 5], rotation: 90 })
    expect((await place(200)).status).toBe(422)
    expect((await place(20)).status).toBe(200)
    expect(world.stations.get(mine.station)?.devices.find(({ id }) => id === mine.compressor)?.placement).toEqual({
      position: [20, 0, 5],
      rotation: 90,
    })

    const config = world.stations.get(mine.station)
    const save = async (change: object) => {
      const response = await world.call('PUT', `/api/stations/${mine.station}`, 'admin', { ...config, ...change })
      return { status: response.status, field: ((await bodyOf(response)) as { error?: { field?: string } }).error?.field }
    }
    expect(await save({})).toEqual({ status: 200, field: undefined })
    expect(await save({ timeZone: 'Mars/Base' })).toEqual({ status: 422, field: 'timeZone' })
    expect(
      await save({
        pipes: [
          {
            id: 'p',
            from: mine.compressor,
            to: 'zzzzzzzzzzzz',
            path: [
              [0, 0, 0],
              [1, 0, 0],
            ],
            medium: 'air',
            diameter: 0.1,
          },
        ],
      }),
    ).toEqual({ status: 422, field: 'pipes.0.to' })
    const devices = config?.devices.map((device, i) => (i === 1 ? { ...device, kind: 'teapot' } : device))
    expect(await save({ devices })).toEqual({ status: 422, field: 'devices.1.kind' })
  })

  it('[HT11] a new device secret is a new generation each time and is shown once', async () => {
    const rotate = async () => bodyOf(await world.call('POST', `/api/devices/${other.device}/secret`, 'admin', {}))
    expect(await rotate()).toEqual({ username: other.device, secret: `${other.device}-2` })
    expect(await rotate()).toEqual({ username: other.device, secret: `${other.device}-3` })
    const audit = await (await world.call('GET', '/api/audit?kind=device.secret', 'admin')).text()
    expect(audit).toContain('"generation":3')
    expect(audit).not.toContain(`${other.device}-3`)
  })
})

describe('on a socket', () => {
  it('[HT13] the built portals come packed and cached by their hash, unknown pages are the app, and nothing outside the folder is served', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'twin-portals-'))
    mkdirSync(join(folder, 'dist', 'assets'), { recursive: true })
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    writeFileSync(join(folder, 'dist', 'index.html'), '<p>app</p>')
    writeFileSync(join(folder, 'dist', 'assets', 'a-1234.js'), 'let a')
    writeFileSync(join(folder, 'dist', 'assets', 'a-1234.js.br'), brotliCompressSync('let a'))
    const served = await startWorld({
      config: {
        version: '0',
        demo: true,
        publicUrl: 'http://twin.test',
        allowedOrigins: [],
        trustedProxies: [],
        portals: join(folder, 'dist'),
        map: { approval: 'GS(2026)0001', file: null, crs: 'GCJ-02' },
      },
    })
    const server = served.http.serveNode()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const script = await fetch(`${at}/assets/a-1234.js`, { headers: { 'accept-encoding': 'br' } })
    expect([script.headers.get('content-encoding'), script.headers.get('cache-control'), await script.text()]).toEqual([
      'br',
      'public, max-age=31536000, immutable',
      'let a',
    ])
    const page = await fetch(`${at}/stations/sh0310115c01`)
    expect([await page.text(), page.headers.get('cache-control')]).toEqual(['<p>app</p>', 'no-cache'])
    const again = await fetch(`${at}/`, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    expect((await fetch(`${at}/missing.js`)).status).toBe(404)
    const map = await (await fetch(`${at}/geo/map.json`)).json()
    expect(map).toEqual({ boundaries: '/geo/china.json', crs: 'GCJ-02', approval: 'GS(2026)0001' })
    expect(await (await fetch(`${at}/%2e%2e/secret.txt`)).text()).not.toContain('secret"')
    expect(await (await fetch(`${at}/..%2fsecret.txt`)).text()).not.toBe('secret')
    const big = await fetch(`${at}/api/auth/sign-in/username`, { method: 'POST', body: 'x'.repeat(5_000_000) })
    expect(big.status).toBe(413)
    await new Promise((resolve) => server.close(resolve))
    await served.stop()
    rmSync(folder, { recursive: true })
  })

  it('[HT14] five wrong passwords lock the name: 429 with the time to wait, in the one error form', async () => {
    const attempt = (password: string) => world.call('POST', '/api/auth/sign-in/username', undefined, { username: 'engineer2', password })
    for (let i = 0; i < 5; i++) expect((await attempt('Wrong#2026')).status).toBe(401)
    const locked = await attempt('Engineer2#2026')
    expect([locked.status, Number(locked.headers.get('retry-after')) > 800]).toEqual([429, true])
    expect(await bodyOf(locked)).toMatchObject({ error: { code: 'locked', message: { zh: expect.stringContaining('锁定') } } })
    world.now += 15 * 60_000 + 1
    expect((await attempt('Engineer2#2026')).status).toBe(200)
  })
})

describe('around', () => {
  it('[HT12] headers are strict, metrics are for this machine or people signed in, other methods are 405', async () => {
    const response = await world.call('GET', '/api/health')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).not.toContain("unsafe-eval' ")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const metrics = await (await world.call('GET', '/metrics')).text()
    expect(metrics).toContain('twin_http_request_seconds_bucket')
    expect(metrics).toContain('operation="health"')
    expect(metrics).toContain('twin_runtime_commit_ms{q="p99"}')
    const forwarded = await world.http.app.request('/metrics', { headers: { 'x-forwarded-for': '1.2.3.4' } })
    expect(forwarded.status).toBe(401)
    const wrong = await world.call('DELETE', '/api/stations', 'admin')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
    expect((await world.call('GET', '/api/nothing', 'admin')).status).toBe(404)
  })
})
