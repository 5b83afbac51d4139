export const MINUTE = 60_000
export const HOUR = 3_600_000
/** A bucket is rolled up this long after its end, when its rows have usually come. */
export const GRACE = 5_000
/** Late rows wait this long for their neighbours. */
export const LATE_WAIT = 2_000

export interface Mark {
  readonly due: number
  readonly devices: string[]
  readonly buckets: number[]
}

/**
 * Minutes that these rows make stale, as (device, minute) pairs grouped by when they are due. The mark commits with its rows, so
 * whoever sees the mark sees the rows: nothing is forgotten, and computing a minute twice gives the same.
 */
export function marksOf(rows: Iterable<{ readonly device: string; readonly at: number }>, now: number): Mark[] {
  /** The minutes of a device; nearly always one, which needs no set. */
  const seen = new Map<string, number | Set<number>>()
  const byDue = new Map<number, Mark>()
  for (const { device, at } of rows) {
    const minute = at - (at % MINUTE)
    const minutes = seen.get(device)
    if (minutes === minute || (typeof minutes === 'object' && minutes.has(minute))) continue
    if (minutes === undefined) seen.set(device, minute)
    else if (typeof minutes === 'number') seen.set(device, new Set([minutes, minute]))
    else minutes.add(minute)
    const closes = minute + MINUTE + GRACE
    const due = closes > now ? closes : now + LATE_WAIT
    let mark = byDue.get(due)
    if (!mark) byDue.set(due, (mark = { due, devices: [], buckets: [] }))
    mark.devices.push(device)
    mark.buckets.push(minute)
  }
  return [...byDue.values()]
}
