import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StationConfig } from '@twin/models/stations'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
let house = ''
let part = ''
beforeAll(async () => {
  world = await startRecordWorld()
  house = (await world.json('POST', '/api/records/warehouse', 'operator', { code: 'W1', name: '一号库' }))[1].id
  part = (await post('part', 'operator', { code: 'OIL', name: '润滑油', unit: 'L' }))[1].id
  const receipt = (await post('partReceipt', 'operator', { part, warehouse: house, quantity: 100, price: 2000, supplier: 'x' }))[1].id
  await post(`partReceipt/${receipt}/post`, 'operator', {})
})
afterAll(() => world?.stop())

const DAY = 86_400_000
const pass = () => world.modules.runPeriodic()
function stationOf(code: string): StationConfig {
  const found = [...world.stations.values()].find((station) => station.code === code)
  if (!found) throw new Error(code)
  return found
}
const unitsOf = (station: StationConfig) => station.devices.filter(({ kind }) => kind === 'compressor')
const day = (days = 0): string => new Date(world.now + days * DAY).toISOString().slice(0, 10)
const get = async (path: string, as = 'operator') => (await world.json('GET', `/api/records/${path}`, as))[1]
const post = (path: string, as: string, body: unknown) => world.json('POST', `/api/records/${path}`, as, body)
const runs = (device: string, hours: number): void => void world.values.set(`${device}:runningHours`, hours)
async function item(name: string, more: object): Promise<string> {
  const [status, row] = await post('maintenanceItem', 'engineer', { name, deviceKind: 'compressor', ...more })
  expect([status, row.error]).toEqual([200, undefined])
  return row.id
}
const open = async (device: string, of?: string) =>
  (await get(`maintenanceRecord?device=${device}&state=ahead,due,overdue&sort=everyHours${of === undefined ? '' : `&item=${of}`}`)).rows
const complete = (id: string, input: object = {}) =>
  post(`maintenanceRecord/${id}/complete`, 'operator', { input: { labourHours: 1, labourCost: 0, ...input } })

it('[T1-057] hours left per item follow the live counter; at the interval the item is due; logging a service resets its own counter alone; figures match the list', async () => {
  const station = stationOf('HB-M01')
  const device = unitsOf(station)[0]?.id ?? ''
  runs(device, 12_000)
  await item('皮带', { station: station.id, everyHours: 500 })
  await item('油滤', { station: station.id, everyHours: 2000 })
  await item('润滑油', { station: station.id, everyHours: 4000, everyDays: 365, parts: [{ part, quantity: 60 }] })
  expect((await post('maintenanceItem', 'engineer', { name: 'x', deviceKind: 'tank', everyHours: 100 }))[0]).toBe(422)
  expect((await post('maintenanceItem', 'engineer', { name: 'x' }))[0]).toBe(422)
  await Promise.all([pass(), pass()])
  const left = async () => (await open(device)).map((row) => [row['everyHours'], row['remainingHours'], row['state']])
  expect(await left()).toEqual([
    [500, 500, 'ahead'],
    [2000, 2000, 'ahead'],
    [4000, 4000, 'ahead'],
  ])
  runs(device, 12_500)
  await pass()
  expect(await left()).toEqual([
    [500, 0, 'due'],
    [2000, 1500, 'ahead'],
    [4000, 3500, 'ahead'],
  ])
  runs(device, 12_510)
  const [belt] = await open(device)
  expect(await complete(belt?.id ?? '', { lines: [{ part, warehouse: house, quantity: 101 }] })).toMatchObject([
    409,
    { error: { code: 'not-enough' } },
  ])
  expect((await complete(belt?.id ?? '', { lines: [{ part, warehouse: house, quantity: 2 }], labourCost: 5000 }))[1]).toMatchObject({
    state: 'done',
    doneHours: 12_510,
    late: false,
    partsCost: 4000,
    cost: 9000,
  })
  expect((await complete(belt?.id ?? ''))[0]).toBe(409)
  await pass()
  expect(await left()).toEqual([
    [500, 500, 'ahead'],
    [2000, 1490, 'ahead'],
    [4000, 3490, 'ahead'],
  ])
  // A controller that was changed counts from nothing: what ran before stays counted.
  runs(device, 5)
  await pass()
  runs(device, 15)
  await pass()
  expect((await left())[1]).toEqual([2000, 1480, 'ahead'])
  const figures = (await get(`maintenanceRecord/statistics?by=state&station=${station.id}`))['rows'] as unknown as {
    keys: string[]
    count: number
  }[]
  for (const { keys, count } of figures)
    expect((await get(`maintenanceRecord?station=${station.id}&state=${keys[0]}`))['total']).toBe(count)
  expect(Object.fromEntries(figures.map(({ keys, count }) => [keys[0], count]))).toEqual({ ahead: 3, done: 1 })
})

