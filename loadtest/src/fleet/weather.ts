import { localTime } from '@twin/models/energy'
import { gaussian, seededRandom, type Random } from '@twin/models/physics'

const HOUR = 3_600_000

/** Hour of the day with fraction and day of the week (0 Sunday) of a zone; the zone's offset is looked up once an hour. */
export function createLocalClock(timeZone: string): (at: number) => { readonly hour: number; readonly weekday: number } {
  let [known, offset] = [NaN, 0]
  return (at) => {
    const slot = Math.floor(at / HOUR)
    if (slot !== known) {
      const l = localTime(at, timeZone)
      offset = Date.UTC(l.year, l.month - 1, l.day, l.hour, l.minute) - Math.floor(at / 60_000) * 60_000
      known = slot
    }
    const local = at + offset
    return { hour: (local % (24 * HOUR)) / HOUR, weekday: new Date(local).getUTCDay() }
  }
}

/** Outdoor temperature of a place by season and hour, degC: plausible, no forecast. */
export function ambientAt(latitude: number, at: number, hour: number): number {
  const day = (at / (24 * HOUR)) % 365.25
  const yearly = 27 - 0.55 * Math.abs(latitude - 5)
  const swing = 1 + 0.42 * Math.abs(latitude - 5)
  return yearly + swing * Math.cos((2 * Math.PI * (day - 200)) / 365.25) + 4 * Math.cos((2 * Math.PI * (hour - 15)) / 24)
}

/** Demand as a share of installed capacity: two shifts, a lunch dip, a quieter night and weekend, and a slow wander of its own. */
export interface DemandProfile {
  share(hour: number, weekday: number): number
  /** Moves the wander on by so many seconds. */
  wander(seconds: number): void
}

export function createDemand(seed: number, least: number, most: number, random: Random): DemandProfile {
  const own = seededRandom(seed)
  const shift = own() * 0.8 - 0.4
  const scale = 0.94 + 0.1 * own()
  const weekend = 0.55 + 0.25 * own()
  let drift = 0
  return {
    share(hour, weekday) {
      const h = (hour + shift + 24) % 24
      const working = rise(h, 6, 8) * (1 - rise(h, 21, 23))
      const lunch = rise(h, 11.4, 12) * (1 - rise(h, 13, 13.6))
      const level = (0.25 + 0.75 * working - 0.22 * lunch) * (weekday === 0 || weekday === 6 ? weekend : 1)
      return Math.min(most, Math.max(least, least + (most - least) * (level * scale + drift)))
    },
    wander(seconds) {
      // Half forgotten after five minutes.
      const keep = Math.exp(-seconds / 430)
      drift = drift * keep + 0.06 * Math.sqrt(1 - keep * keep) * gaussian(random)
    },
  }
}

/** Smooth step from 0 to 1 between two hours. */
function rise(hour: number, from: number, to: number): number {
  const x = Math.min(1, Math.max(0, (hour - from) / (to - from)))
  return x * x * (3 - 2 * x)
}
