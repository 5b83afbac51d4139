import { devicesOf, hasVariant, targetPressure, unitParams } from '../stations/ratings.ts'
import type { StationConfig } from '../stations/types.ts'
import { seededRandom, seedOf } from './noise.ts'
import type { UnitParams } from './power.ts'
import { initialUnit, type UnitState } from './unit.ts'

/** What does not change while a station's world turns. Flows m3/min FAD, pressures bar gauge, volumes m3, power kW. */
export interface WorldParams {
  readonly station: string
  readonly volume: number
  readonly units: readonly { readonly id: string; readonly unit: UnitParams; readonly waterCooled: boolean }[]
  readonly dryers: readonly { readonly id: string; readonly desiccant: boolean; readonly ratedFlow: number; readonly ratedPower: number }[]
  readonly filters: readonly { readonly id: string; readonly ratedFlow: number; readonly cleanDp: number }[]
  readonly pumps: readonly { readonly id: string; readonly ratedPower: number; readonly ratedFlow: number }[]
  readonly tower: { readonly id: string; readonly ratedPower: number } | null
  /** Shares of demand add up to 1. */
  readonly outlets: readonly { readonly id: string; readonly valve: string | null; readonly share: number }[]
  /** Leak at the target pressure. */
  readonly leak: number
  /** Share of demand that follows pressure. */
  readonly unregulated: number
  /** Units run under the station's master controller, not by their own pressure switches. */
  readonly sequenced: boolean
}

export interface UnitControl {
  readonly state: UnitState
  readonly mode: 'LOCAL' | 'REMOTE' | 'SEQUENCER' | 'MAINTENANCE'
  readonly remoteEnabled: boolean
  readonly loadSet: number
  readonly unloadSet: number
  readonly targetSet: number
  readonly minHertz: number
  readonly maxHertz: number
  /** s */
  readonly restartDelay: number
  readonly idleStop: number
  readonly autoRestart: boolean
  /** A person's load or unload order holds against the controller until the next order. */
  readonly manual: 'none' | 'load' | 'unload'
  /** Speed the pressure controller asks of a VSD, 0-1, and its last deviation. */
  readonly trim: number
  readonly deviation: number
  /** 0 clean, 1 = 15 K hotter. */
  readonly fouling: number
  /** Running hours when each service counter was last set to zero. */
  readonly serviced: Readonly<Record<ServicePart, number>>
}
export const serviceParts = ['oilFilter', 'airFilter', 'separator', 'oil', 'grease', 'belt'] as const
export type ServicePart = (typeof serviceParts)[number]

export interface DryerControl {
  readonly run: 'STOPPED' | 'RUNNING' | 'FAULT'
  readonly hours: number
  readonly dewPoint: number
  /** s left of a drain by command. */
  readonly draining: number
  /** s of the tower swap, 0 to 600: A works first. */
  readonly cycle: number
}
export interface PumpControl {
  readonly run: 'STOPPED' | 'RUNNING' | 'STANDBY' | 'FAULT'
  readonly hours: number
}
export interface ValveControl {
  /** 0-100 %. */
  readonly open: number
  readonly target: 0 | 100
}
export type SequencingMode = 'OFF' | 'LOCAL_MANUAL' | 'AUTO_LOCAL' | 'AUTO_CLOUD_PLAN' | 'LEAK_TEST'

/** What the server's plan leaves the master: units (ids) in the order of use, those not in it go off; s it still holds. */
export interface SequencePlan {
  readonly order: readonly string[]
  readonly left: number
}
/** What the master told a unit, and why: header pressure and the limit it passed, bar. */
export interface MasterOrder {
  readonly unit: string
  readonly order: 'start' | 'stop' | 'load' | 'unload'
  readonly cause: 'below-band' | 'above-band' | 'off-plan' | 'idle'
  readonly headerPressure: number
  readonly limit: number
}

