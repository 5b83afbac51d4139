import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { menuEntriesWithHelp } from '@twin/models/help'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { type Product, until } from '../harness/product.ts'
import { type Desk, openDesk } from './stage.ts'

describe.skipIf(!hasBrowser)('online help', () => {
  let desk: Desk
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    desk = await openDesk()
    ;({ product, browser } = desk)
  }, 240_000)
  afterAll(async () => {
    await desk?.stop()
  }, 120_000)

  const article = (page: Page) => page.getByTestId('help-article')
  const shown = async (page: Page, key: string): Promise<string> => {
    await page.locator(`[data-testid=help-article][data-key="${key}"]`).waitFor()
    return article(page).innerText()
  }

  it('[P-021] help opens for the page one is on, in the same window; all texts are searched, also without network; every menu entry has an article, an administrator corrects one at once, and the API gives it by key', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026', { at: '/' })
    const admin = await product.signIn('admin', 'Admin#2026')
    const viewer = await product.signIn('viewer', 'Viewer#2026')

    // The page's own article, by key and by button, beside the page.
    await page.keyboard.press('F1')
    expect(await shown(page, 'overview')).toContain('站点列表')
    await page.goto(`${product.url}/alarms`)
    await page.getByTestId('alarm-filters').waitFor()
    await page.getByTestId('help-open').click()
    expect(await shown(page, 'alarms')).toContain('锁存')
    expect(page.url()).toContain('/alarms')
    expect(await page.getByTestId('alarm-filters').isVisible()).toBe(true)
    await page.goto(`${product.url}/records/part`)
    await page.getByTestId('record-part').waitFor()
    await page.keyboard.press('?')
    expect(await shown(page, 'records.part')).toContain('最低库存')

    // Full text over all articles.
    await page.getByTestId('help-search').fill('前一个等长期间')
    await page.getByTestId('help-hit').first().click()
    expect(await shown(page, 'alarm-statistics')).toContain('分组')

    // Every menu entry, from the API by the key of its page.
    for (const { key } of menuEntriesWithHelp()) {
      const { status, body } = await viewer.call('GET', `/api/help/${key}`)
      expect([key, status, (body as { body: { zh: string; en: string } }).body.en.length > 40]).toEqual([key, 200, true])
    }

    // A correction needs no release.
    await page.getByTestId('help-search').fill('')
    await page.getByTestId('help-correct').click()
    await page.locator('#f-title').fill('报警统计（本厂版）')
    await page.getByTestId('record-save').click()
    await until('the article is the corrected one', async () => (await article(page).innerText()).includes('报警统计（本厂版）'))
    const corrected = (await viewer.call('GET', '/api/help/alarm-statistics')).body as { title: { zh: string }; row: string }
    expect(corrected.title.zh).toBe('报警统计（本厂版）')
    const history = (await admin.call('GET', `/api/records/helpArticle/${corrected.row}/history`)).body as { lines: unknown[] }
    expect(history.lines.length).toBe(1)

    // Without network: also after the page is opened anew. What the page needs is kept once it has been quiet for a moment.
    await until(
      'the shell is kept',
      () =>
        page.evaluate(async () => {
          const cache = await caches.open('twin-shell')
          const names = (await cache.keys()).map(({ url }) => new URL(url).pathname)
          return names.includes('/') && names.includes('/api/help') && names.some((name) => name.includes('help-drawer'))
        }),
      60,
    )
    await page.context().setOffline(true)
    await page.reload()
    await page.getByTestId('help-open').click()
    await shown(page, 'help')
    await page.getByTestId('help-search').fill('第二名工程师')
    expect(await page.getByTestId('help-hit').count()).toBeGreaterThan(0)
    await page.getByTestId('help-hit').first().click()
    await article(page).waitFor()
    // Live data are not kept.
    expect(
      await page.evaluate(() =>
        fetch('/api/stations').then(
          () => 'answered',
          () => 'none',
        ),
      ),
    ).toBe('none')
    expect(errors).toEqual([])
    await page.context().close()
  }, 180_000)
})
