import type { BucketUnit } from './types.ts'

const HOUR = 3_600_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  return format
}

export interface LocalTime {
  readonly year: number
  /** 1-12 */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

/** Wall clock of a zone. Throws RangeError for an unknown zone. */
export function localTime(at: number, timeZone: string): LocalTime {
  const parts: Record<string, number> = {}
  for (const part of formatOf(timeZone).formatToParts(at)) parts[part.type] = Number(part.value)
  return {
    year: parts['year'] ?? 0,
    month: parts['month'] ?? 1,
    day: parts['day'] ?? 1,
    hour: parts['hour'] ?? 0,
    minute: parts['minute'] ?? 0,
  }
}

function offsetAt(at: number, timeZone: string): number {
  const l = localTime(at, timeZone)
  return Date.UTC(l.year, l.month - 1, l.day, l.hour, l.minute) - Math.floor(at / 60_000) * 60_000
}

/** Epoch ms of a local midnight; month may run past 12. Where summer time skips midnight, the first moment of the day. */
function midnight(year: number, month: number, day: number, timeZone: string): number {
  const wall = Date.UTC(year, month - 1, day)
  const guess = wall - offsetAt(wall, timeZone)
  return wall - offsetAt(guess, timeZone)
}

/** Start of a local day `2026-01-31`, epoch ms. */
export function dayStart(date: string, timeZone: string): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  return midnight(year, month, day, timeZone)
}

/** Start of the hour, day or month of a zone that `at` lies in. */
export function startOf(at: number, by: BucketUnit, timeZone: string): number {
  if (by === 'hour') {
    const offset = offsetAt(at, timeZone)
    return Math.floor((at + offset) / HOUR) * HOUR - offset
  }
  const l = localTime(at, timeZone)
  return midnight(l.year, l.month, by === 'day' ? l.day : 1, timeZone)
}

function next(edge: number, by: BucketUnit, timeZone: string): number {
  if (by === 'hour') return edge + HOUR
  const l = localTime(edge, timeZone)
  return by === 'day' ? midnight(l.year, l.month, l.day + 1, timeZone) : midnight(l.year, l.month + 1, 1, timeZone)
}

/** Edges of the buckets that cover [from, to): ascending, the first at or before `from`, the last at or after `to`. */
export function bucketEdges(from: number, to: number, by: BucketUnit, timeZone: string): number[] {
  const edges = [startOf(from, by, timeZone)]
  for (let edge = edges[0] ?? from; edge < to;) {
    edge = next(edge, by, timeZone)
    edges.push(edge)
  }
  return edges
}