export interface Site {
  readonly roomOccupied: boolean
  readonly doorOpen: boolean
  readonly fireAlarm: boolean
  readonly floodAlarm: boolean
  readonly intrusionAlarm: boolean
  readonly unauthorizedMovement: boolean
  readonly mainsOk: boolean
  readonly remoteLockout: boolean
  readonly ventilationRunning: boolean
}

export interface WorldState {
  /** s since the world began. */
  readonly t: number
  /** In the receivers. */
  readonly bar: number
  /** After dryer and filters. */
  readonly headerBar: number
  readonly headerFlow: number
  /** All consumers of the station, kW. */
  readonly power: number
  readonly units: readonly UnitControl[]
  readonly dryers: readonly DryerControl[]
  readonly pumps: readonly PumpControl[]
  readonly tower: {
    readonly hertz: number
    readonly waterOut: number
    readonly waterIn: number
    readonly level: number
    readonly fault: boolean
  }
  readonly valves: readonly ValveControl[]
  readonly outletFlows: readonly number[]
  readonly target: number
  readonly band: number
  readonly minimum: number
  readonly mode: SequencingMode
  /** In AUTO_CLOUD_PLAN; without one the master does as in AUTO_LOCAL. */
  readonly plan?: SequencePlan | null
  /** Orders of the last step. */
  readonly told?: readonly MasterOrder[]
  /** s left of a leak test. */
  readonly leakTest: number
  readonly room: number
  readonly site: Site
  /** s left of a tank drain by command. */
  readonly draining: number
  readonly filterHours: readonly number[]
  /** m3 and kWh. */
  readonly totals: { readonly air: number; readonly energy: number; readonly outlets: readonly number[] }
  /** s since the master last added or dropped a unit. */
  readonly sinceAdd: number
  readonly sinceDrop: number
}

export interface WorldInput {
  /** Demand of all customers at target pressure, leaks not included. */
  readonly demand: number
  /** Outdoors, degC and %. */
  readonly ambient: number
  readonly humidity: number
  /** Share of FAD left at the site's altitude. */
  readonly altitude: number
}

/** A station's physics from its composition. Leak and clogging differ from station to station, always the same for one id. */
export function worldParams(config: StationConfig): WorldParams {
  const random = seededRandom(seedOf(config.id))
  const units = devicesOf(config, 'compressor').flatMap((device) => {
    const unit = unitParams(device)
    return unit ? [{ id: device.id, unit, waterCooled: hasVariant(device, 'waterCooled') }] : []
  })
  const flow = units.reduce((sum, { unit }) => sum + unit.ratedFlow, 0)
  const outlets = devicesOf(config, 'outlet')
  const valves = devicesOf(config, 'valve')
  const tower = devicesOf(config, 'coolingTower')[0]
  const weights = outlets.map(() => 0.7 + random())
  const weight = weights.reduce((sum, one) => sum + one, 0)
  return {
    station: config.id,
    volume: config.volume,
    units,
    dryers: devicesOf(config, 'dryer').map((device) => ({
      id: device.id,
      desiccant: hasVariant(device, 'desiccant'),
      ratedFlow: device.settings['ratedFlow'] ?? flow,
      ratedPower: device.settings['ratedPower'] ?? 3,
    })),
    filters: devicesOf(config, 'filter').map((device) => ({
      id: device.id,
      ratedFlow: device.settings['ratedFlow'] ?? flow,
      cleanDp: 0.07 + 0.06 * random(),
    })),
    pumps: devicesOf(config, 'waterPump').map((device) => ({
      id: device.id,
      ratedPower: device.settings['ratedPower'] ?? 5,
      ratedFlow: device.settings['ratedFlow'] ?? 60,
    })),
    tower: tower ? { id: tower.id, ratedPower: tower.settings['ratedPower'] ?? 4 } : null,
    outlets: outlets.map((device, i) => ({ id: device.id, valve: valves[i]?.id ?? null, share: (weights[i] ?? 1) / weight })),
    leak: flow * (0.04 + 0.05 * random()),
    unregulated: 0.3 + 0.2 * random(),
    sequenced: units.length > 1,
  }
}

