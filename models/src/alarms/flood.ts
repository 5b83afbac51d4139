import type { StationState } from '../twin/types.ts'

/** EEMUA 191: a flood starts with 10 new alarms in 10 min and ends when fewer than 5 came in 10 min. */
export const FLOOD_WINDOW_MS = 600_000
export const FLOOD_STARTS = 10
export const FLOOD_ENDS_BELOW = 5

export interface FloodState {
  readonly recent: readonly number[]
  readonly flood: StationState['flood']
}

/**
 * Flood of a station after a new annunciated alarm (`newAlarmAt`), or after time has passed (null). Same object when nothing changed.
 * `flood.count` = alarms since it started, the ten that started it included.
 */
export function floodAfter(before: FloodState, newAlarmAt: number | null, now: number): FloodState {
  const kept = before.recent.filter((at) => at > now - FLOOD_WINDOW_MS)
  if (newAlarmAt === null && kept.length === before.recent.length) return before
  const recent = newAlarmAt === null ? kept : [...kept, newAlarmAt]
  if (!before.flood) {
    if (recent.length < FLOOD_STARTS) return { recent, flood: null }
    return { recent, flood: { since: newAlarmAt ?? now, count: recent.length } }
  }
  if (recent.length < FLOOD_ENDS_BELOW) return { recent, flood: null }
  return { recent, flood: newAlarmAt === null ? before.flood : { since: before.flood.since, count: before.flood.count + 1 } }
}

/** When `floodAfter(…, null, …)` could change something: the oldest alarm leaves the window. null = never. */
export function nextFloodDue({ recent, flood }: FloodState): number | null {
  if (!flood) return null
  const leaving = recent[recent.length - FLOOD_ENDS_BELOW]
  return leaving === undefined ? (recent[0] ?? flood.since) + FLOOD_WINDOW_MS : leaving + FLOOD_WINDOW_MS
}
