import { bucketEdges } from './zone.ts'

/** Where the energy of a local day is counted from: what was used when `base` was read, and the reading then. */
export interface EnergyDay {
  /** Start and end of the day in the station's zone, epoch ms. */
  readonly day: number
  readonly until: number
  /** Counter reading, kWh; null = none yet this day. */
  readonly base: number | null
  /** kWh of the day before that reading. */
  readonly carried: number
}

/** The counter now, kWh (NaN = unknown), and what the day had used, kWh, this long ago (NaN = nothing known this day). */
export interface DayReading {
  readonly now: number
  readonly counter: number
  readonly used: number
  readonly sinceMs: number
  /** Power the plant can draw at most, kW; not above 0 = unknown. */
  readonly maxPower: number
}

/** Resolution of what is remembered, and a margin for counters that move in steps, kWh. */
const NOISE = 1
const STEP = 5
const MARGIN = 1.5

/** kWh since local midnight; NaN when the counter is unknown. A day without a reading has used nothing that is known. */
export function usedOf({ base, carried }: EnergyDay, counter: number): number {
  return base === null ? carried : Math.max(carried, carried + counter - base)
}

/**
 * The day to count in after this reading; the same object when nothing changed. It begins anew at local midnight; a counter that fell, or
 * rose more than the plant can draw, was reset or exchanged: counting goes on from what it shows now.
 */
export function energyDay(before: EnergyDay | null, reading: DayReading, timeZone: string): EnergyDay | null {
  const { now, counter, used, sinceMs, maxPower } = reading
  const base = Number.isFinite(counter) ? counter : null
  if (before === null || now >= before.until || now < before.day) {
    if (before === null && base === null) return null
    const [day = now, until = now] = bucketEdges(now, now + 1, 'day', timeZone)
    return { day, until, base, carried: 0 }
  }
  if (base === null) return before
  if (before.base === null) return { ...before, base }
  const known = Number.isFinite(used) ? used : before.carried
  const step = before.carried + base - before.base - known
  const most = maxPower > 0 ? (MARGIN * maxPower * Math.max(0, sinceMs)) / 3_600_000 + STEP : Infinity
  return step < -NOISE || step > most ? { ...before, base, carried: known } : before
}
