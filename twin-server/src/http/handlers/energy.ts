import { accountEnergy, amountBetween, bucketEdges } from '@twin/models/energy'
import { findKind, findPoint } from '@twin/models/kinds'
import { counterSources, plantLimits } from '@twin/models/stations'
import type { DeviceConfig } from '@twin/models/stations'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { checkSpan } from './alarm-statistics.ts'

const dayMs = 86_400_000
/** A meter may show a tenth more than the nameplate. */
const ratedMargin = 1.1

/** Counters of a unit by what they count. */
const unitCounters = {
  kwh: ['activeEnergy', 'activeEnergyImport'],
  m3: ['total'],
  runningHours: ['runningHours'],
} as const
type Counted = keyof typeof unitCounters
const counted: readonly Counted[] = ['kwh', 'm3', 'runningHours']
const withoutCounters = new Set(['station', 'camera', 'gateway'])
/** Longer spans are read from rollups: an hour's last reading differs from the one at its end by less than a day's account shows. */
const longMs = 31 * dayMs

function pointOf(kind: string, names: readonly string[]): string | undefined {
  const known = findKind(kind)
  return known && names.find((name) => findPoint(known, name) >= 0)
}

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
      const sources = counterSources(config)
      const span = to - from
      // Units want a sum alone: over long periods one reading a day is enough for it, and resets come with their readings anyway.
      const coarse = span > 3 * dayMs
      const unitEdges = coarse ? bucketEdges(from, to, 'day', config.timeZone) : edges
      const within = [from, ...unitEdges.filter((edge) => edge > from && edge < to), to]
      const units = config.devices.filter(({ kind }) => !withoutCounters.has(kind))
      const wanted = units.flatMap((unit) =>
        counted.flatMap((what) => {
          const point = pointOf(unit.kind, unitCounters[what])
          return point === undefined ? [] : [{ unit, what, point }]
        }),
      )
      const kindOf = (id: string): string => config.devices.find((one) => one.id === id)?.kind ?? refuse('not-found')
      const [energy = [], air = [], ...own] = await store.counterReadings(
        [
          ...[sources.energy, sources.air].map(({ device, point }) => ({
            device,
            kind: kindOf(device),
            point,
            edges,
            to: last,
            from: span > longMs ? ('hours' as const) : ('readings' as const),
          })),
          ...wanted.map(({ unit, point }) => ({
            device: unit.id,
            kind: unit.kind,
            point,
            edges: within,
            to: last,
            from: span > longMs ? ('days' as const) : ('readings' as const),
          })),
        ],
        config.timeZone,
      )
      const account = accountEnergy({ from, to, by, timeZone: config.timeZone, energy, air, plant: plantLimits(config) })
      const whole = bucketEdges(from, to, by, config.timeZone)
      const [start, end] = [whole[0] ?? from, whole.at(-1) ?? to]
      const growth = (device: DeviceConfig, what: Counted): number | null => {
        const readings = own[wanted.findIndex((one) => one.unit === device && one.what === what)]
        if (!readings || readings.length < 2) return null
        const ratedPower = what === 'kwh' ? device.settings['ratedPower'] : undefined
        const plant = ratedPower === undefined ? null : { ratedPower, pressure: 7 }
        // A reading a day says nothing of single hours, so their rules have nothing to look at.
        if (coarse) return amountBetween(readings, start, end, ratedMargin * (ratedPower ?? 0))
        return accountEnergy({ from, to, by, timeZone: config.timeZone, energy: readings, air: [], plant }).total.kwh
      }
      const sums = units.map((unit) => ({
        device: unit.id,
        code: unit.code,
        name: unit.name,
        kind: unit.kind,
        kwh: growth(unit, 'kwh'),
        m3: growth(unit, 'm3'),
        runningHours: growth(unit, 'runningHours'),
      }))
      return {
        buckets: account.buckets.map((bucket) => ({
          ...bucket,
          energyReadings: [...bucket.energyReadings],
          airReadings: [...bucket.airReadings],
          flags: [...bucket.flags],
        })),
        total: account.total,
        quota: config.energyQuota,
        units: sums.filter((unit) => unit.kwh !== null || unit.m3 !== null || unit.runningHours !== null),
        flagged: account.flagged.map((hour) => ({ ...hour })),
      }
    },
  }
}
