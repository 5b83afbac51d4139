import { appliesTo, kindOf, type PointDefinition } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'

/** What each kind of device reports: the points that matter on its page and to its alarms, not everything its kind could carry. */
const reported: Readonly<Record<string, readonly string[]>> = {
  station: [
    'headerPressure',
    'headerTemperature',
    'headerDewPoint',
    'targetPressureSet',
    'pressureBandSet',
    'minPressureSet',
    'sequencingMode',
    'roomTemperature',
    'roomHumidity',
    'roomOccupied',
    'doorOpen',
    'fireAlarm',
    'floodAlarm',
    'intrusionAlarm',
    'unauthorizedMovement',
    'ventilationRunning',
    'mainsOk',
    'remoteLockout',
    'ambientTemperature',
    'barometricPressure',
  ],
  compressor: [
    'runState',
    'controlMode',
    'remoteEnabled',
    'emergencyStop',
    'faultActive',
    'faultClass',
    'dischargePressure',
    'dischargeTemperature',
    'inletTemperature',
    'separatorDp',
    'airFilterDp',
    'motorCurrentA',
    'motorCurrentB',
    'motorCurrentC',
    'supplyVoltage',
    'activePower',
    'activeEnergy',
    'deliveredFlow',
    'loadPercent',
    'vfdFrequency',
    'vfdFaultCode',
    'coolingWaterInTemperature',
    'coolingWaterOutTemperature',
    'runningHours',
    'loadedHours',
    'startsTotal',
    'loadCyclesTotal',
    'oilFilterHours',
    'oilFilterHoursMax',
    'separatorHours',
    'separatorHoursMax',
    'loadPressureSet',
    'unloadPressureSet',
    'targetPressureSet',
    'vsdMinFrequencySet',
    'vsdMaxFrequencySet',
    'highTempWarnSet',
    'highTempTripSet',
    'restartDelaySet',
    'idleStopDelaySet',
  ],
  dryer: [
    'runState',
    'faultActive',
    'pressureDewPoint',
    'inletTemperature',
    'outletTemperature',
    'inletPressure',
    'differentialPressure',
    'activePower',
    'runningHours',
    'drainActive',
    'drainFault',
    'evaporatingTemperature',
    'refrigerantHighPressure',
    'towerAPressure',
    'towerBPressure',
    'activeTower',
    'purgePercent',
  ],
  tank: ['pressure', 'temperature', 'drainOpen', 'liquidLevelHigh', 'safetyValveLifted', 'workingPressureMax'],
  filter: ['differentialPressure', 'elementHours', 'elementHoursMax', 'drainFault'],
  coolingTower: ['waterOutTemperature', 'waterInTemperature', 'fanRunning', 'fanFault', 'fanFrequency', 'basinLevelPercent', 'activePower'],
  waterPump: ['runState', 'faultActive', 'outletPressure', 'flow', 'motorCurrent', 'activePower', 'runningHours'],
  powerMeter: [
    'voltageAb',
    'voltageBc',
    'voltageCa',
    'currentA',
    'currentB',
    'currentC',
    'activePower',
    'reactivePower',
    'powerFactor',
    'frequency',
    'activeEnergyImport',
    'demand15m',
  ],
  flowMeter: ['flow', 'total', 'pressure', 'temperature', 'signalFault'],
  valve: ['valveState', 'openPercent', 'remoteEnabled', 'faultActive'],
  outlet: ['flow', 'total', 'pressure', 'dewPoint', 'signalFault'],
  camera: ['online', 'streamOpen', 'recording', 'personDetected', 'motionDetected', 'tamper'],
  gateway: ['online', 'signalDbm', 'bufferDepth', 'bufferCapacity', 'busErrorRate', 'clockOffsetMs', 'firmwareVersion'],
}

/** The controller of a central station counts the air of its machines, of which the twin makes the flow. */
const ofCentralStation = ['totalAir']
/** A station without meters of its own on flow reports what its controller reckons; one that can move tells where it is. */
const ofPackagedStation = ['headerFlow', 'totalAir', 'latitude', 'longitude']

export interface ReportedPoint {
  readonly name: string
  readonly definition: PointDefinition
  /** Digits after the point on the wire. */
  readonly decimals: number
  /** Standard deviation of the sensor's noise; 0 for counters, settings, states. */
  readonly noise: number
}

/** The points a device declares at birth, in order. */
export function declaredPoints(device: DeviceConfig, metered: boolean): readonly ReportedPoint[] {
  const kind = kindOf(device.kind)
  const names = [
    ...(reported[device.kind] ?? []),
    ...(device.kind === 'station' && !metered ? (device.variant === 'centralStation' ? ofCentralStation : ofPackagedStation) : []),
  ]
  return names.flatMap((name) => {
    const definition = kind.points.find((point) => point.name === name)
    if (!definition || !appliesTo(kind, definition, device.variant)) return []
    return [{ name, definition, decimals: decimalsOf(definition), noise: noiseOf(definition) }]
  })
}

function decimalsOf(point: PointDefinition): number {
  if (point.type !== 'float') return 0
  if (point.counter) return 3
  if (point.name === 'latitude' || point.name === 'longitude') return 6
  const step = point.deadband ?? 0.01
  return step <= 0 ? 2 : Math.min(4, Math.max(0, Math.ceil(-Math.log10(step)) + 1))
}

/** Half a deadband for slow sensors, less for fast ones: noise alone seldom reports. */
function noiseOf(point: PointDefinition): number {
  if (point.type !== 'float' || point.counter || point.deadband === null || isSetting(point)) return 0
  return point.deadband * (point.sampleMs <= 1000 ? 0.35 : 0.5)
}

/** Read back from a memory, not measured. */
const isSetting = (point: PointDefinition): boolean =>
  point.name.endsWith('Set') ||
  point.name.endsWith('Max') ||
  ['latitude', 'longitude', 'bufferDepth', 'bufferCapacity', 'openPercent', 'clockOffsetMs', 'fanFrequency'].includes(point.name)
