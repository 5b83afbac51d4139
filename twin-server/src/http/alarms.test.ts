import ExcelJS from 'exceljs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceKinds } from '@twin/models/kinds'
import { countAlarms } from '@twin/models/alarms'
import { startWorld, type World } from './test-world.ts'

let world: World
const hour = 3_600_000
let start = 0
let end = 0

interface Row {
  readonly occurrence: string
  readonly code: string
  readonly station: string
  readonly device: string
  readonly device_kind: string
  readonly priority: 'P1' | 'P2' | 'P3'
  readonly raised_at: number
  readonly acked_at: number | null
  readonly cleared_at: number | null
  readonly closed_at: number | null
  readonly grouped_under: string | null
  readonly historical: boolean
}
const rows: Row[] = []

beforeAll(async () => {
  world = await startWorld()
  start = world.now - 48 * hour
  end = world.now
  let seed = 7
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const stations = [...world.stations.values()].slice(0, 4)
  for (let i = 0; i < 600; i++) {
    const station = pick(stations)
    const device = pick(station.devices.filter(({ kind }) => deviceKinds.find((one) => one.kind === kind)?.alarms.length))
    const alarm = pick(deviceKinds.find(({ kind }) => kind === device.kind)?.alarms ?? [])
    // Two periods, the first to compare with.
    const raised_at = start - 48 * hour + Math.floor(random() * 96 * hour)
    const acked_at = random() < 0.7 ? raised_at + Math.floor(random() * hour) : null
    const cleared_at = random() < 0.8 ? raised_at + Math.floor(random() * 2 * hour) : null
    rows.push({
      occurrence: `occ${String(i).padStart(9, '0')}`,
      code: alarm.code,
      station: station.id,
      device: device.id,
      device_kind: device.kind,
      priority: alarm.priority,
      raised_at,
      acked_at,
      cleared_at,
      closed_at: acked_at && cleared_at ? Math.max(acked_at, cleared_at) : null,
      grouped_under: random() < 0.1 ? 'occ000000000' : null,
      historical: random() < 0.1,
    })
  }
  for (const row of rows)
    await world.db
      .insertInto('alarm_occurrence')
      .values({
        ...row,
        station_kind: world.stations.get(row.station)?.kind ?? null,
        phase: row.closed_at ? 'CLOSED' : row.acked_at ? 'ACKED' : row.cleared_at ? 'RTN_UNACK' : 'UNACK',
        hidden: row.historical ? 'suppressed' : null,
        values: {},
        acked_by: row.acked_at ? 'somebody' : null,
        note: row.acked_at ? '=cmd(), "quoted"\nsecond line' : null,
        shelved_until: null,
        shelve_reason: null,
      })
      .execute()
})
afterAll(() => world?.stop())

async function json<T>(path: string, as = 'admin'): Promise<T> {
  const response = await world.call('GET', path, as)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}
const query = (filter: Record<string, string | number>): string =>
  new URLSearchParams(Object.entries(filter).map(([key, value]) => [key, String(value)])).toString()

interface Statistics {
  total: number
  previousTotal: number
  counts: {
    key: string
    label: { zh: string; en: string }
    count: number
    previous: number
    activeMs: number
    meanAckMs: number | null
    meanClearMs: number | null
    grouped: number
  }[]
}

