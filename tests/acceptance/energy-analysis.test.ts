import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { startOf } from '@twin/models/energy'
import { counterSources, type StationConfig } from '@twin/models/stations'
import { openPool, type Sql } from '../../twin-server/src/store/index.ts'
import { Partitions } from '../../twin-server/src/store/partitions.ts'
import { writeBuckets } from '../../twin-server/src/testing/buckets.ts'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { hasBrowser, signInAs, startBrowser, type Visitor } from '../harness/browser.ts'
import { forward, movingClock } from '../harness/hand-device.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'
import { demoStation, read } from './stage.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const zone = 'Asia/Shanghai'
const smart = demoStation('JS-S01')
const central = demoStation('CQ-C01')
/** Two whole local days before yesterday. */
const start = startOf(Date.now(), 'day', zone) - 3 * DAY
const range = `from=${start}&to=${start + 2 * DAY}`
const dayName = (at: number): string => new Date(at + 8 * HOUR).toISOString().slice(0, 10)
const year = { fromMonth: 1, toMonth: 12 }
/** Four hours of peak, ten of flat and ten of valley a day. */
const bands = (peak: number) => [
  { band: 'peak', ...year, fromHour: 8, toHour: 12, price: peak },
  { band: 'flat', ...year, fromHour: 12, toHour: 22, price: 0.65432 },
  { band: 'valley', ...year, fromHour: 22, toHour: 8, price: 0.31234 },
]
const sum = (values: readonly (number | null | undefined)[]): number => values.reduce<number>((all, value) => all + (value ?? 0), 0)

interface Period {
  readonly wh: number
  readonly kwh: number
  readonly cost: number
  readonly bands: readonly {
    readonly tariff: { readonly id: string; readonly version: number } | null
    readonly band: string
    readonly wh: number
    readonly kwh: number
    readonly cost: number
  }[]
}
interface Costs {
  readonly main: { readonly wh: number }
  readonly components: readonly { readonly name: string; readonly wh: number | null }[]
  readonly unmetered: { readonly wh: number; readonly kwh: number }
  readonly total: Period
  readonly periods: readonly Period[]
}
interface Point {
  readonly value: number | null
  readonly numerator?: number | null
  readonly denominator?: number | null
  readonly count: number
  readonly ids?: readonly string[]
}
interface Lines {
  readonly periods: readonly { readonly key: string }[]
  readonly lines: readonly { readonly key: string | null; readonly measure: string | null; readonly points: readonly Point[] }[]
}
const valuesOf = ({ lines }: Lines): Record<string, (number | null)[]> =>
  Object.fromEntries(lines.map(({ key, measure, points }) => [key ?? measure ?? 'all', points.map(({ value }) => value)]))
/** 1234567 Wh as people read it. */
const shownKwh = (wh: number): string => new Intl.NumberFormat('en-US', { minimumFractionDigits: 3 }).format(wh / 1000)
const shownYuan = (fen: number): string => `¥ ${new Intl.NumberFormat('en-US', { minimumFractionDigits: 2 }).format(fen / 100)}`

