import { connectAsync, type MqttClient } from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'

interface Row {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}
interface Failure {
  readonly error: { readonly code: string; readonly field?: string; readonly message: { readonly zh: string }; readonly detail?: unknown }
}
interface Composition {
  readonly condition: string
  readonly ratedFlow: number
  readonly joint: readonly string[]
  readonly children: readonly { readonly device: string; readonly code: string; readonly condition: string }[]
}

describe.skipIf(!hasBrowser)('master data kept by people', () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  let admin: Session
  let supervisor: Session

  /** Right to keep stations and devices; its person signs in on the page. */
  const rights = [
    'station:view',
    'station:operate',
    'station:administer',
    'device:view',
    'device:administer',
    'region:view',
    'alarm:view',
    'deadLetter:view',
  ]
  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    browser = await startBrowser()
    admin = await product.signIn('admin', 'Admin#2026')
    const made = await admin.call('POST', '/api/users', {
      username: 'supervisor',
      name: '设备主管',
      role: 'viewer',
      stations: null,
      password: 'First#2026',
    })
    const { id } = made.body as Row
    await ok(admin, 'POST', '/api/records/role', { code: 'supervisor', name: '设备主管', permissions: rights, members: [id] })
    const first = await product.signIn('supervisor', 'First#2026')
    expect((await first.call('POST', '/api/me/password', { current: 'First#2026', next: 'Second#2026' })).status).toBe(200)
    supervisor = await product.signIn('supervisor', 'Second#2026')
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
  const create = (record: string, body: object): Promise<Row> => ok(supervisor, 'POST', `/api/records/${record}`, body)
  const refused = async (session: Session, method: string, path: string, body?: unknown): Promise<readonly [number, Failure['error']]> => {
    const answer = await session.call(method, path, body)
    return [answer.status, (answer.body as Failure).error]
  }
  const list = async (query: string): Promise<Row[]> =>
    ((await supervisor.call('GET', `/api/records/${query}`)).body as { rows: Row[] }).rows
  const newStation = (code: string, kind: string, region = '310115', more: object = {}): Promise<Row> =>
    create('station', { code, name: `${code} 试验站`, kind, region, ...more })
  const compressor = (station: string, code: string, more: object = {}): Promise<Row> =>
    create('device', {
      station,
      kind: 'compressor',
      code,
      name: `${code} 空压机`,
      ratedPower: 75,
      ratedFlow: 12,
      ratedPressure: 8,
      ...more,
    })
  const composition = async (station: string): Promise<Composition> =>
    (await supervisor.call('GET', `/api/stations/${station}/composition`)).body as Composition
  const open = async (address: string, who = 'supervisor', password = 'Second#2026'): Promise<Page> => {
    const { page } = await signInAs(browser, product, who, password)
    await page.goto(`${product.url}${address}`)
    return page
  }
  const confirm = (page: Page): Promise<void> =>
    page
      .getByRole('dialog')
      .getByRole('button', { name: /确\s*定/ })
      .click()
  /** Chooses in a select by typing what it is searched by. */
  async function choose(page: Page, field: string, text: string, option: string): Promise<void> {
    await page.locator(`#f-${field}`).click()
    if (text) await page.locator(`#f-${field}`).fill(text)
    await page.locator('.ant-select-item-option', { hasText: option }).first().dispatchEvent('click')
    // Not Escape: where the list is closed already, it would close the form.
    await page.locator(`#f-${field}`).blur()
  }

  it('[T1-003] a supervisor adds, edits, finds and deletes a station; at once devices can choose it; with devices it is not deleted', async () => {
    const page = await open('/records/station')
    await page.getByTestId('record-new').click()
    for (const [field, text] of Object.entries({ code: 'NJ-1', name: '南京试验站', address: '南京市江宁区', manager: '赵主管' }))
      await page.locator(`#f-${field}`).fill(text)
    await choose(page, 'kind', '', '智慧空压站')
    await choose(page, 'region', '江宁', '江宁区')
    await page.locator('#f-site').fill('31.95')
    await page.locator('#f-site').locator('xpath=ancestor::*[contains(@class,"ant-space-compact")]').locator('input').last().fill('118.84')
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-station-detail').waitFor()
    const [row] = await list('station?code=NJ-1')
    expect(row).toMatchObject({ region: '320115', site: { lat: 31.95, lng: 118.84 }, manager: '赵主管', state: 'planned' })
    const id = row?.id ?? ''
    // It lives, and devices may choose it, in the API and on the page.
    expect(await ok(supervisor, 'GET', `/api/stations/${id}`)).toMatchObject({ name: '南京试验站', position: { lat: 31.95, lng: 118.84 } })
    const { options } = (await supervisor.call('GET', '/api/options/station?q=南京')).body as { options: Row[] }
    expect(options.map((option) => option.id)).toEqual([id])

    await page.goto(`${product.url}/records/device`)
    await page.getByTestId('record-new').click()
    await choose(page, 'station', '南京', '南京试验站')
    await choose(page, 'kind', '', '空压机')
    for (const [field, text] of Object.entries({ code: 'AC-1', name: '一号机', ratedPower: '75', ratedFlow: '12', ratedPressure: '8' }))
      await page.locator(`#f-${field}`).fill(text)
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-device-detail').waitFor()
    expect((await composition(id)).children.map(({ code }) => code)).toEqual(['AC-1'])

    await page.goto(`${product.url}/records/station/${id}`)
    await page.getByTestId('record-edit').click()
    await page.locator('#f-manager').fill('钱主管')
    await page.getByTestId('record-save').click()
    await until('the edit', async () => (await list('station?code=NJ-1'))[0]?.['manager'] === '钱主管')
    await page.goto(`${product.url}/records/station`)
    await page.getByTestId('record-search').locator('input').fill('江宁')
    await page.keyboard.press('Enter')
    await page.getByTestId('table-station').getByText('NJ-1').click()
    await page.getByTestId('record-remove').click()
    await confirm(page)
    await page
      .getByText(/仍被引用：设备管理 1/)
      .first()
      .waitFor()
    expect(await refused(supervisor, 'DELETE', `/api/records/station/${id}`)).toMatchObject([
      409,
      { detail: { referrers: [{ record: 'device', count: 1 }] } },
    ])
    const [device] = await list(`device?station=${id}`)
    await ok(supervisor, 'DELETE', `/api/records/device/${device?.id ?? ''}`)
    await page.reload()
    await page.getByTestId('record-remove').click()
    await confirm(page)
    await page.getByTestId('table-station').waitFor()
    expect((await supervisor.call('GET', `/api/stations/${id}`)).status).toBe(404)
    await page.context().close()
  }, 120_000)

  it('[T1-006] the national tree holds own regions; a station hangs on one district; a province finds the stations of its cities; a region with stations is not disabled', async () => {
    const page = await open('/records/region?view=tree', 'admin', 'Admin#2026')
    await page.getByTestId('tree-region').getByText('江苏省').waitFor()
    await page.goto(`${product.url}/records/region`)
    await page.getByTestId('record-new').click()
    await page.locator('#f-code').fill('320500-A1')
    await page.locator('#f-name').fill('苏州大区')
    await choose(page, 'parent', '苏州', '苏州市')
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-region-detail').waitFor()
    await page.getByTestId('record-edit').click()
    await page.locator('#f-name').fill('苏州一区')
    await page.getByTestId('record-save').click()
    await page.getByRole('heading', { name: '苏州一区' }).waitFor()

    const [one, two] = [await newStation('WX-1', 'smartStation', '320205'), await newStation('CZ-1', 'smartStation', '320402')]
    for (const region of ['320000', '320200', '320500-A1'])
      expect(
        await refused(supervisor, 'POST', '/api/records/station', { code: 'X', name: 'X', kind: 'smartStation', region }),
      ).toMatchObject([422, { field: 'region' }])
    const inRegion = async (region: string): Promise<string[]> => (await list(`station?region=${region}&size=200`)).map(({ id }) => id)
    const all = await inRegion('320000')
    expect(all).toEqual(expect.arrayContaining([one.id, two.id, 'js0320500s01']))
    expect([await inRegion('320200'), await inRegion('320205'), await inRegion('320402')]).toEqual([[one.id], [one.id], [two.id]])
    const { stations } = (await supervisor.call('GET', '/api/stations?region=320000')).body as { stations: Row[] }
    expect(stations.map(({ id }) => id).toSorted()).toEqual(all.toSorted())

    for (const region of ['320205', '320200', '320000']) {
      expect(await refused(admin, 'POST', `/api/records/region/${region}/disable`, {})).toMatchObject([409, { code: 'holds-stations' }])
    }
    await page.goto(`${product.url}/records/region/320205`)
    await page.getByTestId('act-disable').click()
    await page
      .getByText(/区域内仍有 1 个站点/)
      .first()
      .waitFor()
    await ok(supervisor, 'DELETE', `/api/records/station/${one.id}`)
    await page.getByTestId('act-disable').click()
    await page.getByTestId('act-enable').waitFor()
    expect(
      await refused(supervisor, 'POST', '/api/records/station', { code: 'WX-2', name: 'X', kind: 'smartStation', region: '320205' }),
    ).toMatchObject([409, { field: 'region' }])
    await page.context().close()
  }, 90_000)

  it('[T1-001] an administrator keeps accounts on the user page: scope, forced change of password, taken names, and a disabled person is out at the next call', async () => {
    const page = await open('/system/users', 'admin', 'Admin#2026')
    const fill = async (username: string): Promise<void> => {
      await page.getByTestId('user-create').click()
      const form = page.getByTestId('user-form')
      await form.locator('#username').fill(username)
      await form.locator('#name').fill('测试员')
      await form.locator('#password').fill('Begin#2026')
      await form.locator('#stations').click()
      await page.locator('.ant-select-item-option', { hasText: '苏州工业园' }).dispatchEvent('click')
      await page.keyboard.press('Escape')
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /保\s*存/ })
        .click()
    }
    await fill('tester')
    await page.getByTestId('users-table').getByText('tester').waitFor()
    await fill('tester')
    await page.getByTestId('user-error').getByText('用户名已存在').waitFor()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /取\s*消/ })
      .click()
    expect(
      (await admin.call('POST', '/api/users', { username: 'Tester', name: 'x', role: 'viewer', stations: null, password: 'Begin#2026' }))
        .status,
    ).toBe(409)

    const tester = await product.signIn('tester', 'Begin#2026')
    expect((await tester.call('GET', '/api/stations')).status).toBe(403)
    const visitor = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
    await visitor.goto(product.url)
    await visitor.getByTestId('username').fill('tester')
    await visitor.getByTestId('password').fill('Begin#2026')
    await visitor.keyboard.press('Enter')
    const next = visitor.getByTestId('password-form')
    await next.waitFor()
    await visitor.context().close()
    await tester.call('POST', '/api/me/password', { current: 'Begin#2026', next: 'Later#2026' })
    const { stations } = (await tester.call('GET', '/api/stations')).body as { stations: Row[] }
    expect(stations.map(({ id }) => id)).toEqual(['js0320500s01'])

    await page.locator('.ant-input-search input').fill('tester')
    await until('only one', async () => (await page.getByTestId('users-table').locator('tbody tr.ant-table-row').count()) === 1)
    const act = (name: RegExp) => page.getByTestId('users-table').getByRole('button', { name })
    await act(/修\s*改|编\s*辑/).click()
    await page.getByTestId('user-form').locator('#name').fill('测试员乙')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await page.getByTestId('users-table').getByText('测试员乙').waitFor()
    await act(/重置密码/).click()
    await page.getByTestId('user-form').locator('#password').fill('Again#2026')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await page.getByTestId('users-table').getByText('须改密码').waitFor()
    expect((await tester.call('GET', '/api/stations')).status).toBe(401)
    const again = await product.signIn('tester', 'Again#2026')
    expect((await again.call('GET', '/api/stations')).status).toBe(403)
    await again.call('POST', '/api/me/password', { current: 'Again#2026', next: 'Final#2026' })
    expect((await again.call('GET', '/api/stations')).status).toBe(200)

    await page.getByTestId('toggle-tester').click()
    await confirm2(page, /停\s*用/)
    await until('disabled', async () => (await again.call('GET', '/api/stations')).status === 401)
    await page.getByTestId('toggle-tester').click()
    await page.getByTestId('delete-tester').click()
    await confirm2(page, /删\s*除/)
    await until('gone', async () => (await page.getByTestId('users-table').locator('tbody tr.ant-table-row').count()) === 0)
    await expect(product.signIn('tester', 'Final#2026')).rejects.toThrow('401')
    await page.context().close()
  }, 90_000)
  const confirm2 = (page: Page, name: RegExp): Promise<void> => page.getByRole('dialog').getByRole('button', { name }).last().click()

  /** Signs in anew with a password of the administrator's and changes it at once, as one must. */
  async function begin(username: string, first: string, own: string): Promise<Session> {
    const session = await product.signIn(username, first)
    expect((await session.call('GET', '/api/stations')).status).toBe(403)
    expect((await session.call('POST', '/api/me/password', { current: first, next: own })).status).toBe(200)
    return session
  }

  it('[T2-001] agents, dispatchers and technicians have a department; a reset ends their sessions; nobody who holds open work orders is deleted', async () => {
    const page = await open('/system/users', 'admin', 'Admin#2026')
    const people: Record<string, string> = { agent: '客服部', dispatcher: '调度中心', technician: '维修一班' }
    for (const [username, department] of Object.entries(people)) {
      await page.getByTestId('user-create').click()
      const form = page.getByTestId('user-form')
      for (const [field, text] of Object.entries({ username, name: `${department}甲`, department, password: 'Begin#2026' }))
        await form.locator(`#${field}`).fill(text)
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /保\s*存/ })
        .click()
      await page.getByTestId('users-table').getByText(department, { exact: true }).waitFor()
    }
    const technician = await begin('technician', 'Begin#2026', 'Later#2026')
    const [{ id } = { id: '' }] = ((await admin.call('GET', '/api/users?text=technician')).body as { rows: Row[] }).rows
    expect((await admin.call('PUT', `/api/users/${id}`, { password: 'Again#2026' })).status).toBe(200)
    expect((await technician.call('GET', '/api/stations')).status).toBe(401)
    await begin('technician', 'Again#2026', 'Final#2026')

    const order = async (title: string): Promise<Row> => {
      const row = await ok(admin, 'POST', '/api/records/workOrder', { title, station: 'js0320500s01' })
      return ok(admin, 'POST', `/api/records/workOrder/${row.id}/assign`, { input: { assignee: id } })
    }
    const orders = [await order('换油滤'), await order('查漏气')]
    const numbers = orders.map((row) => String(row['number']))
    expect(await refused(admin, 'DELETE', `/api/users/${id}`)).toMatchObject([409, { code: 'holds-work', detail: { workOrders: numbers } }])
    await page.getByTestId('delete-technician').click()
    await confirm2(page, /删\s*除/)
    await page
      .getByText(numbers[0] ?? '')
      .first()
      .waitFor()
    const [{ id: other } = { id: '' }] = ((await admin.call('GET', '/api/users?text=agent')).body as { rows: Row[] }).rows
    for (const row of orders) await ok(admin, 'POST', `/api/records/workOrder/${row.id}/assign`, { input: { assignee: other } })
    expect((await admin.call('DELETE', `/api/users/${id}`)).status).toBe(200)
    await page.context().close()
  }, 90_000)

  it('[T4-001] station managers and clerks are bound to stations: list and calls show those alone; five wrong passwords lock; a reset forces a change', async () => {
    const bound = ['js0320500s01', 'zj0330200s01']
    const people = { stationManager: '站长', investmentClerk: '投资专员', financeClerk: '财务专员' }
    const ids: Record<string, string> = {}
    const sessions: Record<string, Session> = {}
    for (const [code, name] of Object.entries(people)) {
      const made = await admin.call('POST', '/api/users', { username: code, name, role: 'viewer', stations: bound, password: 'Begin#2026' })
      ids[code] = (made.body as Row).id
      const permissions = ['station:view', 'device:view', 'alarm:view', ...(code === 'stationManager' ? ['station:administer'] : [])]
      await ok(admin, 'POST', '/api/records/role', { code: `${code}OfStations`, name, permissions, members: [ids[code]] })
      sessions[code] = await begin(code, 'Begin#2026', 'Later#2026')
    }
    const id = ids['stationManager'] ?? ''
    const manager = sessions['stationManager'] ?? admin
    for (const session of Object.values(sessions)) {
      const { rows } = (await session.call('GET', '/api/records/station?size=100')).body as { rows: Row[] }
      const { stations } = (await session.call('GET', '/api/stations')).body as { stations: Row[] }
      for (const found of [rows, stations]) expect(found.map((row) => row.id).toSorted()).toEqual(bound)
    }
    const foreign = 'sh0310115c01'
    for (const path of [`/api/stations/${foreign}`, `/api/records/station/${foreign}`, `/api/stations/${foreign}/live`])
      expect((await manager.call('GET', path)).status).toBe(404)
    expect((await manager.call('PUT', `/api/records/station/${foreign}`, { version: 1, manager: 'x' })).status).toBe(404)
    const page = await open('/records/station', 'stationManager', 'Later#2026')
    await page.getByTestId('table-station').getByText('JS-S01').waitFor()
    expect(await page.getByTestId('table-station').locator('tbody tr.ant-table-row').count()).toBe(2)
    await page.context().close()

    expect((await admin.call('PUT', `/api/users/${id}`, { password: 'Again#2026' })).status).toBe(200)
    expect((await manager.call('GET', '/api/stations')).status).toBe(401)
    await begin('stationManager', 'Again#2026', 'Final#2026')
    for (let i = 0; i < 5; i++) await expect(product.signIn('stationManager', 'Wrong#2026')).rejects.toThrow('401')
    const locked = await fetch(`${product.url}/api/auth/sign-in/username`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: product.url },
      body: JSON.stringify({ username: 'stationManager', password: 'Final#2026' }),
    })
    expect([locked.status, Number(locked.headers.get('retry-after'))]).toEqual([429, expect.closeTo(900, -2) as number])
  }, 90_000)

  it('[T1-027] a compressor with nameplate, gateway and point table goes online with the first message of that gateway; two cannot share it; with a history it is deactivated, not deleted', async () => {
    const home = await newStation('DJ-1', 'singleModule', '110115')
    const gateway = await create('device', { station: home.id, kind: 'gateway', code: 'GW-1', name: '网关' })
    const page = await open(`/station/${home.id}?tab=composition`)
    await page.getByTestId('add-device').click()
    await choose(page, 'kind', '', '空压机')
    for (const [field, text] of Object.entries({
      code: 'AC-1',
      name: '一号机',
      manufacturer: '开山',
      model: 'BK75',
      serial: 'SN-75-1',
      ratedPower: '75',
      ratedFlow: '12',
      ratedPressure: '8',
    }))
      await page.locator(`#f-${field}`).fill(text)
    await choose(page, 'gateway', 'GW', 'GW-1')
    await page.getByTestId('record-save').click()
    await page.getByTestId('part-AC-1').getByText('离线').waitFor()
    const [machine] = await list(`device?station=${home.id}&kind=compressor`)
    const id = machine?.id ?? ''
    expect(machine).toMatchObject({ model: 'BK75', gateway: gateway.id, state: 'active' })
    expect(machine?.['points']).toEqual(expect.arrayContaining([expect.objectContaining({ point: 'dischargePressure' })]))
    expect((await list(`device?q=SN-75&station=${home.id}`)).map((row) => row.id)).toEqual([id])

    const { secret } = await ok(supervisor, 'POST', `/api/devices/${gateway.id}/secret`, {})
    const line = await connectAsync(product.mqtt, { username: gateway.id, password: String(secret), reconnectPeriod: 0 })
    let seq = 0
    const say = async (client: MqttClient, device: string, body: object, channel = 't'): Promise<unknown> =>
      client.publishAsync(
        `tw/main/${home.id}/${channel}/${device}`,
        JSON.stringify({ v: 1, boot: '1', seq: ++seq, ts: Date.now(), body }),
        { qos: 1 },
      )
    await say(line, id, { p: { dischargePressure: 7.2 } })
    await page.getByTestId('part-AC-1').getByText('正常').waitFor({ timeout: 5000 })
    expect((await composition(home.id)).children.find(({ device }) => device === id)?.condition).toBe('normal')

    expect(
      await refused(supervisor, 'POST', '/api/records/device', {
        station: home.id,
        kind: 'compressor',
        code: 'AC-2',
        name: '二号机',
        ratedPower: 75,
        ratedFlow: 12,
        ratedPressure: 8,
        gateway: gateway.id,
      }),
    ).toMatchObject([409, { field: 'gateway' }])
    expect(await refused(supervisor, 'DELETE', `/api/records/device/${id}`)).toMatchObject([409, { code: 'has-history' }])
    await page.getByTestId('part-AC-1').getByRole('link').click()
    await page.getByTestId('record-edit').click()
    await page.locator('#f-name').fill('一号变频机')
    await page.getByTestId('record-save').click()
    await page.getByTestId('act-deactivate').click()
    await page.locator('#f-reason').fill('拆机')
    await page.getByTestId('record-save').click()
    await page.getByTestId('act-activate').waitFor()
    expect((await composition(home.id)).children.map(({ code }) => code)).toEqual(['GW-1'])
    // Its telemetry is refused and counted; what was measured stays.
    await say(line, id, { p: { dischargePressure: 7.3 } })
    const { rows } = (await supervisor.call('GET', '/api/dead-letters?reason=unknown-device')).body as { rows: { topic: string }[] }
    const all =
      rows.length > 0
        ? rows
        : ((await admin.call('GET', '/api/dead-letters?reason=unknown-device')).body as { rows: { topic: string }[] }).rows
    expect(all[0]?.topic).toContain(id)
    await line.endAsync()
    expect((await list(`device?station=${home.id}&state=inactive`)).map((row) => row['name'])).toEqual(['一号变频机'])
    await page.context().close()
  }, 90_000)

  it('[T1-028] an intelligent station is a tree: a child added or moved changes the live twin at once, belongs to one station, and the worst child is the state of the station', async () => {
    const [here, there] = [await newStation('ZH-1', 'smartStation', '330206'), await newStation('ZH-2', 'smartStation', '330206')]
    const page = await open(`/station/${here.id}?tab=composition`)
    await page.getByTestId('composition-root').getByText('离线').waitFor()
    const kinds = {
      compressor: 'AC-1',
      dryer: 'DR-1',
      tank: 'TK-1',
      powerMeter: 'PM-1',
      waterPump: 'WP-1',
      valve: 'VA-1',
      flowMeter: 'FM-1',
    }
    const ids: Record<string, string> = {}
    for (const [kind, code] of Object.entries(kinds)) {
      const rated = kind === 'compressor' ? { ratedPower: 75, ratedFlow: 12, ratedPressure: 8 } : {}
      ids[code] = (await create('device', { station: here.id, kind, code, name: code, ...rated })).id
    }
    // The open page follows without reload, and so does its scene.
    for (const code of Object.values(kinds)) await page.getByTestId(`part-${code}`).waitFor({ timeout: 5000 })
    const line = await connectAsync(product.mqtt, { reconnectPeriod: 0 })
    let seq = 0
    const say = (station: string, device: string, p: object): Promise<unknown> =>
      line.publishAsync(`tw/main/${station}/t/${device}`, JSON.stringify({ v: 1, boot: '1', seq: ++seq, ts: Date.now(), body: { p } }), {
        qos: 1,
      })
    const readings: Record<string, object> = {
      'AC-1': { dischargePressure: 7, faultActive: false },
      'DR-1': { pdp: 4 },
      'TK-1': { pressure: 7 },
      'PM-1': { activePower: 10 },
      'WP-1': { running: false },
      'VA-1': { position: 100 },
      'FM-1': { flow: 5 },
    }
    for (const [code, p] of Object.entries(readings)) await say(here.id, ids[code] ?? '', p)
    await until('all are well', async () => {
      for (const [code, p] of Object.entries(readings)) await say(here.id, ids[code] ?? '', p)
      return (await composition(here.id)).condition === 'normal'
    })
    await page.getByTestId('composition-root').getByText('正常').waitFor({ timeout: 5000 })
    await say(here.id, ids['AC-1'] ?? '', { faultActive: true })
    await page.getByTestId('composition-root').getByText('故障').waitFor({ timeout: 10_000 })
    const seen = await composition(here.id)
    expect([
      seen.condition,
      seen.children.find(({ code }) => code === 'AC-1')?.condition,
      seen.children.find(({ code }) => code === 'TK-1')?.condition,
    ]).toEqual(['fault', 'fault', 'normal'])
    const { stations } = (await supervisor.call('GET', '/api/stations')).body as { stations: Row[] }
    expect(stations.find(({ id }) => id === here.id)?.['condition']).toBe('fault')

    await ok(supervisor, 'POST', `/api/records/device/${ids['AC-1'] ?? ''}/move`, { input: { station: there.id } })
    await page.getByTestId('part-AC-1').waitFor({ state: 'detached', timeout: 5000 })
    await say(there.id, ids['AC-1'] ?? '', { dischargePressure: 6.8 })
    await until('it lives there', async () => {
      await say(there.id, ids['AC-1'] ?? '', { dischargePressure: 6.8 })
      return (await composition(there.id)).children.find(({ code }) => code === 'AC-1')?.condition !== 'offline'
    })
    const [home, target] = [
      await ok(supervisor, 'GET', `/api/stations/${here.id}`),
      await ok(supervisor, 'GET', `/api/stations/${there.id}`),
    ]
    const twice = (target['devices'] as Row[]).find(({ id }) => id === ids['AC-1'])
    expect(
      await refused(supervisor, 'PUT', `/api/stations/${here.id}`, {
        ...home,
        devices: [...(home['devices'] as Row[]), { ...twice, stationId: here.id }],
      }),
    ).toMatchObject([409, {}])
    await line.endAsync()
    await page.context().close()
  }, 90_000)

  it('[T1-029] a central station’s rated flow is the sum of its units in service, at once when one is disabled; only grouped units are offered to joint control', async () => {
    const home = await newStation('JZ-1', 'centralStation', '310115')
    const units = [
      await compressor(home.id, 'AC-1', { unitGroup: 'A' }),
      await compressor(home.id, 'AC-2', { unitGroup: 'B', ratedFlow: 20 }),
      await compressor(home.id, 'AC-3', { ratedFlow: 7.5 }),
    ]
    await create('device', { station: home.id, kind: 'flowMeter', code: 'FM-1', name: '母管流量计' })
    await create('device', { station: home.id, kind: 'outlet', code: 'OL-1', name: '出口', customer: '甲厂' })
    const page = await open(`/station/${home.id}?tab=composition`)
    await page.getByTestId('rated-flow').getByText('39.5').waitFor()
    for (const group of ['编组 A', '编组 B']) await page.getByText(group, { exact: true }).waitFor()
    await page.getByTestId('part-AC-1').getByText('可联控').waitFor()
    expect(await page.getByTestId('part-AC-3').getByText('可联控').count()).toBe(0)
    expect(await composition(home.id)).toMatchObject({ ratedFlow: 39.5, joint: [units[0]?.id, units[1]?.id] })
    const { stations } = (await supervisor.call('GET', '/api/stations?kind=centralStation')).body as { stations: Row[] }
    expect(stations.find(({ id }) => id === home.id)).toMatchObject({ ratedFlow: 39.5, outlets: [{ name: '甲厂' }] })

    await ok(supervisor, 'POST', `/api/records/device/${units[1]?.id ?? ''}/deactivate`, { input: { reason: '大修' } })
    expect(await composition(home.id)).toMatchObject({ ratedFlow: 19.5, joint: [units[0]?.id] })
    await page.getByTestId('rated-flow').getByText('19.5').waitFor({ timeout: 5000 })
    await page.getByTestId('table-device').getByRole('link', { name: 'AC-2' }).waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByTestId('composition-root').waitFor()
    await page.context().close()
  }, 60_000)
})
