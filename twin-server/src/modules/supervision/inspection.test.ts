import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StationConfig } from '@twin/models/stations'
import { type Answer, type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

const HOUR = 3_600_000
const pass = async (): Promise<void> => world.modules.runPeriodic()
function stationOf(code: string): StationConfig {
  const found = [...world.stations.values()].find((station) => station.code === code)
  if (!found) throw new Error(code)
  return found
}
function device(station: StationConfig, kind: string, at = 0): StationConfig['devices'][number] {
  const found = station.devices.filter((one) => one.kind === kind)[at]
  if (!found) throw new Error(kind)
  return found
}
const get = async (path: string, as = 'operator') => (await world.json('GET', `/api/records/${path}`, as))[1]
const post = (path: string, as: string, body: unknown) => world.json('POST', `/api/records/${path}`, as, body)
async function plan(station: StationConfig, name: string, items: readonly object[], more: object = {}): Promise<string> {
  const starts = new Date(world.now + 8 * HOUR).toISOString().slice(0, 10)
  const [status, row] = await post('inspectionPlan', 'engineer', { name, station: station.id, everyDays: 1, starts, items, ...more })
  expect([status, row.error]).toEqual([200, undefined])
  return row.id
}
const tasks = async (of: string) => (await get(`inspectionTask?plan=${of}&sort=date`)).rows
const points = async (task: string) => (await get(`inspectionPoint?task=${task}&sort=position`)).rows
const fill = (point: string, as: string, input: object): Promise<readonly [number, Answer]> =>
  post(`inspectionPoint/${point}/fill`, as, { input })

it('[T1-051] tasks of a plan appear by its interval exactly once; a missing mandatory item blocks submission; not done in time it is overdue; the device has the record', async () => {
  const station = stationOf('HB-M01')
  const unit = device(station, 'compressor')
  const item = { device: unit.id, kind: 'value', name: '排气温度', livePoint: 'dischargeTemperature', unit: '°C', low: 60, high: 105 }
  expect((await post('inspectionPlan', 'operator', {}))[0]).toBe(403)
  const bad = { name: 'x', station: station.id, everyDays: 2, starts: '2026-03-02', items: [{ ...item, livePoint: 'noSuchPoint' }] }
  expect(await post('inspectionPlan', 'engineer', bad)).toMatchObject([422, { error: { field: 'items.0.livePoint' } }])

  const daily = await plan(station, '单机日检', [item, { device: unit.id, kind: 'check', name: '油位', photo: true }], {
    everyDays: 2,
    hours: 12,
  })
  await Promise.all([pass(), pass()])
  await pass()
  expect((await tasks(daily)).map((task) => task['state'])).toEqual(['open'])
  const [task] = await tasks(daily)
  const [temperature, oil] = await points(task?.id ?? '')
  expect((await fill(temperature?.id ?? '', 'operator', {}))[0]).toBe(422)
  expect(await fill(oil?.id ?? '', 'operator', { finding: 'normal' })).toMatchObject([422, { error: { field: 'photos' } }])
  const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])
  const uploaded = await world.http.app.request('/api/files?record=inspectionPoint&field=photos', {
    method: 'POST',
    headers: { authorization: `Bearer ${await world.token('operator')}`, 'x-file-name': 'oil.png', 'content-type': 'image/png' },
    body: bytes,
  })
  const photo = ((await uploaded.json()) as { id: string }).id
  expect((await fill(oil?.id ?? '', 'operator', { finding: 'abnormal', note: '偏低', photos: [photo] }))[0]).toBe(200)
  expect(await post(`inspectionTask/${task?.id}/submit`, 'operator', { input: {} })).toMatchObject([
    422,
    { error: { field: 'points', detail: { missing: [`${unit.code} 排气温度`] } } },
  ])
  world.now += 25 * HOUR
  await pass()
  expect((await get(`inspectionTask/${task?.id}`)).row['state']).toBe('overdue')
  expect((await fill(temperature?.id ?? '', 'operator', { value: 90 }))[0]).toBe(200)
  expect((await post(`inspectionTask/${task?.id}/submit`, 'operator', { input: { note: '补检' } }))[1]).toMatchObject({
    state: 'submitted',
    late: true,
  })
  expect((await fill(temperature?.id ?? '', 'operator', { value: 91 }))[0]).toBe(409)
  const kept = await get(`inspectionPoint?device=${unit.id}&state=filled&sort=position`)
  expect(kept.rows).toMatchObject([
    { name: '排气温度', value: 90, finding: 'normal' },
    { name: '油位', finding: 'abnormal', note: '偏低', photos: [photo] },
  ])
  // The next ones come at their days, those of days on which no server ran included.
  world.now += 72 * HOUR
  await pass()
  expect((await tasks(daily)).map((each) => each['state'])).toEqual(['submitted', 'overdue', 'open'])
})

