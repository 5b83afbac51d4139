import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { mandatoryUnits, type UnitType } from '@twin/models/records'
import type { chance } from './chance.ts'
import type { Desk, Person } from './desk.ts'

/** Fen per kW of rated power of a machine, and for what has none. */
const PER_KW = 120_000
const OTHER = 3_500_000

/** What a live device is in the books; null: it comes with another. */
export function unitOf({ kind }: DeviceConfig): UnitType | null {
  const types: Readonly<Record<string, UnitType>> = {
    compressor: 'compressor',
    dryer: 'dryer',
    tank: 'receiver',
    powerMeter: 'power',
    coolingTower: 'cooling',
    gateway: 'monitoring',
    filter: 'filter',
    waterPump: 'pump',
    valve: 'valve',
    flowMeter: 'meter',
  }
  return types[kind] ?? null
}

interface Unit {
  readonly unitType: UnitType
  readonly serial: string
  readonly model: string
  readonly price: number
  readonly device: string | null
  readonly ratings: object
}

function unitsOf(station: StationConfig): readonly Unit[] {
  const live = station.devices.flatMap((device): readonly Unit[] => {
    const unitType = unitOf(device)
    if (!unitType) return []
    const { ratedPower, ratedFlow, ratedPressure } = device.settings
    return [
      {
        ...{ unitType, serial: `${station.code}-${device.code}`, device: device.id },
        model: ratedPower ? `${device.variant === 'vsd' ? 'VS' : 'FS'}-${ratedPower}` : `${unitType.toUpperCase()}-STD`,
        price: ratedPower && device.kind === 'compressor' ? ratedPower * PER_KW : OTHER,
        ratings: device.kind === 'compressor' ? { ratedPower, ratedFlow, ratedPressure } : {},
      },
    ]
  })
  // What a packaged station must have and no device of its own speaks for.
  const silent = mandatoryUnits
    .filter((unitType) => !live.some((unit) => unit.unitType === unitType))
    .map((unitType) => ({
      unitType,
      serial: `${station.code}-${unitType}`,
      model: `${unitType.toUpperCase()}-STD`,
      price: OTHER,
      device: null,
      ratings: {},
    }))
  return station.kind === 'smartStation' ? [...live, ...silent] : live
}

interface Opening {
  readonly station: StationConfig
  readonly clerk: Person
  readonly manager: Person
  readonly keeper: Person
  readonly house: string
  readonly supplier: string
  readonly day: (at: number) => string
  readonly at: number
  readonly luck: ReturnType<typeof chance>
}