/** A station at work for some years, its counters as they would be. */
export function initialWorld(config: StationConfig, params: WorldParams): WorldState {
  const random = seededRandom(seedOf(`${config.id}/world`))
  const target = targetPressure(config)
  const settings = config.devices.find((device) => device.id === config.id)?.settings ?? {}
  const age = 4000 + 12_000 * random()
  const units = params.units.map(({ unit }, i): UnitControl => initialControl(unit, params.sequenced, target, age * (1 - 0.15 * i), random))
  const energy = units.reduce((sum, control) => sum + control.state.energy, 0) * 1.06
  const air = units.reduce((sum, control, i) => sum + control.state.loadedHours * 60 * 0.85 * (params.units[i]?.unit.ratedFlow ?? 0), 0)
  return {
    t: 0,
    bar: target + 0.2,
    headerBar: target,
    headerFlow: 0,
    power: 0,
    units,
    dryers: params.dryers.map(({ desiccant }) => ({ run: 'RUNNING', hours: age, dewPoint: desiccant ? -40 : 3, draining: 0, cycle: 0 })),
    pumps: params.pumps.map((_, i) => ({ run: i === 0 ? 'RUNNING' : 'STANDBY', hours: age * (i === 0 ? 0.6 : 0.4) })),
    tower: { hertz: 40, waterOut: 26, waterIn: 32, level: 72, fault: false },
    valves: params.outlets.map(() => ({ open: 100, target: 100 })),
    outletFlows: params.outlets.map(() => 0),
    target,
    band: settings['pressureBand'] ?? 0.4,
    minimum: settings['minPressure'] ?? target - 0.7,
    mode: params.sequenced ? 'AUTO_LOCAL' : 'LOCAL_MANUAL',
    leakTest: 0,
    room: 26,
    site: {
      roomOccupied: false,
      doorOpen: false,
      fireAlarm: false,
      floodAlarm: false,
      intrusionAlarm: false,
      unauthorizedMovement: false,
      mainsOk: true,
      remoteLockout: false,
      ventilationRunning: true,
    },
    draining: 0,
    filterHours: params.filters.map(() => 1000 + 3000 * random()),
    totals: { air, energy, outlets: params.outlets.map(({ share }) => air * share * 0.9) },
    sinceAdd: 60,
    sinceDrop: 60,
  }
}

function initialControl(unit: UnitParams, sequenced: boolean, target: number, hours: number, random: () => number): UnitControl {
  const loadedHours = hours * (0.72 + 0.15 * random())
  const serviced = (every: number): number => hours - every * (0.1 + 0.7 * random())
  return {
    state: {
      ...initialUnit(40),
      runningHours: hours,
      loadedHours,
      starts: Math.round(hours / 3),
      loadCycles: Math.round(hours * 11),
      energy: unit.ratedPower * (loadedHours + 0.3 * (hours - loadedHours)),
    },
    mode: sequenced ? 'SEQUENCER' : 'REMOTE',
    remoteEnabled: true,
    loadSet: round(target - 0.4),
    unloadSet: round(Math.min(target + 0.6, unit.ratedPressure + 0.3)),
    targetSet: target,
    minHertz: 50 * unit.minSpeed,
    maxHertz: 50,
    restartDelay: 120,
    idleStop: unit.idleStopS,
    autoRestart: false,
    manual: 'none',
    trim: 0.6,
    deviation: 0,
    fouling: 0.3 * random(),
    serviced: {
      oilFilter: serviced(2000),
      airFilter: serviced(2000),
      separator: serviced(4000),
      oil: serviced(4000),
      grease: serviced(2000),
      belt: serviced(8000),
    },
  }
}
const round = (value: number): number => Math.round(value * 100) / 100
