import { pointIndex, pointsOf } from '../kinds/index.ts'
import { loadedPower, unloadedPower } from '../physics/power.ts'
import type { DerivedValues, PointReader } from './derive-types.ts'
import { unitParams } from './ratings.ts'
import type { DeviceConfig, StationConfig } from './types.ts'

const DAY = 86_400_000
/** A machine's specific power means something once it has been loaded this long, s. */
const SETTLED_S = 300

/** Slab number of a word, for reading enums: `enumIndex('compressor', 'runState', 'LOADED')`. */
export function enumIndex(kind: string, point: string, word: string): number {
  return pointsOf(kind)[pointIndex(kind, point)]?.values?.indexOf(word) ?? -1
}
const run = (word: string): number => enumIndex('compressor', 'runState', word)
const LOADED = run('LOADED')
const UNLOADED = run('UNLOADED')
const STARTING = run('STARTING')
const STOPPING = run('STOPPING')
const OFFLINE = run('OFFLINE')

/** True while the motor turns; NaN state is unknown. */
export function isRunning(state: number): boolean {
  return state === LOADED || state === UNLOADED || state === STARTING || state === STOPPING
}
export function isLoaded(state: number): boolean {
  return state === LOADED
}
/** Could deliver if asked: not offline, inhibited, faulted or held by its emergency stop. */
export function isAvailable(state: number): boolean {
  return isRunning(state) || state === run('STOPPED') || state === run('STANDBY')
}

/**
 * Values the twin computes for one device: compressor expectedPower, specificPower, loadFactor24h; tank inspectionDueDays and
 * safetyValveDueDays. `now` in epoch ms. What needs commands or links (commandedState, lastSeenAgeS ...) is the actors'.
 */
export function deriveDevice(config: StationConfig, device: string, reader: PointReader, now: number): DerivedValues {
  const found = config.devices.find((candidate) => candidate.id === device)
  if (!found) return {}
  const values = found.kind === 'compressor' ? ofCompressor(found, reader) : found.kind === 'tank' ? ofTank(found, now) : {}
  return Object.fromEntries(Object.entries(values).filter(([point]) => !reader.measures(device, point)))
}

function ofCompressor(device: DeviceConfig, reader: PointReader): DerivedValues {
  const read = (point: string): number => reader.value(device.id, point)
  const state = read('runState')
  const flow = read('deliveredFlow')
  const settled = state === LOADED && reader.stuckS(device.id, 'runState') >= SETTLED_S
  return {
    expectedPower: expectedPower(device, reader),
    specificPower: settled && flow > 0 ? read('activePower') / flow : NaN,
    loadFactor24h: loadFactor(device.id, reader),
  }
}

/** kW the model of domain.md 3.3 expects in this state, NaN when it cannot say. */
function expectedPower(device: DeviceConfig, reader: PointReader): number {
  const unit = unitParams(device)
  const state = reader.value(device.id, 'runState')
  if (!unit || Number.isNaN(state) || state === OFFLINE) return NaN
  if (state === STARTING) return 0.4 * unit.ratedPower
  if (state === UNLOADED || state === STOPPING) return unloadedPower(unit, reader.stuckS(device.id, 'runState'))
  if (state !== LOADED) return 0
  return loadedPower(unit, reader.value(device.id, 'dischargePressure'), unit.variant === 'vsd' ? speedOf(device, reader) : 1)
}

/** Share of full speed from frequency, else from the flow it delivers. */
function speedOf(device: DeviceConfig, reader: PointReader): number {
  const hertz = reader.value(device.id, 'vfdFrequency') / (device.settings['ratedFrequency'] ?? 50)
  return Number.isFinite(hertz) ? hertz : reader.value(device.id, 'deliveredFlow') / (device.settings['ratedFlow'] ?? NaN)
}

function loadFactor(device: string, reader: PointReader): number {
  const running = reader.count24h?.(device, 'runningHours') ?? NaN
  const loaded = reader.count24h?.(device, 'loadedHours') ?? NaN
  return running > 0 ? Math.min(100, (100 * loaded) / running) : NaN
}

function ofTank(device: DeviceConfig, now: number): DerivedValues {
  const days = (due: number | undefined): number => (due === undefined ? NaN : Math.floor((due - now) / DAY))
  return { inspectionDueDays: days(device.settings['inspectionDue']), safetyValveDueDays: days(device.settings['safetyValveDue']) }
}
