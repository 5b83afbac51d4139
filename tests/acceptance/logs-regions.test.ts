import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { type Product, type Session, until } from '../harness/product.ts'
import { type Desk, openDesk } from './stage.ts'

interface Row {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}
interface Line {
  readonly at: number
  readonly userName: string
  readonly family: string
  readonly action: string
  readonly title: string | null
  readonly from: string
  readonly after: Readonly<Record<string, unknown>> | null
}
interface Named {
  readonly name: string
  readonly present: { readonly code: string; readonly name: string }
}

describe.skipIf(!hasBrowser)('logs and regions', () => {
  let desk: Desk
  let product: Product
  let browser: Browser
  let admin: Session
  let operator: Session
  let page: Page

  beforeAll(async () => {
    desk = await openDesk()
    ;({ product, browser } = desk)
    admin = await product.signIn('admin', 'Admin#2026')
    operator = await product.signIn('operator', 'Operator#2026')
    ;({ page } = await signInAs(browser, product, 'admin', 'Admin#2026', { viewport: { width: 1440, height: 900 } }))
  }, 120_000)
  afterAll(async () => {
    await desk?.stop()
  })

  async function ok<T = Row>(session: Session, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await session.call(method, path, body)
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }
  const row = async (record: string, id: string): Promise<Row> => (await ok<{ row: Row }>(admin, 'GET', `/api/records/${record}/${id}`)).row
  const open = (path: string) => page.goto(`${product.url}${path}`)
  async function choose(field: string, text: string, option: string): Promise<void> {
    await page.locator(`#f-${field}`).click()
    if (text) await page.locator(`#f-${field}`).fill(text)
    await page.locator('.ant-select-item-option', { hasText: option }).first().dispatchEvent('click')
    await page.locator(`#f-${field}`).blur()
  }
  /** Edits the fields of a row on its page. */
  async function edit(record: string, id: string, values: Readonly<Record<string, string>>): Promise<void> {
    await open(`/records/${record}/${id}`)
    await page.getByTestId('record-edit').click()
    for (const [field, text] of Object.entries(values)) await page.locator(`#f-${field}`).fill(text)
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-form').waitFor({ state: 'detached' })
  }
  const request = { customer: '紫金机械', phone: '13812341234', subject: '空压机异响', source: 'phone' }

  it('[T2-003] an auditor finds sign-ins, changes of work orders, each display of a full phone number and each export, with user, time and record; the export of the log too; nobody deletes a line', async () => {
    const { stations } = await ok<{ stations: Row[] }>(admin, 'GET', '/api/stations')
    const order = await ok(operator, 'POST', '/api/records/workOrder', { title: '更换滤芯', station: stations[0]?.id, priority: 'P2' })
    const { options } = await ok<{ options: { id: string; title: string }[] }>(admin, 'GET', '/api/options/user?q=')
    await ok(admin, 'POST', `/api/records/workOrder/${order.id}/assign`, { input: { assignee: options[0]?.id } })
    const asked = await ok(operator, 'POST', '/api/records/customerRequest', { ...request, region: '320505' })

    await open(`/records/customerRequest/${asked.id}`)
    expect(await page.getByTestId('personal-phone').textContent()).toBe('138****1234')
    await page.getByTestId('show-phone').click()
    await until('the full number', async () => (await page.getByTestId('personal-phone').textContent()) === '13812341234')
    const file = await fetch(`${product.url}/api/records/workOrder/export?format=csv`, { headers: { cookie: operator.cookie } })
    expect(await file.text()).toContain(order['number'])

    await ok(admin, 'POST', '/api/users', {
      username: 'auditor',
      name: '审计员',
      role: 'viewer',
      stations: null,
      password: 'First#2026',
    }).then(({ id }) =>
      ok(admin, 'POST', '/api/records/role', { code: 'auditor', name: '审计员', permissions: ['audit:view'], members: [id] }),
    )
    const first = await product.signIn('auditor', 'First#2026')
    expect((await first.call('POST', '/api/me/password', { current: 'First#2026', next: 'Second#2026' })).status).toBe(200)
    const auditor = await product.signIn('auditor', 'Second#2026')
    const find = async (words: string): Promise<readonly Line[]> =>
      (await ok<{ rows: Line[] }>(auditor, 'GET', `/api/audit?platform=service&${words}`)).rows
    const began = Date.now() - 600_000
    const said = { userName: expect.any(String), at: expect.any(Number), from: expect.stringMatching(/127\.0\.0\.1|::1/) }
    expect(await find(`action=sign-in&user=operator&from=${began}`)).toMatchObject([{ ...said, userName: 'operator' }])
    expect(await find(`record=workOrder&number=${String(order['number'])}`)).toMatchObject([
      { ...said, userName: 'admin', action: 'assign', title: order['number'] },
      { ...said, userName: 'operator', action: 'create', title: order['number'] },
    ])
    expect(await find('action=show')).toMatchObject([
      { ...said, userName: 'admin', family: 'customerRequest', title: asked['number'], after: { field: 'phone' } },
    ])
    expect(await find('action=export')).toMatchObject([{ ...said, userName: 'operator', family: 'workOrder' }])

    // The same on the page: filtered by platform, record and act; opened, a line shows old and new; the export is logged, too.
    const { page: seen, errors } = await signInAs(browser, product, 'auditor', 'Second#2026', { viewport: { width: 1440, height: 900 } })
    await seen.goto(`${product.url}/system/audit`)
    const pick = async (filter: string, option: string): Promise<void> => {
      await seen.getByTestId(`log-${filter}`).click()
      await seen.getByTestId(`log-${filter}`).locator('input').fill(option)
      await seen.locator('.ant-select-item-option', { hasText: option }).first().dispatchEvent('click')
      await seen.getByTestId(`log-${filter}`).locator('input').blur()
    }
    const table = seen.getByTestId('audit-table')
    await pick('platform', '运维服务平台')
    await pick('action', '显示敏感信息')
    await until('the display', async () => (await table.locator('tbody tr.ant-table-row').count()) === 1)
    expect(await table.locator('tbody').textContent()).toMatch(/admin.*服务请求.*显示敏感信息.*FW-/)
    await seen.getByTestId('log-action').locator('.ant-select-clear').click()
    await pick('record', '工单')
    await seen.getByTestId('log-number').locator('input').fill(String(order['number']))
    await seen.getByTestId('log-number').locator('input').press('Enter')
    await until('two lines', async () => (await table.locator('tbody tr.ant-table-row').count()) === 2)
    await table.locator('tbody .ant-table-row-expand-icon').first().click()
    const difference = seen.getByTestId('log-difference').first()
    await until('old and new state', async () =>
      new RegExp(`状态待派工处理中负责人—${options[0]?.title}`).test((await difference.textContent()) ?? ''),
    )
    await seen.screenshot({ path: 'test-results/log-search.png', fullPage: true })
    await seen.getByTestId('audit-export').hover()
    const link = seen.locator('.ant-dropdown a', { hasText: 'CSV' })
    await link.waitFor()
    const [download] = await Promise.all([seen.waitForEvent('download'), link.dispatchEvent('click')])
    expect(download.suggestedFilename()).toBe('日志.csv')
    await until('the export of the log', async () => (await find('record=audit&action=export')).length === 1)
    expect(await find('record=audit')).toMatchObject([{ ...said, userName: 'auditor', after: { record: 'workOrder', rows: 2 } }])
    await seen.setViewportSize({ width: 390, height: 844 })
    await seen.screenshot({ path: 'test-results/log-search-390.png' })
    expect(errors).toEqual([])

    const [line] = (await ok<{ rows: Row[] }>(admin, 'GET', '/api/audit')).rows
    for (const session of [
      admin,
      operator,
      auditor,
      await product.signIn('viewer', 'Viewer#2026'),
      await product.signIn('engineer', 'Engineer#2026'),
    ])
      expect((await session.call('DELETE', `/api/audit/${line?.id}`)).status).toBe(405)
  }, 180_000)

  it('[T2-005] an administrator gives regions to departments; a request from a city proposes that of the nearest region above; taken away, the one above counts; the API says which', async () => {
    await edit('region', '320000', { serviceDepartment: '江苏服务部' })
    await edit('region', '320100', { serviceDepartment: '南京服务部' })
    const served = (region: string) =>
      ok<{ department: string; from: { id: string; name: string } }>(operator, 'GET', `/api/regions/${region}/service-department`)
    expect(await served('320100')).toMatchObject({ department: '南京服务部', from: { id: '320100', name: '南京市' } })

    async function propose(): Promise<readonly [string, string]> {
      await open('/records/customerRequest')
      await page.getByTestId('record-new').click()
      await choose('region', '南京', '南京市')
      await page.getByTestId('department-from').waitFor()
      return [await page.locator('#f-department').inputValue(), (await page.getByTestId('department-from').textContent()) ?? '']
    }
    expect(await propose()).toEqual(['南京服务部', '建议：南京服务部（由南京市指定）'])
    for (const field of ['customer', 'phone', 'subject'] as const) await page.locator(`#f-${field}`).fill(request[field])
    await page.screenshot({ path: 'test-results/customer-request.png' })
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-customerRequest-detail').waitFor()
    const { rows } = await ok<{ rows: Row[] }>(admin, 'GET', '/api/records/customerRequest?region=320100')
    expect(rows).toMatchObject([{ department: '南京服务部', departmentRegion: '320100', state: 'new', phone: '138****1234' }])

    await edit('region', '320100', { serviceDepartment: '' })
    expect(await row('region', '320100')).toMatchObject({ serviceDepartment: null })
    expect(await served('320100')).toMatchObject({ department: '江苏服务部', from: { id: '320000', name: '江苏省' } })
    expect(await propose()).toEqual(['江苏服务部', '建议：江苏服务部（由江苏省指定）'])
  }, 120_000)

  it('[T7-005] districts add up to city, province and nation on list and analysis; a renamed or merged region changes them all, and a past month has the names of then with the codes of today', async () => {
    interface Lines {
      readonly lines: readonly { readonly title: { readonly zh: string }; readonly points: readonly { readonly value: number | null }[] }[]
    }
    const today = new Date()
    const past = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1)).toISOString().slice(0, 7)
    const present = today.toISOString().slice(0, 7)
    const machines = async (region?: string): Promise<Readonly<Record<string, number>>> => {
      const within = region === undefined ? '' : `&region=${region}`
      const { lines } = await ok<Lines>(
        admin,
        'GET',
        `/api/analysis/distribution?from=${present}-01&to=${present}-28&split=region${within}`,
      )
      return Object.fromEntries(lines.map(({ title, points }) => [title.zh, points.at(-1)?.value ?? 0]))
    }
    const sumOf = ({ 合计: _all, ...parts }: Readonly<Record<string, number>>): number =>
      Object.values(parts).reduce((sum, n) => sum + n, 0)
    async function addsUp(): Promise<Readonly<Record<string, number>>> {
      const nation = await machines()
      expect(sumOf(nation)).toBe(nation['合计'])
      const { regions } = await ok<{ regions: { id: string; name: string; level: string }[] }>(admin, 'GET', '/api/regions?used=true')
      for (const { id, name } of regions.filter(({ level }) => level !== 'district')) {
        const parts = await machines(id)
        expect(sumOf(parts), name).toBe(parts['合计'] ?? 0)
        if (nation[name] !== undefined) expect(parts['合计'], name).toBe(nation[name])
      }
      return nation
    }
    /** Figures of the tree on the overview: province or city by name. */
    async function figures(): Promise<Readonly<Record<string, number>>> {
      await open('/')
      await page.getByTestId('station-list').waitFor()
      await page.getByTestId('filter-region').click()
      const titles = page.locator('.ant-select-tree-title')
      await until('provinces', async () => (await titles.count()) > 2)
      const texts = await titles.allTextContents()
      await page.getByTestId('filter-region').locator('input').blur()
      return Object.fromEntries(
        texts.flatMap((text) => [...text.matchAll(/^(.+) \((\d+)\)$/g)].map(([, name = '', n]) => [name, Number(n)])),
      )
    }
    const before = await addsUp()
    const { 全国: nation = 0, ...provinces } = await figures()
    expect(Object.values(provinces).reduce((sum, n) => sum + n, 0)).toBe(nation)
    expect(nation).toBe((await ok<{ stations: Row[] }>(admin, 'GET', '/api/stations')).stations.length)

    // A new name is on every screen.
    await edit('region', '320000', { name: '苏省' })
    const renamed = await addsUp()
    expect(renamed['苏省']).toBe(before['江苏省'])
    expect(await figures()).toMatchObject({ 苏省: provinces['江苏省'] })
    await until('the name in the list', async () => (await page.getByTestId('station-list').textContent())?.includes('苏省') ?? false)
    await page.screenshot({ path: 'test-results/regions-overview.png' })
    await open(`/analysis/distribution?split=region&from=${present}-01&to=${present}-28`)
    await until('the name in the analysis', async () => (await page.getByTestId('analysis-table').textContent())?.includes('苏省') ?? false)

    // A district goes into another: its stations with it, what was recorded stays.
    const district = (await ok<{ rows: Row[] }>(admin, 'GET', '/api/records/station?region=320000')).rows[0]
    const from = String(district?.['region'])
    const { parent, name } = await row('region', from)
    const siblings = await ok<{ rows: Row[] }>(admin, 'GET', `/api/records/region?parent=${String(parent)}&level=district&state=enabled`)
    const into = siblings.rows.find((one) => one['parent'] === parent && one.id !== from && one['name'] !== '市辖区')
    await open(`/records/region/${from}`)
    await page.getByTestId('act-merge').click()
    await choose('into', String(into?.['name']), String(into?.['name']))
    await page.screenshot({ path: 'test-results/region-merge.png' })
    await page.getByTestId('record-save').click()
    await until('the merger', async () => (await row('region', from))['successor'] === into?.id)
    expect(await row('station', district?.id ?? '')).toMatchObject({ region: into?.id })
    const merged = await addsUp()
    expect(merged).toEqual(renamed)
    const cities = await machines(String(parent))
    expect(Object.keys(cities)).toContain(into?.['name'])
    expect(Object.keys(cities)).not.toContain(name)

    const ids = `id=320000,${from}`
    const { regions: then } = await ok<{ regions: Named[] }>(admin, 'GET', `/api/regions?at=${past}&${ids}`)
    expect(then).toMatchObject([
      { name: '江苏省', present: { code: '320000', name: '苏省' } },
      { name, present: { code: into?.['code'], name: into?.['name'] } },
    ])
    const { regions: now } = await ok<{ regions: Named[] }>(admin, 'GET', `/api/regions?${ids}`)
    expect(now[0]).toMatchObject({ name: '苏省' })
  }, 180_000)
})
