import { readFile } from 'node:fs/promises'
import { connectAsync } from 'mqtt'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'

interface Row {
  readonly id: string
  readonly document: string
  readonly state: string
  readonly [field: string]: unknown
}

describe.skipIf(!hasBrowser)('assets from purchase to scrapping', () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  let admin: Session
  let operator: Session
  let engineer: Session
  let house = ''

  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    browser = await startBrowser()
    admin = await product.signIn('admin', 'Admin#2026')
    operator = await product.signIn('operator', 'Operator#2026')
    engineer = await product.signIn('engineer', 'Engineer#2026')
    house = (await ok(operator, 'POST', '/api/records/warehouse', { code: 'W1', name: '一号库' })).id
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await database?.stop()
  })

  async function ok(session: Session, method: string, path: string, body?: unknown): Promise<Row> {
    const answer = await session.call(method, path, body)
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as Row
  }
  const list = async (query: string): Promise<Row[]> => ((await operator.call('GET', `/api/records/${query}`)).body as { rows: Row[] }).rows
  const asset = async (id: string): Promise<Row> => ((await operator.call('GET', `/api/records/asset/${id}`)).body as { row: Row }).row
  async function approved(record: string, body: object): Promise<Row> {
    const row = await ok(operator, 'POST', `/api/records/${record}`, body)
    await ok(operator, 'POST', `/api/records/${record}/${row.id}/submit`, {})
    return ok(engineer, 'POST', `/api/records/${record}/${row.id}/approve`, {})
  }
  async function posted(record: string, body: object): Promise<Row> {
    const row = await ok(operator, 'POST', `/api/records/${record}`, body)
    return ok(operator, 'POST', `/api/records/${record}/${row.id}/post`, {})
  }
  const plate = { ratedPower: 75, ratedFlow: 12, ratedPressure: 8, supplier: '开山', price: 8_000_000 }
  async function stocked(serial: string): Promise<string> {
    await approved('purchase', { ...plate, model: 'BK75', serial })
    const [machine] = await list(`asset?serial=${serial}`)
    await posted('stockIn', { asset: machine?.id, warehouse: house, location: 'A-01' })
    return machine?.id ?? ''
  }
  const open = async (address: string, who = 'operator', password = 'Operator#2026'): Promise<Page> => {
    const { page } = await signInAs(browser, product, who, password, { viewport: { width: 1440, height: 900 } })
    await page.goto(`${product.url}${address}`)
    return page
  }
  async function choose(page: Page, at: Locator, text: string, option: string): Promise<void> {
    await at.click()
    if (text) await at.fill(text)
    await page.locator('.ant-select-item-option', { hasText: option }).last().dispatchEvent('click')
  }

  it('[T1-060] scrapping asked for with reason and photo: refused, nothing changes; approved, the machine is scrapped, out of stock, its gateway free, control and telemetry refused; both stand in the list', async () => {
    const [region] = ((await admin.call('GET', '/api/records/region?code=310115')).body as { rows: Row[] }).rows
    const home = await ok(admin, 'POST', '/api/records/station', {
      code: 'BF-1',
      name: '报废试验站',
      kind: 'singleModule',
      region: region?.id,
    })
    const gateway = await ok(admin, 'POST', '/api/records/device', { station: home.id, kind: 'gateway', code: 'GW-1', name: '网关' })
    const machine = { station: home.id, kind: 'compressor', ratedPower: 75, ratedFlow: 12, ratedPressure: 8, gateway: gateway.id }
    const device = await ok(admin, 'POST', '/api/records/device', { ...machine, code: 'AC-1', name: '一号机', serial: 'BF-75-1' })
    const id = await stocked('BF-75-1')
    const spare = await stocked('BF-75-2')
    const project = await approved('installation', { customer: '乙公司', site: '动力房' })
    await posted('stockOut', { asset: id, installation: project.id, recipient: '王五' })
    // Deployed, it is the live device of its serial number.
    expect(await ok(admin, 'POST', `/api/records/asset/${id}/deploy`, { input: { station: home.id } })).toMatchObject({ device: device.id })
    const { secret } = await ok(admin, 'POST', `/api/devices/${gateway.id}/secret`, {})
    const line = await connectAsync(product.mqtt, { username: gateway.id, password: String(secret), reconnectPeriod: 0 })
    let seq = 0
    const say = (pressure: number): Promise<unknown> => {
      const payload = { v: 1, boot: '1', seq: ++seq, ts: Date.now(), body: { p: { dischargePressure: pressure } } }
      return line.publishAsync(`tw/main/${home.id}/t/${device.id}`, JSON.stringify(payload), { qos: 1 })
    }
    await say(7.2)
    const command = () =>
      operator.call('POST', `/api/devices/${device.id}/commands`, {
        code: 'compressor.unload',
        args: {},
        reason: '',
        id: crypto.randomUUID(),
      })
    expect((await command()).status).not.toBe(404)

    const page = await open('/records/assetScrap')
    for (const round of ['refuse', 'approve'] as const) {
      await page.goto(`${product.url}/records/assetScrap`)
      await page.getByTestId('record-new').click()
      await choose(page, page.locator('#f-asset'), '75-1', 'BF-75-1')
      await page.locator('#f-reason').fill('主机抱死，修理费用高于净值')
      await page.locator('input[type=file]').setInputFiles({ name: '主机.png', mimeType: 'image/png', buffer: await page.screenshot() })
      await page.locator('.ant-upload-list-item-done').waitFor()
      await page.getByTestId('record-save').click()
      await page.getByTestId('act-submit').click()
      await page.getByTestId('record-assetScrap-detail').getByText('待审批').waitFor()
      const document = page.url().split('/').at(-1) ?? ''
      await ok(engineer, 'POST', `/api/records/assetScrap/${document}/${round}`, {
        input: { opinion: round === 'refuse' ? '先报价' : '同意' },
      })
      if (round === 'approve') break
      expect(await asset(id)).toMatchObject({ state: 'issued', device: device.id })
      expect((await command()).status).not.toBe(409)
    }
    expect(await asset(id)).toMatchObject({ state: 'scrapped', warehouse: null, device: null })
    const refused = await command()
    expect([refused.status, (refused.body as { error: { code: string } }).error.code]).toEqual([409, 'out-of-service'])
    await say(7.3)
    const letters = (await admin.call('GET', '/api/dead-letters?reason=unknown-device')).body as { rows: { topic: string }[] }
    expect(letters.rows[0]?.topic).toContain(device.id)
    await line.endAsync()
    // Its gateway speaks for the next machine.
    await ok(admin, 'POST', '/api/records/device', { ...machine, code: 'AC-2', name: '二号机' })
    // One that lies in stock leaves it.
    const standing = async () => Number((await list('assetStock?model=BK75'))[0]?.['quantity'])
    expect(await standing()).toBe(1)
    await approved('assetScrap', { asset: spare, reason: '库内受损' })
    expect(await standing()).toBe(0)

    await page.goto(`${product.url}/records/assetScrap`)
    const table = page.getByTestId('table-assetScrap')
    await table.getByText('已驳回').waitFor()
    expect(await table.getByText('已批准').count()).toBe(2)
    await page.goto(`${product.url}/records/asset/${id}`)
    await page.getByTestId('record-asset-detail').getByText('已报废').first().waitFor()
    await page.getByRole('tab', { name: '设备报废' }).click()
    await until('both applications', async () => (await page.getByTestId('table-assetScrap').getByText(/^SF-/).count()) === 2)
    await page.context().close()
  }, 150_000)

  it('a packaged station through the pages: fields by kind, components ticked, complete and incomplete sets, related documents, and a label whose code opens it', async () => {
    const page = await open('/records/purchase')
    await page.getByTestId('record-new').click()
    const form = page.getByTestId('record-form')
    expect([await form.getByText('部件清单').count(), await form.getByText('批次').count()]).toEqual([0, 0])
    await choose(page, page.locator('#f-kind'), '', '集中空压站')
    await form.getByText('批次', { exact: true }).waitFor()
    await choose(page, page.locator('#f-kind'), '', '智慧空压站')
    await form.getByText('部件清单', { exact: true }).waitFor()
    expect(await form.getByText('批次', { exact: true }).count()).toBe(0)
    const texts = {
      model: 'ZH-75',
      serial: 'ZH-1',
      ratedPower: '75',
      ratedFlow: '12',
      ratedPressure: '8',
      supplier: '开山',
      price: '600000',
    }
    for (const [field, text] of Object.entries(texts)) await page.locator(`#f-${field}`).fill(text)
    const parts = ['空压机', '干燥机', '储气罐', '供配电', '冷却', '监控']
    for (const [i, part] of parts.entries()) {
      await form
        .getByRole('button', { name: /添加|新增|增加/ })
        .first()
        .click()
      await choose(page, page.locator(`#f-components-${i}-unitType`), '', part)
      await page.locator(`#f-components-${i}-model`).fill(`ZH-75-${i + 1}`)
      await page.locator(`#f-components-${i}-serial`).fill(`ZH-1-${i + 1}`)
    }
    await page.locator('#f-components-0-ratedFlow').fill('12')
    await page.getByTestId('record-save').click()
    await page.getByTestId('act-submit').click()
    await page.getByTestId('record-purchase-detail').getByText('待审批').waitFor()
    await ok(engineer, 'POST', `/api/records/purchase/${page.url().split('/').at(-1) ?? ''}/approve`, {})
    const [station] = await list('asset?serial=ZH-1')
    const id = station?.id ?? ''

    await page.goto(`${product.url}/records/stockIn`)
    await page.getByTestId('record-new').click()
    await choose(page, page.locator('#f-kind'), '', '智慧空压站')
    await choose(page, page.locator('#f-asset'), 'ZH', 'ZH-1')
    const ticks = page.locator('#f-units')
    await ticks.click()

    const offered = page.locator('.ant-select-dropdown').last().locator('.ant-select-item-option')
    await until('its six components are offered', async () => (await offered.count()) === 6)
    for (let i = 0; i < 5; i++) await offered.nth(i).dispatchEvent('click')
    await ticks.blur()
    await choose(page, page.locator('#f-warehouse'), '', '一号库')
    await page.locator('#f-location').fill('C-01')
    await page.getByTestId('record-save').click()
    await page.getByTestId('act-post').click()
    await page.getByTestId('record-stockIn-detail').getByText('已过账').waitFor()

    await page.goto(`${product.url}/assets/stock?of=smart`)
    await page.getByTestId('stock-incomplete').getByText('监控 ZH-1-6').waitFor()
    const [last] = await list('asset?serial=ZH-1-6')
    await posted('stockIn', { asset: id, units: [last?.id], warehouse: house, location: 'C-01' })
    // At once, on the open page.
    await page.getByTestId('stock-complete').getByText('ZH-1', { exact: true }).waitFor({ timeout: 5000 })
    expect(await page.getByTestId('stock-incomplete').getByText('ZH-1', { exact: true }).count()).toBe(0)
    await page.getByTestId('stock-complete').getByText('ZH-1', { exact: true }).click()
    await page.getByTestId('record-asset-detail').waitFor()
    await page
      .getByRole('tab', { name: /设备入库/ })
      .first()
      .click()
    await until('both receipts', async () => (await page.getByTestId('table-stockIn').getByText(/^SR-/).count()) === 2)

    await page.getByTestId('asset-labels').click()
    const label = page.getByTestId('asset-label')
    await label.waitFor()
    prepareZXingModule({
      overrides: { wasmBinary: new Uint8Array(await readFile(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))).buffer },
    })
    const [code] = await readBarcodes(new Uint8Array(await label.screenshot()), { formats: ['QRCode'] })
    expect(code?.text).toBe(`${product.url}/records/asset/${id}`)
    await page.goto(code?.text ?? '')
    await page.getByTestId('record-asset-detail').getByText('在库').first().waitFor()
    await page.context().close()
  }, 150_000)
})
