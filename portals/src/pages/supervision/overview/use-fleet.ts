import { operations } from '@twin/models/api'
import type { StationSummary } from '@twin/models/live'
import { useMemo } from 'react'
import { useCall } from '../../../api/index.ts'
import { useLive } from '../../../live/index.ts'

/** Stations in the user's scope: live when connected, else as last asked for. */
export function useFleet(): {
  readonly stations: readonly StationSummary[] | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
} {
  const fleet = useLive((state) => state.fleet)
  const asked = useCall(operations.stations, { query: {} }, { enabled: !fleet, every: 5000 })
  const stations = useMemo(() => (fleet ? Object.values(fleet.stations) : asked.data?.stations), [fleet, asked.data])
  return { stations, error: stations ? null : asked.error, refetch: asked.refetch }
}
