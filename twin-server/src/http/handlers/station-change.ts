import type { Runtime } from '@twin/actors/runtime'
import type { StationConfig } from '@twin/models/stations'
import type { AuditNote } from '../call.ts'
import type { HttpStore } from '../parts.ts'
import { refuse } from '../pipeline.ts'

/** Changes of master data of one station take turns, so that none builds on a state that another is just replacing. */
export interface StationChanges {
  readonly inTurn: <T>(station: string, work: () => Promise<T>) => Promise<T>
  /** Stored, then told to the actors. */
  readonly put: (config: StationConfig) => Promise<void>
  /** Replaces what `make` answers, and notes old and new for the audit log. */
  readonly change: (
    station: string,
    note: (note: AuditNote) => void,
    make: (config: StationConfig) => Partial<StationConfig>,
  ) => Promise<void>
}

export interface StationChangesParts {
  readonly store: Pick<HttpStore, 'stations'>
  readonly runtime: Runtime
  /** Told after a station's master data changed and its actors took it. */
  readonly onConfigured?: (station: string) => void
}

export function stationChanges({ store, runtime, onConfigured }: StationChangesParts): StationChanges {
  const turns = new Map<string, Promise<unknown>>()
  async function inTurn<T>(station: string, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(station) ?? Promise.resolve()).then(work, work)
    const settled = mine.catch(() => undefined)
    turns.set(station, settled)
    try {
      return await mine
    } finally {
      if (turns.get(station) === settled) turns.delete(station)
    }
  }
  const tell = async (config: StationConfig): Promise<void> => {
    await runtime.configure(config)
    onConfigured?.(config.id)
  }
  const put = async (config: StationConfig): Promise<void> => {
    await store.stations.save(config)
    await tell(config)
  }
  const change: StationChanges['change'] = (station, note, make) =>
    inTurn(station, async () => {
      // As it is stored: another server, or somebody at its record, may have changed it since this one heard of it.
      const next = await store.stations.change(station, (present) => {
        const changes = make(present)
        const before = Object.fromEntries(Object.keys(changes).map((key) => [key, present[key as keyof StationConfig]]))
        note({ before, after: changes })
        return { ...present, ...changes }
      })
      await tell(next ?? refuse('not-found'))
    })
  return { inTurn, put, change }
}
