import {
  dryerInlet,
  dryerPower,
  fanPower,
  inletCelsius,
  motorCurrent,
  motorTurns,
  treatmentLoss,
  type UnitControl,
  type WorldParams,
  type WorldState,
} from '@twin/models/physics'
import type { DeviceConfig } from '@twin/models/stations'
import type { WireValue } from '@twin/models/wire'

/** What a station's sensors see besides its physics. */
export interface Surroundings {
  readonly ambient: number
  readonly humidity: number
  /** kPa */
  readonly barometric: number
  readonly position: { readonly lat: number; readonly lng: number } | null
}

/** Things at the edge that are no physics. */
export interface EdgeState {
  /** Cameras whose stream is open. */
  readonly streams: ReadonlySet<string>
  readonly clockOffsetMs: number
  readonly buffered: number
  readonly firmware: string
}

export interface View {
  readonly params: WorldParams
  readonly world: WorldState
  readonly around: Surroundings
  readonly edge: EdgeState
}

type Values = Readonly<Record<string, WireValue>>

/** True values of a device at this moment, before noise. Points that it does not declare may be among them. */
export function valuesOf(device: DeviceConfig, view: View): Values {
  switch (device.kind) {
    case 'station':
      return ofStation(view)
    case 'compressor':
      return ofCompressor(device, view)
    case 'dryer':
      return ofDryer(device, view)
    case 'tank':
      return ofTank(device, view)
    case 'filter':
      return ofFilter(device, view)
    case 'coolingTower':
      return ofTower(view)
    case 'waterPump':
      return ofPump(device, view)
    case 'powerMeter':
      return ofPowerMeter(view)
    case 'flowMeter':
      return { ...gas(view), flow: view.world.headerFlow, total: view.world.totals.air, signalFault: false }
    case 'valve':
      return ofValve(device, view)
    case 'outlet':
      return ofOutlet(device, view)
    case 'camera':
      return ofCamera(device, view)
    case 'gateway':
      return ofGateway(view)
    default:
      return {}
  }
}

const gas = ({ world }: View): Values => ({ pressure: world.headerBar, temperature: world.room + 4 })

function ofStation({ world, around }: View): Values {
  const { site } = world
  return {
    headerPressure: world.headerBar,
    headerTemperature: world.room + 4,
    headerDewPoint: world.dryers.length > 0 ? Math.max(...world.dryers.map((dryer) => dryer.dewPoint)) : world.room + 8,
    headerFlow: world.headerFlow,
    totalAir: world.totals.air,
    targetPressureSet: world.target,
    pressureBandSet: world.band,
    minPressureSet: world.minimum,
    sequencingMode: world.mode,
    roomTemperature: world.room,
    roomHumidity: Math.min(95, around.humidity * 0.8),
    ...site,
    ambientTemperature: around.ambient,
    barometricPressure: around.barometric,
    latitude: around.position?.lat ?? null,
    longitude: around.position?.lng ?? null,
  }
}

function ofCompressor(device: DeviceConfig, { params, world }: View): Values {
  const i = params.units.findIndex((unit) => unit.id === device.id)
  const control = world.units[i]
  const machine = params.units[i]
  if (!control || !machine) return {}
  const { state } = control
  const turning = motorTurns(state.run)
  const amps = motorCurrent(state.power)
  const cooling = machine.waterCooled && turning
  return {
    runState: state.run,
    controlMode: control.mode,
    remoteEnabled: control.remoteEnabled,
    emergencyStop: state.run === 'ESTOP',
    faultActive: state.run === 'FAULT',
    faultClass: state.run === 'ESTOP' ? 'ESTOP' : state.fault,
    dischargePressure: world.bar + (state.run === 'LOADED' ? 0.06 : 0),
    dischargeTemperature: state.temperature,
    inletTemperature: inletCelsius(world),
    separatorDp: state.run === 'LOADED' ? 0.2 + 0.1 * wear(control, 'separator', 4000) : 0.02,
    airFilterDp: turning ? 1.4 + 1.8 * wear(control, 'airFilter', 2000) * state.speed : 0,
    motorCurrentA: amps,
    motorCurrentB: amps * 1.012,
    motorCurrentC: amps * 0.991,
    supplyVoltage: world.site.mainsOk ? 384 : 0,
    activePower: state.power,
    activeEnergy: state.energy,
    deliveredFlow: state.flow,
    loadPercent: state.run === 'LOADED' ? 100 * state.speed : 0,
    vfdFrequency: 50 * state.speed,
    vfdFaultCode: state.fault === 'VFD' ? 21 : 0,
    coolingWaterInTemperature: world.tower.waterOut,
    coolingWaterOutTemperature: cooling ? world.tower.waterIn : world.tower.waterOut,
    runningHours: state.runningHours,
    loadedHours: state.loadedHours,
    startsTotal: state.starts,
    loadCyclesTotal: state.loadCycles,
    oilFilterHours: hoursSince(control, 'oilFilter'),
    oilFilterHoursMax: 2000,
    separatorHours: hoursSince(control, 'separator'),
    separatorHoursMax: 4000,
    loadPressureSet: control.loadSet,
    unloadPressureSet: control.unloadSet,
    targetPressureSet: control.targetSet,
    vsdMinFrequencySet: control.minHertz,
    vsdMaxFrequencySet: control.maxHertz,
    highTempWarnSet: 105,
    highTempTripSet: 110,
    restartDelaySet: control.restartDelay,
    idleStopDelaySet: control.idleStop,
  }
}
const hoursSince = (control: UnitControl, part: keyof UnitControl['serviced']): number =>
  Math.max(0, control.state.runningHours - control.serviced[part])
