import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { hasBrowser } from '../harness/browser.ts'
import { forward, movingClock } from '../harness/hand-device.ts'
import { type Product, type Session, until } from '../harness/product.ts'
import { type Desk, openDesk } from './stage.ts'

// Each opens several windows, on machines that do other work besides.
vi.setConfig({ testTimeout: 120_000 })

type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly version: number }
const stations = demoFleet()
const station = stations[0]?.id ?? ''

describe.skipIf(!hasBrowser)('accounts, roles and menus of the platforms', () => {
  let desk: Desk
  let product: Product
  let browser: Browser
  let admin: Session
  const pages: Page[] = []
  beforeAll(async () => {
    desk = await openDesk(movingClock)
    ;({ product, browser } = desk)
    admin = await product.signIn('admin', 'Admin#2026')
  }, 120_000)
  afterAll(async () => {
    await desk?.stop()
  })

  const call = async (session: Session, method: string, path: string, body?: unknown): Promise<readonly [number, Row]> => {
    const answer = await session.call(method, path, body)
    return [answer.status, answer.body as Row]
  }
  async function ok(session: Session, method: string, path: string, body?: unknown): Promise<Row> {
    const [status, row] = await call(session, method, path, body)
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(row)}`)
    return row
  }
  const refused = async (session: Session, method: string, path: string, body?: unknown): Promise<readonly [number, unknown]> => {
    const [status, row] = await call(session, method, path, body)
    return [
      status,
      (row['error'] as { field?: string; code: string } | undefined)?.field ?? (row['error'] as { code: string } | undefined)?.code,
    ]
  }
  const passwordOf = (name: string): string => `Second#2026-${name}`
  /** A role with these permissions, and a person who has it alone and has changed the first password. */
  async function person(
    name: string,
    permissions: readonly string[],
    role: object = {},
    user: object = {},
  ): Promise<{ id: string; role: Row; session: Session }> {
    const made = await ok(admin, 'POST', '/api/records/role', { code: `${name}Role`, name: `${name} 角色`, permissions, ...role })
    const password = `First#2026-${name}`
    const { id } = await ok(admin, 'POST', '/api/users', { username: name, name, role: `${name}Role`, stations: null, password, ...user })
    const first = await product.signIn(name, password)
    await ok(first, 'POST', '/api/me/password', { current: password, next: passwordOf(name) })
    return { id, role: made, session: await product.signIn(name, passwordOf(name)) }
  }
  async function open(name: string, address: string, password = passwordOf(name)): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', reducedMotion: 'reduce' })
    const page = await context.newPage()
    pages.push(page)
    page.setDefaultTimeout(45_000)
    await page.goto(`${product.url}${address}`)
    await page.getByTestId('username').fill(name)
    await page.getByTestId('password').fill(password)
    await page.keyboard.press('Enter')
    await page.getByTestId('account-menu').waitFor()
    return page
  }
  const entry = (body: Readonly<Record<string, unknown>>) => {
    const { code } = body
    return call(admin, 'POST', '/api/records/menuEntry', { name: code, nameEn: code, position: 5, ...body })
  }
  const edit = async (id: string, change: object): Promise<Row> => {
    const { row } = (await ok(admin, 'GET', `/api/records/menuEntry/${id}`)) as unknown as { row: Row }
    return ok(admin, 'PUT', `/api/records/menuEntry/${id}`, { version: row.version, ...change })
  }
  const menu = async (session: Session, query: string): Promise<string> => JSON.stringify(await ok(session, 'GET', `/api/menu?${query}`))
  const links = (page: Page): Promise<string[]> =>
    page
      .locator('nav [data-testid^="menu-/"]')
      .evaluateAll((found) => found.map((link) => (link.getAttribute('data-testid') ?? '').slice('menu-'.length)))

  const orders = ['workOrder:view', 'workOrder:operate', 'user:view', 'station:view', 'device:view']

  it('[T2-002] only a role with the dispatch right assigns a work order; others get 403 and see no button; a role with members stays', async () => {
    const agent = await person('agent', orders)
    const dispatcher = await person('dispatcher', [...orders, 'workOrder:assign'])
    const order = await ok(agent.session, 'POST', '/api/records/workOrder', { title: '油温偏高', station })
    const assign = { version: 1, input: { assignee: agent.id } }
    expect(await refused(agent.session, 'POST', `/api/records/workOrder/${order.id}/assign`, assign)).toEqual([403, 'not-permitted'])
    const path = `/records/workOrder/${order.id}`
    const page = await open('agent', path)
    await page.getByTestId('record-edit').waitFor()
    expect(await page.getByTestId('act-assign').count()).toBe(0)
    await page.context().close()
    const seen = await open('dispatcher', path)
    await seen.getByTestId('act-assign').waitFor()
    await seen.context().close()
    expect(await ok(dispatcher.session, 'POST', `/api/records/workOrder/${order.id}/assign`, assign)).toMatchObject({
      state: 'assigned',
      assignee: agent.id,
    })
    expect(await refused(admin, 'DELETE', `/api/records/role/${agent.role.id}`)).toEqual([409, 'has-members'])
    const callBack = await ok(admin, 'POST', '/api/records/role', {
      code: 'callBack',
      name: '回访员',
      permissions: ['workOrder:view'],
      members: [agent.id],
    })
    expect(await refused(admin, 'DELETE', `/api/records/role/${callBack.id}`)).toEqual([409, 'has-members'])
    await ok(admin, 'PUT', `/api/records/role/${callBack.id}`, { version: 1, members: [] })
    expect((await call(admin, 'DELETE', `/api/records/role/${callBack.id}`))[0]).toBe(200)
  })

  it('[T2-004] the service menu: an entry with children stays, a new one appears for holders of its permission on the next load, in the stored order', async () => {
    await person('clerk', ['workOrder:view', 'term:view', 'station:view'])
    const page = await open('clerk', '/')
    const [, group] = await entry({ code: 'srv.desk', platforms: ['service'], position: 1 })
    const [, held] = await entry({ code: 'srv.terms', parent: group.id, path: '/srv/terms', permission: 'term:view', position: 20 })
    const [, other] = await entry({ code: 'srv.first', parent: group.id, path: '/srv/first', permission: 'term:view', position: 30 })
    await entry({ code: 'srv.closed', parent: group.id, path: '/srv/closed', permission: 'role:view', position: 10 })
    expect(held).toMatchObject({ platforms: ['service'], channels: ['web', 'app'] })
    expect(await refused(admin, 'DELETE', `/api/records/menuEntry/${group.id}`)).toEqual([409, 'in-use'])
    await page.reload()
    await page.getByTestId('platform-switch').click()
    await page.locator('.ant-select-item-option', { hasText: '运维服务平台' }).dispatchEvent('click')
    await page.getByTestId('menu-/srv/terms').waitFor()
    const own = async (): Promise<string[]> => (await links(page)).filter((link) => link.startsWith('/srv/'))
    expect(await own()).toEqual(['/srv/terms', '/srv/first'])
    await edit(other.id, { position: 15 })
    await page.reload()
    await page.getByTestId('menu-/srv/terms').waitFor()
    expect(await own()).toEqual(['/srv/first', '/srv/terms'])
    await page.context().close()
  })

  it('[T4-002] functions and data scope by role; amounts are *** without the money right and not in the API; nobody grants what he does not hold', async () => {
    const [first, second] = stations
    const elsewhere = stations.find(({ region }) => region !== first?.region)
    const { row } = (await ok(admin, 'GET', `/api/records/station/${station}`)) as unknown as { row: Row }
    await ok(admin, 'PUT', `/api/records/station/${station}`, { version: row.version, shareValue: 100_000_000 })
    const investor = await ok(admin, 'POST', '/api/records/investor', { name: '甲投资' })
    const held = await ok(admin, 'POST', '/api/records/investment', { investor: investor.id, station, amount: 12_345_678 })
    const rights = ['investment:view', 'investor:view', 'station:view', 'audit:view']
    const regional = { scope: 'region', regions: [first?.region] }
    const clerk = await person('investClerk', rights, regional, { stations: [] })
    const finance = await person('finance', [...rights, 'money:view'], { scope: 'all' }, { stations: [] })
    const manager = await person('manager', rights, {}, { stations: [second?.id] })
    const seen = async (session: Session): Promise<string[]> =>
      ((await ok(session, 'GET', '/api/stations')) as unknown as { stations: Row[] }).stations.map(({ id }) => id).toSorted()
    expect(await seen(manager.session)).toEqual([second?.id])
    expect(await seen(clerk.session)).toEqual(
      stations
        .filter(({ region }) => region === first?.region)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect(await seen(finance.session)).toEqual(stations.map(({ id }) => id).toSorted())
    expect((await call(clerk.session, 'GET', `/api/stations/${elsewhere?.id ?? ''}`))[0]).toBe(404)

    const told = async (session: Session): Promise<string> =>
      JSON.stringify([
        await ok(session, 'GET', `/api/records/investment/${held.id}`),
        await ok(session, 'GET', '/api/records/investment'),
        await ok(session, 'GET', `/api/records/investment/${held.id}/history`),
        await ok(session, 'GET', '/api/audit?kind=investment'),
      ])
    expect(await told(clerk.session)).not.toContain('12345678')
    expect(await told(finance.session)).toContain('12345678')
    for (const address of ['/records/investment', `/records/investment/${held.id}`]) {
      const page = await open('investClerk', address)
      await page.getByText('***').first().waitFor()
      expect(await page.locator('main').textContent()).not.toContain('123,456.78')
      await page.context().close()
    }
    const page = await open('finance', `/records/investment/${held.id}`)
    await page.getByText('123,456.78').first().waitFor()
    expect(await page.getByText('***').count()).toBe(0)
    await page.context().close()

    const steward = await person('steward', ['role:view', 'role:administer', 'user:view', 'user:administer', 'term:view'])
    const own = (permissions: readonly string[]) =>
      refused(steward.session, 'PUT', `/api/records/role/${steward.role.id}`, { version: 1, permissions })
    expect(await own(['role:view', 'role:administer', 'money:view'])).toEqual([403, 'permissions'])
    expect(await refused(steward.session, 'PUT', `/api/records/role/${finance.role.id}`, { version: 1, members: [steward.id] })).toEqual([
      403,
      'members',
    ])
    expect(await refused(steward.session, 'PUT', `/api/users/${steward.id}`, { role: 'administrator' })).toEqual([403, 'role'])
  })

  it('[T4-004] separate menus for web and app; an order dragged, or moved by keys, is kept; one path stands once in a menu', async () => {
    const [, group] = await entry({ code: 'inv.desk', platforms: ['investment'], position: 1 })
    for (const [i, code] of ['one', 'two', 'three'].entries())
      await entry({ code: `inv.${code}`, parent: group.id, path: `/inv/${code}`, channels: ['web'], position: (i + 1) * 10 })
    expect((await entry({ code: 'inv.app', parent: group.id, path: '/inv/one', channels: ['app'] }))[0]).toBe(200)
    expect((await entry({ code: 'inv.twice', parent: group.id, path: '/inv/two', channels: ['web'] }))[0]).toBe(409)
    expect((await entry({ code: 'inv.both', parent: group.id, path: '/inv/one' }))[0]).toBe(409)
    const app = await menu(admin, 'platform=investment&channel=app')
    expect([app.includes('inv.app'), /inv\.(one|two|three)|\/inv\/two/.test(app)]).toEqual([true, false])
    expect(await menu(admin, 'platform=investment')).not.toContain('inv.app')

    const page = await open('admin', '/records/menuEntry?view=tree', 'Admin#2026')
    const choose = async (): Promise<void> => {
      await page.getByTestId('menu-node-live').waitFor()
      await page.getByTestId('menu-platform').click()
      await page.locator('.ant-select-item-option', { hasText: '投资管理平台' }).last().dispatchEvent('click')
      await page.getByTestId('menu-node-inv.three').waitFor()
    }
    const order = (): Promise<string[]> =>
      page
        .locator('[data-testid^="menu-node-inv."]')
        .evaluateAll((nodes) => nodes.map((node) => (node.getAttribute('data-testid') ?? '').slice('menu-node-inv.'.length)))
    const becomes = (wanted: readonly string[]): Promise<unknown> =>
      until(`order ${wanted.join()}`, async () => JSON.stringify(await order()) === JSON.stringify(wanted), 20)
    await choose()
    await becomes(['desk', 'one', 'two', 'three'])
    // Dropped at the upper edge of another entry it comes before it.
    await page.getByTestId('menu-node-inv.three').dragTo(page.getByTestId('menu-node-inv.one'), { targetPosition: { x: 4, y: 1 } })
    await becomes(['desk', 'three', 'one', 'two'])
    await page.getByTestId('menu-node-inv.two').click()
    await page.keyboard.press('Alt+ArrowUp')
    await becomes(['desk', 'three', 'two', 'one'])
    await page.reload()
    await choose()
    await becomes(['desk', 'three', 'two', 'one'])
    const web = await menu(admin, 'platform=investment')
    expect(['three', 'two', 'one'].map((code) => web.indexOf(`inv.${code}`)).every((at, i, all) => at > (all[i - 1] ?? 0))).toBe(true)
    await page.context().close()
  })

  it('[T6-004] operator, merchant and member have trees of their own; what is disabled for merchants is gone, refused by its address, and its functions answer 403', async () => {
    const rights = ['term:view']
    const merchant = await person('merchant', rights, {}, { kind: 'merchant', stations: [] })
    const member = await person('member', rights, {}, { kind: 'member', stations: [] })
    const page1 = { path: '/records/term', api: '/api/records/term', platforms: ['mall'], permission: 'term:view' }
    const [, forMerchants] = await entry({ code: 'mall.merchant.terms', ...page1, audiences: ['merchant'] })
    expect((await entry({ code: 'mall.member.terms', ...page1, audiences: ['member'] }))[0]).toBe(200)
    expect((await entry({ code: 'mall.again', ...page1, audiences: ['merchant'] }))[0]).toBe(409)
    for (const channel of ['web', 'app']) {
      const own = await menu(merchant.session, `channel=${channel}`)
      expect([own.includes('mall.merchant.terms'), own.includes('mall.member.terms'), own.includes('/system/users')]).toEqual([
        true,
        false,
        false,
      ])
    }
    expect(JSON.parse(await menu(merchant.session, ''))).toMatchObject({ platform: 'mall', platforms: ['mall'] })
    const page = await open('merchant', '/records/term')
    await page.getByTestId('record-term').waitFor()
    await page.getByTestId('menu-/records/term').waitFor()
    expect((await call(merchant.session, 'GET', '/api/records/term'))[0]).toBe(200)

    await edit(forMerchants.id, { concealed: true })
    await page.reload()
    await page.getByTestId('not-permitted').waitFor()
    expect(await links(page)).not.toContain('/records/term')
    await page.context().close()
    for (const channel of ['web', 'app']) expect(await menu(merchant.session, `channel=${channel}`)).not.toContain('/records/term')
    expect((await call(merchant.session, 'GET', '/api/records/term'))[0]).toBe(403)
    expect(await menu(member.session, '')).toContain('mall.member.terms')
    expect((await call(member.session, 'GET', '/api/records/term'))[0]).toBe(200)
  })

  it('[T7-004] entries open a page, a big screen or an outside link in a new window; the link must be permitted; hidden ones are not returned', async () => {
    const link = { code: 'ana.out', platforms: ['analytics'], opens: 'link', url: 'https://partner.example/board' }
    const [status, no] = await entry(link)
    expect([status, (no['error'] as { field?: string }).field]).toEqual([422, 'url'])
    await ok(admin, 'POST', '/api/records/permittedHost', { host: 'partner.example' })
    expect((await entry(link))[0]).toBe(200)
    expect((await entry({ code: 'ana.page', platforms: ['analytics'], path: '/records/installationCost', position: 2 }))[0]).toBe(200)
    expect((await entry({ code: 'ana.wall', platforms: ['analytics'], opens: 'screen', path: '/alarm-statistics' }))[0]).toBe(200)
    const [, hidden] = await entry({ code: 'ana.hidden', platforms: ['analytics'], path: '/ana/hidden', concealed: true })
    expect(hidden.id).toBeTruthy()
    expect(await menu(admin, 'platform=analytics')).not.toContain('hidden')
    const page = await open('admin', '/', 'Admin#2026')
    await page.getByTestId('platform-switch').click()
    await page.locator('.ant-select-item-option', { hasText: '大数据分析平台' }).dispatchEvent('click')
    const out = page.getByTestId('menu-https://partner.example/board')
    await out.waitFor()
    expect([await out.getAttribute('target'), await out.getAttribute('rel')]).toEqual(['_blank', 'noopener noreferrer'])
    const [screen] = await Promise.all([page.context().waitForEvent('page'), page.getByTestId('menu-/alarm-statistics').click()])
    await screen.getByTestId('big-screen').waitFor()
    expect(await screen.locator('nav').count()).toBe(0)
    await page.getByTestId('menu-/records/installationCost').click()
    await page.getByTestId('record-installationCost').waitFor()
    await page.context().close()
  })

  it('[T7-001] a big-screen account is made with its end on the user page; it only reads, stays signed in, is out at once when its time is over; a reset ends its sessions', async () => {
    const page = await open('admin', '/system/users', 'Admin#2026')
    await page.getByTestId('user-create').click()
    for (const [field, text] of Object.entries({ username: 'wall', name: '一号大屏', password: 'Screen#2026x' }))
      await page.locator(`#${field}`).fill(text)
    await page.getByTestId('user-kind').click()
    await page.locator('.ant-select-item-option', { hasText: '大屏' }).last().dispatchEvent('click')
    await page.locator('#expiresAt').fill('2031-01-01 00:00:00')
    await page.keyboard.press('Enter')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await page.getByText('一号大屏').waitFor()
    await page.context().close()
    const { rows } = (await ok(admin, 'GET', '/api/users?kind=screen')) as unknown as { rows: Row[] }
    const id = rows[0]?.id ?? ''
    expect(rows).toMatchObject([{ username: 'wall', kind: 'screen', mustChangePassword: false }])
    expect(rows[0]?.['expiresAt']).toBeGreaterThan(Date.UTC(2030, 11, 30))
    const wall = await product.signIn('wall', 'Screen#2026x')
    expect((await call(wall, 'GET', '/api/stations'))[0]).toBe(200)
    for (const [method, path] of [
      ['POST', '/api/records/workOrder'],
      ['PUT', `/api/users/${id}`],
      ['POST', '/api/me/password'],
      ['DELETE', `/api/users/${id}`],
    ] as const)
      expect((await call(wall, method, path, {}))[0]).toBe(403)
    const screen = await open('wall', '/', 'Screen#2026x')
    const cookie = (await screen.context().cookies()).find(({ name }) => name.includes('session_token'))
    expect((cookie?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(300 * 86_400)
    await ok(admin, 'PUT', `/api/users/${id}`, { expiresAt: Date.now() - 1000 })
    expect((await call(wall, 'GET', '/api/stations'))[0]).toBe(401)
    await screen.getByTestId('username').waitFor()
    await expect(product.signIn('wall', 'Screen#2026x')).rejects.toThrow('401')
    await ok(admin, 'PUT', `/api/users/${id}`, { expiresAt: Date.now() + 86_400_000 })
    const again = await product.signIn('wall', 'Screen#2026x')
    await ok(admin, 'PUT', `/api/users/${id}`, { password: 'Fresh#2026xx' })
    expect((await call(again, 'GET', '/api/stations'))[0]).toBe(401)
  })

  it('[G-081] a password of the age of its class lets in only to the change page; class rule and last five hold; the security officer sees due and overdue accounts', async () => {
    await person('keeper', ['user:view', 'user:administer', 'term:view', 'station:view'])
    await person('reader', ['term:view', 'station:view'])
    const day = 86_400_000
    const officer = async (password: string): Promise<unknown[]> => {
      const session = await product.signIn('admin', 'Admin#2026')
      return ((await ok(session, 'GET', `/api/users?password=${password}&size=500`)) as unknown as { rows: Row[] }).rows.map(
        (row) => row['username'],
      )
    }
    await forward(product.server.child, 80 * day)
    expect(await officer('due')).toContain('keeper')
    expect(await officer('overdue')).not.toContain('keeper')
    await forward(product.server.child, 11 * day)
    expect(await officer('overdue')).toContain('keeper')
    // The ordinary user's is not due yet: the administrators' rule is the stricter one.
    expect([...(await officer('due')), ...(await officer('overdue'))]).not.toContain('reader')
    const reader = await product.signIn('reader', passwordOf('reader'))
    expect((await call(reader, 'GET', '/api/records/term'))[0]).toBe(200)
    const keeper = await product.signIn('keeper', passwordOf('keeper'))
    expect(await refused(keeper, 'GET', '/api/records/term')).toEqual([403, 'must-change-password'])

    const admins = await open('admin', '/system/users', 'Admin#2026')
    await admins.getByTestId('users-due').getByText('已到期').click()
    await admins.getByTestId('users-table').getByText('keeper').first().waitFor()
    await admins.context().close()

    const context = await browser.newContext({ locale: 'zh-CN' })
    const page = await context.newPage()
    page.setDefaultTimeout(45_000)
    await page.goto(product.url)
    await page.getByTestId('username').fill('keeper')
    await page.getByTestId('password').fill(passwordOf('keeper'))
    await page.keyboard.press('Enter')
    await page.getByTestId('password-form').waitFor()
    await page.goto(`${product.url}/system/users`)
    await page.getByTestId('password-form').waitFor()
    expect(await page.getByTestId('users-page').count()).toBe(0)
    const change = async (next: string): Promise<void> => {
      for (const [field, text] of Object.entries({ current: passwordOf('keeper'), next, again: next }))
        await page.locator(`#${field}`).fill(text)
      await page.locator('[data-testid="password-form"] button[type="submit"]').click()
    }
    await change('Short#26A')
    await page.locator('#next_help').getByText('密码至少 10 位').waitFor()
    await change('First#2026-keeper')
    await page.locator('#next_help').getByText('不能与最近五次的密码相同').waitFor()
    await change('Third#2026-keeper')
    await page.getByTestId('account-menu').waitFor()
    expect((await call(await product.signIn('keeper', 'Third#2026-keeper'), 'GET', '/api/records/term'))[0]).toBe(200)
    expect(await officer('overdue')).not.toContain('keeper')
    const used = await call(await product.signIn('keeper', 'Third#2026-keeper'), 'POST', '/api/me/password', {
      current: 'Third#2026-keeper',
      next: 'First#2026-keeper',
    })
    expect(used[0]).toBe(422)
    await context.close()
  })
})
