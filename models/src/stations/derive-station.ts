import { pointsOf } from '../kinds/index.ts'
import { efficiency } from '../physics/air.ts'
import { gradeLimit } from '../physics/gb19153.ts'
import { cyclingPower, loadedPower, pressureFactor, unloadedPower, type UnitParams } from '../physics/power.ts'
import { enumIndex, isAvailable, isLoaded, isRunning } from './derive-device.ts'
import type { DerivedValues, LeakKnowledge, PointReader, StationDerivation } from './derive-types.ts'
import { devicesOf, hasVariant, headerFlowMeter, mainPowerMeter, unitParams } from './ratings.ts'
import type { DeviceConfig, StationConfig } from './types.ts'

/** A total over devices: NaN when nothing is known; names those it lacks. */
interface Total {
  readonly value: number
  readonly missing: readonly string[]
}

/**
 * What the twin computes for the station's own device, from the station's and its devices' points. Stateless: run it after the devices'
 * `deriveDevice`. Leak figures come from a test or from night flow (`leak`); without one they are unknown, never guessed.
 */
export function deriveStation(config: StationConfig, reader: PointReader, leak?: LeakKnowledge, energyToday?: number): StationDerivation {
  const own = (point: string): number => (reader.measures(config.id, point) ? reader.value(config.id, point) : NaN)
  const units = devicesOf(config, 'compressor')
  const measured = (point: string, otherwise: () => Total): Total =>
    reader.measures(config.id, point) ? { value: own(point), missing: [] } : otherwise()

  const flow = measured('headerFlow', () => headerFlow(config, units, reader))
  const power = measured('totalPower', () => totalPower(config, reader))
  const states = units.map((unit) => reader.value(unit.id, 'runState'))
  const unknown = units.filter((_, i) => Number.isNaN(states[i]))
  const counted = units.length > unknown.length
  const { specificPower, specificEnergy, airPerKwh } = efficiency(power.value, flow.value)
  const capacities = units.map((unit) => unit.settings['ratedFlow'] ?? NaN)
  const expected = expectedSpecificEnergy(config, units, states, reader, { flow: flow.value, power: power.value })

  const values: DerivedValues = {
    headerFlow: flow.value,
    totalPower: power.value,
    totalEnergy: counterOf(mainPowerMeter(config), 'activeEnergyImport', units, 'activeEnergy', reader),
    totalAir: counterOf(headerFlowMeter(config), 'total', [], '', reader),
    headerPressure: headerPressure(config, reader),
    runningUnits: counted ? states.filter(isRunning).length : NaN,
    loadedUnits: counted ? states.filter(isLoaded).length : NaN,
    availableCapacity: counted ? capacities.reduce((sum, q, i) => sum + (isAvailable(states[i] ?? NaN) ? q : 0), 0) : NaN,
    // A station of one machine has no spare by design: the N+1 rule does not apply to it.
    largestUnitCapacity: units.length > 1 ? Math.max(...capacities) : NaN,
    specificPower,
    specificEnergy,
    airPerKwh,
    expectedSpecificEnergy: expected,
    leakFlow: leak?.flow ?? NaN,
    leakPercent: leak ? leakShare(leak.flow, leak.mean ?? flow.value) : NaN,
    airBalanceErrorPercent: airBalanceError(config, units, reader),
    energyQuota: config.energyQuota ?? 0,
    ...(energyToday !== undefined && { energyToday }),
  }
  return {
    values: Object.fromEntries(
      Object.entries(values)
        .filter(([point]) => !reader.measures(config.id, point))
        .map(([point, value]) => [point, plausible(point, value)]),
    ),
    missing: [...new Set([...flow.missing, ...power.missing, ...unknown.map((unit) => unit.id)])],
    grade: stationGrade(units, states, reader),
  }
}

const leakShare = (leak: number, flow: number): number => (flow > 0 ? Math.min(100, (100 * leak) / flow) : NaN)

/**
 * A ratio beyond the point's range (a start against an empty line) says nothing: unknown, not nonsense. Low ones are real: a machine that
 * idles while the receiver feeds the line.
 */
