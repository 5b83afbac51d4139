import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { findEmbeddedPostgres } from '../../twin-server/src/store/index.ts'
import { openPool, type Sql } from '../../twin-server/src/store/connection.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { CheckedDevices } from '../harness/checked-devices.ts'
import { CheckedPeople } from '../harness/checked-people.ts'
import { type Product, startProduct, until } from '../harness/product.ts'

const seconds = Number(process.env.TWIN_FAULTS_SECONDS ?? 0)
const root = process.getuid?.() === 0
/** What one node with its embedded broker is designed for, messages of 15 values a second; docs/operations.md. */
const DESIGN = Number(process.env.TWIN_DESIGN_RATE ?? 2500)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Until there is no room for another byte. */
function fill(file: string): void {
  for (const size of [2 ** 24, 2 ** 16, 2 ** 12])
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size))
    } catch {
      // Smaller pieces find room where larger ones do not.
    }
}

/** `npm run faults`: beyond its capacity, and then without room on its disk. */
describe.runIf(seconds > 0 && root && hasBrowser)('overload', () => {
  const disk = mkdtempSync(join(tmpdir(), 'twin-overload-'))
  const stations = demoFleet()
  let product: Product
  let browser: Browser
  let sql: Sql
  const ends: (() => unknown)[] = []
  beforeAll(async () => {
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1200m,mode=755', 'tmpfs', disk])
    const data = join(disk, 'data')
    mkdirSync(data, { mode: 0o755 })
    // Devices that were held up send what they kept, faster than they ever measure.
    product = await startProduct('', { TWIN_DATA_DIR: data, TWIN_DEVICE_RATE: '500', TWIN_DEVICE_BURST: '5000' })
    const url = findEmbeddedPostgres(join(data, 'postgres'))
    if (!url) throw new Error('no database')
    sql = openPool(url, { max: 2, name: 'checker' })
    browser = await startBrowser()
  }, 180_000)
  afterAll(async () => {
    // A server that is told to end commits first, and needs room for it.
    rmSync(join(disk, 'ballast'), { force: true })
    for (const end of ends) await end()
    await browser.close()
    await product.stop()
    await sql.end()
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  }, 90_000)

  const reasons = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${product.url}/api/overload`, { signal: AbortSignal.timeout(10_000) })
    return ((await answer.json()) as { reasons: string[] }).reasons
  }

  it(
    '[P-011] at 150 % of its design load and with a full disk it sheds new work and says so, keeps all it confirmed, and comes back by itself',
    { timeout: 600_000 },
    async () => {
      let answers: (() => ReadonlyMap<string, number>) | undefined
      onTestFailed(() =>
        console.log(JSON.stringify([...(answers?.() ?? [])]), product.server.output.slice(-3000).replaceAll(/\\n[^"]*/g, '')),
      )
      const { pid } = product.server.child
      const admin = await product.signIn('admin', 'Admin#2026')
      const visitors = [
        await signInAs(browser, product, 'admin', 'Admin#2026'),
        await signInAs(browser, product, 'viewer', 'Viewer#2026', { viewport: { width: 390, height: 844 } }),
      ]
      const people = new CheckedPeople(product, admin.cookie, stations, 'p011')
      const devices = new CheckedDevices(stations, Number(new URL(product.mqtt).port), 'p011', {
        takes: (kind) => !['compressor', 'camera', 'gateway'].includes(kind),
        values: 15,
      })
      answers = () => people.answers
      ends.push(
        () => people.stop(),
        () => devices.stop(),
      )
      await people.start(sql, 300)
      devices.start(1.5 * DESIGN, 1000)
      await until('all devices and people are served', async () => devices.ackedBeyond(new Map()) && people.confirmed.acknowledged > 0, 60)
      const [made, since] = [devices.made, performance.now()]
      await pause(15_000)
      const offered = Math.round(((devices.made - made) * 1000) / (performance.now() - since))
      const before = { ...people.confirmed, devices: devices.acked, offered }

      fill(join(disk, 'ballast'))
      await until('work is shed', async () => (await reasons()).some((reason) => reason === 'commits' || reason === 'database'), 60)
      for (const [i, { page }] of visitors.entries()) {
        const banner = page.getByTestId('overload-banner')
        await banner.waitFor()
        expect(await banner.getAttribute('role')).toBe('alert')
        expect(await banner.innerText()).toMatch(/数据库/)
        await page.getByTestId('language-toggle').click()
        await until('in English', async () => /database/i.test(await banner.innerText()), 20)
        if (process.env.TWIN_SHOTS) await page.screenshot({ path: join(process.env.TWIN_SHOTS, `overload-${i}.png`) })
      }
      await pause(20_000)
      expect(product.server.alive).toBe(true)
      const during = people.turnedAway.length
      expect(during).toBeGreaterThan(0)
      for (const { code, retryAfter } of people.turnedAway) {
        expect(code).toBeTruthy()
        expect(Number(retryAfter)).toBeGreaterThan(0)
      }

      rmSync(join(disk, 'ballast'))
      await until(
        'nothing is shed any more',
        async () => (await reasons()).every((reason) => reason !== 'commits' && reason !== 'database'),
        90,
      )
      const marks = devices.marks
      const then = people.confirmed
      await until('devices are served', async () => devices.ackedBeyond(marks), 60)
      await until('people are served', async () => people.confirmed.orders > then.orders && people.confirmed.records > then.records, 60)
      await people.stop()
      await devices.finish(120)
      for (const { page } of visitors) await page.getByTestId('overload-banner').waitFor({ state: 'detached' })
      expect([product.server.alive, product.server.child.pid]).toEqual([true, pid])
      console.log(
        JSON.stringify({
          before,
          after: { ...people.confirmed, devices: devices.acked },
          turnedAway: during,
          answers: Object.fromEntries(people.answers),
        }),
      )
      expect(people.odd).toEqual([])
      expect(await people.verify(sql)).toEqual({ orders: 0, records: 0, raised: 0, acknowledged: 0, twice: 0 })
      expect(await devices.verify(sql)).toEqual({ lost: 0, doubled: 0, disordered: 0, wrong: 0 })
      expect(visitors.flatMap(({ errors }) => errors)).toEqual([])
    },
  )
})

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0 && root && hasBrowser)('overload', () => {
  it('needs `npm run faults`, root for a small disk, and a browser', () => undefined)
})
