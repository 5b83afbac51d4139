import type { StatisticAnswer } from '../../../records/record-api.ts'

export interface Month {
  /** `2026-01` */
  readonly month: string
  readonly inTime: number
  readonly late: number
  readonly open: number
  /** Done, in time or late, of all that were due in the month, 0 to 1; null for a month that has not begun. */
  readonly rate: number | null
}

/** Counts by due month, state and lateness, as months. What was done late stays late and is done nevertheless. */
export function monthsOf(rows: StatisticAnswer['rows'], present: string): readonly Month[] {
  const months = Map.groupBy(
    rows.filter(({ keys }) => keys[0] !== null),
    ({ keys }) => keys[0] ?? '',
  )
  return [...months]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, own]) => {
      const sum = (fits: (state: string | null, late: boolean) => boolean): number =>
        own.filter(({ keys }) => fits(keys[1] ?? null, keys[2] === 'true')).reduce((all, { count }) => all + count, 0)
      const inTime = sum((state, late) => state === 'done' && !late)
      const late = sum((state, isLate) => state === 'done' && isLate)
      const open = sum((state) => state !== 'done')
      return { month, inTime, late, open, rate: month > present ? null : (inTime + late) / Math.max(1, inTime + late + open) }
    })
}
