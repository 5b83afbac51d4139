import { findKind, findPoint } from '../kinds/index.ts'

/** How a machine spends its time. What is not known to be one of the first three is offline, so that the four always fill the calendar. */
export const useStates = ['loaded', 'unloaded', 'stopped', 'offline'] as const
export type UseState = (typeof useStates)[number]

const LOADED = 0
const UNLOADED = 1
const STOPPED = 2
const OFFLINE = -1
const classOf: Readonly<Record<string, number>> = {
  LOADED,
  RUNNING: LOADED,
  UNLOADED,
  STARTING: UNLOADED,
  STOPPING: UNLOADED,
  OFFLINE,
}

/** Which of `useStates` each value of a kind's run state is; null for kinds without one. */
export interface UseOf {
  readonly slot: number
  readonly classes: readonly number[]
}
const known = new Map<string, UseOf | null>()
export function useOf(kind: string): UseOf | null {
  let found = known.get(kind)
  if (found === undefined) {
    const declared = findKind(kind)
    const slot = declared ? findPoint(declared, 'runState') : -1
    found = slot < 0 ? null : { slot, classes: declared?.points[slot]?.values?.map((word) => classOf[word] ?? STOPPED) ?? [] }
    known.set(kind, found)
  }
  return found
}

/** What a bucket holds of the run state: readings counted, lowest, highest and sum of their values. */
export interface StateReadings {
  readonly n: number
  readonly min: number
  readonly max: number
  readonly sum: number
}

/**
 * Adds to `time` (ms loaded, unloaded, stopped) what a bucket of `length` ms says. One state all along: all of it. Two states: as many parts
 * of it as readings had each, which their sum tells; a third one between them within the same minute counts to its neighbours. A bucket
 * without a reading adds nothing: that time is offline.
 */
export function addUse(time: number[], { classes }: UseOf, { n, min, max, sum }: StateReadings, length: number): void {
  if (!(n > 0)) return
  const high = max > min ? Math.round((length * (sum - n * min)) / (n * (max - min))) : 0
  for (const [state, ms] of [
    [min, length - high],
    [max, high],
  ] as const) {
    const at = classes[state] ?? OFFLINE
    if (at !== OFFLINE) time[at] = (time[at] ?? 0) + ms
  }
}