it('[T1-052] every component is scanned and read, the hand reading stands beside the live value of its minute, and closing early names the components missing', async () => {
  const station = stationOf('JS-S01')
  const parts = station.devices.filter(({ kind }) => kind !== 'station').slice(0, 6)
  const unit = device(station, 'compressor')
  const items = parts.map(({ id, kind }) =>
    kind === 'compressor'
      ? { device: id, kind: 'value', name: '排气压力', livePoint: 'dischargePressure', unit: 'bar' }
      : { device: id, kind: 'check', name: '外观' },
  )
  const round = await plan(station, '整站扫码', items, { scan: true })
  await pass()
  const [task] = await tasks(round)
  const all = await points(task?.id ?? '')
  const progress = async () => (await get(`inspectionTask/${task?.id}`)).row['progress']
  const close = () => post(`inspectionTask/${task?.id}/submit`, 'operator', { input: {} })
  expect([await progress(), all.length]).toEqual(['0/6', 12])
  world.values.set(`${unit.id}:dischargePressure`, 7)
  const visit = async (at: number, value: number): Promise<void> => {
    const own = all.filter((point) => point['device'] === parts[at]?.id)
    for (const point of own) {
      const input =
        point['kind'] === 'scan' ? { code: parts[at]?.code.toLowerCase() } : point['kind'] === 'value' ? { value } : { finding: 'normal' }
      expect((await fill(point.id, 'operator', input))[0]).toBe(200)
    }
  }
  const wrong = all.find((point) => point['kind'] === 'scan')
  expect(await fill(wrong?.id ?? '', 'operator', { code: 'NOT-ME' })).toMatchObject([422, { error: { field: 'code' } }])
  for (const at of [0, 1, 2]) await visit(at, 7.1)
  expect(await progress()).toBe('3/6')
  expect(await close()).toMatchObject([
    409,
    { error: { code: 'not-scanned', detail: { missing: parts.slice(3).map(({ code }) => code) } } },
  ])
  for (const at of [3, 4, 5]) await visit(at, 7)
  expect([await progress(), (await close())[0]]).toEqual(['6/6', 200])
  const first = await get(`inspectionPoint?task=${task?.id}&device=${unit.id}&kind=value`)
  expect(first.rows).toMatchObject([{ value: 7.1, liveValue: 7, liveAt: world.now, deviation: 1.4, deviates: false }])
  world.values.set(`${device(station, 'compressor', 1).id}:dischargePressure`, 7)
  const second = await plan(station, '偏差', [items[parts.findIndex(({ id }) => id === device(station, 'compressor', 1).id)] ?? {}])
  await pass()
  const [again] = await points((await tasks(second))[0]?.id ?? '')
  expect((await fill(again?.id ?? '', 'operator', { value: 8 }))[1]).toMatchObject({ liveValue: 7, deviation: 14.3, deviates: true })
})

it('[T1-053] two inspectors fill one round at once, each point with author and time; an abnormal point asks for one repair; completion is points done of points planned', async () => {
  const station = stationOf('SH-C01')
  const units = [0, 1, 2].map((at) => device(station, 'compressor', at))
  const items = units.flatMap(({ id }) => [
    { device: id, kind: 'check', name: '泄漏' },
    { device: id, kind: 'check', name: '噪声', mandatory: false },
  ])
  const route = await plan(station, '早班路线', items)
  await pass()
  const [task] = await tasks(route)
  const all = await points(task?.id ?? '')
  const input = (n: number) => ({ finding: n === 2 ? 'abnormal' : 'normal', note: n === 2 ? '接头漏气' : null, entry: `e${n}` })
  const answers = await Promise.all(all.slice(0, 5).map((point, n) => fill(point.id, n % 2 === 0 ? 'operator' : 'engineer', input(n))))
  expect(answers.map(([status]) => status)).toEqual([200, 200, 200, 200, 200])
  // Sent again, as after a lost answer: the same row; somebody else does not write over it.
  expect((await fill(all[2]?.id ?? '', 'operator', input(2)))[0]).toBe(200)
  expect(await fill(all[2]?.id ?? '', 'engineer', { finding: 'normal', entry: 'x' })).toMatchObject([
    409,
    { error: { code: 'filled-by-other' } },
  ])
  expect((await get(`inspectionTask/${task?.id}`)).row).toMatchObject({ done: 5, planned: 6, rate: 83.3, abnormal: 1, progress: '3/3' })
  const merged = await points(task?.id ?? '')
  expect(new Set(merged.slice(0, 5).map((point) => point['author'])).size).toBe(2)
  expect(merged.slice(0, 5).every((point) => point['at'] === world.now)).toBe(true)
  const { rows } = await get(`repair?point=${all[2]?.id}`)
  expect(rows).toMatchObject([{ device: units[1]?.id, station: station.id, state: 'requested', fault: '泄漏：接头漏气' }])
  expect((await get('inspectionTask/statistics?by=plan'))['rows']).toContainEqual(
    expect.objectContaining({ keys: [route], measures: expect.objectContaining({ done: 5, planned: 6 }) }),
  )
})
