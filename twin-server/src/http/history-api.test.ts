import ExcelJS from 'exceljs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StationView } from '@twin/models/live'
import { startOf } from '@twin/models/energy'
import { sql } from 'kysely'
import { type LiveWorld, startLiveWorld } from './live-world.ts'

let world: LiveWorld
let compressor = ''
const hour = 3_600_000
let began = 0

async function json<T>(path: string, as = 'viewer'): Promise<T> {
  const response = await world.call('GET', path, as)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}
interface Series {
  t: number[]
  v: (number | null)[]
  unit: string
  resolution: string
}

beforeAll(async () => {
  world = await startLiveWorld()
  compressor = world.station.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
  await world.report()
  began = Date.now()
})
afterAll(() => world?.stop())

describe('live and history', () => {
  it('[HT40] the last sample of a series is the live value, which carries unit, time and quality', async () => {
    for (const pressure of [6.9, 7, 7.1]) await world.sample(compressor, Date.now(), { dischargePressure: pressure })
    const live = await json<{ link: string; points: { point: string; value: number | null; unit: string; at: number; quality: string }[] }>(
      `/api/devices/${compressor}/live`,
    )
    const now = live.points.find(({ point }) => point === 'dischargePressure')
    expect(live.link).toBe('online')
    expect(now).toMatchObject({ value: 7.1, unit: 'bar', quality: 'good' })
    const { series } = await json<{ series: Series[] }>(
      `/api/history?series=${compressor}:dischargePressure,${compressor}:runState&from=${began}&to=${Date.now() + 1}&resolution=raw`,
    )
    expect(series[0]?.v.at(-1)).toBe(7.1)
    expect(series[0]?.t.at(-1)).toBe(now?.at)
    expect(series[0]?.unit).toBe('bar')
    expect((await world.call('GET', `/api/history?series=${compressor}:nonsense&from=1&to=2`, 'viewer')).status).toBe(422)
  })

  it('[HT41] exports hold the same samples, words for states, and time first', async () => {
    const range = `series=${compressor}:dischargePressure,${compressor}:runState&from=${began}&to=${Date.now() + 1}&resolution=raw`
    const { series } = await json<{ series: Series[] }>(`/api/history?${range}`)
    const csv = await (await world.call('GET', `/api/history/export?${range}&format=csv`, 'viewer')).text()
    const lines = csv.trim().split('\r\n').slice(1)
    expect(
      lines
        .map((line) => line.split(',')[1])
        .filter(Boolean)
        .map(Number),
    ).toEqual(series[0]?.v.filter((value) => value !== null))
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT.*Z,/)
    const workbook = new ExcelJS.Workbook()
    await workbook.xlsx.load(await (await world.call('GET', `/api/history/export?${range}&format=xlsx`, 'viewer')).arrayBuffer())
    expect(workbook.worksheets[0]?.rowCount).toBe(lines.length + 1)
    const audit = await json<{ rows: { kind: string }[] }>('/api/audit?kind=export', 'admin')
    expect(audit.rows.map(({ kind }) => kind)).toEqual(['export.history', 'export.history'])
  })

  it('[HT42] the station at t is the station as it was then', async () => {
    const t = Date.now()
    const live = await json<StationView>(`/api/stations/${world.station.id}/live`)
    await world.report({ dischargePressure: 5.5 })
    const then = await json<StationView>(`/api/stations/${world.station.id}/at?t=${t}`)
    const place = then.order.indexOf(compressor)
    expect(then.slabs[place]?.val).toEqual(live.slabs[live.order.indexOf(compressor)]?.val)
    expect(then.devices[compressor]?.link).toEqual(live.devices[compressor]?.link)
    const after = await json<StationView>(`/api/stations/${world.station.id}/live`)
    expect(after.slabs[place]?.val).not.toEqual(then.slabs[place]?.val)
    expect((await world.call('GET', `/api/stations/${world.station.id}/at?t=${t + hour}`, 'viewer')).status).toBe(422)
  })
})

