import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'

interface Row {
  readonly id: string
  readonly version: number
  readonly permissions: readonly string[]
}

describe.skipIf(!hasBrowser)('records in the browser', () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  let admin: Session
  let operator: Session

  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    browser = await startBrowser()
    admin = await product.signIn('admin', 'Admin#2026')
    operator = await product.signIn('operator', 'Operator#2026')
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await database?.stop()
  })
  const first = async (path: string): Promise<Row> => {
    const { rows } = (await admin.call('GET', `/api/records/${path}`)).body as { rows: Row[] }
    if (!rows[0]) throw new Error(`nothing under ${path}`)
    return rows[0]
  }

  it('makes, finds, edits and deletes a record through the pages that its declaration gave', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    await page.getByTestId('group-master').click()
    await page.getByTestId('menu-/records/term').click()
    await page.getByTestId('record-new').click()
    await page.getByTestId('record-save').click()
    await page.locator('.ant-form-item-explain-error').first().waitFor()
    for (const [field, text] of Object.entries({
      name: '吸气压力',
      nameEn: 'Inlet pressure',
      meaning: '进气口的压力',
      meaningEn: 'Pressure at the inlet',
    }))
      await page.locator(`#f-${field}`).fill(text)
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-term-detail').waitFor()
    await page.getByTestId('record-edit').click()
    await page.locator('#f-meaning').fill('进气法兰处的压力')
    await page.getByTestId('record-save').click()
    await page.getByText('进气法兰处的压力').waitFor()
    await page.getByTestId('menu-/records/term').click()
    await page.getByTestId('record-search').locator('input').fill('吸气')
    await page.keyboard.press('Enter')
    await page.getByTestId('table-term').getByText('吸气压力').click()
    await page.getByTestId('record-remove').click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /确\s*定/ })
      .click()
    await page.getByTestId('record-term').waitFor()
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('[T1-005] an administrator adds, renames, orders, hides and ties menu entries; what is hidden or not permitted leaves the navigation, its page and its API are refused', async () => {
    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026')
    const order = (): Promise<string[]> =>
      page.locator('[data-testid^="menu-/records/"]').evaluateAll((links) => links.map((link) => link.textContent?.trim() ?? ''))
    await page.getByTestId('group-parts').click()
    const entry = page.getByTestId('menu-/records/part')
    await entry.waitFor()
    const part = await first('menuEntry?code=record.part')
    const path = `/api/records/menuEntry/${part.id}`
    // Renamed and put last.
    expect((await admin.call('PUT', path, { version: part.version, name: '备件目录', position: 99_000 })).status).toBe(200)
    await page.getByText('备件目录').waitFor()
    await until('it stands last', async () => (await order()).at(-1) === '备件目录')
    // A new one.
    const { parent } = (await first('menuEntry?code=record.part')) as unknown as { parent: string }
    const added = await admin.call('POST', '/api/records/menuEntry', {
      code: 'own',
      name: '仓库入口',
      nameEn: 'Stores',
      parent,
      path: '/records/warehouse?x=1',
      position: 1,
    })
    expect(added.status).toBe(200)
    await page.getByText('仓库入口').waitFor()
    // Hidden.
    expect((await admin.call('PUT', path, { version: part.version + 1, concealed: true })).status).toBe(200)
    await entry.waitFor({ state: 'detached' })
    expect((await operator.call('GET', '/api/records/part')).status).toBe(403)
    await page.goto(`${product.url}/records/part`)
    await page.getByTestId('not-permitted').waitFor()
    // Shown again, but tied to a permission that operators lack.
    expect((await admin.call('PUT', path, { version: part.version + 2, concealed: false, permission: 'role:administer' })).status).toBe(200)
    await page.goto(`${product.url}/records/part`)
    await page.getByTestId('not-permitted').waitFor()
    expect(await entry.count()).toBe(0)
    expect((await operator.call('GET', '/api/records/part')).status).toBe(403)
    expect((await admin.call('GET', '/api/records/part')).status).toBe(200)
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('[T1-008] the inbox shows one’s own messages, newest first; opening one sets it read with a time and lowers the badge in all open tabs; another’s is not there', async () => {
    const me = (await operator.call('GET', '/api/me')).body as { id: string }
    for (const title of ['第一条', '第二条']) {
      const { id } = (await admin.call('POST', '/api/records/message', { title, body: '正文', users: [me.id] })).body as Row
      expect((await admin.call('POST', `/api/records/message/${id}/publish`, {})).status).toBe(200)
    }
    const { page, errors } = await signInAs(browser, product, 'operator', 'Operator#2026')
    const second = await page.context().newPage()
    await second.goto(product.url)
    const badge = (tab: typeof page) => tab.getByTestId('inbox-badge').locator('.ant-badge-count').getAttribute('title')
    await until('two unread in both', async () => (await badge(page)) === '2' && (await badge(second)) === '2')
    await page.getByTestId('group-messages').click()
    await page.getByTestId('menu-/records/inbox').click()
    await page.getByTestId('table-inbox').getByText('第一条').waitFor()
    const titles = await page.getByTestId('table-inbox').locator('tbody tr[data-row-key] td:nth-child(2)').allTextContents()
    expect(titles).toEqual(['第二条', '第一条'])
    await page.getByTestId('table-inbox').getByText('第二条').click()
    await until('one unread in both', async () => (await badge(page)) === '1' && (await badge(second)) === '1')
    const { rows } = (await operator.call('GET', '/api/records/inbox?state=read')).body as {
      rows: (Row & { readAt: number; title: string })[]
    }
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ title: '第二条', readAt: expect.any(Number) as number })
    expect((await admin.call('GET', `/api/records/inbox/${rows[0]?.id ?? ''}`)).status).toBe(404)
    expect(((await admin.call('GET', '/api/records/inbox')).body as { rows: Row[] }).rows).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('[T1-002] a role without device control shows no control buttons and is refused by the control API, from the next request of an open session', async () => {
    const station = demoFleet().find(({ kind }) => kind === 'singleModule')
    const compressor = station?.devices.find(({ kind }) => kind === 'compressor')
    if (!station || !compressor) throw new Error('no such station')
    const start = async (): Promise<number> =>
      (
        await operator.call('POST', `/api/devices/${compressor.id}/commands`, {
          code: 'compressor.stop',
          reason: 'x',
          idempotencyKey: `key-${Math.random()}`,
        })
      ).status
    const visit = async (expected: boolean): Promise<void> => {
      const { page } = await signInAs(browser, product, 'operator', 'Operator#2026')
      await page.goto(`${product.url}/station/${station.id}`)
      const label = page.locator(`.scene-label[data-device="${compressor.id}"]`)
      await label.waitFor({ state: 'attached' })
      await label.evaluate((element) => (element as HTMLButtonElement).click())
      await page.getByRole('tab').first().waitFor()
      if (expected) await page.getByTestId('command-compressor.stop').waitFor()
      else {
        await page.getByText(compressor.code).first().waitFor()
        await page.waitForLoadState('networkidle').catch(() => undefined)
        expect(await page.locator('[data-testid^="command-compressor"]').count()).toBe(0)
      }
      await page.context().close()
    }
    await visit(true)
    expect(await start()).not.toBe(403)
    const role = await first('role?code=operator')
    const permissions = role.permissions.filter((permission) => !permission.startsWith('command:'))
    expect(permissions).toContain('station:view')
    expect((await admin.call('PUT', `/api/records/role/${role.id}`, { version: role.version, permissions })).status).toBe(200)
    expect(await start()).toBe(403)
    await visit(false)
  }, 180_000)
})
