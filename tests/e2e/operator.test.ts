import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { freePort, Process, type Product, type Session, startProduct, until } from '../harness/product.ts'

const fleet = demoFleet()
// Two: a machine that tripped takes two minutes to run again, and nobody has to wait for it.
const [single, spare] = fleet.filter(
  (station) => station.kind === 'singleModule' && station.devices.some((device) => device.variant?.startsWith('fixed')),
)
const central = fleet.find((station) => station.kind === 'centralStation')
if (!single || !spare || !central) throw new Error('the demo fleet has no such stations')
const compressor = single.devices.find((device) => device.kind === 'compressor')
const other = spare.devices.find((device) => device.kind === 'compressor')
if (!compressor || !other) throw new Error('a single module without compressor')

interface AlarmRow {
  occurrence: string
  code: string
  device: string
  phase: string
  note: string | null
}
interface CommandRow {
  id: string
  phase: string
  rejectCode: string | null
  steps: { phase: string }[]
}

describe.skipIf(!hasBrowser)('an operator at work', () => {
  let database: TestPostgres
  let product: Product
  let devices: Process
  let browser: Browser
  let engineer: Session
  let operator: Session
  let control = 0

  const fault = async (request: Record<string, unknown>): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${control}/fault`, {
      method: 'POST',
      body: JSON.stringify({ station: single.id, ...request }),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
  const openAlarms = async (code: string): Promise<AlarmRow[]> => {
    const { body } = await operator.call('GET', `/api/alarms?device=${compressor.id}&code=${code}&phase=open`)
    return (body as { rows: AlarmRow[] }).rows
  }
  const point = async (name: string, device = other): Promise<unknown> => {
    const { body } = await operator.call('GET', `/api/devices/${device.id}/live`)
    return (body as { points: { point: string; value: unknown }[] }).points.find((row) => row.point === name)?.value
  }
  let key = 0
  const command = async (
    session: Session,
    password: string,
    code: string,
    args: Record<string, unknown> = {},
  ): Promise<{ status: number; body: CommandRow & { error?: { code: string } } }> =>
    session.call('POST', `/api/devices/${other.id}/commands`, {
      code,
      args,
      reason: '例行测试',
      idempotencyKey: `e2e-command-${++key}`,
      confirm: { password, deviceCode: other.code },
    })
  const ended = async (id: string): Promise<CommandRow> =>
    until(
      `command ${id} ends`,
      async () => {
        const { body } = await operator.call('GET', `/api/commands/${id}`)
        const row = body as CommandRow
        return ['EXECUTED', 'FAILED', 'UNVERIFIED', 'ABORTED', 'EXPIRED', 'REJECTED'].includes(row.phase) && row
      },
      70,
    )

  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    control = await freePort()
    devices = new Process(
      'loadtest/src/fleet/main.ts',
      ['--demo', '--url', product.mqtt, '--backlog-days', '0.1', '--control', String(control)],
      product.env,
    )
    operator = await product.signIn('operator', 'Operator#2026')
    engineer = await product.signIn('engineer', 'Engineer#2026')
    browser = await startBrowser()
    await until(
      'the fleet is live',
      async () => {
        const { body } = await operator.call('GET', '/api/stations')
        return (body as { stations: { devices: { total: number; online: number } }[] }).stations.every(
          (s) => s.devices.online === s.devices.total,
        )
      },
      90,
    )
    for (const unit of [compressor, other])
      await until('the units run', async () => ['LOADED', 'UNLOADED'].includes(String(await point('runState', unit))), 150)
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await devices?.end()
    await product?.stop()
    await database?.stop()
  })

  it('sees the country of stations alive on a map and in the list beside it', async () => {
    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026', { at: '/' })
    await page.getByTestId('fleet-map').locator('canvas').first().waitFor()
    await until('all stations are listed', async () => /12\s*\/\s*12/.test((await page.getByTestId('shown-count').textContent()) ?? ''))
    expect(await page.getByTestId('station-row').first().textContent()).toMatch(/bar/)
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('opens a station in 3D with the values its devices send, and selects a machine by its label', async () => {
    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026')
    await page.goto(`${product.url}/station/${central.id}`)
    await page.getByTestId('station-scene').locator('canvas').waitFor()
    const unit = central.devices.find((device) => device.kind === 'compressor')
    const label = page.locator(`.scene-label[data-device="${unit?.id}"]`)
    await until('the label shows a pressure', async () => /bar/.test((await label.textContent()) ?? ''))
    await label.evaluate((element) => (element as HTMLButtonElement).click())
    await page.locator(`[data-testid="device-panel"][data-device="${unit?.id}"]`).waitFor()
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('follows a trip from active with sound through acknowledged and recovered to closed, once per condition', async () => {
    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026')
    await page.evaluate(() => {
      const original = AudioContext.prototype.createOscillator
      Object.assign(globalThis, { tones: 0 })
      AudioContext.prototype.createOscillator = function oscillator(this: AudioContext) {
        ;(globalThis as unknown as { tones: number }).tones++
        return original.call(this)
      }
    })
    await page.getByTestId('menu-/alarms').click()
    await page.getByTestId('sound-toggle').click()
    await fault({ fault: 'trip', device: compressor.id, class: 'MOTOR_OVERLOAD' })
    const [raised] = await until('the alarm is raised', async () => {
      const rows = await openAlarms('CP-001')
      return rows.length > 0 && rows
    })
    if (!raised) throw new Error('no alarm')
    await until('it sounds', () => page.evaluate(() => (globalThis as unknown as { tones: number }).tones > 0))
    const row = page.locator(`tr[data-row-key="${raised.occurrence}"]`)
    await row.waitFor()

    await row.getByTestId('ack-one').click()
    await page.getByRole('dialog').locator('textarea').fill('已通知班长')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /确认|确 认/ })
      .last()
      .click()
    const acked = await until('acknowledged', async () => (await openAlarms('CP-001')).find((alarm) => alarm.phase === 'ACKED'))
    expect(acked.note).toBe('已通知班长')

    // While the condition holds it is one alarm, and it can't be closed.
    expect(await openAlarms('CP-001')).toHaveLength(1)
    expect((await operator.call('POST', `/api/alarms/${raised.occurrence}/reset`, {})).status).toBe(409)
    await fault({ fault: 'trip', device: compressor.id, off: true })
    await until('recovered', async () => (await openAlarms('CP-001'))[0]?.phase === 'LATCHED_ACKED')
    expect((await operator.call('POST', `/api/alarms/${raised.occurrence}/reset`, {})).status).toBe(200)
    await until('closed', async () => (await openAlarms('CP-001')).length === 0)
    const { body } = await operator.call('GET', `/api/alarms/${raised.occurrence}`)
    const record = body as { alarm: AlarmRow & { ackedBy: string }; events: { kind: string }[] }
    expect(record.alarm).toMatchObject({ phase: 'CLOSED', ackedBy: expect.stringContaining('Operator') })
    expect(errors).toEqual([])
    await page.context().close()
  }, 180_000)

  it('stops a compressor from the page and sees it sent, acknowledged and executed by the machine itself', async () => {
    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026')
    await page.goto(`${product.url}/station/${spare.id}`)
    const label = page.locator(`.scene-label[data-device="${other.id}"]`)
    await label.waitFor({ state: 'attached' })
    await label.evaluate((element) => (element as HTMLButtonElement).click())
    await page.getByTestId('command-compressor.stop').click()
    await page.getByTestId('command-reason').fill('例行停机')
    await page.getByTestId('command-device-code').fill(other.code)
    await page.getByTestId('command-password').fill('Operator#2026')
    await page.getByTestId('command-send').click()
    await page.locator('[data-testid="command-progress"][data-phase="EXECUTED"]').waitFor()
    await until('the machine stands', async () => ['STOPPING', 'STOPPED', 'STANDBY'].includes(String(await point('runState'))))
    expect(errors).toEqual([])
    await page.context().close()
  }, 240_000)

  it('refuses a viewer, a wrong password, local mode, and gives up on a device that does not answer', async () => {
    const viewer = await product.signIn('viewer', 'Viewer#2026')
    expect((await command(viewer, 'Viewer#2026', 'compressor.stop', { reason: 'x' })).status).toBe(403)
    expect([403, 422]).toContain((await command(operator, 'wrong', 'compressor.unload')).status)
    const { page } = await signInAs(browser, product, 'viewer', 'Viewer#2026')
    await page.goto(`${product.url}/station/${spare.id}`)
    await page.getByTestId('device-panel').waitFor()
    expect(await page.locator('[data-testid^="command-"]').count()).toBe(0)
    await page.context().close()

    await fault({ station: spare.id, fault: 'local', device: other.id })
    await until('local mode is seen', async () => (await point('remoteEnabled')) === false)
    const local = await command(engineer, 'Engineer#2026', 'compressor.setTimers', { restartDelay: 30, idleStopDelay: 600 })
    expect(local.status).toBe(409)
    expect(local.body.error?.code).toBe('NOT_REMOTE')
    await fault({ station: spare.id, fault: 'local', device: other.id, off: true })
    await until('remote again', async () => (await point('remoteEnabled')) === true)

    // Deaf, not dead: it goes on measuring, so that nothing but the missing answer ends the command.
    await fault({ station: spare.id, fault: 'silence', device: other.id })
    const sent = await command(engineer, 'Engineer#2026', 'compressor.setTimers', { restartDelay: 30, idleStopDelay: 600 })
    if (sent.status === 200) expect((await ended(sent.body.id)).phase).toMatch(/FAILED|EXPIRED|UNVERIFIED/)
    else expect(sent.status).toBe(409)
    await fault({ station: spare.id, fault: 'silence', device: other.id, off: true })
    const { body } = await engineer.call('GET', `/api/commands?target=${other.id}`)
    expect((body as { total: number }).total).toBeGreaterThanOrEqual(3)
  }, 180_000)

  it('reads the trend of a point and the station as it was', async () => {
    const now = Date.now()
    const { status, body } = await operator.call(
      'GET',
      `/api/history?series=${compressor.id}:dischargePressure&from=${now - 7_200_000}&to=${now}`,
    )
    expect(status).toBe(200)
    const [series] = (body as { series: { t: number[]; v: (number | null)[] }[] }).series
    expect(series?.v.filter((value) => value !== null && value > 4 && value < 10).length).toBeGreaterThan(30)
    const past = await operator.call('GET', `/api/stations/${single.id}/at?t=${now - 60_000}`)
    expect(past.status).toBe(200)

    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026')
    await page.goto(`${product.url}/station/${single.id}`)
    await page.getByTestId('history-open').click()
    await page.getByTestId('history-marker').waitFor()
    await page.getByTestId('history-return').click()
    await page.getByTestId('history-marker').waitFor({ state: 'detached' })
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)
})