describe('one filter', () => {
  const filters: readonly Record<string, string>[] = [
    {},
    { priority: 'P2,P3' },
    { deviceKind: 'compressor' },
    { stationKind: 'centralStation', phase: 'open' },
    { phase: 'closed', historical: 'without' },
    { historical: 'only' },
    { text: '温度' },
    { group: 'none' },
    { group: 'members', hidden: 'suppressed' },
  ]
  it.each(filters)('[HT30] list, statistics by everything, CSV and xlsx hold the same number under %o', async (filter) => {
    const ranged = { ...filter, from: start, to: end }
    const { total } = await json<{ total: number }>(`/api/alarms?${query(ranged)}`)
    for (const by of ['priority', 'code', 'device', 'deviceKind', 'station', 'stationKind', 'day', 'hour']) {
      const statistics = await json<Statistics>(`/api/alarms/statistics?${query({ ...ranged, by })}`)
      expect(statistics.total).toBe(total)
      expect(statistics.counts.reduce((sum, { count }) => sum + count, 0)).toBe(total)
      expect(statistics.counts.reduce((sum, { previous }) => sum + previous, 0)).toBe(statistics.previousTotal)
    }
    const csv = await (await world.call('GET', `/api/alarms/export?${query({ ...ranged, format: 'csv' })}`, 'admin')).text()
    expect(csv.match(/^"?occ\d{9}/gm) ?? []).toHaveLength(total)
    const workbook = new ExcelJS.Workbook()
    const bytes = await (await world.call('GET', `/api/alarms/export?${query({ ...ranged, format: 'xlsx' })}`, 'admin')).arrayBuffer()
    await workbook.xlsx.load(bytes)
    expect((workbook.worksheets[0]?.rowCount ?? 0) - 1).toBe(total)
  })

  it('days and hours open exactly the rows they count, by the clock of each station', async () => {
    for (const [by, name] of [
      ['day', 'localDay'],
      ['hour', 'localHour'],
    ] as const) {
      const statistics = await json<Statistics>(`/api/alarms/statistics?${query({ from: start, to: end, by })}`)
      expect(statistics.counts.length).toBeGreaterThan(1)
      for (const { key, count } of statistics.counts.filter((one) => one.count > 0).slice(0, 5)) {
        const rowsOf = `/api/alarms?${query({ from: start, to: end, [name]: by === 'hour' ? Number(key) : key })}`
        expect((await json<{ total: number }>(rowsOf)).total).toBe(count)
      }
    }
  })

  it('[HT31] clicking a bar opens exactly its rows; figures are those of the models, overlapping time counted once', async () => {
    const statistics = await json<Statistics>(`/api/alarms/statistics?${query({ from: start, to: end, by: 'device' })}`)
    const busiest = statistics.counts[0]
    const opened = await json<{ total: number; rows: { device: string }[] }>(
      `/api/alarms?${query({ from: start, to: end, device: busiest?.key ?? '', size: 500 })}`,
    )
    expect(opened.total).toBe(busiest?.count)
    const own = rows.filter(({ device, raised_at }) => device === busiest?.key && raised_at >= start && raised_at < end)
    const expected = countAlarms(
      own.map((row) => ({
        station: row.station,
        device: row.device,
        code: row.code,
        priority: row.priority,
        raisedAt: row.raised_at,
        ackedAt: row.acked_at,
        clearedAt: row.cleared_at,
        closedAt: row.closed_at,
        hidden: null,
        groupedUnder: row.grouped_under,
        historical: row.historical,
      })),
      start,
      end,
      world.now,
    )
    expect(busiest?.count).toBe(expected.count)
    expect(busiest?.grouped).toBe(expected.grouped)
    expect(busiest?.activeMs).toBeCloseTo(expected.activeMs, 0)
    expect(busiest?.meanAckMs).toBeCloseTo(expected.meanAckMs ?? Number.NaN, 3)
    expect(busiest?.meanClearMs).toBeCloseTo(expected.meanClearMs ?? Number.NaN, 3)
    expect(busiest?.label.zh).toMatch(/[\u4e00-\u9fff]/)
  })

  it('[HT32] pages in a stable order without doubles; formulas in a CSV stay text', async () => {
    const seen: string[] = []
    for (let page = 1; page <= 13; page++) {
      const { rows: part } = await json<{ rows: { occurrence: string }[] }>(`/api/alarms?${query({ page, size: 50, sort: 'priority' })}`)
      seen.push(...part.map(({ occurrence }) => occurrence))
    }
    expect(new Set(seen).size).toBe(600)
    const bytes = Buffer.from(await (await world.call('GET', '/api/alarms/export?format=csv', 'admin')).arrayBuffer())
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(bytes.toString()).toContain(`"'=cmd(), ""quoted""\nsecond line"`)
  })

  it('[HT33] the performance figures hold, and a period that ends before it starts is 422', async () => {
    const kpi = await json<{ open: number; topTenShare: number; priorityShare: Record<string, number>; perTenMinutes: number }>(
      `/api/alarms/kpi?${query({ from: start, to: end })}`,
    )
    const disturbing = rows.filter((row) => row.grouped_under === null && !row.historical)
    expect(kpi.open).toBe(disturbing.filter((row) => row.closed_at === null).length)
    expect(Object.values(kpi.priorityShare).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    expect((await world.call('GET', `/api/alarms/kpi?${query({ from: end, to: start })}`, 'admin')).status).toBe(422)
  })
})

describe('one occurrence', () => {
  it('[HT34] shows its group and what came before on the same device; acknowledging asks the station and names the person', async () => {
    const open = rows.find(({ closed_at }) => closed_at === null)
    const detail = await json<{ alarm: { occurrence: string }; children: unknown[]; earlier: { device: string }[] }>(
      '/api/alarms/occ000000000',
    )
    expect(detail.children).toHaveLength(rows.filter(({ grouped_under }) => grouped_under !== null).length)
    expect((await world.call('POST', `/api/alarms/${open?.occurrence}/ack`, 'operator', { note: '已知' })).status).toBe(200)
    expect(world.asked.at(-1)).toMatchObject({
      type: 'alarm.ack',
      occurrence: open?.occurrence,
      device: open?.device,
      note: '已知',
      by: { name: '值班员 Operator', from: '127.0.0.1' },
    })
    world.answer = () => ({ ok: false, reason: 'conflict', detail: '报警条件仍然成立 The condition still holds' })
    const refused = await world.call('POST', `/api/alarms/${open?.occurrence}/reset`, 'operator', {})
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ error: { code: 'conflict', message: { zh: expect.stringContaining('仍然成立') } } })
    expect(
      (await world.call('POST', `/api/devices/${open?.device}/alarms/${open?.code}/shelve`, 'operator', { minutes: 481, reason: 'x' }))
        .status,
    ).toBe(422)
  })
})
