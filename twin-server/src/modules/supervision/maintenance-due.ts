import { addDays, daysBetween } from './maintenance-days.ts'

export interface Rhythm {
  readonly everyHours: number | null
  readonly everyDays: number | null
  /** Counter at the last service, h; null = the device counts no hours. */
  readonly sinceHours: number | null
  readonly sinceOn: string
}
export interface Due {
  /** Interval minus hours since the last service, h; negative when exceeded. */
  readonly remainingHours: number | null
  readonly dueOn: string | null
  readonly dueBy: 'hours' | 'calendar' | null
  readonly reached: boolean
}
/** Nobody plans a decade ahead; a device that hardly runs would fall due in another century. */
const horizonDays = 3650

/**
 * When a service falls due: by hours or calendar, whichever comes first. The day of the hours is a forecast from how much the device ran since
 * the last service; before a day has passed it is taken to run all day, so that the forecast is early rather than late.
 */
export function dueOf({ everyHours, everyDays, sinceHours, sinceOn }: Rhythm, hours: number | null, today: string): Due {
  const used = hours === null || sinceHours === null ? null : Math.max(0, hours - sinceHours)
  const remainingHours = everyHours === null || used === null ? null : Math.round((everyHours - used) * 10) / 10
  const days = daysBetween(sinceOn, today)
  const perDay = used !== null && days >= 1 ? Math.min(24, used / days) : 24
  const byHours =
    remainingHours === null
      ? null
      : addDays(today, remainingHours <= 0 ? 0 : Math.min(horizonDays, Math.floor(remainingHours / Math.max(perDay, 0.01))))
  const byCalendar = everyDays === null ? null : addDays(sinceOn, everyDays)
  const reached = (remainingHours !== null && remainingHours <= 0) || (byCalendar !== null && byCalendar <= today)
  if (byHours !== null && (byCalendar === null || byHours < byCalendar)) return { remainingHours, dueOn: byHours, dueBy: 'hours', reached }
  return { remainingHours, dueOn: byCalendar, dueBy: byCalendar === null ? null : 'calendar', reached }
}
