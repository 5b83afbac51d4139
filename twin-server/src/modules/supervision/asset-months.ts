import { localTime, startOf } from '@twin/models/energy'

/** Contracts are settled by the calendar of the organisation. */
const zone = 'Asia/Shanghai'
const DAY = 86_400_000
const two = (n: number): string => String(n).padStart(2, '0')

/** The calendar day that a time lies in. */
export function dayOfTime(at: number): string {
  const { year, month, day } = localTime(at, zone)
  return `${year}-${two(month)}-${two(day)}`
}
export const addDays = (day: string, n: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY).toISOString().slice(0, 10)
/** Days from one to another, both counted. */
export const daysThrough = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1
/** Epoch ms at which a day begins. */
export const beginOf = (day: string): number => startOf(Date.parse(`${day}T12:00:00+08:00`), 'day', zone)

export interface Month {
  /** `2026-04` */
  readonly month: string
  readonly first: string
  readonly last: string
}
/** Whole months that a span of days touches. */
export function monthsOf(from: string, to: string): readonly Month[] {
  const months: Month[] = []
  for (let first = `${from.slice(0, 7)}-01`; first <= to;) {
    const next = `${addDays(first, 31).slice(0, 7)}-01`
    months.push({ month: first.slice(0, 7), first, last: addDays(next, -1) })
    first = next
  }
  return months
}
