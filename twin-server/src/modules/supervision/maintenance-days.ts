import { dayOf, startOf } from '@twin/models/energy'
import type { LivePort } from '../live-port.ts'

const DAY = 86_400_000
const noon = (date: string): number => Date.parse(`${date}T12:00:00Z`)

export function zoneOf(live: LivePort, station: string): string {
  return live.station(station)?.timeZone ?? 'Asia/Shanghai'
}
export const today = (live: LivePort, station: string, now: number): string => dayOf(now, zoneOf(live, station))

/** Dates are `2026-01-31`, without a zone. */
export const addDays = (date: string, days: number): string => new Date(noon(date) + days * DAY).toISOString().slice(0, 10)
export const daysBetween = (from: string, to: string): number => Math.round((noon(to) - noon(from)) / DAY)
/** Midnight of that day at the station, epoch ms. */
export const startOfDay = (date: string, zone: string): number => startOf(noon(date), 'day', zone)

/** The first day of a rhythm that is not before `from`. */
export function firstFrom(starts: string, everyDays: number, from: string): string {
  const behind = daysBetween(starts, from)
  return behind <= 0 ? starts : addDays(starts, Math.ceil(behind / everyDays) * everyDays)
}
