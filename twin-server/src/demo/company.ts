import { randomBytes } from 'node:crypto'
import { inspectionItems, installation } from './company-assets.ts'
import { companyFleet, type StationConfig } from '@twin/models/stations'
import type { LivePort, Modules } from '../modules/index.ts'
import type { Role, Security } from '../security/index.ts'
import { chance } from './chance.ts'
import { duties, familyNames, faults, givenNames, partList, services, suppliers } from './company-words.ts'
import { Desk, type Person } from './desk.ts'

const DAY = 86_400_000
const YEARS_MS = 730 * DAY

export interface CompanyParts {
  readonly modules: Pick<Modules, 'records' | 'runPeriodic'>
  readonly live: LivePort
  readonly security: Security
  readonly org: string
  /** The company's clock: `set` puts it forward as its days pass. */
  readonly clock: { readonly now: () => number; set(at: number): void }
  /** Told of the share that is done, 0 … 1, and what is being made. */
  readonly progress: (share: number, what: string) => void
}

/**
 * Lives two years of a company of 60 stations day by day: it hires, buys, stocks, installs, leases, inspects, maintains and repairs,
 * through the same services that its people use. The same every time, but for ids and passwords. Returns the number of acts.
 */
export async function makeCompany({ modules, live, security, org, clock, progress }: CompanyParts): Promise<number> {
  const end = clock.now()
  const begin = end - YEARS_MS
  const luck = chance(20_241_122)
  const desk = new Desk(modules.records, org)
  const day = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)

  clock.set(begin)
  const fleet = companyFleet()
  const staff = await hire(security, luck)
  const [clerk, keeper, manager] = [staff.of('设备主管', 0), staff.of('仓库管理员', 0), staff.of('设备主管', 1)]
  progress(0.02, '80 名员工')

  const houses: string[] = []
  for (const [i, name] of ['华东中心库', '华南中心库', '北方中心库'].entries())
    houses.push((await desk.create('warehouse', { code: `WH-${i + 1}`, name, keeper: keeper.id }, clerk)).id)
  const parts = new Map<string, { readonly id: string; readonly price: number }>()
  for (const [code, name, specification, unit, price] of partList) {
    const { id } = await desk.create('part', { code, name, specification, unit, supplier: luck.pick(suppliers), minimum: 5 }, keeper)
    parts.set(code, { id, price })
  }
  const house = (): string => luck.pick(houses)
  const receive = async (code: string, warehouse: string, quantity: number): Promise<void> => {
    const part = parts.get(code)
    if (part)
      await desk.posted('partReceipt', { part: part.id, warehouse, quantity, price: part.price, supplier: luck.pick(suppliers) }, keeper)
  }
  for (const [code] of partList) for (const place of houses) await receive(code, place, 20)
  for (const [name, deviceKind, everyDays, code, quantity] of services)
    await desk.create(
      'maintenanceItem',
      { name, deviceKind, everyDays, labourHours: 2, parts: [{ part: parts.get(code)?.id, quantity }] },
      manager,
    )

  // A station opens every ten days or so, the last half a year ago.
  const openings = fleet.map((station, i) => ({ station, at: begin + Math.round(((i * 7) % fleet.length) * 9 * DAY) + 20 * DAY }))
  const open: StationConfig[] = []
  const takeParts = async (code: string, quantity: number): Promise<object[]> => {
    const part = parts.get(code)
    const stocks = (await desk.find('partStock', { part: part?.id ?? '' })) as unknown as readonly { warehouse: string; quantity: number }[]
    const best = stocks.toSorted((a, b) => b.quantity - a.quantity)[0]
    if (!part || !best) return []
    if (best.quantity < quantity + 5) await receive(code, best.warehouse, 20)
    return [{ part: part.id, warehouse: best.warehouse, quantity }]
  }

  for (let at = begin + DAY; at < end; at += DAY) {
    clock.set(at)
    for (const { station, at: when } of openings) {
      if (when < at || when >= at + DAY) continue
      await live.configure(station)
      await installation(desk, { station, clerk, manager, keeper, house: house(), supplier: luck.pick(suppliers), day, at, luck })
      await desk.create(
        'inspectionPlan',
        {
          ...{ name: `${station.code} 例行巡检`, station: station.id, everyDays: 28, starts: day(at), hours: 48, scan: false },
          inspectors: [staff.of('巡检员', open.length).id],
          items: inspectionItems(station),
        },
        manager,
      )
      open.push(station)
    }
    if (Math.round((at - begin) / DAY) % 7 === 0) await week(at)
    progress(0.03 + (0.95 * (at - begin)) / YEARS_MS, day(at))
  }
  clock.set(end)
  await modules.runPeriodic()
  await tariffs()
  return desk.done

  /** What comes round: inspections, services that fell due, a repair now and then. */
  async function week(at: number): Promise<void> {
    await modules.runPeriodic()
    for (const task of await desk.find('inspectionTask', { state: 'open' })) {
      const who = staff.of('巡检员', luck.between(0, 11))
      // Some are done late and a few not at all, as it happens.
      if (luck.next() < 0.03) continue
      for (const point of await desk.find('inspectionPoint', { task: task.id, state: 'open' })) {
        const { kind, low, high } = point as unknown as { kind: string; low: number | null; high: number | null }
        const value = kind === 'value' && low !== null && high !== null ? Math.round((low + (high - low) * luck.next()) * 100) / 100 : null
        await desk.act('inspectionPoint', point.id, 'fill', who, { value, finding: 'normal' })
      }
      await desk.act('inspectionTask', task.id, 'submit', who)
    }
    for (const state of ['due', 'overdue'] as const)
      for (const record of await desk.find('maintenanceRecord', { state })) {
        if (luck.next() < 0.3) continue
        const [, , , code, quantity] = services.find(([name]) => name === record['name']) ?? services[0]
        await desk.act('maintenanceRecord', record.id, 'complete', staff.of('维修技师', luck.between(0, 23)), {
          ...{ lines: await takeParts(code, quantity), labourHours: luck.between(1, 4), labourCost: luck.between(200, 900) * 100 },
          note: '按规程完成，运行正常',
        })
      }
    if (open.length > 0 && luck.next() < 0.25 + open.length / 60) await repair(at)
  }

  async function repair(at: number): Promise<void> {
    const station = luck.pick(open)
    const device = luck.pick(station.devices.filter(({ kind }) => kind === 'compressor'))
    const [fault, cause, work] = luck.pick(faults)
    const who = staff.of('维修技师', luck.between(0, 23))
    const { id } = await desk.create(
      'repair',
      { station: station.id, device: device.id, fault, urgency: luck.next() < 0.3 ? 'urgent' : 'normal' },
      staff.of('值班员', luck.between(0, 11)),
    )
    await desk.act('repair', id, 'start', who)
    const lines = await takeParts(luck.pick(partList)[0], 1)
    if (lines.length > 0) await desk.act('repair', id, 'useParts', who, { lines })
    clock.set(at + luck.between(2, 20) * 3_600_000)
    await desk.act('repair', id, 'finish', who, {
      cause,
      work,
      labourHours: luck.between(2, 12),
      labourCost: luck.between(400, 3000) * 100,
    })
    await desk.act('repair', id, 'testRun', who, { testPressure: 7 + luck.between(-20, 30) / 100, testDewPoint: luck.between(3, 8) })
    await desk.act('repair', id, 'accept', manager, { opinion: '试运行正常' })
    clock.set(at)
  }

  /** One table for everybody, valid from the company's first day. */
  async function tariffs(): Promise<void> {
    const bands = [
      { band: 'valley', fromHour: 23, toHour: 7, price: 0.32 },
      { band: 'flat', fromHour: 7, toHour: 10, price: 0.66 },
      { band: 'peak', fromHour: 10, toHour: 15, price: 1.08 },
      { band: 'flat', fromHour: 15, toHour: 18, price: 0.66 },
      { band: 'peak', fromHour: 18, toHour: 21, price: 1.08 },
      { band: 'flat', fromHour: 21, toHour: 23, price: 0.66 },
    ].map((band) => ({ ...band, fromMonth: 1, toMonth: 12 }))
    await desk.create('tariff', { name: '工业分时电价', validFrom: day(begin), stations: fleet.map(({ id }) => id), bands }, manager)
  }
}