describe('energy', () => {
  it('[HT43] hours are differences of the meter, with the readings behind them; a counter that falls gives no negative or huge value', async () => {
    const meter = world.station.devices.find(({ kind }) => kind === 'powerMeter')
    const start = startOf(Date.now() - 30 * hour, 'hour', world.station.timeZone)
    const device = meter?.id ?? world.station.id
    const point = meter ? 'activeEnergyImport' : 'totalEnergy'
    // 100 kWh an hour, and a new meter after ten hours.
    for (let i = 0; i <= 20; i++) await world.sample(device, start + i * hour, { [point]: i < 10 ? 5000 + i * 100 : (i - 10) * 100 })
    const energy = await json<{ buckets: { kwh: number | null; energyReadings: unknown[]; flags: string[] }[]; total: { kwh: number } }>(
      `/api/stations/${world.station.id}/energy?from=${start}&to=${start + 20 * hour}&by=hour`,
    )
    const values = energy.buckets.map(({ kwh }) => kwh)
    expect(values.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 100))
    expect(values.every((kwh) => kwh === null || (kwh >= 0 && kwh <= 200))).toBe(true)
    expect(energy.buckets.some(({ flags }) => flags.includes('reset'))).toBe(true)
    expect(energy.buckets[0]?.energyReadings.length).toBeGreaterThan(1)
    expect((await world.call('PUT', `/api/stations/${world.station.id}/energy-quota`, 'operator', { kwh: 12_000 })).status).toBe(200)
    expect(await json<{ quota: number }>(`/api/stations/${world.station.id}/energy?from=${start}&to=${start + hour}`)).toMatchObject({
      quota: 12_000,
    })
  })
})

describe('log', () => {
  it('[T1-004] an auditor filters by user, time, kind and result; finds sign-ins, failures with address, changes and commands with old and new value; PUT and DELETE are 405; a tampered entry is named', async () => {
    const from = Date.now()
    await world.http.app.request('/api/auth/sign-in/username', {
      method: 'POST',
      body: JSON.stringify({ username: 'engineer', password: 'Wrong#2026' }),
    })
    await world.call('PUT', `/api/stations/${world.station.id}/fence`, 'engineer', { radius: 250 })
    await world.report()
    const gateway = world.station.devices.find(({ kind }) => kind === 'gateway')
    const issued = await world.call('POST', `/api/devices/${gateway?.id}/commands`, 'engineer', {
      code: 'gateway.restart',
      reason: '测试',
      idempotencyKey: 'audit-test-1',
      confirm: { password: 'Engineer#2026', deviceCode: gateway?.code },
    })
    const { id } = (await issued.json()) as { id: string }
    await world.call('POST', `/api/commands/${id}/cancel`, 'engineer', {})
    await world.call('POST', `/api/devices/${compressor}/commands`, 'viewer', { code: 'compressor.stop', idempotencyKey: 'audit-test-2' })
    const to = Date.now() + 1

    const find = async (filter: Record<string, string>) =>
      (
        await json<{ rows: { id: string; userName: string; from: string; result: string; before: unknown; after: unknown }[] }>(
          `/api/audit?${new URLSearchParams({ from: String(from), to: String(to), ...filter })}`,
          'admin',
        )
      ).rows
    expect(await find({ kind: 'sign-in', result: 'failed' })).toMatchObject([{ userName: 'engineer', from: '127.0.0.1' }])
    expect(await find({ kind: 'sign-in', result: 'ok', user: 'engineer' })).toHaveLength(1)
    expect(await find({ kind: 'station.fence', user: 'engineer' })).toMatchObject([
      { before: { fenceRadius: world.station.fenceRadius }, after: { fenceRadius: 250 } },
    ])
    expect(await find({ kind: 'command.issue', user: 'engineer', result: 'ok' })).toMatchObject([
      { after: { id, code: 'gateway.restart' } },
    ])
    expect(await find({ kind: 'command.cancel' })).toMatchObject([{ before: { phase: 'AWAITING_APPROVAL' }, after: { phase: 'ABORTED' } }])
    expect(await find({ kind: 'command', user: 'viewer', result: 'not-permitted' })).toHaveLength(1)
    await expect.poll(() => find({ kind: 'command.end' }).then((rows) => rows.length)).toBe(1)
    expect(await find({ kind: 'sign-in', user: 'nobody' })).toEqual([])

    const [victim] = await find({ kind: 'station.fence' })
    for (const method of ['PUT', 'DELETE']) expect((await world.call(method, `/api/audit/${victim?.id}`, 'admin')).status).toBe(405)
    expect(await json('/api/audit/verify', 'admin')).toMatchObject({ ok: true })
    await sql`alter table audit_log disable trigger user`.execute(world.store.db)
    await sql`update audit_log set after = '{"fenceRadius": 9}' where id = ${Number(victim?.id)}`.execute(world.store.db)
    expect(await json('/api/audit/verify', 'admin')).toMatchObject({ ok: false, firstBroken: victim?.id })
  })
})
