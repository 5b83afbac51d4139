import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from 'kysely'
import { deviceKinds } from '@twin/models/kinds'
import { type Db, migrate, openKysely, openPool, type Sql } from '../store/index.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { clientAddress, proxyList } from './client-address.ts'
import { originAllowed } from './request-origin.ts'
import { createFirstAdministrator, demoUsers, seedDemoUsers } from './seed-users.ts'
import { createSecurity, type Security } from './security.ts'

let postgres: TestPostgres
let pool: Sql
let db: Db
let security: Security
let now = Date.UTC(2026, 0, 5, 8)

const at = 'http://twin.test/api/auth/sign-in/username'
async function signIn(username: string, password: string, from = '10.0.0.9') {
  const request = new Request(at, { method: 'POST', body: JSON.stringify({ username, password }) })
  return security.signIn(request, from)
}
async function credentials(username: string): Promise<{ bearer: Headers; cookie: Headers }> {
  const password = demoUsers.find((user) => user.username === username)?.password ?? ''
  const result = await signIn(username, password)
  if (!result.ok) throw new Error(result.reason)
  const { token } = (await result.response.json()) as { token: string }
  const cookie = result.response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return { bearer: new Headers({ authorization: `Bearer ${token}` }), cookie: new Headers({ cookie }) }
}
const admin = { id: 'x', name: 'test', from: null }
const idOf = async (username: string): Promise<string> =>
  (await security.users.list({ text: username, page: 1, size: 10 })).rows.find((row) => row.username === username)?.id ?? ''

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = openPool(postgres.url)
  db = openKysely(pool)
  await migrate(db)
  security = createSecurity({
    db,
    clock: { now: () => now },
    secret: 'a-secret-for-tests-of-32-characters!',
    publicUrl: 'http://twin.test',
    commands: deviceKinds.flatMap((kind) => kind.commands),
    signInsPerMinute: 10_000,
  })
  await seedDemoUsers(security)
})
afterAll(async () => {
  await pool?.end()
  await postgres?.stop()
})

describe('sessions', () => {
  it('[SE1] a cookie and a bearer token name the person; signing out ends both', async () => {
    const { bearer, cookie } = await credentials('operator')
    expect((await security.authenticate(cookie))?.username).toBe('operator')
    expect((await security.authenticate(bearer))?.role).toBe('operator')
    await security.signOut(new Request('http://twin.test/api/auth/sign-out', { method: 'POST', headers: cookie }), '10.0.0.9')
    expect(await security.authenticate(cookie)).toBeUndefined()
    expect(await security.authenticate(bearer)).toBeUndefined()
    expect(
      await security.authenticate(new Headers({ authorization: 'Bearer made-up', cookie: 'twin.session_token=%E0%A4%A' })),
    ).toBeUndefined()
  })

  it('[SE2] disabling, a new role and a new scope count from the next request, and listeners hear of them', async () => {
    const { bearer } = await credentials('engineer2')
    const before = await security.authenticate(bearer)
    expect(before?.permissions.has('command:approve')).toBe(true)
    const heard: string[] = []
    const stop = security.onPrincipalChanged((id) => heard.push(id))
    const id = await idOf('engineer2')
    await security.users.update(id, { role: 'viewer', stations: ['aaaaaaaaaaaa'] }, admin)
    const after = await security.authenticate(bearer)
    expect(after?.permissions.has('command:approve')).toBe(false)
    expect([...(after?.stations ?? [])]).toEqual(['aaaaaaaaaaaa'])
    await security.users.update(id, { disabled: true }, admin)
    expect(await security.authenticate(bearer)).toBeUndefined()
    expect(heard).toEqual([id, id])
    stop()
    // Enabled again, the old session stays dead.
    await security.users.update(id, { disabled: false, role: 'engineer', stations: null }, admin)
    expect(await security.authenticate(bearer)).toBeUndefined()
  })
})

describe('passwords', () => {
  it('[SE3] wrong name, wrong password and a disabled user answer alike', async () => {
    const id = await idOf('viewer')
    await security.users.update(id, { disabled: true }, admin)
    const answers = [await signIn('nobody-here', 'Wrong#123'), await signIn('engineer', 'Wrong#123'), await signIn('viewer', 'Viewer#2026')]
    await security.users.update(id, { disabled: false }, admin)
    for (const answer of answers) expect(answer).toEqual({ ok: false, reason: 'sign-in-failed' })
  })

  it('[SE4] five failures lock a name for 15 minutes, also with the right password, and confirmations count', async () => {
    const id = await idOf('engineer')
    now += 60 * 60_000
    for (let i = 0; i < 3; i++) await signIn('engineer', `Wrong#${i}`)
    expect(await security.confirm({ id, username: 'engineer' }, 'nope')).toBe('wrong')
    // At once, not one after the other: none may slip through uncounted.
    const burst = await Promise.all([1, 2, 3].map((i) => security.confirm({ id, username: 'engineer' }, `nope ${i}`)))
    expect(burst).toEqual(['wrong', 'locked', 'locked'])
    expect(await signIn('engineer', 'Engineer#2026')).toMatchObject({ ok: false, reason: 'locked' })
    now += 15 * 60_000 + 1
    expect(await signIn('engineer', 'Engineer#2026')).toMatchObject({ ok: true })
    for (let i = 0; i < 5; i++) await signIn('no-such-name', `Wrong#${i}`)
    expect(await signIn('no-such-name', 'x')).toMatchObject({ ok: false, reason: 'locked' })
  })

  it('[SE5] a new password has upper, lower, special and 8 characters; who got one must change it; the last administrator stays', async () => {
    const user = { username: 'Newcomer', name: 'N', role: 'viewer' as const, stations: [] }
    for (const password of ['Sh0rt#', 'nouppercase#1', 'NOLOWERCASE#1', 'NoSpecial123'])
      expect(await security.users.create({ ...user, password }, admin)).toMatchObject({ ok: false, reason: 'weak-password' })
    expect(await security.users.create({ ...user, password: 'Good#Pass1' }, admin)).toMatchObject({
      ok: true,
      user: { username: 'newcomer', mustChangePassword: true },
    })
    expect(await security.users.create({ ...user, username: 'NEWCOMER', password: 'Good#Pass1' }, admin)).toMatchObject({
      ok: false,
      reason: 'username-taken',
    })
    expect(await security.users.update(await idOf('admin'), { role: 'viewer' }, admin)).toMatchObject({
      ok: false,
      reason: 'last-administrator',
    })
    await expect(createFirstAdministrator(security, null)).resolves.toBeUndefined()
  })
})

