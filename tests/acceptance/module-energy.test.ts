import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bucketEdges, startOf } from '@twin/models/energy'
import { counterSources } from '@twin/models/stations'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser, type Visitor } from '../harness/browser.ts'
import { forward, HandDevice, movingClock } from '../harness/hand-device.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'
import { demoStation, read } from './stage.ts'

interface Bucket {
  from: number
  to: number
  kwh: number | null
  m3: number | null
  kwhPerM3: number | null
  energyReadings: { at: number; value: number }[]
  flags: string[]
}
interface Energy {
  buckets: Bucket[]
  total: { kwh: number; m3: number }
  quota: number | null
}
const HOUR = 3_600_000
const station = demoStation('HB-M01')
const { energy, air } = counterSources(station)
const zone = station.timeZone

describe.skipIf(!hasBrowser)('energy of a single module', () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  let manager: Session
  let visitor: Visitor
  let meter: HandDevice
  let own: HandDevice
  let ahead = 0
  const now = (): number => Date.now() + ahead
  const later = async (ms: number): Promise<void> => {
    ahead = await forward(product.server.child, ms)
  }
  const energyBy = (by: string, from: number, to: number): Promise<Energy> =>
    read(manager, `/api/stations/${station.id}/energy?from=${from}&to=${to}&by=${by}`)
  const connect = (id: string): Promise<HandDevice> => {
    const device = station.devices.find((one) => one.id === id)
    if (!device) throw new Error(`no device ${id}`)
    return HandDevice.connect(product, station, device)
  }

  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url, movingClock)
    ;[manager, browser] = await Promise.all([product.signIn('operator', 'Operator#2026'), startBrowser()])
    ;[meter, own] = await Promise.all([connect(energy.device), connect(air.device)])
    // Today must not end while the test lasts.
    const midnight = bucketEdges(Date.now(), Date.now() + 1, 'day', zone)[1] ?? 0
    if (midnight - Date.now() < HOUR) await later(midnight - Date.now() + 60_000)
    visitor = await signInAs(browser, product, 'operator', 'Operator#2026')
  }, 240_000)
  afterAll(async () => {
    await Promise.all([meter?.end(), own?.end()])
    await browser?.close()
    await product?.stop()
    await database?.stop()
  })

  it('[T1-048] shows kWh and kWh/m³ by hour, day and month as differences of the counter; a reset or roll-over makes nothing negative or huge; passing the daily quota warns once', async () => {
    // Two days and a half in which it takes 20 kWh and makes 180 m³ an hour. The meter runs over its last digit, and later a new one takes its place.
    const hours = 60
    const start = startOf(now() - (hours + 1) * HOUR, 'hour', zone)
    const counter = (i: number): number =>
      i < 20 ? 999_999_600 + i * 20 : (i % 20) * 20 + (i < 40 ? 0 : 20 * 20 * Math.floor((i - 40) / 20))
    for (let i = 0; i <= hours; i++) {
      await meter.say({ [energy.point]: counter(i) }, start + i * HOUR)
      await own.say({ [air.point]: 100_000 + i * 180 }, start + i * HOUR)
    }
    const end = start + hours * HOUR
    const byHour = await energyBy('hour', start, end)
    expect(byHour.buckets).toHaveLength(hours)
    const odd = new Set([19, 39])
    for (const [i, bucket] of byHour.buckets.entries()) {
      if (odd.has(i)) {
        expect(bucket.flags).toContain('reset')
        expect(bucket.kwh ?? 0).toBeGreaterThanOrEqual(0)
        expect(bucket.kwh ?? 0).toBeLessThanOrEqual(61)
        continue
      }
      expect(bucket).toMatchObject({ kwh: 20, m3: 180, kwhPerM3: 20 / 180 })
      const [first, last] = [bucket.energyReadings[0], bucket.energyReadings.at(-1)]
      expect((last?.value ?? 0) - (first?.value ?? 0)).toBe(bucket.kwh)
      expect([first?.at, last?.at]).toEqual([bucket.from, bucket.to])
    }
    const sum = (buckets: readonly Bucket[]): number => buckets.reduce((all, { kwh }) => all + (kwh ?? 0), 0)
    for (const by of ['day', 'month']) {
      const edges = bucketEdges(start, end, by as 'day' | 'month', zone)
      const { buckets } = await energyBy(by, start, end)
      expect(buckets.map(({ from }) => from)).toEqual(edges.slice(0, -1))
      expect(buckets.every(({ kwh }) => kwh === null || (kwh >= 0 && kwh <= 24 * 21 * 31))).toBe(true)
      expect(buckets.every(({ energyReadings }) => energyReadings.length > 1)).toBe(true)
      expect(sum(buckets)).toBeCloseTo(sum(byHour.buckets), 0)
    }

    const { page, errors } = visitor
    await page.goto(`${product.url}/energy?station=${station.id}`)
    const table = page.getByTestId('energy-table')
    const shown = async (row: number): Promise<string[]> =>
      (await table.locator('tbody tr.ant-table-row').nth(row).locator('td').allTextContents()).map((text) => text.trim())
    await until('an hour', async () =>
      (await table.locator('tbody tr.ant-table-row').allTextContents()).some((text) => /20\.0.*180\.0.*0\.1111/.test(text)),
    )
    const plain = table.locator('tbody tr.ant-table-row', { hasText: '0.1111' }).nth(1)
    await plain.click()
    const behind = page.getByTestId('energy-readings').first()
    await until('the readings behind it', async () => {
      const values =
        ((await behind.textContent()) ?? '').match(/\d{1,3}(,\d{3})*\.\d{3}/g)?.map((text) => Number(text.replaceAll(',', ''))) ?? []
      return values.includes(100_000 + 180 * hours) || values.some((value, i) => Math.abs(value - (values[0] ?? 0)) === 20 && i > 0)
    })
    for (const [words, by] of [
      ['按日', 'day'],
      ['按月', 'month'],
    ] as const) {
      await page.getByTestId('energy-view').getByText(words, { exact: true }).click()
      const { buckets } = await energyBy(by, now() - (by === 'day' ? 30 : 365) * 24 * HOUR, now())
      const last = buckets.findLast(({ kwh }) => kwh !== null && kwh > 0)
      const text = (last?.kwh ?? 0).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
      await until(`${words} ${text}`, async () =>
        (await table.locator('tbody tr.ant-table-row').allTextContents()).some((row) => row.includes(text)),
      )
    }
    expect((await shown(0)).length).toBeGreaterThan(4)

    // The quota of the day, set on the page; then the meter runs past it.
    await page.getByTestId('quota-button').click()
    await page.getByRole('spinbutton', { name: '日定额' }).fill('8')
    await page.getByTestId('quota-save').click()
    await until('the quota is set', async () => (await energyBy('day', start, now())).quota === 8)
    const warnings = async (): Promise<{ occurrence: string; phase: string }[]> =>
      (await read<{ rows: { occurrence: string; phase: string }[] }>(manager, `/api/alarms?station=${station.id}&code=ST-013`)).rows
    let count = counter(hours)
    const speak = async (more: number): Promise<void> => {
      count += more
      await meter.say({ [energy.point]: count }, now())
      await own.say({ [air.point]: 100_000 + hours * 180 + more, roomOccupied: false }, now())
    }
    const today = async (): Promise<unknown> =>
      (await read<{ points: { point: string; value: unknown }[] }>(manager, `/api/devices/${station.id}/live`)).points.find(
        ({ point }) => point === 'energyToday',
      )?.value
    // A meter speaks every second or so; what counts begins with one reading and is seen with the next.
    await until('the day is counted', async () => {
      await speak(0)
      return typeof (await today()) === 'number'
    })
    const before = Number(await today())
    await later(600_000)
    await speak(7)
    await until('seven more', async () => Number(await today()) === before + 7)
    expect(await warnings()).toHaveLength(before > 1 ? 1 : 0)
    for (const more of [6, 5, 4]) {
      await later(600_000)
      await speak(more)
    }
    await until('warned', async () => (await warnings()).length > 0)
    await until('all counted', async () => Number(await today()) === before + 22)
    expect(await warnings()).toMatchObject([{ phase: 'UNACK' }])
    await page.goto(`${product.url}/alarms`)
    await page.locator('[data-testid="alarm-row"][data-code="ST-013"]').waitFor()
    expect(errors).toEqual([])
  }, 120_000)
})
