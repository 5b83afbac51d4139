import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { openPool } from '../../twin-server/src/store/pool.ts'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { type Product, startProduct, until } from '../harness/product.ts'

const MANY = 5000
const station = demoFleet()[0]
const device = station?.devices[0]

describe.skipIf(!hasBrowser)('long lists and the search', () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    browser = await startBrowser()
    const sql = openPool(database.url, { max: 1 })
    await sql.unsafe(`
      insert into part (id, created_at, updated_at, state, code, name, unit, minimum, models, on_hand, value, short, search)
      select 'p' || lpad(i::text, 11, '0'), now() - i * interval '1 s', now(), 'enabled', 'P-' || lpad(i::text, 8, '0'), 'part ' || i, '只', 5,
        '{}', i % 100, i, false, array_to_tsvector(array['p', lpad(i::text, 8, '0'), 'part', i::text]) from generate_series(1, ${MANY}) i`)
    await sql.unsafe(`
      insert into alarm_occurrence (occurrence, code, station, station_kind, device, device_kind, priority, phase, historical, "values", raised_at)
      select 'o' || i, 'AC-101', '${station?.id}', '${station?.kind}', '${device?.id}', '${device?.kind}', 'P2', 'UNACK', false, '{}',
        now() - i * interval '1 min' from generate_series(1, ${MANY}) i`)
    await sql.end()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await database?.stop()
  }, 60_000)

  /** 500 rows on a page; a fraction of them is in the document, all of them can be reached and are counted. */
  async function holdsLittle(page: Page, table: Locator): Promise<void> {
    await table.locator('.ant-pagination-options .ant-select').click()
    await page.locator('.ant-select-item-option', { hasText: '500' }).click()
    await table.locator('tbody[data-rows="500"]').waitFor()
    const rows = table.locator('tbody tr[data-row-key]')
    await until('few rows exist', async () => (await rows.count()) < 90)
    expect(await table.locator('table').first().getAttribute('aria-rowcount')).toBe('501')
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(6000)
    const indexOf = (row: Locator): Promise<number> => row.getAttribute('aria-rowindex').then(Number)

    // By keyboard from the last that exists to those that did not.
    const last = rows.last()
    const before = await indexOf(last)
    await last.locator('a, button').first().focus()
    const focused = (): Promise<number> =>
      page.evaluate(() => Number(document.activeElement?.closest('tr')?.getAttribute('aria-rowindex') ?? -1))
    for (let i = 0; i < 40 && (await focused()) < before + 2; i++) await page.keyboard.press('Tab')
    expect(await focused()).toBeGreaterThanOrEqual(before + 2)

    // The end is there after scrolling, and the focus is where it was.
    const held = await focused()
    await page.locator('#content').evaluate((box) => box.scrollTo(0, box.scrollHeight))
    await table.locator('tr[aria-rowindex="501"]').waitFor()
    expect(await rows.count()).toBeLessThan(90)
    expect(await focused()).toBe(held)
  }

  it('keeps the document small with 5,000 alarms and 5,000 records, and loses neither keyboard nor count', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    await page.goto(`${product.url}/alarms`)
    await page.locator(`[data-testid=alarm-table][data-total="${MANY}"]`).waitFor()
    await holdsLittle(page, page.getByTestId('alarm-table'))
    await page.goto(`${product.url}/records/part`)
    await page.getByTestId('table-part').locator('tbody tr[data-row-key]').first().waitFor()
    await holdsLittle(page, page.locator('.ant-table-wrapper', { has: page.getByTestId('table-part') }))
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('asks once for what is typed in one go, works by keyboard, says when it fails, and the page says where it stands in the menu', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    const asked: string[] = []
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname === '/api/search') asked.push(searchParams.get('q') ?? '')
    })
    await page.keyboard.press('Control+k')
    const box = page.getByTestId('search-input')
    await box.waitFor()
    await box.pressSequentially('00004321')
    const hit = page.getByTestId('search-hit').first()
    await hit.waitFor()
    expect(asked.at(-1)).toBe('00004321')
    expect(asked.length).toBeLessThan(4)
    expect(await box.getAttribute('aria-activedescendant')).toBe(await hit.getAttribute('id'))
    await page.keyboard.press('Enter')
    await page.getByTestId('record-part-detail').waitFor()
    await page.getByTestId('crumbs').getByText('P-00004321').waitFor()
    expect(await page.getByTestId('crumbs').locator('li').allTextContents()).toEqual(['配件管理', '配件信息', 'P-00004321 part 4321'])

    // Enter before the answer opens what the answer has first.
    await page.keyboard.press('Control+k')
    await box.fill('00000017')
    await page.keyboard.press('Enter')
    await page.getByTestId('crumbs').getByText('P-00000017').waitFor()

    await page.keyboard.press('Control+k')
    await box.fill('没有这样的东西')
    await page.getByTestId('palette').getByText('没有找到').waitFor()
    await page.route('**/api/search*', (route) => route.abort())
    await box.fill('别的')
    await page.locator('[data-testid=palette][data-state=failed]').waitFor()
    await page.unroute('**/api/search*')
    await page
      .getByTestId('palette')
      .getByRole('button', { name: /重\s*试/ })
      .click()
    await page.locator('[data-testid=palette][data-state=found]').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('palette').waitFor({ state: 'detached' })
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)
})
