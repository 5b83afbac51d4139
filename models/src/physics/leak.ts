import { P0, T0, T_AIR } from './air.ts'

/** Load/unload cycles without demand: share of time loaded, percent, and the leak it means, m3/min. */
export function leakByCycles(loadedS: number, unloadedS: number, unitFlow: number): { percent: number; flow: number } {
  const share = loadedS + unloadedS > 0 ? loadedS / (loadedS + unloadedS) : NaN
  return { percent: share * 100, flow: unitFlow * share }
}

/** Decay between two gauge pressures in a time (s), no supply and no demand; linear form, m3/min at the mean pressure. */
export function leakByDecayLinear(volume: number, fromBar: number, toBar: number, seconds: number): number {
  return ((volume * (fromBar - toBar)) / ((seconds / 60) * P0)) * (T0 / T_AIR)
}

/** Exact for choked leaks: m3/min at a reference gauge pressure. */
export function leakByDecay(volume: number, fromBar: number, toBar: number, seconds: number, referenceBar: number): number {
  return (((volume * (referenceBar + P0)) / P0) * (T0 / T_AIR) * Math.log((fromBar + P0) / (toBar + P0))) / (seconds / 60)
}

/**
 * Night minimum: 5th percentile of header flow (02:00-05:00 of days without production), scaled to a pressure.
 * NaN with fewer than 30 readings: a few lucky minutes are no estimate.
 */
export function leakByNight(flows: readonly number[], meanBar: number, atBar: number): number {
  const known = flows.filter(Number.isFinite).toSorted((a, b) => a - b)
  if (known.length < 30) return NaN
  const fifth = known[Math.floor(known.length * 0.05)] ?? NaN
  return (fifth * (atBar + P0)) / (meanBar + P0)
}