it('[T1-058] due by hours or calendar, whichever comes first; a service after its day stays late; the month of the figure leads to its records', async () => {
  const station = stationOf('JS-S01')
  const dryer = station.devices.find(({ kind }) => kind === 'dryer')?.id ?? ''
  const unit = unitsOf(station)[0]?.id ?? ''
  runs(unit, 1000)
  const oil = await item('换油', { station: station.id, device: unit, everyHours: 480, everyDays: 30 })
  const condenser = await item('清洗冷凝器', { deviceKind: 'dryer', station: station.id, everyDays: 10 })
  await pass()
  // 480 h at up to 24 h a day are 20 days: before the 30 of the calendar.
  expect((await open(unit, oil))[0]).toMatchObject({ dueOn: day(20), dueBy: 'hours', state: 'ahead' })
  expect((await open(dryer, condenser))[0]).toMatchObject({ dueOn: day(10), dueBy: 'calendar', remainingHours: null })
  world.now += 8 * DAY
  runs(unit, 1048)
  await pass()
  // 6 h a day: now the calendar comes first.
  expect((await open(unit, oil))[0]).toMatchObject({ dueOn: day(22), dueBy: 'calendar' })
  world.now += 2 * DAY
  await pass()
  const [due] = await open(dryer, condenser)
  expect(due).toMatchObject({ state: 'due', dueOn: day() })
  world.now += 3 * DAY
  await pass()
  expect((await open(dryer, condenser))[0]).toMatchObject({ id: due?.id, state: 'overdue', dueOn: day(-3), dueBy: 'calendar' })
  expect((await complete(due?.id ?? ''))[1]).toMatchObject({ state: 'done', late: true, dueOn: day(-3) })
  world.now += DAY
  await pass()
  expect((await get(`maintenanceRecord/${due?.id}`)).row).toMatchObject({ late: true, state: 'done' })
  const month = day(-4).slice(0, 7)
  const by = `maintenanceRecord/statistics?by=dueOn,state,late&station=${station.id}`
  expect((await get(by))['rows']).toContainEqual(expect.objectContaining({ keys: [month, 'done', 'true'], count: 1 }))
  const behind = await get(`maintenanceRecord?station=${station.id}&dueOn.gte=${month}-01&dueOn.lte=${month}-31&state=done`)
  expect(behind.rows.map(({ id }) => id)).toEqual([due?.id])
})

it('[T1-059] a date on which the other units could not carry the planned demand is flagged and refused until confirmed; cost is parts plus labour of the records', async () => {
  const station = stationOf('SH-C01')
  const [first, second] = unitsOf(station)
  for (const { id } of unitsOf(station)) runs(id, 5000)
  const oil = await item('换油', { station: station.id, everyHours: 4000, everyDays: 20 })
  await pass()
  const [one] = await open(first?.id ?? '', oil)
  const [two] = await open(second?.id ?? '', oil)
  const total = unitsOf(station).reduce((sum, unit) => sum + (unit.settings['ratedFlow'] ?? 0), 0)
  const asked = (services: readonly (string | undefined)[], date: string) =>
    world.json('GET', `/api/maintenance/capacity?station=${station.id}&date=${date}&services=${services.join(',')}`, 'operator')
  expect((await asked([one?.id], day(3)))[1]).toMatchObject({ capacity: total, capacityLeft: total - 44, devices: [first?.id] })
  const plan = { station: station.id, plannedOn: day(3), demand: 80 }
  expect((await post('maintenancePlan', 'operator', { ...plan, services: [one?.id] }))[1]).toMatchObject({
    capacityLeft: total - 44,
    short: false,
  })
  // The other plan of the day counts too.
  expect((await asked([two?.id], day(3)))[1]).toMatchObject({ capacityLeft: total - 88 })
  expect(await post('maintenancePlan', 'operator', { ...plan, services: [two?.id] })).toMatchObject([
    409,
    { error: { code: 'short-capacity', field: 'confirmed', detail: { capacityLeft: total - 88, demand: 80 } } },
  ])
  expect((await post('maintenancePlan', 'operator', { ...plan, services: [two?.id], plannedOn: day(4) }))[0]).toBe(200)
  const [status, saved] = await post('maintenancePlan', 'operator', { ...plan, services: [two?.id], confirmed: true })
  expect([status, saved['short'], saved['confirmed']]).toEqual([200, true, true])
  expect((await post(`maintenancePlan/${saved.id}/finish`, 'operator', {}))[0]).toBe(409)

  await complete(one?.id ?? '', { labourHours: 3, labourCost: 45_000, lines: [{ part, warehouse: house, quantity: 10 }] })
  await complete((await open(first?.id ?? '', oil))[0]?.id ?? '', { labourHours: 2, labourCost: 10_000 })
  await complete(two?.id ?? '', { labourHours: 1, labourCost: 7000 })
  expect((await post(`maintenancePlan/${saved.id}/finish`, 'operator', {}))[0]).toBe(200)
  const statistics = (await get(`maintenanceRecord/statistics?by=device&station=${station.id}&state=done`))['rows'] as unknown as {
    keys: string[]
    measures: Record<string, number>
  }[]
  for (const { keys, measures } of statistics) {
    const { rows } = await get(`maintenanceRecord?device=${keys[0]}&state=done`)
    const sum = (field: string): number => rows.reduce((all, row) => all + Number(row[field]), 0)
    expect(measures).toMatchObject({ cost: sum('partsCost') + sum('labourCost'), labourHours: sum('labourHours') })
  }
  expect(statistics.find(({ keys }) => keys[0] === first?.id)?.measures).toMatchObject({ cost: 75_000, labourHours: 5 })
})
