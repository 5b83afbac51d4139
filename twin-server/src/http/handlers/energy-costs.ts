import {
  accountEnergy,
  allocate,
  amountBetween,
  bucketEdges,
  type CostPeriod,
  costByDay,
  type CounterReading,
  type EnergyBucket,
  sumCosts,
  type Tariff,
} from '@twin/models/energy'
import { findKind, findPoint } from '@twin/models/kinds'
import { moneyPermission } from '@twin/models/records'
import { counterSources, type DeviceConfig, plantLimits, type StationConfig } from '@twin/models/stations'
import { readTariffs } from '../../modules/supervision/index.ts'
import { camelTables } from '../../records/columns.ts'
import type { Handlers, ResultOf } from '../call.ts'
import type { HttpParts, HttpStore } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { checkSpan } from './alarm-statistics.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
/** Longer spans are read from rollups. */
const LONG = 31 * DAY
const RATED_MARGIN = 1.1
const meters = ['activeEnergy', 'activeEnergyImport']

/** Whole local days that cover the period, and the hours to come cut off. */
interface Days {
  readonly edges: readonly number[]
  readonly from: number
  readonly to: number
}

/** Energy of the main meter by hour, and the days it belongs to. */
interface MeteredHours {
  readonly days: Days
  readonly hours: readonly EnergyBucket[]
  readonly flagged: number
}

function daysIn(config: StationConfig, from: number, to: number): Days {
  const edges = bucketEdges(from, to, 'day', config.timeZone)
  return { edges, from: edges[0] ?? from, to: edges.at(-1) ?? to }
}

const sourceOf = (store: HttpStore, config: StationConfig, days: Days, now: number) => {
  const until = Math.max(days.from + 1, Math.min(days.to, now))
  const from = days.to - days.from > LONG ? ('hours' as const) : ('readings' as const)
  const edges = bucketEdges(days.from, until, 'hour', config.timeZone)
  const read = (counters: readonly { readonly device: string; readonly point: string }[], at: readonly number[]) =>
    store.counterReadings(
      counters.map(({ device, point }) => ({
        device,
        kind: config.devices.find(({ id }) => id === device)?.kind ?? refuse('not-found'),
        point,
        edges: at,
        to: at.at(-1) ?? until,
        from,
      })),
      config.timeZone,
    )
  return { until, edges, read }
}

async function meteredHours(store: HttpStore, config: StationConfig, days: Days, now: number): Promise<MeteredHours> {
  const { until, edges, read } = sourceOf(store, config, days, now)
  const { energy, air } = counterSources(config)
  const [kwh = [], m3 = []] = await read([energy, air], edges)
  const account = accountEnergy({
    from: days.from,
    to: until,
    by: 'hour',
    timeZone: config.timeZone,
    energy: kwh,
    air: m3,
    plant: plantLimits(config),
  })
  return { days, hours: account.buckets, flagged: account.flagged.length }
}

/** What counters grew by over the period, with the readings behind it; resets between the days are seen. */
async function growth(
  store: HttpStore,
  config: StationConfig,
  days: Days,
  now: number,
  counters: readonly { readonly device: DeviceConfig; readonly point: string; readonly perHour: number }[],
): Promise<readonly { readonly amount: number | null; readonly readings: readonly CounterReading[] }[]> {
  const { until, read } = sourceOf(store, config, days, now)
  const at = [...days.edges.filter((edge) => edge < until), until]
  const found = await read(
    counters.map(({ device, point }) => ({ device: device.id, point })),
    at,
  )
  return counters.map(({ perHour }, i) => {
    const readings = found[i] ?? []
    return { amount: amountBetween(readings, days.from, until, perHour), readings }
  })
}

type Costs = ResultOf<'energyCosts'>
const kwhOf = (wh: number): number => wh / 1000
/** `money`: whether this person may read amounts; without it neither they nor the prices that make them. */
const periodFor = (money: boolean, period: CostPeriod): Costs['total'] => ({
  from: period.from,
  to: period.to,
  wh: period.wh,
  kwh: kwhOf(period.wh),
  cost: money ? period.fen : null,
  unpricedWh: period.unpricedWh,
  bands: period.bands.map(({ fen, wh, tariff, price, ...band }) => ({
    ...band,
    tariff: tariff && { ...tariff },
    price: money ? price : null,
    wh,
    kwh: kwhOf(wh),
    cost: money ? fen : null,
  })),
})

