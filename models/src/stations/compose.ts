import { motorCurrent } from '../physics/air.ts'
import type { ComposeOptions, UnitOptions } from './derive-types.ts'
import { idFrom } from './ids.ts'
import { at, pipesOf, placements } from './layout.ts'
import { defaultPolicy, type DeviceConfig, type StationConfig } from './types.ts'

interface Part {
  readonly kind: string
  readonly variant: string | null
  readonly code: string
  readonly name: string
  readonly settings: Readonly<Record<string, number>>
  readonly texts?: Readonly<Record<string, string>>
}

/** Years between full inspections of a vessel and between checks of its safety valve are kept as the next due dates. */
const INSPECTION_DUE = Date.UTC(2029, 5, 30)
const SAFETY_VALVE_DUE = Date.UTC(2027, 11, 31)

/** A station of one of the three kinds with all its devices placed and piped. Device ids follow from the station's id and the device's code. */
export function composeStation(options: ComposeOptions): StationConfig {
  const parts = partsOf(options)
  const places = placements(parts)
  const devices = parts.map((part, i): DeviceConfig => ({
    id: i === 0 ? options.id : idFrom(`${options.id}/${part.code}`),
    stationId: options.id,
    kind: part.kind,
    variant: part.variant,
    code: part.code,
    name: part.name,
    placement: places.get(part.code) ?? at(0, 0),
    settings: part.settings,
    texts: part.texts ?? {},
  }))
  return {
    id: options.id,
    org: 'main',
    code: options.code,
    name: options.name,
    nameEn: options.nameEn,
    kind: options.kind,
    region: options.region,
    address: options.address,
    manager: options.manager ?? '',
    position: options.position,
    timeZone: options.timeZone ?? 'Asia/Shanghai',
    policy: { ...defaultPolicy, videoRequired: options.videoRequired ?? true },
    // Receivers and about a tenth more in pipes.
    volume: options.volume ?? Math.max(0.3, Math.round(options.tanks.reduce((sum, m3) => sum + m3, 0) * 110) / 100),
    fenceRadius: options.kind === 'singleModule' ? 200 : 500,
    outline: outlineOf(devices),
    devices,
    pipes: pipesOf(devices),
    energyQuota: options.energyQuota ?? null,
  }
}

function partsOf(options: ComposeOptions): Part[] {
  const pressure = options.pressure ?? 7
  const units = options.units
  const flow = units.reduce((sum, unit) => sum + unit.ratedFlow, 0)
  const power = units.reduce((sum, unit) => sum + unit.ratedPower, 0)
  const repeat = (count: number, part: (i: number) => Part): Part[] => Array.from({ length: count }, (_, i) => part(i))
  const stationSettings = { targetPressure: pressure, pressureBand: 0.5, minPressure: round(pressure - 0.7) }
  const outlets = options.outlets ?? []
  const dryers = options.dryer ? (units.length > 3 ? 2 : 1) : 0
  return [
    { kind: 'station', variant: options.kind, code: options.code, name: options.name, settings: stationSettings },
    ...units.map((unit, i) => ({
      ...compressor(unit, i, options.waterCooled ?? false),
      ...(options.kind === 'centralStation' && { texts: { group: 'A' } }),
    })),
    ...options.tanks.map((volume, i) => tank(volume, i, Math.max(...units.map((unit) => unit.ratedPressure), pressure))),
    ...repeat(dryers, (i) => dryer(options.dryer ?? 'refrigerated', i, flow / dryers, power / dryers)),
    ...repeat(options.filters ?? 0, (i) => ({
      kind: 'filter',
      variant: null,
      code: `FL-${i + 1}`,
      name: `${i + 1}号精密过滤器`,
      settings: { ratedFlow: round(flow) },
    })),
    ...repeat(options.flowMeter ? 1 : 0, () => ({
      kind: 'flowMeter',
      variant: null,
      code: 'FM-1',
      name: '母管流量计',
      settings: { main: 1 },
    })),
    ...outlets.map((_, i): Part => ({ kind: 'valve', variant: 'outlet', code: `VA-${i + 1}`, name: `${i + 1}号出口阀`, settings: {} })),
    ...outlets.map((customer, i): Part => ({
      kind: 'outlet',
      variant: null,
      code: `OL-${i + 1}`,
      name: `${customer}出口`,
      settings: { contractPressure: round(pressure - 0.8) },
      texts: { customer },
    })),
    ...(options.waterCooled ? waterPlant(power) : []),
    ...repeat(options.powerMeter === false ? 0 : 1, () => ({
      kind: 'powerMeter',
      variant: null,
      code: 'PM-1',
      name: '总电表',
      settings: { main: 1, contractDemand: Math.ceil((power * 1.25) / 10) * 10 },
    })),
    ...repeat(options.cameras ?? 0, (i) => ({
      kind: 'camera',
      variant: null,
      code: `CM-${i + 1}`,
      name: `${i + 1}号摄像头`,
      settings: {},
    })),
    { kind: 'gateway', variant: null, code: 'GW-1', name: '边缘网关', settings: {} },
  ]
}