describe.skipIf(!hasBrowser)('what energy costs, and what the figures say', { timeout: 120_000 }, () => {
  let database: TestPostgres
  let product: Product
  let browser: Browser
  let visitor: Visitor
  let engineer: Session
  let operator: Session
  let sql: Sql
  /** In force long before the readings. */
  let past: { id: string; version: number }
  const open = async (path: string): Promise<Visitor['page']> => {
    await visitor.page.goto(`${product.url}${path}`)
    return visitor.page
  }
  const made = async (session: Session, path: string, body: object): Promise<{ id: string; version: number }> => {
    const answer = await session.call('POST', `/api/records/${path}`, body)
    expect([path, answer.status]).toEqual([path, 200])
    return answer.body
  }

  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url, movingClock)
    browser = await startBrowser()
    ;[operator, engineer] = await Promise.all([product.signIn('operator', 'Operator#2026'), product.signIn('engineer', 'Engineer#2026')])
    visitor = await signInAs(browser, product, 'engineer', 'Engineer#2026', { viewport: { width: 1440, height: 900 } })
    sql = openPool(database.url, { max: 2 })
    const hours = Array.from({ length: 49 }, (_, i) => start + (i - 1) * HOUR)
    const meter = (station: StationConfig, device: string, point: string, each: number) =>
      hours.map((bucket, i) => ({
        device,
        kind: station.devices.find(({ id }) => id === device)?.kind ?? '',
        bucket,
        points: { [point]: 9000 + i * each },
      }))
    const main = (station: StationConfig, kwh: number, m3: number) => {
      const { energy, air } = counterSources(station)
      return [...meter(station, energy.device, energy.point, kwh), ...meter(station, air.device, air.point, m3)]
    }
    const units = (station: StationConfig, kwh: number) =>
      station.devices
        .filter(({ kind }) => kind === 'compressor')
        .flatMap(({ id, kind }, unit) =>
          hours.map((bucket, i) => ({
            device: id,
            kind,
            bucket,
            points: { activeEnergy: 100 + i * kwh, activePower: 60 - unit, deliveredFlow: 10 },
          })),
        )
    const outlets = central.devices
      .filter(({ kind }) => kind === 'outlet')
      .flatMap(({ id }, place) => meter(central, id, 'total', place * 123.457))
    await writeBuckets(sql, 'rollup_1h', [
      ...main(smart, 150.125, 1300),
      ...units(smart, 40),
      ...main(central, 222.333, 1900),
      ...units(central, 90),
      ...outlets,
    ])
    past = await made(engineer, 'tariff', {
      name: '一般工商业',
      validFrom: dayName(start - 300 * DAY),
      stations: [smart.id, central.id],
      bands: bands(1.23456),
    })
  }, 120_000)
  afterAll(async () => {
    expect(visitor?.errors ?? []).toEqual([])
    await browser?.close()
    await product?.stop()
    await sql?.end()
    await database?.stop()
  })

  it('[T1-049] energy per component against the main meter with the difference unmetered; costs by band follow the tariff of the day, and editing a future one leaves past costs unchanged', async () => {
    const future = { name: '一般工商业（明年）', validFrom: dayName(start + 200 * DAY), stations: [smart.id, central.id], bands: bands(2) }
    const next = await made(engineer, 'tariff', future)
    const costs = await read<Costs>(operator, `/api/stations/${smart.id}/energy/costs?${range}`)
    expect(costs.main.wh).toBe(48 * 150_125)
    expect(sum(costs.components.map(({ wh }) => wh)) + costs.unmetered.wh).toBe(costs.main.wh)
    expect(costs.total.bands.map(({ band, wh, tariff }) => [band, wh, tariff?.id, tariff?.version])).toEqual([
      ['valley', 20 * 150_125, past.id, 1],
      ['peak', 8 * 150_125, past.id, 1],
      ['flat', 20 * 150_125, past.id, 1],
    ])
    expect(costs.total.cost).toBe(2 * Math.round(150.125 * (4 * 1.23456 + 10 * 0.65432 + 10 * 0.31234) * 100))
    expect(sum(costs.total.bands.map(({ cost }) => cost))).toBe(costs.total.cost)
    expect(sum(costs.periods.map(({ cost }) => cost))).toBe(costs.total.cost)

    const page = await open(`/energy?station=${smart.id}&view=costs`)
    const table = page.getByTestId('cost-bands')
    await table.getByText('一般工商业（版本 1').first().waitFor()
    const text = (await table.textContent()) ?? ''
    // The page shows the last 30 days, of which only these two have readings.
    const shown = await read<Costs>(operator, `/api/stations/${smart.id}/energy/costs?from=${start - 27 * DAY}&to=${start + 3 * DAY}`)
    for (const { wh, cost } of shown.total.bands) for (const words of [shownKwh(wh), shownYuan(cost)]) expect(text).toContain(words)
    expect(text).toContain(shownYuan(shown.total.cost))
    const rest = page.getByTestId('cost-components').getByRole('row').filter({ hasText: '未计量' })
    expect(await rest.textContent()).toContain(shownKwh(shown.unmetered.wh))
    await page.screenshot({ path: 'test-results/energy-costs.png', fullPage: true })

    expect((await engineer.call('PUT', `/api/records/tariff/${next.id}`, { version: next.version, bands: bands(5) })).status).toBe(200)
    expect(await read<Costs>(operator, `/api/stations/${smart.id}/energy/costs?${range}`)).toEqual(costs)
    expect((await engineer.call('PUT', `/api/records/tariff/${past.id}`, { version: past.version, bands: bands(5) })).status).toBe(409)
    await page.reload()
    await table.getByText('一般工商业（版本 1').first().waitFor()
    expect(await table.textContent()).toBe(text)
  })

  it('[T1-050] electricity is allocated to outlets by metered gas, exactly to the main meter, nothing without gas; units are ranked by specific power', async () => {
    interface Allocation {
      readonly main: { readonly wh: number }
      readonly cost: number
      readonly litres: number
      readonly outlets: readonly { readonly name: string; readonly litres: number; readonly wh: number; readonly cost: number }[]
      readonly units: readonly { readonly name: string; readonly rank: number; readonly specificPower: number }[]
    }
    const found = await read<Allocation>(operator, `/api/stations/${central.id}/energy/allocation?${range}`)
    expect(found.outlets.map(({ litres }) => litres)).toEqual(found.outlets.map((_, place) => 48 * place * 123_457))
    expect(sum(found.outlets.map(({ wh }) => wh))).toBe(found.main.wh)
    expect(found.main.wh).toBe(48 * 222_333)
    expect(sum(found.outlets.map(({ cost }) => cost))).toBe(found.cost)
    expect(found.outlets[0]).toMatchObject({ litres: 0, wh: 0, cost: 0 })
    for (const { wh, litres } of found.outlets) expect(Math.abs(wh - (found.main.wh * litres) / found.litres)).toBeLessThan(1)
    expect(found.units.map(({ rank }) => rank)).toEqual(found.units.map((_, i) => i + 1))
    expect(found.units.map(({ specificPower }) => specificPower)).toEqual(
      found.units.map(({ specificPower }) => specificPower).toSorted((a, b) => a - b),
    )

    const page = await open(`/energy?station=${central.id}&view=allocation`)
    const outlets = page.getByTestId('allocation-outlets')
    await outlets.getByText(shownKwh(found.main.wh)).first().waitFor()
    for (const { name, wh, cost } of found.outlets) {
      const row = (await outlets.getByRole('row').filter({ hasText: name }).first().textContent()) ?? ''
      for (const words of [shownKwh(wh), shownYuan(cost)]) expect(row).toContain(words)
    }
    const ranked = await page.getByTestId('allocation-units').getByRole('row').allTextContents()
    expect(ranked.slice(-found.units.length).map((row) => row.slice(0, 1))).toEqual(found.units.map(({ rank }) => String(rank)))
    await page.screenshot({ path: 'test-results/energy-allocation.png', fullPage: true })
  })

  it('[T1-068] money put into equipment by month; a point is the sum of the booked records, which open on a click; a cost kind switched off lowers the line by its amount', async () => {
    const buy = async (serial: string, price: number): Promise<string> => {
      const nameplate = { kind: 'singleModule', serial, model: 'GA37', ratedPower: 37, ratedFlow: 6, ratedPressure: 8, supplier: '甲厂' }
      const { id } = await made(operator, 'purchase', { ...nameplate, price })
      await made(operator, `purchase/${id}/submit`, {})
      await made(engineer, `purchase/${id}/approve`, {})
      return id
    }
    const [first, second] = [await buy('V-1', 12_000_000), await buy('V-2', 9_000_050)]
    const [asset] = await sql<{ id: string }[]>`select id from asset where serial = 'V-2'`
    const cost = await made(operator, 'installationCost', {
      asset: asset?.id,
      what: '运输与基础',
      amount: 123_45,
      incurredOn: dayName(start),
    })
    await made(engineer, `installationCost/${cost.id}/book`, {})
    const unit = smart.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
    await sql`insert into repair (id, created_at, updated_at, state, document, station, device, fault, urgency, parts, parts_cost, cost, accepted_at)
      values ('rep000000001', now(), now(), 'closed', 'WX-0001', ${smart.id}, ${unit}, '漏油', 'normal', '[]', 0, 4321, now())`

    const lines = await read<Lines>(operator, `/api/analysis/investment?from=${dayName(Date.now() - 40 * DAY)}&to=${dayName(Date.now())}`)
    const last = (key: string): Point | undefined =>
      lines.lines.find(({ key: of, measure }) => (of ?? measure ?? 'all') === key)?.points.at(-1)
    const total = 12_000_000 + 9_000_050 + 12_345 + 4321
    expect([last('purchase')?.value, last('installation')?.value, last('maintenance')?.value, last('all')?.value]).toEqual([
      21_000_050,
      12_345,
      4321,
      total,
    ])
    expect(last('all')?.ids?.toSorted()).toEqual([first, second, cost.id, 'rep000000001'].toSorted())
    const month = lines.periods.at(-1)?.key ?? ''

    const page = await open('/analysis/investment')
    const point = page.getByTestId('analysis-figure').and(page.locator(`[data-line="all"][data-period="${month}"]`))
    await point.waitFor()
    expect(await point.textContent()).toBe(shownYuan(total).slice(2))
    await page.screenshot({ path: 'test-results/analysis-investment.png', fullPage: true })
    await point.click()
    const rows = page.getByTestId('analysis-rows')
    await rows.getByText('WX-0001').waitFor()
    expect(await rows.locator('tbody a').count()).toBe(4)
    await rows.getByText('WX-0001').click()
    await page.waitForURL(/\/records\/repair\/rep000000001/)

    await open('/analysis/investment')
    await page.getByTestId('analysis-measures').getByText('维护').click()
    await until('the line is lower by the maintenance', async () => (await point.textContent()) === shownYuan(total - 4321).slice(2))
    // By type and region.
    await page.goto(`${product.url}/analysis/investment?type=smartStation&region=${smart.region.slice(0, 2)}0000`)
    await until('only the repair is left', async () => (await point.textContent()) === shownYuan(4321).slice(2))
  })

  it('[T1-069] loaded, unloaded, stopped and offline hours of a machine add up to the calendar; offline is never stopped', async () => {
    const [unit, kind] = [smart.devices.find((device) => device.kind === 'compressor')?.id ?? '', 'compressor']
    const state = (value: number) => ({ runState: { n: 60, min: value, max: value, sum: 60 * value, last: value } })
    // Three hours loaded, one unloaded, two stopped, then silence.
    const minutes = Array.from({ length: 360 }, (_, i) => state(i < 180 ? 5 : i < 240 ? 4 : 1))
    await new Partitions(sql).ensure('rollup_1m', [start, start + DAY])
    await writeBuckets(
      sql,
      'rollup_1m',
      minutes.map((points, i) => ({ device: unit, kind, bucket: start + i * 60_000, points })),
    )
    await sql`insert into rollup_dirty (tier, due, devices, buckets)
      select 1, now(), array_agg(${unit}::text), array_agg(h) from generate_series(${start}::bigint, ${start + 5 * HOUR}::bigint, ${HOUR}::bigint) h`
    const [day, before] = [dayName(start), dayName(start - DAY)]
    const path = `device=${unit}&from=${before}&to=${day}&step=day`
    const expected = { loaded: [0, 3], unloaded: [0, 1], stopped: [0, 2], offline: [24, 18], all: [24, 24] }
    expect(valuesOf(await read<Lines>(operator, `/api/analysis/use?${path}`))).toEqual(expected)
    const { lines } = await read<Lines>(operator, `/api/analysis/use?${path}&measures=utilisation`)
    expect(lines[0]?.points[1]).toMatchObject({ value: 12.5, numerator: 3, denominator: 24 })
    // A month of any group adds up, too.
    const month = valuesOf(await read<Lines>(operator, `/api/analysis/use?station=${smart.id}&from=${day.slice(0, 7)}-01&to=${day}`))
    expect(sum(['loaded', 'unloaded', 'stopped', 'offline'].map((name) => month[name]?.[0]))).toBeCloseTo(month['all']?.[0] ?? 0, 6)

    const page = await open(`/analysis/use?${path}`)
    const figure = (line: string) => page.getByTestId('analysis-figure').and(page.locator(`[data-line="${line}"][data-period="${day}"]`))
    await figure('loaded').waitFor()
    const shown = await Promise.all(Object.keys(expected).map((line) => figure(line).textContent()))
    expect(shown.map(Number)).toEqual(Object.values(expected).map(([, value]) => value))
    await page.getByTestId('bar-chart').waitFor()
    await page.screenshot({ path: 'test-results/analysis-use.png', fullPage: true })
  })

  it('[T1-071] gas per kWh and per yuan over time, with numerator and denominator; no value where there was no input', async () => {
    const path = `station=${central.id}&from=${dayName(start)}&to=${dayName(start + 2 * DAY)}&step=day&measures=perKwh,perYuan`
    const { lines } = await read<Lines>(operator, `/api/analysis/output?${path}`)
    const [perKwh, perYuan] = lines.map(({ points }) => points)
    const cost = await read<Costs>(operator, `/api/stations/${central.id}/energy/costs?from=${start}&to=${start + DAY}`)
    expect(perKwh?.[0]).toMatchObject({ numerator: 24 * 1900, denominator: 24 * 222.333, value: 1900 / 222.333 })
    expect(perYuan?.[0]).toMatchObject({ numerator: 24 * 1900, denominator: cost.total.cost, value: (24 * 1900) / (cost.total.cost / 100) })
    expect([perKwh?.[2], perYuan?.[2]]).toEqual([
      { value: null, numerator: null, denominator: null, count: 0 },
      { value: null, numerator: null, denominator: null, count: 0 },
    ])
    const page = await open(`/analysis/output?${path}`)
    const figure = page.getByTestId('analysis-figure').and(page.locator(`[data-line="perKwh"][data-period="${dayName(start)}"]`))
    await figure.waitFor()
    expect(await figure.textContent()).toBe((1900 / 222.333).toFixed(3))
    expect(await page.getByTestId('analysis-table').getByRole('row').filter({ hasText: '每千瓦时产气' }).last().textContent()).toMatch(/—$/)
    await figure.click()
    const row = page.getByTestId('analysis-rows').locator('tbody')
    await row.getByText(central.name).first().waitFor()
    for (const words of ['45,600.0', '5,336.0', shownYuan(cost.total.cost).slice(2)]) expect(await row.textContent()).toContain(words)
    await page.screenshot({ path: 'test-results/analysis-output.png' })
  })

  it('[T1-070] machines by region, type and state at each month’s end; a move today changes this month only and regions add up to the national line', async () => {
    const today = new Date()
    const fifth = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 5)
    const [past, present] = [new Date(fifth - 10 * DAY).toISOString().slice(0, 7), new Date(fifth).toISOString().slice(0, 7)]
    await forward(product.server.child, fifth - Date.now())
    const admin = await product.signIn('admin', 'Admin#2026')
    const trend = (split: string) => read<Lines>(admin, `/api/analysis/distribution?from=${past}-01&to=${present}-28&split=${split}`)
    const before = await trend('region')
    expect(before.periods.map(({ key }) => key)).toEqual([past, present])
    const [from, to] = [`${smart.region.slice(0, 2)}0000`, `${central.region.slice(0, 2)}0000`]
    const taken = new Set(central.devices.map(({ code }) => code))
    const unit = smart.devices.find(({ kind, code }) => kind !== 'station' && !taken.has(code))
    await made(admin, `device/${unit?.id}/move`, { input: { station: central.id } })
    const after = await trend('region')
    const [was, is] = [valuesOf(before), valuesOf(after)]
    for (const [key, line] of Object.entries(is)) expect([key, line[0]]).toEqual([key, was[key]?.[0]])
    expect([is[from]?.[1], is[to]?.[1], is['all']?.[1]]).toEqual([(was[from]?.[1] ?? 0) - 1, (was[to]?.[1] ?? 0) + 1, was['all']?.[1]])
    for (const split of ['region', 'type', 'state']) {
      const lines = valuesOf(await trend(split))
      const { all, ...parts } = lines
      for (const i of [0, 1]) expect(sum(Object.values(parts).map((line) => line[i]))).toBe(all?.[i])
    }
    const fresh = await signInAs(browser, product, 'admin', 'Admin#2026', { viewport: { width: 1440, height: 900 } })
    await fresh.page.goto(`${product.url}/analysis/distribution?split=region&from=${past}-01&to=${present}-28`)
    for (const [key, period, value] of [
      [from, past, is[from]?.[0]],
      [from, present, is[from]?.[1]],
      ['all', present, is['all']?.[1]],
    ] as const) {
      const figure = fresh.page.getByTestId('analysis-figure').and(fresh.page.locator(`[data-line="${key}"][data-period="${period}"]`))
      await figure.waitFor()
      expect(Number(await figure.textContent())).toBe(value)
    }
    await fresh.page.screenshot({ path: 'test-results/analysis-distribution.png', fullPage: true })
    expect(fresh.errors).toEqual([])
  })
})
