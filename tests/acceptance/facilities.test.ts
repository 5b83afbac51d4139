import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { type Product, type Session } from '../harness/product.ts'
import { type Desk, openDesk } from './stage.ts'

describe.skipIf(!hasBrowser)('infrastructure from installation to scrapping', () => {
  let desk: Desk
  let product: Product
  let browser: Browser
  let operator: Session
  let engineer: Session

  beforeAll(async () => {
    desk = await openDesk()
    ;({ product, browser } = desk)
    operator = await product.signIn('operator', 'Operator#2026')
    engineer = await product.signIn('engineer', 'Engineer#2026')
  }, 120_000)
  afterAll(async () => {
    await desk?.stop()
  })

  const install = async (code: string, body: object): Promise<string> => {
    const shared = { code, price: 80_000_00, installedOn: '2026-01-10' }
    const answer = await operator.call('POST', '/api/records/facility', { ...shared, ...body })
    expect([code, answer.status]).toEqual([code, 200])
    return (answer.body as { id: string }).id
  }
  const step = async (id: string, name: string, input: object, session = operator): Promise<number> =>
    (await session.call('POST', `/api/records/facility/${id}/${name}`, { input })).status

  it('[G-062] only permitted steps are taken from installation to scrapping, the page shows the whole life with cost, and the rack view each at its place with its state', async () => {
    const racked = { name: '应用服务器', kind: 'server', rack: 'A01', height: 2 }
    const server = await install('SRV-1', { ...racked, slot: 1 })
    await install('SRV-2', { ...racked, slot: 3 })
    const network = await install('SW-1', { name: '核心交换机', kind: 'network', rack: 'A02', slot: 10, height: 1 })
    await install('CAM-1', { name: '东门摄像机', kind: 'camera', mounting: 'field', spot: '东门立杆' })

    const part = { on: '2026-02-02', part: '硬盘 4 TB', detail: '坏道', cost: 1_500_00 }
    expect(await step(server, 'exchange', part)).toBe(409)
    expect(await step(server, 'scrap', { on: '2026-02-02', detail: '未投用', cost: 0 }, engineer)).toBe(409)
    for (const id of [server, network]) expect(await step(id, 'commission', { on: '2026-01-12' })).toBe(200)
    expect(await step(server, 'exchange', part)).toBe(409)
    expect(await step(server, 'maintain', { on: '2026-02-01', detail: '季度清灰' })).toBe(200)
    expect(await step(server, 'fail', { on: '2026-02-01', detail: '硬盘告警' })).toBe(200)
    expect(await step(server, 'maintain', { on: '2026-02-02', detail: '清灰' })).toBe(409)
    expect(await step(server, 'exchange', part)).toBe(200)

    const { page, errors } = await signInAs(browser, product, 'engineer', 'Engineer#2026', { viewport: { width: 1440, height: 900 } })
    await page.goto(`${product.url}/records/facility/racks`)
    const seen = async (at: Page, rack: string, code: string): Promise<string | null> =>
      at.getByTestId(rack).getByTestId(`place-${code}`).getAttribute('data-state')
    expect(await seen(page, 'rack-A01', 'SRV-1')).toBe('fault')
    expect(await seen(page, 'rack-A01', 'SRV-2')).toBe('installed')
    expect(await seen(page, 'rack-A02', 'SW-1')).toBe('inService')
    expect(await seen(page, 'rack-field', 'CAM-1')).toBe('installed')
    // Unit 3 stands above unit 1.
    const top = async (code: string): Promise<number> => (await page.getByTestId(`place-${code}`).boundingBox())?.y ?? 0
    expect(await top('SRV-2')).toBeLessThan(await top('SRV-1'))
    await page.getByTestId('racks-fault').click()
    await page.locator('.rack-item.faint').first().waitFor()
    expect(await page.locator('.rack-item:not(.faint)').count()).toBe(1)
    if (process.env.TWIN_SHOTS) await page.screenshot({ path: `${process.env.TWIN_SHOTS}/racks-1440.png` })

    // Its page: every step with its cost, and the sum.
    await page.getByTestId('place-SRV-1').click()
    const detail = page.getByTestId('record-facility-detail')
    await detail.getByText('81,500.00').first().waitFor()
    await detail.getByRole('tab', { name: /生命周期/ }).click()
    const life = detail.getByRole('tabpanel').filter({ visible: true })
    for (const text of ['安装', '投用', '维护', '故障', '更换配件', '硬盘 4 TB', '80,000.00', '1,500.00'])
      await life.getByText(text).first().waitFor()
    if (process.env.TWIN_SHOTS) await page.screenshot({ path: `${process.env.TWIN_SHOTS}/facility-1440.png` })

    // Scrapped, it is at no place any more, and takes no step.
    expect(await step(server, 'scrap', { on: '2026-03-01', detail: '超期', cost: 0 }, engineer)).toBe(200)
    for (const name of ['commission', 'restore', 'fail'])
      expect(
        await step(server, name, {
          on: '2026-03-02',
          ...(name === 'commission' ? {} : { detail: 'x' }),
          ...(name === 'restore' ? { cost: 0 } : {}),
        }),
      ).toBe(409)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${product.url}/records/facility/racks`)
    await page.getByTestId('place-SRV-2').waitFor()
    expect(await page.getByTestId('place-SRV-1').count()).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    if (process.env.TWIN_SHOTS) await page.screenshot({ path: `${process.env.TWIN_SHOTS}/racks-390.png`, fullPage: true })
    expect(errors).toEqual([])
  }, 120_000)
})