function plausible(point: string, value: number): number {
  return value <= (stationPoints.get(point)?.max ?? Infinity) && value >= Math.min(0, stationPoints.get(point)?.min ?? 0) ? value : NaN
}
const stationPoints = new Map(pointsOf('station').map((point) => [point.name, point]))

function headerFlow(config: StationConfig, units: readonly DeviceConfig[], reader: PointReader): Total {
  const meter = headerFlowMeter(config)
  const metered = meter ? reader.value(meter.id, 'flow') : NaN
  if (meter && Number.isFinite(metered)) return { value: metered, missing: [] }
  const sum = sumOver(units, 'deliveredFlow', reader)
  return meter ? { value: sum.value, missing: [meter.id, ...sum.missing] } : sum
}

function totalPower(config: StationConfig, reader: PointReader): Total {
  const meter = mainPowerMeter(config)
  const metered = meter ? reader.value(meter.id, 'activePower') : NaN
  if (meter && Number.isFinite(metered)) return { value: metered, missing: [] }
  const consumers = config.devices.filter((d) => ['compressor', 'dryer', 'coolingTower', 'waterPump'].includes(d.kind))
  const sum = sumOver(consumers, 'activePower', reader)
  return meter ? { value: sum.value, missing: [meter.id, ...sum.missing] } : sum
}

/** Partial totals are still totals: they name what they lack. NaN only when nothing is known. */
function sumOver(devices: readonly DeviceConfig[], point: string, reader: PointReader): Total {
  const missing: string[] = []
  let value = NaN
  for (const device of devices) {
    const one = reader.value(device.id, point)
    if (Number.isNaN(one)) missing.push(device.id)
    else value = (Number.isNaN(value) ? 0 : value) + one
  }
  return { value, missing }
}

/** A counter may not jump because a unit is missing: all or nothing. */
function counterOf(
  meter: DeviceConfig | undefined,
  meterPoint: string,
  units: readonly DeviceConfig[],
  unitPoint: string,
  reader: PointReader,
): number {
  if (meter) return reader.value(meter.id, meterPoint)
  return units.length > 0 ? units.reduce((sum, unit) => sum + reader.value(unit.id, unitPoint), 0) : NaN
}

/** Without a sensor of its own: the pressure at the header's meter, else the mean of the receivers. */
function headerPressure(config: StationConfig, reader: PointReader): number {
  const meter = headerFlowMeter(config)
  const metered = meter ? reader.value(meter.id, 'pressure') : NaN
  if (Number.isFinite(metered)) return metered
  const known = devicesOf(config, 'tank').flatMap((tank) => {
    const bar = reader.value(tank.id, 'pressure')
    return Number.isFinite(bar) ? [bar] : []
  })
  return known.length > 0 ? known.reduce((sum, bar) => sum + bar, 0) / known.length : NaN
}

/**
 * kWh/m3 the running machines should need for the air now used, auxiliaries as they are: fixed machines full, one of them cycling on the
 * receiver, VSDs sharing the rest (domain.md 6). NaN while nothing runs or no air is used.
 */
function expectedSpecificEnergy(
  config: StationConfig,
  units: readonly DeviceConfig[],
  states: readonly number[],
  reader: PointReader,
  station: { readonly flow: number; readonly power: number },
): number {
  const running = units.filter((_, i) => isRunning(states[i] ?? NaN))
  const params = running.flatMap((device) => unitParams(device) ?? [])
  const actual = running.reduce((sum, device) => sum + reader.value(device.id, 'activePower'), 0)
  const bars = running.map((device) => reader.value(device.id, 'dischargePressure')).filter(Number.isFinite)
  if (params.length < running.length || !(station.flow > 0) || running.length === 0 || bars.length === 0) return NaN
  const bar = bars.reduce((sum, one) => sum + one, 0) / bars.length
  const needed = expectedMachinePower(
    params,
    station.flow + purgeFlow(config, reader),
    { volume: config.volume, band: units.length > 1 ? 0.5 : 1 },
    bar,
  )
  const auxiliaries = Number.isFinite(station.power - actual) ? Math.max(0, station.power - actual) : 0
  return (needed + auxiliaries) / station.flow / 60
}

