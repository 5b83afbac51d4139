import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyValue, findRecord, isEmpty } from '@twin/models/records'
import { demoFleet } from '@twin/models/stations'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { flaws, watch, type Watch } from '../harness/page-watch.ts'
import { read, setStage, type Stage } from './stage.ts'

const central = demoFleet().find(({ kind }) => kind === 'centralStation')?.id ?? ''

interface Node {
  readonly opens: string
  readonly path: string | null
  readonly children: readonly Node[]
}
const pathsOf = (nodes: readonly Node[]): readonly string[] =>
  nodes.flatMap((node) => [...(node.path === null || node.opens !== 'page' ? [] : [node.path]), ...pathsOf(node.children)])

/** Goes on as a click in the menu does: the page stays, the address changes. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    // What stood there before must not pass for the new page.
    document.querySelector('.page')?.setAttribute('data-before', '')
    history.pushState({}, '', to)
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  }, path)
  await settled(page)
}

/** The page stands and nothing on it is still being fetched. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('#content .page, #content .ant-result') !== null &&
      document.querySelector('#content .state-box .ant-spin, #content .ant-spin-spinning') === null,
    undefined,
    { timeout: 30_000, polling: 50 },
  )
}

describe.skipIf(!hasBrowser)('every page', () => {
  let stage: Stage
  let page: Page
  let heard: Watch
  let paths: readonly string[]
  beforeAll(async () => {
    stage = await setStage()
    ;({ page } = await signInAs(stage.browser, stage.product, 'admin', 'Admin#2026'))
    heard = watch(page)
    const { platforms } = await read<{ platforms: readonly string[] }>(stage.admin, '/api/menu')
    const menus = await Promise.all(
      platforms.map((platform) => read<{ menu: readonly Node[] }>(stage.admin, `/api/menu?platform=${platform}`)),
    )
    paths = [...new Set(menus.flatMap(({ menu }) => pathsOf(menu)))]
  }, 240_000)
  afterAll(() => stage?.stop(), 60_000)

  /** Without the mouse, which would leave a tooltip behind. */
  const otherLanguage = async (): Promise<void> => {
    await page.getByTestId('language-toggle').evaluate((button: HTMLElement) => button.click())
    await settled(page)
  }

  /** Every entry of every menu at this width, in Chinese and in English; what was found, by address. */
  async function walk(size: { width: number; height: number }, also?: (path: string) => Promise<void>): Promise<Record<string, string[]>> {
    await page.setViewportSize(size)
    const found: Record<string, string[]> = {}
    for (const path of [...paths, `/station/${central}`]) {
      const here: string[] = (found[path] = [])
      try {
        await open(page, path)
        here.push(...(await flaws(page)))
        await otherLanguage()
        here.push(...(await flaws(page)).map((flaw) => `in English: ${flaw}`))
        await otherLanguage()
        await also?.(path)
      } catch (error) {
        here.push(String(error).slice(0, 300))
      }
      here.push(...heard.take())
    }
    return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))
  }

  /** What people come for: rows or word that there are none; the first row opens; the form opens and says what it needs. */
  async function mainPath(path: string): Promise<void> {
    const record = findRecord(path.split('/')[2] ?? '')
    if (!record || path !== `/records/${record.name}`) return
    const table = page.getByTestId(`table-${record.name}`)
    await table.locator('tbody tr[data-row-key], .ant-empty').first().waitFor()
    if ((await page.getByTestId('record-new').count()) > 0) {
      await page.getByTestId('record-new').click()
      const form = page.getByTestId('record-form')
      await form.waitFor()
      const asks = Object.values(record.fields).some((field) => field.required && !field.computed && isEmpty(emptyValue(field) ?? null))
      await form.getByTestId('record-save').click()
      if (asks) await form.locator('.ant-form-item-explain-error, [role=alert]').first().waitFor()
      await page.locator('.ant-drawer-close').first().click()
      await form.waitFor({ state: 'detached' })
    }
    const first = table.locator('tbody tr[data-row-key] a[href^="/records/"]').first()
    if ((await first.count()) === 0) return
    await first.click()
    await page.locator('[data-testid$="-detail"]').waitFor()
    await settled(page)
    const wrong = await flaws(page)
    if (wrong.length > 0) throw new Error(`the first row: ${wrong.join('; ')}`)
  }

  it('opens on a desk in both languages, and its main path works', async () => {
    expect(paths.length).toBeGreaterThan(40)
    expect(await walk({ width: 1440, height: 900 }, mainPath)).toEqual({})
  }, 400_000)

  it('opens on a phone in both languages', async () => {
    expect(await walk({ width: 390, height: 844 })).toEqual({})
  }, 300_000)
})
