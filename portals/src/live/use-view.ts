import type { StationView } from '@twin/models/live'
import { useEffect, useMemo, useState } from 'react'
import { liveFeed } from './connection.ts'
import type { StationFeed } from './feed.ts'

/** A live feed that lives as long as the component. */
export function useLiveFeed(station: string, fast: boolean): StationFeed {
  return useMemo(() => liveFeed(station, fast), [station, fast])
}

export interface ViewTick {
  readonly view: StationView | undefined
  /** Time the view stands for. */
  readonly now: number
}

/**
 * The view of a feed for React, at most every `everyMs`, and once a second even without news so that values age on screen.
 */
export function useStationView(feed: StationFeed, everyMs = 400): ViewTick {
  const [, setTick] = useState(0)
  useEffect(() => {
    let last = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (): void => {
      timer = undefined
      last = performance.now()
      setTick((n) => n + 1)
    }
    const changed = (): void => {
      if (timer !== undefined) return
      timer = setTimeout(show, Math.max(0, everyMs - (performance.now() - last)))
    }
    const stop = feed.subscribe(changed)
    changed()
    const ageing = setInterval(changed, 1000)
    return () => {
      stop()
      clearInterval(ageing)
      clearTimeout(timer)
    }
  }, [feed, everyMs])
  return { view: feed.view(), now: feed.now() }
}
