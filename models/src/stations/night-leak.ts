import type { LeakKnowledge } from './derive-types.ts'

/** What a quiet night says of the leaks. */
export interface LeakNight {
  /** Local midnight before it, epoch ms. */
  readonly day: number
  /** 5th percentile of the header flow 02:00-05:00, m3/min, at this header pressure, bar gauge. */
  readonly flow: number
  readonly pressure: number
}

/** One minute of the night: mean header flow, m3/min, and pressure, bar gauge. */
export interface NightMinute {
  readonly flow: number
  readonly pressure: number
}

/** Most of the three hours has to be known. */
const LEAST_MINUTES = 120
/** Where production goes on, the least flow is not the leak: a quiet night is even, and far below the day. */
const EVEN = 1.5
const QUIET = 0.5
const ATMOSPHERE = 1.013
/** One of a week's nights is nearly always without production. */
export const LEAK_NIGHTS = 7

/** `meanFlow`: of the 24 h before, m3/min. null = this night says nothing. */
export function leakNight(day: number, minutes: readonly NightMinute[], meanFlow: number): LeakNight | null {
  const flows = minutes
    .map(({ flow }) => flow)
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b)
  const bars = minutes.map(({ pressure }) => pressure).filter(Number.isFinite)
  if (flows.length < LEAST_MINUTES || bars.length === 0) return null
  const flow = flows[Math.floor(flows.length * 0.05)] ?? NaN
  const median = flows[Math.floor(flows.length / 2)] ?? NaN
  if (!(flow > 0) || median > EVEN * flow || !(flow <= QUIET * meanFlow)) return null
  return { day, flow, pressure: bars.reduce((sum, bar) => sum + bar, 0) / bars.length }
}

/** The quietest of the nights known, brought to the pressure of now: what flows out of a hole goes with the absolute pressure. */
export function leakOf(nights: readonly LeakNight[], pressure: number, meanFlow: number): LeakKnowledge | undefined {
  const flows = nights.map((night) => (night.flow * (pressure + ATMOSPHERE)) / (night.pressure + ATMOSPHERE)).filter(Number.isFinite)
  return flows.length === 0 ? undefined : { flow: Math.min(...flows), mean: meanFlow }
}
