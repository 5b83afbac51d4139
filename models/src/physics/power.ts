import { cycleTimes } from './air.ts'

/** What a compressor is rated for, and how its controller behaves. Times in s. */
export interface UnitParams {
  readonly variant: 'fixed' | 'vsd'
  /** Input at full load and rated pressure, kW. */
  readonly ratedPower: number
  /** m3/min FAD. */
  readonly ratedFlow: number
  /** bar gauge. */
  readonly ratedPressure: number
  /** Share of rated power when fully blown down; 0.18-0.40. */
  readonly unloadFraction: number
  /** Sump blow-down, s; 25-60. */
  readonly blowDownS: number
  readonly startS: number
  readonly loadRampS: number
  readonly stopS: number
  readonly idleStopS: number
  /** Least speed of a VSD. */
  readonly minSpeed: number
}

export const unitDefaults = {
  unloadFraction: 0.25,
  blowDownS: 25,
  startS: 8,
  loadRampS: 2,
  stopS: 12,
  idleStopS: 600,
  minSpeed: 0.3,
} as const

/** Power rises 6.5 % per bar above rated pressure. */
export function pressureFactor(bar: number, ratedBar: number): number {
  return 1 + 0.065 * (bar - ratedBar)
}

/** Share of rated power a VSD takes at a speed between its minimum and 1. */
export function vsdFraction(speed: number): number {
  return 0.12 + 0.88 * speed
}

/** Steady power while compressing, kW; `speed` 1 for a fixed machine. */
export function loadedPower(unit: UnitParams, bar: number, speed = 1): number {
  const share = unit.variant === 'vsd' ? vsdFraction(speed) : 1
  return unit.ratedPower * share * pressureFactor(bar, unit.ratedPressure)
}

/** Power `seconds` after unloading: the sump blows down; a VSD idles at its floor. */
export function unloadedPower(unit: UnitParams, seconds: number): number {
  if (unit.variant === 'vsd') return 0.12 * unit.ratedPower
  const u = unit.unloadFraction
  return unit.ratedPower * (u + (0.65 - u) * Math.exp(-seconds / unit.blowDownS))
}

/**
 * Mean power of a fixed machine that carries a share of its flow by loading and unloading on a receiver, kW: blow-down and load ramp
 * included, `bar` the mean pressure. domain.md 3.3 tabulates it.
 */
export function cyclingPower(
  unit: UnitParams,
  duty: number,
  receiver: { readonly volume: number; readonly band: number },
  bar: number,
): number {
  const full = loadedPower(unit, bar)
  if (duty >= 1) return full
  if (duty <= 0) return unit.unloadFraction * unit.ratedPower
  const { load, unload } = cycleTimes(receiver.volume, receiver.band, unit.ratedFlow, duty)
  const u = unit.unloadFraction
  const decayed = Math.exp(-unload / unit.blowDownS)
  const idle = unit.ratedPower * (u * unload + (0.65 - u) * unit.blowDownS * (1 - decayed))
  const ramp = (full - unit.ratedPower * (u + (0.65 - u) * decayed)) * (Math.min(load, unit.loadRampS) / 2)
  return (full * load - ramp + idle) / (load + unload)
}

/** FAD lost to altitude: displacement is fixed, so delivery follows the intake pressure. */
export function altitudeFactor(barometricKpa: number): number {
  return barometricKpa / 101.3
}

/** Discharge temperature the machine settles at, degC. `load` 0-1, `fouling` 0-1. */
export function dischargeTarget(inletCelsius: number, load: number, fouling: number): number {
  return inletCelsius + 55 * (0.4 + 0.6 * load) + 15 * fouling
}
/** First-order step; hot metal cools three times slower than it heats. */
export function stepTemperature(now: number, target: number, dt: number): number {
  const tau = target > now ? 300 : 900
  return now + (target - now) * (1 - Math.exp(-dt / tau))
}

/** Share of input power that leaves as recoverable heat. */
export const RECOVERABLE_HEAT = 0.94

/** Pressure dew point a refrigerated dryer settles at; `load` = flow over rated flow. */
export function refrigeratedDewPoint(inletCelsius: number, load: number): number {
  return 3 + 0.35 * Math.max(0, inletCelsius - 35) + 8 * Math.max(0, load - 1)
}
/** Heatless desiccant: -40 degC within its rating, drifting up when overloaded. */
export function desiccantDewPoint(load: number): number {
  return -40 + 60 * Math.max(0, load - 1)
}
