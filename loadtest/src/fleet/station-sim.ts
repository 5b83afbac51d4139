import {
  coarseStep,
  gaussian,
  initialWorld,
  MAX_STEP,
  seededRandom,
  seedOf,
  stepWorld,
  worldParams,
  type MasterOrder,
  type Random,
  type WorldInput,
  type WorldParams,
  type WorldState,
} from '@twin/models/physics'
import { headerFlowMeter, type DeviceConfig, type StationConfig } from '@twin/models/stations'
import type { WireValue } from '@twin/models/wire'
import { declaredPoints, type ReportedPoint } from './declared.ts'
import { withIncidents } from './incidents.ts'
import { valuesOf, type EdgeState, type Surroundings } from './readout.ts'
import { ambientAt, createDemand, createLocalClock, type DemandProfile } from './weather.ts'

/** Sensors that lie on request: `nan` sends null, `stuck` repeats its value, a number replaces it. */
export type SensorFault = 'nan' | 'stuck' | number

/** One station: its world, its surroundings and what its devices' sensors show of them. Deterministic in (station, seed, times). */
export class StationSim {
  readonly config: StationConfig
  readonly params: WorldParams
  world: WorldState
  readonly streams = new Set<string>()
  clockOffsetMs = 0
  /** Since when nothing moved, epoch ms; null = it lives. */
  coldSince: number | null = null
  buffered = 0
  position: StationConfig['position']
  /** Fixes demand as a share of capacity; null = by the hour. */
  demandShare: number | null = null
  /** m3/min on request, besides the leak the station always has. */
  extraLeak = 0
  readonly sensorFaults = new Map<string, SensorFault>()
  readonly #told: MasterOrder[] = []
  readonly #declared = new Map<string, readonly ReportedPoint[]>()
  readonly #clock: (at: number) => { readonly hour: number; readonly weekday: number }
  readonly #demand: DemandProfile
  /** Physics and sensors draw apart: reading more or less often changes no world. */
  readonly #random: Random
  readonly #noise: Random
  readonly #capacity: number
  readonly #altitude: number
  readonly #incidents: boolean
  #around: Surroundings

  constructor(config: StationConfig, options: { readonly world?: WorldState; readonly seed?: number; readonly incidents?: boolean } = {}) {
    this.config = config
    this.params = worldParams(config)
    this.world = options.world ?? initialWorld(config, this.params)
    this.position = config.position
    this.#incidents = options.incidents ?? false
    this.#random = seededRandom(seedOf(config.id) ^ (options.seed ?? 1))
    this.#noise = seededRandom(seedOf(`${config.id}/noise`) ^ (options.seed ?? 1))
    this.#clock = createLocalClock(config.timeZone)
    this.#demand = createDemand(seedOf(config.id), 0.28, mostDemand(this.params.units.length, seedOf(config.id)), this.#random)
    this.#capacity = this.params.units.reduce((sum, { unit }) => sum + unit.ratedFlow, 0)
    const metres = config.devices[0]?.settings['altitude'] ?? 20
    this.#altitude = Math.exp(-metres / 8400)
    this.#around = { ambient: 20, humidity: 55, barometric: 101.3 * this.#altitude, position: this.position }
    for (const device of config.devices) this.#declared.set(device.id, declaredPoints(device, headerFlowMeter(config) !== undefined))
  }

  /** Exact physics up to `dt` seconds later; `at` is the time reached. */
  advance(at: number, dt: number): void {
    const input = this.#input(at, dt)
    for (let left = dt; left > 1e-9; left -= MAX_STEP) {
      this.world = stepWorld(this.params, this.world, input, Math.min(MAX_STEP, left))
      // Only under a plan of the server does anybody ask.
      if (this.world.plan && this.world.told) this.#told.push(...this.world.told)
    }
  }

  /** What the master told its units since it was last asked. */
  takeOrders(): readonly MasterOrder[] {
    return this.#told.splice(0)
  }

  /** Quasi-steady physics, for history and very large fleets. */
  advanceCoarse(at: number, dt: number): void {
    if (this.#incidents) this.world = withIncidents(this.config.id, this.world, at)
    this.world = coarseStep(this.params, this.world, this.#input(at, dt), dt, this.#random)
  }

  declared(device: string): readonly ReportedPoint[] {
    return this.#declared.get(device) ?? []
  }

  /** Values in the order declared, noise and faulty sensors included. */
  read(device: DeviceConfig, last?: readonly WireValue[]): WireValue[] {
    const values = valuesOf(device, { params: this.params, world: this.world, around: this.#around, edge: this.#edge() })
    return this.declared(device.id).map((point, i) => {
      const fault = this.sensorFaults.get(`${device.id}.${point.name}`)
      if (fault === 'nan') return null
      if (fault === 'stuck' && last?.[i] !== undefined) return last[i]
      const value = typeof fault === 'number' ? fault : (values[point.name] ?? null)
      return typeof value === 'number' ? this.#measured(point, value) : value
    })
  }

  #measured(point: ReportedPoint, value: number): number {
    const { min, max } = point.definition
    const noisy = point.noise > 0 ? value + point.noise * gaussian(this.#noise) : value
    const scale = 10 ** point.decimals
    return Math.round(Math.min(max ?? Infinity, Math.max(min ?? -Infinity, noisy)) * scale) / scale
  }

  #edge(): EdgeState {
    return { streams: this.streams, clockOffsetMs: this.clockOffsetMs, buffered: this.buffered, firmware: '1.4.2' }
  }

  #input(at: number, dt: number): WorldInput {
    const { hour, weekday } = this.#clock(at)
    this.#demand.wander(dt)
    const share = this.demandShare ?? this.#demand.share(hour, weekday)
    const ambient = ambientAt(this.config.position?.lat ?? 32, at, hour)
    const humidity = 62 - 18 * Math.cos((2 * Math.PI * (hour - 4)) / 24 + Math.PI)
    this.#around = { ambient, humidity, barometric: 101.3 * this.#altitude, position: this.position }
    return { demand: Math.max(0, share * this.#capacity - this.params.leak) + this.extraLeak, ambient, humidity, altitude: this.#altitude }
  }
}

/** Peak demand as a share of capacity: a lone machine keeps a margin; most stations can lose their largest unit, some have outgrown that. */
function mostDemand(units: number, seed: number): number {
  if (units <= 1) return 0.74
  return seed % 4 === 0 ? 0.78 : (0.95 * (units - 1)) / units
}