/** Air that desiccant dryers blow off to regenerate, m3/min; 15 % of rating where a dryer does not say. */
function purgeFlow(config: StationConfig, reader: PointReader): number {
  return devicesOf(config, 'dryer')
    .filter((dryer) => hasVariant(dryer, 'desiccant') && reader.value(dryer.id, 'runState') === DRYER_RUNNING)
    .reduce((sum, dryer) => {
      const percent = reader.value(dryer.id, 'purgePercent')
      return sum + ((dryer.settings['ratedFlow'] ?? 0) * (Number.isNaN(percent) ? 15 : percent)) / 100
    }, 0)
}
const DRYER_RUNNING = enumIndex('dryer', 'runState', 'RUNNING')

function expectedMachinePower(
  params: readonly UnitParams[],
  flow: number,
  receiver: { readonly volume: number; readonly band: number },
  bar: number,
): number {
  const trims = params.filter((unit) => unit.variant === 'vsd')
  const least = trims.reduce((sum, unit) => sum + unit.ratedFlow * unit.minSpeed, 0)
  const most = trims.reduce((sum, unit) => sum + unit.ratedFlow, 0)
  let left = flow
  let power = 0
  for (const unit of params.filter((one) => one.variant === 'fixed').toSorted((a, b) => b.ratedFlow - a.ratedFlow)) {
    // A fixed machine works only for what the trim machines cannot carry.
    const wanted = left > most ? Math.max(0, left - least) : 0
    const duty = Math.min(1, wanted / unit.ratedFlow)
    power += cyclingPower(unit, duty, receiver, bar)
    left -= duty * unit.ratedFlow
  }
  for (const unit of trims) {
    const speed = left / most
    const idle = unloadedPower(unit, 0)
    const duty = Math.min(1, speed / unit.minSpeed)
    power +=
      speed >= unit.minSpeed ? loadedPower(unit, bar, Math.min(1, speed)) : duty * loadedPower(unit, bar, unit.minSpeed) + (1 - duty) * idle
  }
  return power
}

/** (units' air over 24 h - header's) / header's, percent; needs a header meter and 24 h of history of every unit. */
function airBalanceError(config: StationConfig, units: readonly DeviceConfig[], reader: PointReader): number {
  const meter = headerFlowMeter(config)
  if (!meter || !reader.count24h) return NaN
  const header = reader.count24h(meter.id, 'total')
  let made = 0
  for (const device of units) {
    // Only a fixed machine's air follows from its loaded hours; a VSD's does not.
    if (hasVariant(device, 'vsd')) return NaN
    made += reader.count24h(device.id, 'loadedHours') * 60 * (device.settings['ratedFlow'] ?? NaN)
  }
  return header > 0 ? clamp((100 * (made - header)) / header, -100, 100) : NaN
}
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Grade of the loaded machines together, flow-weighted, their specific power brought to rated pressure. */
function stationGrade(units: readonly DeviceConfig[], states: readonly number[], reader: PointReader): StationDerivation['grade'] {
  const loaded = units.flatMap((device, i): { unit: UnitParams; device: DeviceConfig; power: number; flow: number }[] => {
    const unit = unitParams(device)
    const flow = reader.value(device.id, 'deliveredFlow')
    const bar = reader.value(device.id, 'dischargePressure')
    if (!unit || !isLoaded(states[i] ?? NaN) || !(flow > 0)) return []
    return [{ unit, device, flow, power: reader.value(device.id, 'activePower') / pressureFactor(bar, unit.ratedPressure) }]
  })
  const power = loaded.reduce((sum, one) => sum + one.power, 0)
  if (loaded.length === 0 || Number.isNaN(power)) return null
  for (const grade of [1, 2, 3] as const) {
    let allowed = 0
    for (const { unit, device, flow } of loaded) {
      const cooling = hasVariant(device, 'waterCooled') ? 'liquid' : 'air'
      const limit = gradeLimit({ variant: unit.variant, cooling, ratedPower: unit.ratedPower, ratedPressure: unit.ratedPressure }, grade)
      if (limit === null) return null
      allowed += limit * flow
    }
    if (power <= allowed) return grade
  }
  return 4
}
