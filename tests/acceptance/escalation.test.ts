import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { forward, HandDevice, movingClock } from '../harness/hand-device.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'
import { demoStation, read } from './stage.ts'

interface Row {
  occurrence: string
  code: string
  device: string
  raisedAt: number
  escalatedAt: number | null
}
interface Detail {
  alarm: Row
  escalatedTo: string[]
  events: { kind: string; at: number }[]
  before: { point: string; t: number[]; v: (number | null)[] }[]
}
interface Inbox {
  total: number
  rows: { title: string; body: string }[]
}
const station = demoStation('JS-S01')
const dryer = station.devices.find(({ kind }) => kind === 'dryer')
if (!dryer) throw new Error('the station has no dryer')
/** Shorter than the ten seconds after which a device counts as silent. */
const STEP = 9000

describe.skipIf(!hasBrowser)('an alarm that nobody acknowledges', () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  let admin: Session
  let operator: Session
  let device: HandDevice
  let ahead = 0
  const now = (): number => Date.now() + ahead
  const later = async (ms: number): Promise<void> => {
    ahead = await forward(product.server.child, ms)
  }
  const running = (dewPoint: number) => device.say({ runState: 'RUNNING', pressureDewPoint: dewPoint, faultActive: false }, now())

  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url, movingClock)
    ;[admin, operator, browser] = await Promise.all([
      product.signIn('admin', 'Admin#2026'),
      product.signIn('operator', 'Operator#2026'),
      startBrowser(),
    ])
    device = await HandDevice.connect(product, station, dryer)
  }, 120_000)
  afterAll(async () => {
    await device?.end()
    await browser?.close()
    await product?.stop()
    await database?.stop()
  })

  it('[T1-043] a dew point too high is shown at the dryer and its station with the 5 minutes before; after 10 minutes the station manager has it in the inbox; it becomes a work order once', async () => {
    const made = await admin.call('POST', '/api/users', {
      username: 'shenjie',
      name: station.manager,
      role: 'operator',
      stations: [station.id],
      password: 'Manager#2026',
    })
    expect(made.status).toBe(200)
    let manager = await product.signIn('shenjie', 'Manager#2026')
    expect((await manager.call('POST', '/api/me/password', { current: 'Manager#2026', next: 'Manager#2027' })).status).toBe(200)
    manager = await product.signIn('shenjie', 'Manager#2027')
    const inbox = (of: Session): Promise<Inbox> => read(of, '/api/records/inbox?q=')

    // Wet air: the limit must be passed for ten minutes before it is an alarm.
    await running(4)
    for (let t = 0; t <= 612_000; t += STEP) {
      await later(STEP)
      await running(12 + (t % 27_000) / 27_000)
    }
    const [alarm] = await until('the alarm', async () => {
      const { rows } = await read<{ rows: Row[] }>(operator, `/api/alarms?station=${station.id}&code=DR-002&phase=open`)
      return rows.length === 1 && rows
    })
    if (!alarm) throw new Error('no alarm')
    expect(alarm.device).toBe(dryer.id)
    const detail = (): Promise<Detail> => read(operator, `/api/alarms/${alarm.occurrence}`)
    const before = (await detail()).before.find(({ point }) => point === 'pressureDewPoint')
    expect(before?.t.length).toBeGreaterThan(25)
    expect(before?.t.every((at) => at >= alarm.raisedAt - 300_000 && at <= alarm.raisedAt)).toBe(true)
    expect(before?.v.every((value) => value !== null && value >= 12)).toBe(true)

    const { page, errors } = await signInAs(browser, product, 'shenjie', 'Manager#2027')
    await page.goto(`${product.url}/station/${station.id}?device=${dryer.id}`)
    await page.getByTestId('device-panel').locator('[data-testid="device-alarm"][data-code="DR-002"]').waitFor()
    await page.goto(`${product.url}/station/${station.id}?tab=alarms`)
    const row = page.locator(`[data-testid="alarm-row"][data-occurrence="${alarm.occurrence}"]`)
    await row.waitFor()

    // Nobody hears of it before ten minutes are over; then the manager does, once.
    await later(alarm.raisedAt + 598_000 - now())
    await until('the server lives on', async () => (await fetch(`${product.url}/api/health`)).ok)
    expect((await detail()).alarm.escalatedAt).toBeNull()
    expect((await inbox(manager)).total).toBe(0)
    const badge = page.getByTestId('inbox-badge').locator('.ant-badge-count')
    expect(await badge.count()).toBe(0)
    await later(2500)
    const [message] = await until('the message', async () => {
      const { rows } = await inbox(manager)
      return rows.filter(({ body }) => body.includes('DR-002')).length > 0 && rows
    })
    expect(message).toMatchObject({ title: expect.stringContaining(station.name), body: expect.stringContaining('10 分钟无人确认') })
    await until('the badge tells so in the open page', async () => Number(await badge.getAttribute('title')) > 0)
    const escalated = await detail()
    expect(escalated.escalatedTo).toEqual([station.manager])
    expect(escalated.alarm.escalatedAt).toBeGreaterThanOrEqual(alarm.raisedAt + 600_000)
    expect(escalated.events.filter(({ kind }) => kind === 'alarm.escalated')).toHaveLength(1)
    await until('the list marks it', async () => (await row.getByTestId('escalated-mark').count()) === 1)

    await row.getByRole('button', { name: /DR-002/ }).click()
    expect(await page.getByTestId('alarm-escalation').textContent()).toContain(station.manager)
    await page.getByTestId('alarm-before').getByTestId('series-chart').waitFor()
    expect(await page.getByTestId('alarm-before').locator('.ant-table-tbody').textContent()).toMatch(/压力露点.*1[23].*°C/)

    await page.getByTestId('make-work-order').click()
    expect(await page.getByTestId('work-order-title').inputValue()).toContain('压力露点超限')
    await page.locator('#work-order-confirm').click()
    await page
      .getByTestId('alarm-work-order')
      .getByText(/GD-\d{8}-0001/)
      .waitFor()
    expect(await page.getByTestId('make-work-order').count()).toBe(0)
    const order = { title: '又一次', station: station.id, device: dryer.id, alarm: alarm.occurrence }
    const second = await operator.call('POST', '/api/records/workOrder', order)
    expect(second).toMatchObject({ status: 409, body: { error: { field: 'alarm' } } })
    expect(await read(operator, `/api/records/workOrder?alarm=${alarm.occurrence}`)).toMatchObject({
      total: 1,
      rows: [{ priority: 'P2', state: 'open' }],
    })

    // What was said is said once, and to nobody else.
    await later(120_000)
    await until('the server lives on', async () => (await fetch(`${product.url}/api/health`)).ok)
    expect((await inbox(manager)).rows.filter(({ body }) => body.includes('DR-002'))).toHaveLength(1)
    expect((await inbox(operator)).rows.filter(({ body }) => body.includes('DR-002'))).toHaveLength(0)
    expect(errors).toEqual([])
  }, 120_000)
})
