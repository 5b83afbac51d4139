import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { schemas } from '@twin/models/api'
import type { StationView } from '@twin/models/live'
import { type LiveWorld, startLiveWorld } from './live-world.ts'

let world: LiveWorld
let station: string

type Body = Record<string, unknown> & { readonly error?: { readonly code: string; readonly field?: string } }
async function call(method: string, path: string, as: string, body?: unknown): Promise<[number, Body]> {
  const response = await world.call(method, path, as, body)
  return [response.status, (await response.json()) as Body]
}
const asked = (over: object = {}) => ({
  reason: '夜班',
  idempotencyKey: randomUUID(),
  confirm: { password: 'Operator#2026', deviceCode: world.station.code },
  ...over,
})

beforeAll(async () => {
  world = await startLiveWorld()
  station = world.station.id
})
afterAll(() => world?.stop())
beforeEach(() => world.report())

it('[HT60] joint control: offered are units in a group; rights, password, code and band are checked; the record is what the actor holds', async () => {
  const units = world.station.devices.filter(({ kind }) => kind === 'compressor')
  const [, before] = await call('GET', `/api/stations/${station}/control`, 'viewer')
  expect((before['offered'] as { id: string; group: string }[]).map(({ id, group }) => [id, group])).toEqual(
    units.map(({ id }) => [id, 'A']),
  )
  expect(before).toMatchObject({ run: null, joint: null })
  const path = `/api/stations/${station}/joint`
  const band = { low: 6.5, high: 7 }
  expect((await call('PUT', path, 'viewer', asked(band)))[0]).toBe(403)
  const wrong = { password: 'x', deviceCode: world.station.code }
  expect(await call('PUT', path, 'operator', asked({ ...band, confirm: wrong }))).toMatchObject([403, { error: { code: 'CONFIRMATION' } }])
  const other = { password: 'Operator#2026', deviceCode: 'XX' }
  expect(await call('PUT', path, 'operator', asked({ ...band, confirm: other }))).toMatchObject([
    422,
    { error: { field: 'confirm.deviceCode' } },
  ])
  expect(await call('PUT', path, 'operator', asked({ low: 5.5, high: 7 }))).toMatchObject([422, { error: { field: 'low' } }])
  expect(await call('PUT', path, 'operator', asked({ ...band, units: [station] }))).toMatchObject([422, { error: { field: 'units' } }])
  expect(await call('PUT', path, 'operator', asked({ ...band, reason: ' ' }))).toMatchObject([422, { error: { field: 'reason' } }])

  const wish = asked(band)
  const [status, run] = await call('PUT', path, 'operator', wish)
  expect(status).toBe(200)
  expect((await call('PUT', path, 'operator', wish))[1]).toMatchObject({ id: run['id'], reason: '夜班' })
  expect(await call('POST', `/api/stations/${station}/runs`, 'operator', asked())).toMatchObject([409, {}])
  const unit = units[0]
  if (!unit) throw new Error('no unit')
  const command = { code: 'compressor.stop', args: {}, ...asked({ confirm: { password: 'Operator#2026', deviceCode: unit.code } }) }
  expect(await call('POST', `/api/devices/${unit.id}/commands`, 'operator', command)).toMatchObject([
    409,
    { error: { code: 'JOINT_CONTROL' } },
  ])
  const [aborted] = await call('POST', `/api/stations/${station}/runs/${String(run['id'])}/abort`, 'operator', {})
  expect(aborted).toBe(200)
  const [, now] = await call('GET', `/api/stations/${station}/control`, 'viewer')
  expect(now).toMatchObject({ joint: null, run: { phase: 'aborted' } })
  const [, list] = await call('GET', `/api/stations/${station}/runs`, 'viewer')
  expect(list).toEqual({ total: 1, rows: [now['run']] })
  expect((now['run'] as { steps: { phase: string }[] }).steps.slice(1).every(({ phase }) => phase === 'unsent')).toBe(true)
})

it('[HT61] a device held by a document takes no command (409), whoever asks, and the command is on record', async () => {
  const unit = world.station.devices.find(({ kind }) => kind === 'compressor')
  if (!unit) throw new Error('no unit')
  const by = { id: 'tech', name: '张工', from: '127.0.0.1' }
  const tag = { type: 'device.lockout' as const, station, device: unit.id, kind: 'lockout' as const, document: 'WX-1', by, reason: '检修' }
  expect(await world.runtime.ask({ ...tag, on: true })).toEqual({ ok: true })
  const command = { code: 'compressor.unload', args: {}, ...asked({ confirm: { password: 'Operator#2026', deviceCode: unit.code } }) }
  const [status, body] = await call('POST', `/api/devices/${unit.id}/commands`, 'operator', command)
  expect([status, body.error?.code]).toEqual([409, 'TAGGED_OUT'])
  const view = (await call('GET', `/api/stations/${station}/live`, 'viewer'))[1] as unknown as StationView
  expect(view.devices[unit.id]?.held).toMatchObject([{ document: 'WX-1', by: { name: '张工' } }])
  const [, commands] = await call('GET', `/api/commands?target=${unit.id}`, 'viewer')
  const [row] = commands['rows'] as unknown[]
  expect(schemas.commandRow.parse(row)).toMatchObject({ phase: 'REJECTED', rejectCode: 'TAGGED_OUT' })
  expect(await world.runtime.ask({ ...tag, by: { ...by, id: 'other' }, on: false })).toMatchObject({ ok: false, reason: 'not-permitted' })
  expect(await world.runtime.ask({ ...tag, on: false })).toEqual({ ok: true })
})
