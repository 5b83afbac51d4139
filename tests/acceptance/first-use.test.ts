import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser } from '../harness/browser.ts'
import { demoStation, setStage, type Stage } from './stage.ts'

const single = demoStation('HB-M01')
const machine = single.devices.find(({ kind }) => kind === 'compressor')
if (!machine) throw new Error('a single module without compressor')

/** People who never saw the product: they know what is written on the screen, and nothing of how it is made. */
describe.skipIf(!hasBrowser)('first use', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage()
  }, 240_000)
  afterAll(async () => {
    await stage?.stop()
  }, 120_000)

  const arrive = async (username: string, password: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await stage.browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'zh-CN',
      reducedMotion: 'reduce',
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(45_000)
    await page.goto(stage.product.url)
    await page.getByRole('textbox', { name: '用户名' }).fill(username)
    await page.getByRole('textbox', { name: '密码' }).fill(password)
    await page.getByRole('button', { name: /登\s*录/ }).click()
    return page
  }
  /** To the station by its name in the list. */
  const openStation = async (page: Page): Promise<void> => {
    await page.getByRole('link', { name: single.name }).first().click()
    await page.getByRole('heading', { name: single.name }).first().waitFor()
  }
  const chooseMachine = async (page: Page): Promise<void> => {
    await page.getByText('二维', { exact: true }).click()
    await page
      .getByRole('button', { name: new RegExp(machine.name) })
      .first()
      .click()
  }
  const explained = async (page: Page): Promise<string> => {
    await page.getByRole('tooltip').filter({ hasText: /./ }).last().waitFor()
    return page.getByRole('tooltip').last().innerText()
  }

  it('a viewer reads a station and what its words mean, an operator deals with an alarm: from the screen alone', async () => {
    // Viewer: what does this station give now, and what do the words mean.
    const viewer = await arrive('viewer', 'Viewer#2026')
    await viewer.getByText('单位电耗').first().hover()
    expect(await explained(viewer)).toMatch(/公式.*kWh.*m³[\s\S]*来源.*ISO 1217/)
    await openStation(viewer)
    await chooseMachine(viewer)
    await viewer.getByText(/bar/).first().waitFor()
    // Every chart says unit and source.
    await viewer
      .getByText(/单位.*来源/)
      .first()
      .waitFor()
    await viewer.context().close()

    // Operator: an alarm comes, he acknowledges it. On a phone a tap explains.
    const operator = await arrive('operator', 'Operator#2026')
    await operator.getByRole('link', { name: '报警', exact: true }).click()
    await stage.fault({ station: single.id, fault: 'trip', device: machine.id, class: 'MOTOR_OVERLOAD' })
    const row = operator.getByRole('row', { name: new RegExp(machine.name) }).first()
    await row.getByRole('button', { name: /确\s*认/ }).click()
    const dialog = operator.getByRole('dialog')
    await dialog.getByRole('textbox').fill('已通知班长')
    await dialog
      .getByRole('button', { name: /确\s*认/ })
      .last()
      .click()
    await row.getByText(/已确认/).waitFor()
    await row
      .getByText(/已确认/)
      .first()
      .click()
    expect(await explained(operator)).toContain('ISA-18.2')
    await operator.context().close()
    await stage.fault({ station: single.id, fault: 'trip', device: machine.id, off: true })
  }, 240_000)

  it('every word that promises an explanation has one, the same in the API', async () => {
    const page = await arrive('admin', 'Admin#2026')
    await page.getByRole('link', { name: single.name }).first().waitFor()
    const { body } = await stage.admin.call('GET', '/api/terms')
    const { terms } = body as { terms: { key: string; term: { zh: string } }[] }
    const words = new Set(terms.map(({ term }) => term.zh))
    const keys = new Set(terms.map(({ key }) => key))
    const missing = new Set<string>()
    let seen = 0
    const paths = [
      '/',
      '/alarms',
      '/alarm-statistics',
      `/energy?station=${single.id}`,
      '/records/asset',
      '/records/part',
      '/records/station',
      '/records/device',
      '/commands',
      '/system/cluster',
      '/help',
    ]
    for (const path of paths) {
      await page.goto(stage.product.url + path)
      await page.locator('[data-word],[data-term]').first().waitFor()
      const found = (await page.evaluate(
        `[...document.querySelectorAll('[data-word],[data-term]')].map((one) => ({ ...one.dataset }))`,
      )) as { word?: string; term?: string; help?: string }[]
      seen += found.length
      for (const { word, term, help } of found)
        if (term ? !keys.has(term) : !help && !words.has(word ?? '')) missing.add(`${path}: ${term ?? word ?? ''}`)
    }
    expect([...missing]).toEqual([])
    expect(seen).toBeGreaterThan(60)
    for (const { key } of terms.slice(0, 5)) expect((await stage.operator.call('GET', `/api/terms/${key}`)).status).toBe(200)
    await page.context().close()
  }, 180_000)
})
