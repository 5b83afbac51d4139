import { accountEnergy, bucketEdges } from '@twin/models/energy'
import { findKind, findPoint } from '@twin/models/kinds'
import { counterSources, plantLimits } from '@twin/models/stations'
import type { DeviceConfig } from '@twin/models/stations'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { checkSpan } from './alarm-statistics.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Counters of a unit by what they count. */
const unitCounters = {
  kwh: ['activeEnergy', 'activeEnergyImport'],
  m3: ['total'],
  runningHours: ['runningHours'],
} as const

export function energyHandlers({ runtime, store, clock }: HttpParts): Pick<Handlers, 'energy'> {
  return {
    energy: async ({ params, query }) => {
      const { from, by } = query
      checkSpan(from, query.to)
      const config = runtime.station(params.station) ?? refuse('not-found')
      // Hours to come have no readings; without this the current day would look like a gap.
      const to = Math.max(from + 1, Math.min(query.to, clock.now()))
      const edges = bucketEdges(from, to, 'hour', config.timeZone)
      const last = edges.at(-1) ?? to
      const device = (id: string): DeviceConfig => config.devices.find((one) => one.id === id) ?? refuse('not-found')
      const readings = (id: string, point: string, at: readonly number[] = edges) =>
        store.counterReadings(id, device(id).kind, point, at, last)
      const sources = counterSources(config)
      const account = accountEnergy({
        from,
        to,
        by,
        timeZone: config.timeZone,
        energy: await readings(sources.energy.device, sources.energy.point),
        air: await readings(sources.air.device, sources.air.point),
        plant: plantLimits(config),
      })

      // Units want a sum alone: over long periods one reading a day is enough for it, and resets come with their readings anyway.
      const coarse = to - from > 3 * dayMs
      const unitEdges = coarse ? bucketEdges(from, to, 'day', config.timeZone) : edges
      const growth = async ({ id, kind }: DeviceConfig, points: readonly string[], ratedPower: number | null): Promise<number | null> => {
        const known = findKind(kind)
        const point = known && points.find((name) => findPoint(known, name) >= 0)
        if (point === undefined) return null
        const own = await readings(id, point, [from, ...unitEdges.filter((edge) => edge > from && edge < to), to])
        if (own.length < 2) return null
        const plant = ratedPower === null ? null : { ratedPower, pressure: 7 }
        const maxGapMs = coarse ? 2 * dayMs : 2 * hourMs
        return accountEnergy({ from, to, by, timeZone: config.timeZone, energy: own, air: [], plant, maxGapMs }).total.kwh
      }
      const units = []
      // One unit after the other: all at once would take every connection there is.
      for (const unit of config.devices.filter(({ kind }) => kind !== 'station' && kind !== 'camera' && kind !== 'gateway')) {
        const [kwh, m3, runningHours] = await Promise.all([
          growth(unit, unitCounters.kwh, unit.settings['ratedPower'] ?? null),
          growth(unit, unitCounters.m3, null),
          growth(unit, unitCounters.runningHours, null),
        ])
        units.push({ device: unit.id, name: unit.name, kind: unit.kind, kwh, m3, runningHours })
      }
      return {
        buckets: account.buckets.map((bucket) => ({
          ...bucket,
          energyReadings: [...bucket.energyReadings],
          airReadings: [...bucket.airReadings],
          flags: [...bucket.flags],
        })),
        total: account.total,
        quota: config.energyQuota,
        units: units.filter((unit) => unit.kwh !== null || unit.m3 !== null || unit.runningHours !== null),
        flagged: account.flagged.map((hour) => ({ ...hour })),
      }
    },
  }
}