export function energyCostHandlers({ runtime, store, clock }: HttpParts): Pick<Handlers, 'energyCosts' | 'energyAllocation'> {
  const tariffsOf = (config: StationConfig): Promise<readonly Tariff[]> => readTariffs(camelTables(store.db), config.org)

  async function costs(config: StationConfig, from: number, to: number) {
    checkSpan(from, to)
    const days = daysIn(config, from, to)
    const [metered, tariffs] = await Promise.all([meteredHours(store, config, days, clock.now()), tariffsOf(config)])
    const byDay = costByDay(metered.hours, days.edges, tariffs, config.id, config.timeZone)
    const total = sumCosts(days.from, days.to, byDay)
    const { energy } = counterSources(config)
    const name = config.devices.find(({ id }) => id === energy.device)?.name ?? config.name
    const main = { ...energy, name, wh: total.wh, kwh: kwhOf(total.wh) }
    return { days, byDay, total, main, flagged: metered.flagged }
  }

  return {
    async energyCosts({ params, query, principal }) {
      const money = principal.permissions.has(moneyPermission)
      const config = runtime.station(params.station) ?? refuse('not-found')
      const { days, byDay, total, main, flagged } = await costs(config, query.from, query.to)
      const counters = config.devices.flatMap((device) => {
        const kind = findKind(device.kind)
        const point = kind && meters.find((one) => findPoint(kind, one) >= 0)
        return point && device.id !== main.device ? [{ device, point, perHour: RATED_MARGIN * (device.settings['ratedPower'] ?? 0) }] : []
      })
      const grown = await growth(store, config, days, clock.now(), counters)
      const components = counters.map(({ device }, i) => {
        const amount = grown[i]?.amount ?? null
        const wh = amount === null ? null : Math.round(amount * 1000)
        return { device: device.id, name: device.name, kind: device.kind, wh, kwh: wh === null ? null : kwhOf(wh) }
      })
      const rest = total.wh - components.reduce((sum, { wh }) => sum + (wh ?? 0), 0)
      const months = query.by === 'month' ? bucketEdges(days.from, days.to, 'month', config.timeZone) : null
      const periods = months
        ? months.slice(0, -1).map((start, i) => {
            const end = months[i + 1] ?? start
            return sumCosts(
              Math.max(start, days.from),
              Math.min(end, days.to),
              byDay.filter((day) => day.from >= start && day.from < end),
            )
          })
        : byDay
      return {
        from: days.from,
        to: days.to,
        main,
        components,
        unmetered: { wh: rest, kwh: kwhOf(rest) },
        total: periodFor(money, total),
        periods: periods.map((period) => periodFor(money, period)),
        flaggedHours: flagged,
      }
    },

    async energyAllocation({ params, query, principal }) {
      const amount = (fen: number | null): number | null => (principal.permissions.has(moneyPermission) ? fen : null)
      const config = runtime.station(params.station) ?? refuse('not-found')
      const { days, total, main } = await costs(config, query.from, query.to)
      const outlets = config.devices.filter(({ kind }) => kind === 'outlet')
      const perHour = RATED_MARGIN * 60 * config.devices.reduce((sum, { settings }) => sum + (settings['ratedFlow'] ?? 0), 0)
      const gas = await growth(
        store,
        config,
        days,
        clock.now(),
        outlets.map((device) => ({ device, point: 'total', perHour })),
      )
      const litres = gas.map(({ amount }) => Math.max(0, Math.round((amount ?? 0) * 1000)))
      const shared = allocate(
        total.wh,
        total.fen,
        outlets.map((device, i) => ({ device: device.id, litres: litres[i] ?? 0 })),
      )
      return {
        from: days.from,
        to: days.to,
        main,
        cost: amount(total.fen),
        litres: litres.reduce((sum, one) => sum + one, 0),
        outlets: outlets.map((device, i) => {
          const readings = gas[i]?.readings ?? []
          const share = shared.outlets[i]
          const wh = share?.wh ?? 0
          return {
            device: device.id,
            name: device.name,
            customer: device.texts?.['customer'] ?? null,
            litres: litres[i] ?? 0,
            m3: kwhOf(litres[i] ?? 0),
            // The ends of the difference; what lies between is in the history of the counter.
            readings: [...new Set([readings[0], readings.at(-1)])].flatMap((reading) => (reading ? [{ ...reading }] : [])),
            wh,
            kwh: kwhOf(wh),
            cost: amount(share?.fen ?? null),
          }
        }),
        unallocated: { wh: shared.unallocated.wh, kwh: kwhOf(shared.unallocated.wh), cost: amount(shared.unallocated.fen) },
        units: await ranked(config, days),
      }
    },
  }

  /** Compressors by specific power: means of power and delivered flow over the hours that have both. */
  async function ranked(config: StationConfig, days: Days): Promise<ResultOf<'energyAllocation'>['units']> {
    const machines = config.devices.filter(({ kind }) => kind === 'compressor')
    const by = days.to - days.from > LONG ? ('day' as const) : ('hour' as const)
    const points = machines.flatMap(({ id, kind }) => ['activePower', 'deliveredFlow'].map((point) => ({ device: id, kind, point })))
    const buckets = await store.buckets({ points, by, from: days.from, to: days.to }, config.timeZone)
    const units = machines.map((device, i) => {
      const flows = new Map((buckets[2 * i + 1] ?? []).map((bucket) => [bucket.start, bucket.sum / bucket.n]))
      const both = (buckets[2 * i] ?? []).flatMap((bucket) => {
        const flow = flows.get(bucket.start)
        return flow === undefined ? [] : [{ power: bucket.sum / bucket.n, flow }]
      })
      const mean = (field: 'power' | 'flow'): number | null =>
        both.length > 0 ? both.reduce((sum, one) => sum + one[field], 0) / both.length : null
      const [power, flow] = [mean('power'), mean('flow')]
      const specificPower = power !== null && flow !== null && flow > 0 ? power / flow : null
      const hours = both.length * (by === 'day' ? DAY / HOUR : 1)
      return { device: device.id, name: device.name, specificPower, power, flow, hours }
    })
    const order = units.toSorted((a, b) => (a.specificPower ?? Infinity) - (b.specificPower ?? Infinity))
    return order.map((unit, i) => ({ ...unit, rank: unit.specificPower === null ? null : i + 1 }))
  }
}