/** Buys what the station is made of, stocks it, leases or installs it, and puts every unit to its live device. */
export async function installation(desk: Desk, opening: Opening): Promise<void> {
  const { station, clerk, manager, keeper, house, supplier, day, at, luck } = opening
  const units = unitsOf(station)
  const machines = station.devices.filter(({ kind }) => kind === 'compressor')
  const sum = (name: string): number => Math.round(machines.reduce((total, { settings }) => total + (settings[name] ?? 0), 0) * 10) / 10
  const price = units.reduce((total, unit) => total + unit.price, 0)
  const plate = { ratedPower: sum('ratedPower'), ratedFlow: sum('ratedFlow'), ratedPressure: 8, supplier }
  const single = station.kind === 'singleModule'
  const first = units[0]
  if (!first) throw new Error(`${station.code} is made of nothing`)
  const serial = single ? first.serial : station.code
  const purchase = await desk.approved(
    'purchase',
    {
      ...plate,
      ...{
        kind: station.kind,
        model: single ? first.model : `${station.kind === 'smartStation' ? 'ZH' : 'JZ'}-${plate.ratedPower}`,
        serial,
      },
      price: single ? first.price : price,
      ...(station.kind === 'smartStation'
        ? {
            components: units.map(({ unitType, model, serial: number, ratings, price: of }) => ({
              unitType,
              model,
              serial: number,
              ...ratings,
              price: of,
            })),
          }
        : {}),
      ...(station.kind === 'centralStation' ? { lots: lotsOf(units, supplier) } : {}),
    },
    clerk,
    manager,
  )
  if (station.kind === 'centralStation')
    await desk.act('purchase', purchase.id, 'deliver', clerk, {
      lot: '1',
      units: units.map(({ unitType, serial: number }) => ({ unitType, serial: number })),
    })
  const [whole] = await desk.find('asset', { serial })
  if (!whole) throw new Error(`no asset ${serial}`)
  const children = single ? [] : await desk.find('asset', { parent: whole.id })
  const ids = children.map(({ id }) => id)
  await desk.posted(
    'stockIn',
    { kind: station.kind, asset: whole.id, warehouse: house, location: `A-${luck.between(1, 40)}`, ...(single ? {} : { units: ids }) },
    keeper,
  )

  const customer = station.name.replace(/(?:集中空压站|智慧空压站|单机模块)$/, '')
  if (single && luck.next() < 0.6) {
    const lease = await desk.approved(
      'lease',
      {
        ...{ kind: 'singleModule', asset: whole.id, customer, starts: day(at), ends: day(at + 1095 * 86_400_000) },
        ...{ rent: Math.round(first.price / 40), deposit: Math.round(first.price / 10) },
      },
      clerk,
      manager,
    )
    await desk.posted('stockOut', { kind: 'singleModule', asset: whole.id, lease: lease.id, recipient: customer }, keeper)
  } else {
    const counts = Map.groupBy(units, ({ unitType }) => unitType)
    const project = await desk.approved(
      'installation',
      {
        ...{ customer, site: station.address, starts: day(at) },
        ...(station.kind === 'centralStation'
          ? { asset: whole.id, plan: [...counts].map(([unitType, of]) => ({ unitType, planned: of.length })) }
          : {}),
      },
      clerk,
      manager,
    )
    await desk.posted(
      'stockOut',
      {
        kind: station.kind,
        asset: whole.id,
        installation: project.id,
        recipient: customer,
        ...(station.kind === 'centralStation' ? { units: ids } : {}),
      },
      keeper,
    )
    await desk.act('installation', project.id, 'close', clerk)
    const { id } = await desk.create(
      'installationCost',
      { asset: whole.id, installation: project.id, what: '运输、基础与管道安装', amount: Math.round(price * 0.08), incurredOn: day(at) },
      clerk,
    )
    await desk.act('installationCost', id, 'book', manager)
  }
  await desk.act('asset', whole.id, 'deploy', keeper, { station: station.id, ...(single ? { device: first.device } : {}) })
  for (const unit of units) {
    const child = children.find((one) => one['serial'] === unit.serial)
    if (child && unit.device !== null) await desk.act('asset', child.id, 'deploy', keeper, { station: station.id, device: unit.device })
  }
}

/** One lot per model: its price is what its units cost. */
function lotsOf(units: readonly Unit[], supplier: string): object[] {
  return [...Map.groupBy(units, ({ unitType, model }) => `${unitType} ${model}`).values()].flatMap((same) => {
    const [unit] = same
    if (!unit) return []
    const price = same.reduce((sum, one) => sum + one.price, 0)
    return [{ lot: '1', supplier, unitType: unit.unitType, model: unit.model, ...unit.ratings, quantity: same.length, price }]
  })
}

/** What is looked at on a round: pressure and temperature of every machine, and the room. */
export function inspectionItems(station: StationConfig): object[] {
  const machines = station.devices.filter(({ kind }) => kind === 'compressor').slice(0, 3)
  return [
    ...machines.map(({ id }) => ({
      device: id,
      name: '排气压力',
      kind: 'value',
      livePoint: 'dischargePressure',
      unit: 'bar',
      low: 6,
      high: 8.2,
      mandatory: true,
      photo: false,
    })),
    ...machines.map(({ id }) => ({
      device: id,
      name: '排气温度',
      kind: 'value',
      livePoint: 'dischargeTemperature',
      unit: '°C',
      low: 70,
      high: 100,
      mandatory: true,
      photo: false,
    })),
    { device: null, name: '站房清洁、无渗漏', kind: 'check', mandatory: true, photo: false },
  ]
}