function compressor(unit: UnitOptions, i: number, waterCooled: boolean): Part {
  return {
    kind: 'compressor',
    variant: [unit.variant, waterCooled ? 'waterCooled' : 'airCooled'].join('+'),
    code: `AC-${i + 1}`,
    name: `${i + 1}号${unit.variant === 'vsd' ? '变频' : '工频'}空压机`,
    settings: {
      ratedPower: unit.ratedPower,
      ratedFlow: unit.ratedFlow,
      ratedPressure: unit.ratedPressure,
      ratedCurrent: Math.ceil(motorCurrent(unit.ratedPower) * 1.04),
      // Commissioning baseline: kW per m3/min as rated; a cycling or throttled machine stays within a tenth of it.
      referenceSpecificPower: round((unit.ratedPower / unit.ratedFlow) * (unit.variant === 'vsd' ? 1.15 : 1)),
    },
  }
}

function tank(volume: number, i: number, ratedPressure: number): Part {
  return {
    kind: 'tank',
    variant: null,
    code: `TK-${i + 1}`,
    name: `${i + 1}号储气罐`,
    settings: { volume, workingPressureMax: round(ratedPressure + 1), inspectionDue: INSPECTION_DUE, safetyValveDue: SAFETY_VALVE_DUE },
  }
}

function dryer(variant: 'refrigerated' | 'desiccant', i: number, flow: number, power: number): Part {
  const name = variant === 'desiccant' ? '吸附式干燥机' : '冷冻式干燥机'
  const settings = {
    ratedFlow: round(flow * 1.15),
    ...(variant === 'refrigerated' ? { ratedPower: round(power * 0.035) } : { ratedPower: 0.5 }),
  }
  return {
    kind: 'dryer',
    variant,
    code: `DR-${i + 1}`,
    name: `${i + 1}号${name}`,
    settings: variant === 'desiccant' ? { ...settings, towerCycleMaxS: 900 } : settings,
  }
}

/** One tower and two pumps (duty and standby) for the heat of all units. */
function waterPlant(power: number): Part[] {
  const pump = round(power * 0.02)
  return [
    { kind: 'coolingTower', variant: null, code: 'CT-1', name: '冷却塔', settings: { ratedPower: round(power * 0.012) } },
    // 8 K of warming at full heat.
    {
      kind: 'waterPump',
      variant: null,
      code: 'WP-1',
      name: '1号冷却水泵',
      settings: { ratedPower: pump, ratedFlow: round((power * 0.94) / (1.163 * 8)) },
    },
    {
      kind: 'waterPump',
      variant: null,
      code: 'WP-2',
      name: '2号冷却水泵',
      settings: { ratedPower: pump, ratedFlow: round((power * 0.94) / (1.163 * 8)) },
    },
  ]
}

/** The plot around everything that stands there, with a walkway. */
function outlineOf(devices: readonly DeviceConfig[]): [number, number][] {
  const standing = devices.slice(1).map((device) => device.placement.position)
  const xs = standing.map(([x]) => x)
  const zs = standing.map(([, , z]) => z)
  const [left, right] = [round(Math.min(...xs) - 2), round(Math.max(...xs) + 2.4)]
  const [near, far] = [round(Math.min(...zs) - 2.4), round(Math.max(...zs) + 2.4)]
  return [
    [left, near],
    [right, near],
    [right, far],
    [left, far],
  ]
}

const round = (value: number): number => Math.round(value * 100) / 100
