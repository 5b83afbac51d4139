import type { Priority } from '../kinds/types.ts'
import type { AlarmHidden } from '../twin/types.ts'
import { CHATTER_RAISES, CHATTER_WINDOW_MS } from './alarm-state.ts'
import { FLOOD_ENDS_BELOW, FLOOD_STARTS, FLOOD_WINDOW_MS } from './flood.ts'

/** An occurrence as statistics need it; `AlarmRow` is one. */
export interface KpiRow {
  readonly station: string
  readonly device: string
  readonly code: string
  readonly priority: Priority
  readonly raisedAt: number
  readonly ackedAt: number | null
  readonly clearedAt: number | null
  readonly closedAt: number | null
  readonly hidden: AlarmHidden
  readonly groupedUnder: string | null
  readonly historical: boolean
}
export interface Interval {
  readonly from: number
  /** null = still going on. */
  readonly to: number | null
}
export interface Flood extends Interval {
  readonly station: string
  readonly count: number
}

/** Alarms open longer than this are stale. */
export const STALE_MS = 86_400_000

/** Length of the union: overlapping time counts once. Intervals are clipped to [from, to]; ms. */
export function unionMs(intervals: Iterable<Interval>, from = -Infinity, to = Infinity): number {
  const clipped = [...intervals]
    .map((interval) => [Math.max(interval.from, from), Math.min(interval.to ?? to, to)] as const)
    .filter(([start, end]) => end > start)
    .toSorted((a, b) => a[0] - b[0])
  let total = 0
  let reached = -Infinity
  for (const [start, end] of clipped) {
    if (end <= reached) continue
    total += end - Math.max(start, reached)
    reached = end
  }
  return total
}

/** Occurrences people were disturbed by: not hidden, not below a parent, not late. */
export function isDisturbing(row: KpiRow): boolean {
  return row.hidden === null && row.groupedUnder === null && !row.historical
}

/** Most times within one window of `windowMs`; times ascending. */
export function peakCount(times: readonly number[], windowMs: number): number {
  let peak = 0
  let first = 0
  for (const [last, at] of times.entries()) {
    while (times[first]! <= at - windowMs) first++
    peak = Math.max(peak, last - first + 1)
  }
  return peak
}

/** Floods of one station from its times of raising (ascending), as `floodAfter` finds them live. `to` null = going on at `now`. */
export function floodsOf(station: string, times: readonly number[], now: number): readonly Flood[] {
  const floods: Flood[] = []
  let open: { from: number; count: number } | null = null
  for (const [last, at] of times.entries()) {
    if (open) {
      const end = floodEnd(times, last - 1)
      if (end < at) {
        floods.push({ station, from: open.from, to: end, count: open.count })
        open = null
      } else open.count++
    }
    const start: number | undefined = times[last - FLOOD_STARTS + 1]
    if (!open && start !== undefined && start > at - FLOOD_WINDOW_MS) open = { from: at, count: FLOOD_STARTS }
  }
  if (!open) return floods
  const end = floodEnd(times, times.length - 1)
  return [...floods, { station, from: open.from, to: end <= now ? end : null, count: open.count }]
}

/** When, without further alarms, fewer than five are left in the window. */
function floodEnd(times: readonly number[], last: number): number {
  return (times[last - FLOOD_ENDS_BELOW + 1] ?? times[last]!) + FLOOD_WINDOW_MS
}

export interface AlarmKpi {
  readonly open: number
  readonly unacked: number
  readonly perTenMinutes: number
  readonly peakTenMinutes: number
  /** Share of the time in which any station was flooded. */
  readonly floodShare: number
  readonly floods: readonly Flood[]
  readonly stale: number
  readonly chattering: readonly { readonly device: string; readonly code: string; readonly count: number }[]
  /** Share of the ten most frequent alarms in all. */
  readonly topTenShare: number
  readonly priorityShare: Readonly<Record<Priority, number>>
}

/** Performance of the alarm system over [from, to], epoch ms, by occurrences raised in it; open, unacked and stale are of `now` and need the open rows too. */
export function alarmKpi(rows: readonly KpiRow[], from: number, to: number, now: number): AlarmKpi {
  const disturbing = rows.filter(isDisturbing)
  const raised = disturbing.filter((row) => row.raisedAt >= from && row.raisedAt < to).toSorted((a, b) => a.raisedAt - b.raisedAt)
  const open = disturbing.filter((row) => row.closedAt === null)
  const end = Math.min(to, now)
  const floods = [...groupTimes(raised, (row) => row.station)].flatMap(([station, times]) => floodsOf(station, times, end))
  const sources = [...groupTimes(raised, (row) => `${row.device} ${row.code}`)]
  const mostFrequent = sources.map(([, times]) => times.length).toSorted((a, b) => b - a)
  const share = (count: number): number => (raised.length === 0 ? 0 : count / raised.length)
  const span = Math.max(end - from, 0)
  return {
    open: open.length,
    unacked: open.filter((row) => row.ackedAt === null).length,
    perTenMinutes: span === 0 ? 0 : raised.length / (span / FLOOD_WINDOW_MS),
    peakTenMinutes: peakCount(
      raised.map((row) => row.raisedAt),
      FLOOD_WINDOW_MS,
    ),
    floodShare: span === 0 ? 0 : unionMs(floods, from, end) / span,
    floods,
    stale: open.filter((row) => now - row.raisedAt > STALE_MS && row.clearedAt === null).length,
    chattering: sources
      .filter(([, times]) => peakCount(times, CHATTER_WINDOW_MS) >= CHATTER_RAISES)
      .map(([source, times]) => ({ device: source.split(' ')[0]!, code: source.split(' ')[1]!, count: times.length }))
      .toSorted((a, b) => b.count - a.count),
    topTenShare: share(mostFrequent.slice(0, 10).reduce((sum, count) => sum + count, 0)),
    priorityShare: {
      P1: share(raised.filter((row) => row.priority === 'P1').length),
      P2: share(raised.filter((row) => row.priority === 'P2').length),
      P3: share(raised.filter((row) => row.priority === 'P3').length),
    },
  }
}

function groupTimes(rows: readonly KpiRow[], key: (row: KpiRow) => string): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const row of rows) {
    const times = groups.get(key(row))
    if (times) times.push(row.raisedAt)
    else groups.set(key(row), [row.raisedAt])
  }
  return groups
}

export interface AlarmCount {
  readonly count: number
  /** Mean times from raising; null = none of them. */
  readonly meanAckMs: number | null
  readonly meanClearMs: number | null
  /** Time in which at least one of them was active. */
  readonly activeMs: number
  readonly grouped: number
}

/** Figures of one group of occurrences; those still active count until `now`. */
export function countAlarms(rows: readonly KpiRow[], from: number, to: number, now: number): AlarmCount {
  const mean = (spans: readonly number[]): number | null =>
    spans.length === 0 ? null : spans.reduce((sum, span) => sum + span, 0) / spans.length
  return {
    count: rows.length,
    meanAckMs: mean(rows.flatMap((row) => (row.ackedAt === null ? [] : [row.ackedAt - row.raisedAt]))),
    meanClearMs: mean(rows.flatMap((row) => (row.clearedAt === null ? [] : [row.clearedAt - row.raisedAt]))),
    activeMs: unionMs(
      rows.map((row) => ({ from: row.raisedAt, to: row.clearedAt })),
      from,
      Math.min(to, now),
    ),
    grouped: rows.filter((row) => row.groupedUnder !== null).length,
  }
}
