import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { Process, type Product, startProduct, until } from '../harness/product.ts'

const axeFile = createRequire(new URL('../../portals/package.json', import.meta.url)).resolve('axe-core/axe.min.js')
const station = demoFleet().find(({ kind }) => kind === 'centralStation')?.id ?? ''

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[]
}

/** What a person with a disability could not use: serious and critical findings, each with where it is. */
async function barriers(page: Page): Promise<string[]> {
  // Colours that still fade from one theme to the other are nobody's.
  await page.waitForFunction(() =>
    document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getTiming().iterations === Infinity),
  )
  // Evaluated, not loaded: the page's policy lets no foreign script in.
  await page.evaluate(await readFile(axeFile, 'utf8'))
  const violations = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)')) as Violation[]
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 5).map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`))
}
describe.skipIf(!hasBrowser)('accessibility', () => {
  let database: TestPostgres
  let product: Product
  let devices: Process
  let browser: Browser
  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    devices = new Process('loadtest/src/fleet/main.ts', ['--demo', '--quiet', '--url', product.mqtt], product.env)
    browser = await startBrowser()
    const session = await product.signIn('admin', 'Admin#2026')
    await until(
      'the fleet is live',
      async () => {
        const { body } = await session.call('GET', '/api/stations')
        return (body as { stations: { devices: { total: number; online: number } }[] }).stations.every(
          (s) => s.devices.online === s.devices.total,
        )
      },
      90,
    )
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await devices?.end()
    await product?.stop()
    await database?.stop()
  }, 120_000)

  it('the pages people work with have no serious barrier, in the dark and in the light theme', async () => {
    const context = await browser.newContext({ locale: 'zh-CN', reducedMotion: 'reduce' })
    const door = await context.newPage()
    await door.goto(product.url)
    await door.getByTestId('username').waitFor()
    const found: Record<string, string[]> = { signIn: await barriers(door) }
    await context.close()

    const { page } = await signInAs(browser, product, 'admin', 'Admin#2026')
    for (const theme of ['dark', 'light']) {
      if (theme === 'light') await page.getByTestId('theme-toggle').click()
      for (const [path, ready] of [
        ['/', 'station-row'],
        [`/station/${station}`, 'station-page'],
        ['/alarms', 'alarm-filters'],
        ['/energy', 'energy-page'],
        ['/trends', 'trends-page'],
        ['/system/users', 'users-page'],
      ] as const) {
        await page.goto(product.url + path)
        await page.getByTestId(ready).first().waitFor()
        if (path.startsWith('/station/')) {
          await page.getByTestId('tab-parameters').click()
          await page.getByTestId('parameters-tab').waitFor()
          found[`${theme} parameters`] = await barriers(page)
          await page.getByTestId('tab-twin').click()
          await page.getByTestId('view-switch').getByText('二维').click()
          await page.getByTestId('station-diagram').waitFor()
        }
        found[`${theme} ${path}`] = await barriers(page)
      }
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({})
    await page.context().close()
  }, 240_000)

  it('the way from the overview to a station and its parameters needs no mouse', async () => {
    const { page } = await signInAs(browser, product, 'admin', 'Admin#2026', { at: '/' })
    const focusUntil = async (selector: string): Promise<void> => {
      for (let i = 0; i < 120; i++) {
        if (await page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null && document.activeElement !== null, selector))
          return
        await page.keyboard.press('Tab')
      }
      throw new Error(`${selector} is not reached by Tab`)
    }
    await page.getByTestId('station-row').first().waitFor()
    await focusUntil('[data-testid=station-row]')
    await page.keyboard.press('Enter')
    await page.getByTestId('station-page').waitFor()
    await focusUntil('[role=tab]')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByTestId('parameters-tab').waitFor()
    await page.context().close()
  }, 120_000)
})
