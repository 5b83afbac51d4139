import { type Confidence, counts, demonstrated, targetHours } from '@twin/models/reliability'
import type { Sql } from '../store/index.ts'
import { Ledger } from './ledger.ts'
import { AvailabilityReport } from './report.ts'
import { ServiceWatch, type WatchOptions } from './service-watch.ts'
import type { AvailabilitySettings } from './settings.ts'
import { Verdicts } from './verdicts.ts'

const HOUR = 3_600_000

export interface AvailabilityOptions extends Pick<WatchOptions, 'log'> {
  readonly databaseUrl: string
  /** For reading; the record is written over a connection of its own. */
  readonly sql: Sql
  /** Name of this process. */
  readonly inc: string
  /** Nobody else serves. */
  readonly alone: boolean
  readonly settings: AvailabilitySettings
}

export type Availability = ReturnType<typeof startAvailability>

/** The record of service: what is written, what is read from it, what people say of it. `begin` starts writing. */
export function startAvailability({ databaseUrl, sql, inc, alone, settings, log }: AvailabilityOptions) {
  const report = new AvailabilityReport(sql, settings.gapMs)
  const verdicts = new Verdicts(sql)
  let watch: ServiceWatch | undefined

  return {
    /** When everything serves. */
    async begin(conditions: WatchOptions['conditions']): Promise<void> {
      watch = new ServiceWatch({ ledger: new Ledger(databaseUrl, inc, settings.gapMs, alone), settings, conditions, log })
      await watch.start()
    },
    stop: async (): Promise<void> => watch?.stop(),
    metrics: () => watch?.metrics() ?? [],
    verdicts,

    async summary(confidence: Confidence) {
      const state = await report.state()
      if (!state) return undefined
      const { now, since, ongoing } = state
      const all = counts({ from: since, to: now }, state.outages)
      const hours = all.upMs / HOUR
      return {
        at: now,
        since,
        checkMs: settings.checkMs,
        gapMs: settings.gapMs,
        ongoing: ongoing && { from: ongoing.from, cause: ongoing.cause, detail: ongoing.detail },
        periods: await report.periods(state),
        days: await report.days(state),
        reliability: {
          minutes: Math.floor(all.ms / 60_000),
          ...all,
          operatingHours: hours,
          confidence,
          target: targetHours,
          ...demonstrated(hours, all.failures, confidence),
        },
      }
    },

    async day(day: string) {
      const state = await report.state()
      return state ? report.day(day, state) : []
    },
  }
}
