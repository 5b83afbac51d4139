/** Two sites, two networks and a lost machine, with load and a real browser; `npm run faults` runs it. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { composeStation, demoFleet } from '@twin/models/stations'
import { Unceasing } from '../harness/acknowledged.ts'
import { hasBrowser, startBrowser } from '../harness/browser.ts'
import { freePort, Process, type Session, signInAt, until } from '../harness/product.ts'
import { type Moved, sharedSecrets, SiteMachine } from '../harness/sites.ts'

const long = process.env.TWIN_FAULTS_SECONDS !== undefined
const shots = process.env.TWIN_SHOTS
const [demo] = demoFleet()
const station = composeStation({
  ...{ id: 'standbytest1', kind: 'centralStation', code: 'MOVE-1', name: '切换测试站', nameEn: 'Switch-over test' },
  ...{ region: '310115', address: '', position: { lat: 31.2, lng: 121.5 }, tanks: [10], videoRequired: false },
  units: [{ variant: 'fixed', ratedPower: 75, ratedFlow: 12.5, ratedPressure: 8 }],
})
const unit = station.devices.find(({ kind }) => kind === 'compressor')

describe.skipIf(!long || !hasBrowser)('standby site', () => {
  let browser: Browser
  const machines: SiteMachine[] = []
  const running: { stop(): Promise<unknown> }[] = []
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()))
    await Promise.all(machines.map((machine) => machine.end()))
    for (const machine of machines.splice(0)) machine.erase()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
  })

  const machine = async (name: string, env: NodeJS.ProcessEnv): Promise<SiteMachine> => {
    const made = await SiteMachine.prepare(name, env)
    machines.push(made)
    return made
  }
  const load = (secrets: NodeJS.ProcessEnv, brokers: readonly string[], addresses: readonly string[]): Unceasing => {
    if (!unit) throw new Error('the station has no compressor')
    const work = new Unceasing(secrets['TWIN_DEVICE_MASTER'] ?? '', station, unit, brokers, addresses)
    running.push(work)
    return work
  }
  const newPage = async (): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage()
    page.setDefaultTimeout(60_000)
    return page
  }
  const shoot = async (page: Page, name: string): Promise<void> => {
    if (!shots) return
    await page.screenshot({ path: join(shots, `${name}-1440.png`), fullPage: true })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.screenshot({ path: join(shots, `${name}-390.png`), fullPage: true })
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  /** Gives the order on the page of a site, as an administrator does. */
  const giveOn = async (desk: string, name: string, force = false): Promise<void> => {
    const page = await newPage()
    await page.goto(desk)
    await page.getByTestId('order-form').waitFor()
    await page.getByTestId('order-reason').fill('半年演练')
    await page.getByTestId('order-user').fill('admin')
    await page.getByTestId('order-password').fill('Admin#2026')
    await page.getByTestId('order-drill').check()
    await page.getByTestId('order-sure').check()
    if (force) {
      await page.getByTestId('order-give').click()
      await until('it says that the old site is silent', async () =>
        (await page.getByTestId('order-said').textContent())?.includes('没有应答'),
      )
      await page.getByTestId('order-force').check()
    }
    await page.getByTestId('order-give').click()
    await until('it was given', async () => (await page.getByTestId('order-said').textContent())?.includes('已下达'))
    await shoot(page, name)
    await page.context().close()
  }
  /** Signs in through the page of the new place, sees a live value, and reads what was measured. */
  const seenBy = async (url: string, name: string): Promise<void> => {
    const page = await newPage()
    await page.goto(url)
    await page.getByTestId('username').fill('admin')
    await page.getByTestId('password').fill('Admin#2026')
    await page.keyboard.press('Enter')
    await page.getByTestId('station-list').waitFor()
    await page.goto(`${url}/system/standby`)
    await until(
      'the page says passed',
      async () => (await page.getByTestId('standby-moves').textContent())?.includes('合格（不超过 30 min）'),
      60,
    )
    expect(await page.getByTestId('move-duration').first().textContent()).toMatch(/^\d+\.\d s$/)
    await shoot(page, name)
    await page.context().close()
  }
  const measured = (site: SiteMachine, kind: string, number: number): Promise<Moved> =>
    site.when('measured', ({ moves }) => moves.length === number && moves[0]?.kind === kind && moves[0].passed !== null && moves[0], 120)
  const write = async (url: string): Promise<number> =>
    (await fetch(`${url}/api/records/workOrder`, { method: 'POST', headers: { origin: url }, body: '{}' })).status
  /** A picture for a word of the glossary; where it is shown says that files came along. */
  const upload = async (url: string, { cookie }: Session): Promise<string> => {
    const answer = await fetch(`${url}/api/files?record=term&field=picture`, {
      method: 'POST',
      headers: { cookie, origin: url, 'content-type': 'image/png', 'x-file-name': 'a.png' },
      body: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return ((await answer.json()) as { id: string }).id
  }
  const fileAt = async (url: string, id: string): Promise<number> => {
    const { cookie } = await signInAt(url, 'admin', 'Admin#2026')
    return (await fetch(`${url}/api/files/${id}`, { headers: { cookie } })).status
  }
  const nothingMissing = async (work: Unceasing, url: string): Promise<void> => {
    const admin = await signInAt(url, 'admin', 'Admin#2026')
    expect(await work.missing(admin)).toEqual({ values: [], orders: [] })
    expect(work.values.size).toBeGreaterThan(50)
    expect(work.orders.size).toBeGreaterThan(20)
  }

  it(
    '[O-019] the order to the standby network and to the standby site, planned and with the old site dead: sign-in, live value and order at the new place are measured from the order, 30 min or less passes, nothing acknowledged is missing, and the old place answers writes with 503',
    { timeout: 900_000 },
    async () => {
      const secrets = sharedSecrets()
      const [http2, mqtt2] = [await freePort(), await freePort()]
      const one = await machine('甲站点', { ...secrets, TWIN_NETWORK2: `127.0.0.1:${http2}:${mqtt2}` })
      const two = await machine('乙站点', secrets)
      const network2 = `http://127.0.0.1:${http2}`
      one.start({ TWIN_PEER_URL: two.desk })
      await one.served()
      const admin = await signInAt(one.url, 'admin', 'Admin#2026')
      expect((await admin.call('PUT', `/api/stations/${station.id}`, station)).status).toBe(200)
      two.start({ TWIN_PEER_URL: one.desk, TWIN_STANDBY_OF: one.database })
      await one.when('protected', (view) => view.protection?.protected)
      // The simulated devices of the demo have all three brokers, too.
      const brokers = [one.mqtt, `mqtt://127.0.0.1:${mqtt2}`, two.mqtt]
      const fleet = new Process('loadtest/src/fleet/main.ts', ['--demo', '--url', brokers.join(), '--backlog-days', '0.01'], one.env)
      running.push({ stop: () => fleet.end() })
      const work = load(secrets, brokers, [one.url, network2, two.url])
      await one.when('work under way', async () => work.values.size > 20 && work.orders.size > 10)

      // To the other network of the same site.
      expect(await write(network2)).toBe(503)
      await giveOn(one.desk, 'desk-network')
      const network = await measured(one, 'network', 1)
      expect(network).toMatchObject({ passed: true, complete: true })
      expect(await write(one.url)).toBe(503)
      await seenBy(network2, 'page-network')
      const here = await signInAt(network2, 'admin', 'Admin#2026')
      const { body } = await here.call('GET', '/api/standby')
      expect((body as { moves: Moved[] }).moves[0]).toMatchObject({ orderedAt: network.orderedAt, durationMs: network.durationMs })

      // To the standby site, which asks the old one to stop.
      const picture = await upload(network2, here)
      await giveOn(two.desk, 'desk-site')
      await two.served()
      const planned = await measured(two, 'site', 2)
      expect(planned).toMatchObject({ passed: true, complete: true })
      expect([await write(one.url), await write(network2)]).toEqual([503, 503])
      expect(await fileAt(two.url, picture)).toBe(200)
      await seenBy(two.url, 'page-site')
      const fleetSeen = async (): Promise<boolean> => {
        const session = await signInAt(two.url, 'operator', 'Operator#2026')
        const { body: shown } = await session.call('GET', '/api/stations')
        const rows = (shown as { stations: { id: string; devices: { total: number; online: number } }[] }).stations
        return rows.filter(({ id }) => id === demo?.id).every(({ devices }) => devices.online === devices.total)
      }
      await until('the devices found the new site', fleetSeen, 120)

      // The old site becomes the standby of the new one; then the new one dies under load, and the order is given to the old one.
      await one.end()
      const renewed = new Process('scripts/standby.ts', ['--renew'], one.env)
      await until('renewed', async () => !renewed.alive)
      expect(renewed.output).toContain('旧数据')
      one.start({ TWIN_STANDBY_OF: two.database })
      await two.when('protected by the old site', (view) => view.protection?.protected, 120)
      const before = work.orders.size
      await two.when('more work', async () => work.orders.size > before + 20)
      await two.crash()
      await giveOn(one.desk, 'desk-forced', true)
      await one.served()
      const forced = await measured(one, 'site', 3)
      expect(forced).toMatchObject({ passed: true })
      two.start()
      await two.when('finds out', (view) => view.role === 'moved', 60)
      expect(await write(two.url)).toBe(503)
      await work.stop()
      await nothingMissing(work, one.url)
      const old = await newPage()
      await old.goto(two.url)
      await until('the old address leads to the new one', async () => (await old.getByTestId('served-at').getAttribute('href')) === one.url)
      await shoot(old, 'desk-moved')
      await old.context().close()
      const seconds = [network, planned, forced].map(({ durationMs }) => ((durationMs ?? 0) / 1000).toFixed(1))
      console.log(`order to service: network ${seconds[0]} s, planned ${seconds[1]} s, old site dead ${seconds[2]} s`)
      console.log(`acknowledged and present: ${work.values.size} values, ${work.orders.size} orders`)
    },
  )

  /** Calls whose answers say that the system works; those marked `same` answer the same as before, to the letter. */
  const smoke: readonly (readonly [path: string, same: boolean])[] = [
    ['/api/me', false],
    ['/api/stations', false],
    [`/api/stations/${station.id}`, true],
    [`/api/stations/${station.id}/live`, false],
    ['/api/alarms?size=5', false],
    ['/api/commands?size=5', false],
    ['/api/records/workOrder?size=5', false],
    ['/api/records/station?size=200', true],
    ['/api/records/accessRole?size=50', true],
    ['/api/records/region?size=100', true],
    ['/api/menu', true],
    ['/api/modules', true],
    ['/api/users?size=50', false],
    ['/api/audit/verify', false],
    ['/api/standby', false],
    ['/api/openapi.json', true],
  ]
  const shapeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
    if (typeof value !== 'object' || value === null) return typeof value
    return Object.keys(value).toSorted()
  }
  const smokeOf = async (session: Session) =>
    Promise.all(
      smoke.map(async ([path, same]) => {
        const { status, body } = await session.call('GET', path)
        return [path, status, same ? body : shapeOf(body)]
      }),
    )

  it(
    '[P-007] the only node is destroyed with its disk; an empty machine restores from the copy by the documented steps: sign-in, live data and orders work within the hour, every acknowledged order is present, the smoke checks answer as before',
    { timeout: 900_000 },
    async () => {
      const secrets = sharedSecrets()
      const node = await machine('主机', secrets)
      const keeper = await machine('备份机', secrets)
      node.start({ TWIN_PEER_URL: keeper.desk })
      await node.served()
      const admin = await signInAt(node.url, 'admin', 'Admin#2026')
      expect((await admin.call('PUT', `/api/stations/${station.id}`, station)).status).toBe(200)
      keeper.start({ TWIN_PEER_URL: node.desk, TWIN_STANDBY_OF: node.database })
      await node.when('protected', (view) => view.protection?.protected)
      const work = load(secrets, [node.mqtt], [node.url])
      await node.when('work under way', async () => work.values.size > 100 && work.orders.size > 50)
      const before = await smokeOf(admin)

      await node.destroy()
      const began = Date.now()
      const [values, orders] = [work.values.size, work.orders.size]

      // docs/operations.md, "A machine is lost with its disk": an empty machine at the same addresses, the settings card, two commands.
      const empty = SiteMachine.inPlaceOf(node)
      machines.push(empty)
      const restore = new Process('scripts/standby.ts', ['--restore', keeper.database], empty.env)
      await until('restored', async () => !restore.alive, 300)
      expect(restore.output).toContain('每个已确认的更改都在')
      const product = new Process('scripts/start.ts', [], { ...empty.env, TWIN_FLEET: 'off' })
      running.push({ stop: () => product.end() })
      await until('served again', async () => (await fetch(`${node.url}/api/health`)).ok, 300).catch((error: unknown) => {
        throw new Error(product.output, { cause: error })
      })
      await until('live data and orders again', async () => work.values.size > values + 20 && work.orders.size > orders + 10, 120)
      const again = await signInAt(node.url, 'admin', 'Admin#2026')
      const tookMs = Date.now() - began
      expect(tookMs).toBeLessThan(3_600_000)
      expect(await smokeOf(again)).toEqual(before)
      await work.stop()
      await nothingMissing(work, node.url)
      // The copy follows the new machine by itself.
      await keeper.when('follows again', (view) => view.receiving?.streaming, 120)
      await until('protected again', async () => {
        const { body } = await again.call('GET', '/api/standby')
        return (body as { site: { protected: boolean } }).site.protected
      })
      console.log(
        `destroyed → sign-in, live data and orders: ${(tookMs / 1000).toFixed(1)} s; acknowledged before and present: ${values} values, ${orders} orders`,
      )
    },
  )
})
