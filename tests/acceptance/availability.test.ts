import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool, type Sql } from '../../twin-server/src/store/connection.ts'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { type Session, until } from '../harness/product.ts'
import { type Desk, openDesk } from './stage.ts'

const HOUR = 3_600_000

interface Summary {
  readonly since: number
  readonly at: number
  readonly days: readonly { readonly day: string; readonly planned: number; readonly failure: number }[]
  readonly periods: readonly { readonly period: string; readonly availability: number; readonly withoutPlanned: number }[]
  readonly reliability: {
    readonly minutes: number
    readonly operatingHours: number
    readonly failures: number
    readonly degrees: number
    readonly chiSquare: number
    readonly lowerBound: number
    readonly met: boolean
    readonly hoursNeeded: number
  }
}

describe.skipIf(!hasBrowser)('the record of service', () => {
  let desk: Desk
  let sql: Sql
  let admin: Session
  beforeAll(async () => {
    desk = await openDesk({ TWIN_AVAILABILITY_CHECK_MS: '500', TWIN_AVAILABILITY_GAP_MS: '10000' })
    sql = openPool(desk.product.env.DATABASE_URL ?? '', { max: 1, name: 'test' })
    admin = await desk.product.signIn('admin', 'Admin#2026')
  }, 240_000)
  afterAll(async () => {
    await sql?.end()
    await desk?.stop()
  }, 60_000)

  const summary = async (confidence = 90): Promise<Summary> => {
    const { status, body } = await admin.call('GET', `/api/availability?confidence=${confidence}`)
    expect(status).toBe(200)
    return body as Summary
  }
  const kpi = (page: Page, key: string) => page.getByTestId(`kpi-${key}`).innerText()
  const number = async (page: Page, key: string): Promise<number> => Number((await kpi(page, key)).replaceAll(/^.*\n|[^\d.]/g, ''))
  const shows = async (page: Page, key: string, value: (shown: number) => boolean): Promise<void> => {
    await until(`${key} on the page`, async () => value(await number(page, key)), 40)
  }

  it('[P-008] an administrator reads hours, counted failures and the demonstrated lower bound; the API has the same inputs; an outage lowers it, and 16 000 h are met or not yet proven', async () => {
    const { product, browser } = desk
    const start = await summary()
    expect(start.reliability).toMatchObject({ failures: 0, degrees: 2, met: false })
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    await page.goto(`${product.url}/system/availability`)
    const target = page.getByTestId('target-state')
    await target.waitFor()
    expect(await target.innerText()).toContain('尚未证明')
    expect(await target.innerText()).toMatch(/还需 36,84[12] h 无失效运行/)
    expect(await kpi(page, 'target')).toContain('16,000')

    // Forty thousand hours of service, as the calendar would bring them.
    await sql`update service_watch set started_at = started_at - ${40_000 * HOUR}`
    await page.reload()
    await shows(page, 'operatingHours', (hours) => hours >= 40_000)
    const proven = await summary()
    expect(proven.reliability).toMatchObject({ failures: 0, met: true, hoursNeeded: 0 })
    expect(proven.reliability.lowerBound).toBeCloseTo(proven.reliability.operatingHours / Math.log(10), 3)
    expect(await target.innerText()).toContain('已达到')
    expect(Math.abs((await number(page, 'lowerBound')) - proven.reliability.lowerBound)).toBeLessThan(1)
    await page.getByTestId('confidence').getByText('60 %').click()
    await shows(page, 'lowerBound', (bound) => bound > 43_000)
    await page.getByTestId('confidence').getByText('90 %').click()
    await shows(page, 'lowerBound', (bound) => bound < 18_000)

    // The server dies.
    const diedAt = Date.now()
    await product.server.end('SIGKILL')
    await product.startServer()
    await page.reload()
    await shows(page, 'failures', (failures) => failures === 1)
    await shows(page, 'lowerBound', (bound) => bound < 11_000)
    expect(await target.innerText()).toContain('尚未证明')
    const after = await summary()
    expect(after.reliability).toMatchObject({ failures: 1, degrees: 4, met: false })
    const { operatingHours, chiSquare, lowerBound, minutes } = after.reliability
    expect(chiSquare).toBeCloseTo(7.779, 3)
    expect(lowerBound).toBeCloseTo((2 * operatingHours) / chiSquare, 3)
    expect(minutes).toBeGreaterThanOrEqual(40_000 * 60)
    expect([await number(page, 'operatingHours'), await number(page, 'lowerBound')].map(Math.round)).toEqual(
      [operatingHours, lowerBound].map(Math.round),
    )
    const { rows } = (await admin.call('GET', '/api/availability/outages')).body as {
      rows: { id: number; from: number; to: number; cause: string; verdict: string }[]
    }
    expect(rows).toMatchObject([{ cause: 'crash', verdict: 'failure' }])
    const [outage] = rows
    if (!outage) throw new Error('no outage')
    expect(outage.from).toBeLessThanOrEqual(diedAt)
    expect(outage.to).toBeGreaterThan(diedAt)
    expect(after.days.at(-1)?.failure).toBeGreaterThanOrEqual(1)

    // What an administrator says of it counts from then on, and what was found stays.
    await page.getByTestId(`judge-${outage.id}`).click()
    await page.getByTestId('judge-verdict').click()
    await page.locator('.ant-select-item-option', { hasText: '计划维护' }).click()
    await page.getByTestId('judge-reason').fill('更换电源')
    await page.locator('.ant-modal .ant-btn-primary').click()
    await shows(page, 'failures', (failures) => failures === 0)
    await until('met again', async () => (await target.innerText()).includes('已达到'))
    await page.getByTestId('outage-table').locator('.ant-table-row-expand-icon').first().click()
    const said = await page.getByTestId(`outage-said-${outage.id}`).innerText()
    expect(said).toContain('系统判断：计入失效')
    expect(said).toContain('更换电源')
    const audit = (await admin.call('GET', `/api/audit?from=${diedAt}&to=${Date.now() + 60_000}`)).body as { rows: { kind: string }[] }
    expect(audit.rows.map(({ kind }) => kind)).toContain('availability.judge')

    // A stop by order is maintenance from the beginning: availability falls, reliability does not.
    await product.server.end('SIGTERM')
    await product.startServer()
    const stopped = await summary()
    expect(stopped.reliability).toMatchObject({ failures: 0, met: true })
    expect(stopped.periods[0]?.availability).toBeLessThan(1)
    expect(stopped.periods[0]?.withoutPlanned).toBe(1)
    expect(stopped.days.at(-1)?.planned).toBeGreaterThanOrEqual(1)
    const viewer = await product.signIn('viewer', 'Viewer#2026')
    expect((await viewer.call('GET', '/api/availability')).status).toBe(403)
    expect((await admin.call('POST', `/api/availability/outages/${outage.id}/verdict`, { verdict: 'excluded', reason: '' })).status).toBe(
      422,
    )
    expect(errors).toEqual([])
  }, 180_000)
})
