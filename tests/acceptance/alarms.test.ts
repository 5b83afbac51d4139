import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs, type Visitor } from '../harness/browser.ts'
import { until } from '../harness/product.ts'
import { demoStation, deviceOf, read, setStage, type Stage } from './stage.ts'

interface Count {
  key: string
  count: number
  previous: number
  meanAckMs: number | null
  meanClearMs: number | null
}
interface Statistics {
  total: number
  previousTotal: number
  counts: Count[]
}
interface Row {
  occurrence: string
  code: string
  phase: string
  clearedAt: number | null
}
const modules = [demoStation('HB-M01'), demoStation('SD-M01')]
const smart = demoStation('JS-S01')

describe.skipIf(!hasBrowser)('statistics of alarms', () => {
  let stage: Stage
  let visitor: Visitor
  const from = Math.floor(Date.now() / 60_000) * 60_000 - 6 * 86_400_000
  const list = (filter: string): Promise<{ total: number; rows: Row[] }> => read(stage.operator, `/api/alarms?${filter}&size=200`)
  const statistics = (filter: string, by: string): Promise<Statistics> =>
    read(stage.operator, `/api/alarms/statistics?${filter}&by=${by}&from=${from}&to=${Date.now() + 3_600_000}`)
  const raise = async (station: { id: string }, device: string): Promise<void> => {
    await stage.fault({ station: station.id, fault: 'estop', device })
    await until('alarm', async () => (await list(`device=${device}&phase=open`)).rows.length > 0)
  }
  const choose = async (name: string, option: string): Promise<void> => {
    const { page } = visitor
    await page.getByTestId('alarm-filters').getByRole('combobox', { name }).click()
    await page
      .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', { hasText: option })
      .dispatchEvent('click')
    await page.keyboard.press('Escape')
  }
  const by = (text: string): Promise<void> => visitor.page.getByTestId('statistics-by').getByText(text, { exact: true }).click()
  const cell = async (key: string, column: number): Promise<string> =>
    (await visitor.page
      .locator('tr', { has: visitor.page.locator(`[data-testid="statistics-row"][data-key="${key}"]`) })
      .locator('td')
      .nth(column)
      .textContent()) ?? ''

  beforeAll(async () => {
    stage = await setStage()
    visitor = await signInAs(stage.browser, stage.product, 'operator', 'Operator#2026')
    await Promise.all([
      ...modules.map((station) => raise(station, deviceOf(station, 'AC-1'))),
      ...['AC-1', 'AC-2'].map((code) => raise(smart, deviceOf(smart, code))),
    ])
  }, 240_000)
  afterAll(async () => {
    await stage?.stop()
  })

  it('[T1-045] counts alarms of single modules by level, code and device; list, bar, CSV and API say the same number', async () => {
    const filter = 'stationKind=singleModule'
    const device = deviceOf(modules[0] ?? smart, 'AC-1')
    const [first] = (await list(`device=${device}&phase=open`)).rows
    if (!first) throw new Error('no alarm')
    expect((await stage.operator.call('POST', `/api/alarms/${first.occurrence}/ack`, { note: '已处理' })).status).toBe(200)
    await stage.fault({ station: modules[0]?.id, fault: 'estop', device, off: true })
    await until('cleared', async () =>
      (await list(`device=${device}`)).rows.some(({ occurrence, clearedAt }) => occurrence === first.occurrence && clearedAt !== null),
    )

    const { page } = visitor
    await page.getByTestId('menu-/alarm-statistics').click()
    await choose('站点类型', '单机模块')
    const kpi = page.getByTestId('statistics-kpi')
    const settled = await until('page, list and API agree', async () => {
      const { total, counts } = await statistics(filter, 'priority')
      const listed = (await list(`${filter}&from=${from}&to=${Date.now() + 3_600_000}`)).total
      const shown = Number(/\d+/.exec((await kpi.textContent()) ?? '')?.[0])
      return total > 1 && total === listed && total === shown && counts.reduce((sum, { count }) => sum + count, 0) === total && { total }
    })
    for (const [words, key] of [
      ['等级', 'priority'],
      ['代码', 'code'],
      ['设备', 'device'],
    ] as const) {
      await by(words)
      const { total, counts } = await statistics(filter, key)
      expect(total).toBe(settled.total)
      for (const { key: group, count } of counts.filter(({ count: n }) => n > 0))
        await until(`${key} ${group}`, async () => (await cell(group, 1)) === String(count))
    }
    const { counts } = await statistics(filter, 'device')
    const own = counts.find(({ key }) => key === device)
    expect(own?.meanAckMs).toBeGreaterThan(0)
    expect(own?.meanClearMs).toBeGreaterThan(0)
    expect(await cell(device, 5)).toMatch(/\d/)
    expect(await cell(device, 6)).toMatch(/\d/)

    await by('等级')
    const chart = page.getByTestId('bar-chart')
    const box = await chart.boundingBox()
    if (!box) throw new Error('no chart')
    const { counts: levels } = await statistics(filter, 'priority')
    // Bars begin right of their names; the first is the largest.
    const step = (box.height - 42) / levels.length
    const dialog = page.getByRole('dialog')
    await until('the bar opens its rows', async () => {
      await page.mouse.click(box.x + 130, box.y + 34 + step * 0.36)
      return dialog.isVisible()
    })
    await until(
      'exactly those',
      async () => Number(await dialog.getByTestId('alarm-table').getAttribute('data-total')) === levels[0]?.count,
    )
    await page.keyboard.press('Escape')
    const csv = await fetch(`${stage.product.url}/api/alarms/export?${filter}&from=${from}&to=${Date.now() + 3_600_000}&format=csv`, {
      headers: { cookie: stage.operator.cookie },
    })
    expect((await csv.text()).trim().split('\n').length - 1).toBe(settled.total)
    expect(visitor.errors).toEqual([])
  }, 90_000)

  it('[T1-046] splits alarms of intelligent stations by component and station beside the period before, each counted once', async () => {
    const filter = 'stationKind=smartStation'
    const before = await statistics(filter, 'deviceKind')
    const rows = (await list(`${filter}&phase=open`)).rows
    for (const { occurrence } of rows) await stage.operator.call('POST', `/api/alarms/${occurrence}/ack`, { note: '已知悉' })
    await until('acknowledged', async () => (await list(`${filter}&phase=UNACK`)).total === 0)
    const components = await statistics(filter, 'deviceKind')
    expect(components.counts.find(({ key }) => key === 'compressor')?.count).toBe(
      before.counts.find(({ key }) => key === 'compressor')?.count,
    )
    const stations = await statistics(filter, 'station')
    const sum = (counts: readonly Count[]): number => counts.reduce((all, { count }) => all + count, 0)
    expect(sum(components.counts)).toBe(components.total)
    expect(sum(stations.counts)).toBe(components.total)
    const own = (
      await read<Statistics>(
        stage.operator,
        `/api/alarms/statistics?station=${smart.id}&by=deviceKind&from=${from}&to=${Date.now() + 3_600_000}`,
      )
    ).counts
    expect(sum(own)).toBe(stations.counts.find(({ key }) => key === smart.id)?.count)
    // The period before: the same alarms, seen from a period that begins when this one ends.
    const to = Date.now() + 3_600_000
    const later = await read<Statistics>(stage.operator, `/api/alarms/statistics?${filter}&by=deviceKind&from=${to}&to=${to + (to - from)}`)
    expect(later.total).toBe(0)
    expect(later.previousTotal).toBe(components.total)
    expect(later.counts.find(({ key }) => key === 'compressor')?.previous).toBe(
      components.counts.find(({ key }) => key === 'compressor')?.count,
    )

    const { page } = visitor
    await page.goto(`${stage.product.url}/alarm-statistics`)
    await choose('站点类型', '智慧空压站')
    await by('部件类型')
    for (const { key, count, previous } of components.counts) {
      await until(`${key} on the page`, async () => (await cell(key, 1)) === String(count))
      expect(await cell(key, 2)).toBe(String(previous))
    }
    await by('站点')
    for (const { key, count } of stations.counts.slice(0, 10))
      await until(`${key} on the page`, async () => (await cell(key, 1)) === String(count))
    expect(visitor.errors).toEqual([])
  }, 90_000)
})