describe('rights', () => {
  it('[SE6] commands follow the roles of the catalogue: a viewer has none that moves a machine, an operator none for engineers alone', () => {
    const { viewer, operator, engineer, administrator } = security.permissions
    const commands = deviceKinds.flatMap((kind) => kind.commands)
    const codes = (permissions: ReadonlySet<string>) =>
      [...permissions].filter((name) => name.startsWith('command:') && name !== 'command:approve').toSorted()
    const of = (...roles: string[]) =>
      [...new Set(commands.filter((c) => c.roles.some((role) => roles.includes(role))).map((c) => `command:${c.code}`))].toSorted()
    expect(codes(viewer)).toEqual(of('viewer'))
    expect(codes(operator)).toEqual(of('viewer', 'operator'))
    expect(codes(engineer)).toEqual(of('viewer', 'operator', 'engineer'))
    expect(codes(operator).length).toBeLessThan(codes(engineer).length)
    expect(operator.has('command:compressor.start')).toBe(true)
    expect(operator.has('command:approve')).toBe(false)
    expect(engineer.has('command:approve')).toBe(true)
    for (const permission of engineer) expect(administrator.has(permission)).toBe(true)
  })

  it('[SE7] forwarded addresses count only from trusted proxies, read from the right', () => {
    const proxies = proxyList(['10.0.0.0/8', '::1'])
    expect(clientAddress('203.0.113.5', '1.2.3.4', proxies)).toBe('203.0.113.5')
    expect(clientAddress('10.1.1.1', '6.6.6.6, 198.51.100.7, 10.2.2.2', proxies)).toBe('198.51.100.7')
    expect(clientAddress('::ffff:10.1.1.1', 'rubbish', proxies)).toBe('10.1.1.1')
  })

  it('[SE8] a cookie acts only for pages of this host or of listed origins', () => {
    const of = (headers: Record<string, string>) => originAllowed(new Headers({ host: 'twin.test', ...headers }), ['https://screen.test'])
    expect(of({ cookie: 'a=b', origin: 'http://twin.test' })).toBe(true)
    expect(of({ cookie: 'a=b', origin: 'https://screen.test' })).toBe(true)
    expect(of({ cookie: 'a=b', origin: 'http://evil.test' })).toBe(false)
    expect(of({ cookie: 'a=b', origin: 'null' })).toBe(false)
    expect(of({ cookie: 'a=b' })).toBe(false)
    expect(of({ authorization: 'Bearer x' })).toBe(true)
  })
})

describe('audit', () => {
  it('[SE9] sign-ins, failures with address, and changes are there; rows cannot be changed; a tampered row and a cut tail are named', async () => {
    const kinds = await db.selectFrom('audit_log').select(['kind', 'result', 'from_addr']).execute()
    expect(kinds).toContainEqual({ kind: 'sign-in', result: 'ok', from_addr: '10.0.0.9' })
    expect(kinds).toContainEqual({ kind: 'sign-in', result: 'failed', from_addr: '10.0.0.9' })
    expect(kinds).toContainEqual({ kind: 'sign-in', result: 'locked', from_addr: '10.0.0.9' })
    // What is hard to keep: NUL, lone surrogates, key order, floats, many writers at once.
    const nasty = { z: 1e-7, a: [-0, 0.1 + 0.2, 1e21], text: 'a\0b\uD800', ['__proto__']: { k: null } }
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        security.audit.append({
          user: null,
          userName: '测试',
          from: null,
          kind: `test.${i % 3}`,
          target: 't\0',
          result: 'ok',
          before: nasty,
          after: { i },
        }),
      ),
    )
    const whole = await security.audit.verify()
    expect(whole).toMatchObject({ ok: true, firstBroken: null })
    expect(whole.rows).toBeGreaterThan(40)

    await expect(sql`update audit_log set result = 'ok' where result = 'failed'`.execute(db)).rejects.toThrow('append-only')
    await expect(sql`delete from audit_log`.execute(db)).rejects.toThrow('append-only')
    const victim = await db.selectFrom('audit_log').select('id').where('result', '=', 'failed').orderBy('id').executeTakeFirstOrThrow()
    await sql`alter table audit_log disable trigger user`.execute(db)
    await sql`update audit_log set from_addr = '8.8.8.8' where id = ${victim.id}`.execute(db)
    expect(await security.audit.verify()).toMatchObject({ ok: false, firstBroken: String(victim.id) })
    await sql`update audit_log set from_addr = '10.0.0.9' where id = ${victim.id}`.execute(db)
    expect((await security.audit.verify()).ok).toBe(true)
    await sql`delete from audit_log where id = (select max(id) from audit_log)`.execute(db)
    expect(await security.audit.verify()).toMatchObject({ ok: false, firstBroken: 'head' })
    await sql`alter table audit_log enable trigger user`.execute(db)
  })
})
