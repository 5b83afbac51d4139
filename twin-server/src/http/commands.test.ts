import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { schemas } from '@twin/models/api'
import type { AuthTables } from '../security/index.ts'
import { expireUntaken } from './handlers/command-intake.ts'
import { type LiveWorld, startLiveWorld } from './live-world.ts'

let world: LiveWorld
let compressor: { id: string; code: string }
let gateway: { id: string; code: string }

interface Answer {
  readonly status: number
  readonly body: {
    id?: string
    phase?: string
    error?: { code: string; field?: string; message: { zh: string }; detail?: { phase?: string } }
  }
}
async function answer(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
const passwords: Readonly<Record<string, string>> = { operator: 'Operator#2026', engineer: 'Engineer#2026', engineer2: 'Engineer2#2026' }
async function issue(as: string, device: { id: string; code: string }, code: string, over: object = {}): Promise<Answer> {
  return answer(
    await world.call('POST', `/api/devices/${device.id}/commands`, as, {
      code,
      args: {},
      reason: '测试',
      idempotencyKey: randomUUID(),
      confirm: { password: passwords[as] ?? 'x', deviceCode: device.code },
      ...over,
    }),
  )
}
const approve = async (as: string, id: string, password = passwords[as]) =>
  answer(await world.call('POST', `/api/commands/${id}/approve`, as, { password }))

beforeAll(async () => {
  world = await startLiveWorld()
  const find = (kind: string) => world.station.devices.find((device) => device.kind === kind) ?? { id: '', code: '' }
  compressor = find('compressor')
  gateway = find('gateway')
})
afterAll(() => world?.stop())
beforeEach(() => world.report())

describe('issuing', () => {
  it('[HT20] a command that is allowed is taken, reaches the device after its commit, and can be read', async () => {
    const { status, body } = await issue('operator', compressor, 'compressor.stop')
    expect(body).toMatchObject({
      phase: expect.stringMatching(/VALIDATED|ARMED|DISPATCHED/),
      code: 'compressor.stop',
      requestedBy: { from: '127.0.0.1' },
    })
    expect(status).toBe(200)
    expect(schemas.commandRow.safeParse(body).success).toBe(true)
    await expect.poll(() => world.effects.some((effect) => effect.kind === 'publishCommand' && effect.message.id === body.id)).toBe(true)
    const row = await answer(await world.call('GET', `/api/commands/${body.id}`, 'viewer'))
    expect(row.body).toMatchObject({ id: body.id, phase: 'DISPATCHED' })
    // One at a time: until it ended the next is refused with its reason.
    const second = await issue('operator', compressor, 'compressor.unload')
    expect(second).toMatchObject({
      status: 409,
      body: { error: { code: 'BUSY', message: { zh: expect.stringMatching(/./) }, detail: { phase: 'REJECTED' } } },
    })
  })

  it('[HT21] missing rights 403, unknown code 422, foreign kind 409, wrong code or no confirmation 422, wrong password 403: all logged', async () => {
    expect(await issue('viewer', compressor, 'compressor.stop')).toMatchObject({ status: 403, body: { error: { code: 'not-permitted' } } })
    expect(await issue('operator', compressor, 'compressor.setTimers')).toMatchObject({ status: 403 })
    expect(await issue('operator', compressor, 'compressor.fly')).toMatchObject({
      status: 422,
      body: { error: { code: 'UNKNOWN_COMMAND' } },
    })
    expect(await issue('operator', compressor, 'tank.drain', { args: { seconds: 5 } })).toMatchObject({
      status: 409,
      body: { error: { code: 'NOT_APPLICABLE' } },
    })
    expect(await issue('operator', compressor, 'compressor.stop', { confirm: undefined })).toMatchObject({
      status: 422,
      body: { error: { code: 'CONFIRMATION' } },
    })
    expect(await issue('operator', compressor, 'compressor.stop', { reason: ' ' })).toMatchObject({
      status: 422,
      body: { error: { field: 'reason' } },
    })
    const wrongCode = { password: passwords['operator'], deviceCode: 'X' }
    expect(await issue('operator', compressor, 'compressor.stop', { confirm: wrongCode })).toMatchObject({
      status: 422,
      body: { error: { field: 'confirm.deviceCode' } },
    })
    const wrongPassword = { password: 'Wrong#2026', deviceCode: compressor.code }
    expect(await issue('operator', compressor, 'compressor.stop', { confirm: wrongPassword })).toMatchObject({
      status: 403,
      body: { error: { code: 'CONFIRMATION' } },
    })
    const logged = await world.store.db
      .selectFrom('audit_log')
      .select(['user_name', 'result'])
      .where('kind', '=', 'command.issue')
      .orderBy('id')
      .execute()
    expect(logged.map((row) => row.result)).toEqual([
      'ok',
      'BUSY',
      'not-permitted',
      'not-permitted',
      'UNKNOWN_COMMAND',
      'NOT_APPLICABLE',
      'CONFIRMATION',
      'invalid',
      'CONFIRMATION',
      'CONFIRMATION',
    ])
  })

  it('[HT22] local mode and an occupied room are 409 with the reason; the check says so beforehand and changes nothing', async () => {
    await world.report({ roomOccupied: true })
    const check = await answer(
      await world.call('POST', `/api/devices/${compressor.id}/commands/check`, 'viewer', {
        code: 'compressor.stop',
        args: { reason: 'r' },
      }),
    )
    expect(check.body).toMatchObject({ allowed: false })
    expect(await issue('engineer', compressor, 'compressor.stop')).toMatchObject({
      status: 409,
      body: { error: { code: expect.stringMatching(/ROOM_OCCUPIED|BUSY/) } },
    })
  })
})

describe('idempotency', () => {
  it('[HT23] the same key gives the same command, also at once; another body under it is 422', async () => {
    const key = randomUUID()
    const send = () => issue('engineer', gateway, 'gateway.restart', { idempotencyKey: key })
    const [first, second] = await Promise.all([send(), send()])
    const third = await send()
    expect(first.status).toBe(200)
    expect(new Set([first.body.id, second.body.id, third.body.id]).size).toBe(1)
    expect(await issue('engineer', gateway, 'gateway.restart', { idempotencyKey: key, reason: 'another' })).toMatchObject({
      status: 422,
      body: { error: { code: 'idempotency-key-reused', field: 'idempotencyKey' } },
    })
    const rows = await world.store.db.selectFrom('command').select('id').where('code', '=', 'gateway.restart').execute()
    expect(rows).toHaveLength(1)
    expect((await answer(await world.call('POST', `/api/commands/${first.body.id}/cancel`, 'engineer', {}))).status).toBe(200)
    // A refusal is the answer for good, too.
    const refused = randomUUID()
    const twice = [
      await issue('operator', gateway, 'compressor.stop', { idempotencyKey: refused }),
      await issue('operator', gateway, 'compressor.stop', { idempotencyKey: refused }),
    ]
    expect(twice.map(({ status }) => status)).toEqual([409, 409])
  })
})

describe('two persons', () => {
  it('[HT24] waits for another engineer with the right password; the initiator, an operator and a wrong password are 403', async () => {
    const { status, body } = await issue('engineer', gateway, 'gateway.restart')
    expect([status, body.phase]).toEqual([200, 'AWAITING_APPROVAL'])
    const id = body.id ?? ''
    expect(await approve('operator', id)).toMatchObject({ status: 403, body: { error: { code: 'not-permitted' } } })
    expect(await approve('engineer', id)).toMatchObject({ status: 403, body: { error: { code: 'same-person' } } })
    expect(await approve('engineer2', id, 'Wrong#2026')).toMatchObject({ status: 403, body: { error: { code: 'CONFIRMATION' } } })
    const approved = await approve('engineer2', id)
    expect(approved).toMatchObject({
      status: 200,
      body: { phase: expect.stringMatching(/ARMED|DISPATCHED/), approvedBy: { name: '工程师乙 Engineer B' } },
    })
    expect((await approve('engineer2', id)).status).toBe(409)
    // Too late to take back.
    await expect.poll(() => world.effects.some((effect) => effect.kind === 'publishCommand' && effect.message.id === id)).toBe(true)
    expect((await answer(await world.call('POST', `/api/commands/${id}/cancel`, 'engineer', {}))).status).toBe(409)
  })

  it('[HT25] who asked may cancel while it waits, others only if they may approve; the end is logged with who asked', async () => {
    const device = world.station.devices.findLast(({ kind }) => kind === 'compressor') ?? compressor
    const { body } = await issue('engineer', device, 'compressor.setAutoRestart', { args: { enabled: true } })
    const id = body.id ?? ''
    expect(body).toMatchObject({ phase: 'AWAITING_APPROVAL' })
    const cancel = async (as: string) => answer(await world.call('POST', `/api/commands/${id}/cancel`, as, {}))
    expect((await cancel('operator')).status).toBe(403)
    expect(await cancel('engineer')).toMatchObject({ status: 200, body: { phase: 'ABORTED', rejectCode: 'CANCELLED' } })
    expect((await cancel('engineer2')).status).toBe(409)
    const ends = () =>
      world.store.db
        .selectFrom('audit_log')
        .select(['user_name', 'result', 'target'])
        .where('kind', '=', 'command.end')
        .where('target', '=', device.id)
        .execute()
    await expect.poll(ends).toContainEqual({ user_name: 'engineer', result: 'ABORTED', target: device.id })
  })
})

describe('start', () => {
  it('[HT26] what was asked but never reached the actors has expired, and is never replayed', async () => {
    const db = world.store.db.withTables<AuthTables>()
    const id = '019a0000-0000-7000-8000-00000000dead'
    const wish = {
      org: 'main',
      station: world.station.id,
      target: compressor.id,
      code: 'compressor.start',
      args: {},
      reason: 'r',
      by: { id: 'u', name: 'u', from: 'x' },
      confirmed: true,
    }
    await db
      .insertInto('command_attempt')
      .values({ command: id, org: 'main', at: Date.now() - 60_000, request: wish, outcome: null })
      .execute()
    const asked = world.effects.length
    expect(await expireUntaken({ ...world, store: world.httpStore })).toBe(1)
    expect(await expireUntaken({ ...world, store: world.httpStore })).toBe(0)
    const row = await answer(await world.call('GET', `/api/commands/${id}`, 'operator'))
    expect(row.body).toMatchObject({ phase: 'EXPIRED' })
    expect(world.effects).toHaveLength(asked)
    expect(await world.security.audit.verify()).toMatchObject({ ok: true })
  })
})