interface Staff {
  /** One of those with this duty; any number names one. */
  of(duty: (typeof duties)[number], n: number): Person
}

/** 80 people. Their passwords are random: an administrator resets one on the user page to sign in as him. */
async function hire(security: Security, luck: ReturnType<typeof chance>): Promise<Staff> {
  const plan: readonly (readonly [duty: (typeof duties)[number], count: number, role: Role])[] = [
    ['设备主管', 8, 'engineer'],
    ['仓库管理员', 8, 'operator'],
    ['维修技师', 28, 'operator'],
    ['巡检员', 20, 'operator'],
    ['值班员', 16, 'operator'],
  ]
  const people = new Map<string, Person[]>()
  let n = 0
  for (const [duty, count, role] of plan)
    for (let i = 0; i < count; i++) {
      const name = `${luck.pick(familyNames)}${luck.pick(givenNames)}`
      const password = `${randomBytes(12).toString('base64url')}#Aa1`
      const username = `staff${String(++n).padStart(3, '0')}`
      const made = await security.users.create({ username, name, role, stations: null, password }, { id: null, name: 'system', from: null })
      if (!made.ok) throw new Error(`${username}: ${made.reason}`)
      people.set(duty, [...(people.get(duty) ?? []), { id: made.user.id, name: username }])
    }
  return {
    of(duty, i) {
      const them = people.get(duty) ?? []
      const one = them[i % them.length]
      if (!one) throw new Error(`nobody is ${duty}`)
      return one
    },
  }
}