const wear = (control: UnitControl, part: keyof UnitControl['serviced'], every: number): number => hoursSince(control, part) / every

function ofDryer(device: DeviceConfig, { params, world }: View): Values {
  const i = params.dryers.findIndex((dryer) => dryer.id === device.id)
  const dryer = world.dryers[i]
  const rating = params.dryers[i]
  if (!dryer || !rating) return {}
  const running = dryer.run === 'RUNNING'
  const first = dryer.cycle < 300
  return {
    runState: dryer.run,
    faultActive: dryer.run === 'FAULT',
    pressureDewPoint: dryer.dewPoint,
    inletTemperature: dryerInlet(world),
    outletTemperature: dryerInlet(world) - (rating.desiccant ? -3 : 7),
    inletPressure: world.bar,
    differentialPressure: treatmentLoss({ ...params, filters: [] }, world.headerFlow, world.bar),
    activePower: dryerPower(params, i, dryer, world.headerFlow),
    runningHours: dryer.hours,
    drainActive: dryer.draining > 0,
    drainFault: false,
    evaporatingTemperature: running ? 2 : world.room,
    refrigerantHighPressure: running ? 12 + 0.15 * world.room : 8,
    towerAPressure: running && first ? world.bar : 0.05,
    towerBPressure: running && !first ? world.bar : 0.05,
    activeTower: running ? (first ? 'A' : 'B') : 'NONE',
    purgePercent: running ? 13 : 0,
  }
}

function ofTank(device: DeviceConfig, { world }: View): Values {
  const limit = device.settings['workingPressureMax'] ?? 8.4
  return {
    pressure: world.bar,
    temperature: world.room + 7,
    drainOpen: world.draining > 0,
    liquidLevelHigh: false,
    safetyValveLifted: world.bar > limit,
    workingPressureMax: limit,
  }
}

function ofFilter(device: DeviceConfig, { params, world }: View): Values {
  const i = params.filters.findIndex((filter) => filter.id === device.id)
  const filter = params.filters[i]
  const dp = filter ? treatmentLoss({ ...params, dryers: [], filters: [filter] }, world.headerFlow, world.bar) : 0
  return { differentialPressure: dp, elementHours: world.filterHours[i] ?? 0, elementHoursMax: 6000, drainFault: false }
}

function ofTower({ params, world }: View): Values {
  const { tower } = world
  const turning = !tower.fault && tower.hertz > 0
  return {
    waterOutTemperature: tower.waterOut,
    waterInTemperature: tower.waterIn,
    fanRunning: turning,
    fanFault: tower.fault,
    fanFrequency: turning ? tower.hertz : 0,
    basinLevelPercent: tower.level,
    activePower: turning ? fanPower(params, tower.hertz) : 0,
  }
}

function ofPump(device: DeviceConfig, { params, world }: View): Values {
  const i = params.pumps.findIndex((pump) => pump.id === device.id)
  const pump = world.pumps[i]
  const rating = params.pumps[i]
  if (!pump || !rating) return {}
  const running = pump.run === 'RUNNING'
  const power = running ? rating.ratedPower * 0.9 : 0
  return {
    runState: pump.run,
    faultActive: pump.run === 'FAULT',
    outletPressure: running ? 3 : 0.4,
    flow: running ? rating.ratedFlow : 0,
    motorCurrent: motorCurrent(power),
    activePower: power,
    runningHours: pump.hours,
  }
}

function ofPowerMeter({ world }: View): Values {
  const live = world.site.mainsOk
  const power = live ? world.power : 0
  const factor = power > 0 ? 0.93 : 1
  const volts = live ? 386 : 0
  const amps = live ? motorCurrent(power, volts, factor) : 0
  return {
    voltageAb: volts,
    voltageBc: volts * 1.002,
    voltageCa: volts * 0.999,
    currentA: amps,
    currentB: amps * 1.01,
    currentC: amps * 0.992,
    activePower: power,
    reactivePower: power * Math.tan(Math.acos(factor)),
    powerFactor: factor,
    frequency: live ? 50 : null,
    activeEnergyImport: world.totals.energy,
    demand15m: power * 0.97,
  }
}

function ofValve(device: DeviceConfig, { params, world }: View): Values {
  const valve = world.valves[params.outlets.findIndex((outlet) => outlet.valve === device.id)]
  const open = valve?.open ?? 100
  return {
    valveState: open >= 100 ? 'OPEN' : open <= 0 ? 'CLOSED' : 'MOVING',
    openPercent: open,
    remoteEnabled: true,
    faultActive: false,
  }
}

function ofOutlet(device: DeviceConfig, { params, world }: View): Values {
  const i = params.outlets.findIndex((outlet) => outlet.id === device.id)
  return {
    flow: world.outletFlows[i] ?? 0,
    total: world.totals.outlets[i] ?? 0,
    pressure: Math.max(0, world.headerBar - 0.06),
    dewPoint: world.dryers[0]?.dewPoint ?? world.room,
    signalFault: false,
  }
}

function ofCamera(device: DeviceConfig, { world, edge }: View): Values {
  return {
    online: true,
    streamOpen: edge.streams.has(device.id),
    recording: true,
    personDetected: world.site.roomOccupied,
    motionDetected: world.site.roomOccupied || world.site.intrusionAlarm,
    tamper: false,
  }
}

function ofGateway({ edge }: View): Values {
  return {
    online: true,
    signalDbm: -71,
    bufferDepth: edge.buffered,
    bufferCapacity: 500_000,
    busErrorRate: 0.2,
    clockOffsetMs: edge.clockOffsetMs,
    firmwareVersion: edge.firmware,
  }
}
