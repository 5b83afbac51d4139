import type { EnergyBucket } from './types.ts'
import { shareOut } from './shares.ts'
import type { BandName } from './bands.ts'
import { bandAt, milliFen, type Tariff, tariffOn } from './tariff.ts'
import { localTime } from './zone.ts'

const HOUR = 3_600_000

/** Energy and money of one band of one tariff. */
export interface BandCost {
  /** null = no tariff was valid: energy without a price. */
  readonly tariff: { readonly id: string; readonly version: number; readonly name: string; readonly validFrom: string } | null
  readonly band: BandName | null
  /** Thousandths of a fen per kWh; null without a tariff. */
  readonly price: number | null
  readonly wh: number
  /** Fen; null without a tariff. */
  readonly fen: number | null
}
export interface CostPeriod {
  readonly from: number
  readonly to: number
  readonly wh: number
  /** Fen of what has a price; null when nothing has. */
  readonly fen: number | null
  /** Energy no tariff was valid for. */
  readonly unpricedWh: number
  readonly bands: readonly BandCost[]
}

/** `2026-01-31` of a local time. */
export function dayOf(at: number, timeZone: string): string {
  const { year, month, day } = localTime(at, timeZone)
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Watt-hours of hours so that they add up to the rounded energy of their day: each is what the rounded running sum grew by. */
function wattHours(hours: readonly Pick<EnergyBucket, 'kwh'>[]): number[] {
  let [sum, given] = [0, 0]
  return hours.map(({ kwh }) => {
    sum += kwh ?? 0
    const wh = Math.round(sum * 1000) - given
    given += wh
    return wh
  })
}

/**
 * What the hours of one local day cost. Energy is whole Wh and a price whole thousandths of a fen, so the money of a band is exact to a
 * millionth of a fen; it is rounded once, for the day as a whole, and cut to the bands by largest remainder. Bands so add up to their day and
 * days to their month, to the fen, whatever period is asked for.
 */
export function dayCost(
  hours: readonly Pick<EnergyBucket, 'from' | 'to' | 'kwh'>[],
  tariffs: readonly Tariff[],
  station: string,
  timeZone: string,
): CostPeriod {
  const [first] = hours
  const from = first?.from ?? 0
  const to = hours.at(-1)?.to ?? from
  const day = dayOf(from, timeZone)
  const tariff = tariffOn(tariffs, station, day)
  const start = localTime(from, timeZone)
  // Only days on which the clocks change need to ask for every hour.
  const plain = start.hour === 0 && hours.length === 24
  const parts = new Map<string, { band: BandName | null; price: number | null; wh: number }>()
  const amounts = wattHours(hours)
  for (const [i, hour] of hours.entries()) {
    const at = plain ? i : localTime(hour.from, timeZone).hour
    const found = tariff && bandAt(tariff.bands, start.month, at)
    const price = found ? milliFen(found.price) : null
    const key = `${found?.band} ${price}`
    const part = parts.get(key) ?? { band: found?.band ?? null, price, wh: 0 }
    part.wh += amounts[i] ?? 0
    parts.set(key, part)
  }
  const list = [...parts.values()]
  const exact = list.map(({ wh, price }) => wh * (price ?? 0))
  const priced = list.filter(({ price }) => price !== null)
  const fen = Math.round(exact.reduce((sum, part) => sum + part, 0) / 1_000_000)
  const cut = shareOut(fen, exact)
  const of = tariff ? { id: tariff.id, version: tariff.version, name: tariff.name, validFrom: tariff.validFrom } : null
  return {
    from,
    to,
    wh: list.reduce((sum, { wh }) => sum + wh, 0),
    fen: priced.length > 0 ? fen : null,
    unpricedWh: list.reduce((sum, { wh, price }) => sum + (price === null ? wh : 0), 0),
    bands: list.map(({ band, price, wh }, i) => ({
      tariff: price === null ? null : of,
      band,
      price,
      wh,
      fen: price === null ? null : (cut[i] ?? 0),
    })),
  }
}

/** Periods added up, their bands joined where tariff, version, band and price are the same. */
export function sumCosts(from: number, to: number, periods: readonly CostPeriod[]): CostPeriod {
  const bands = new Map<string, BandCost>()
  for (const one of periods.flatMap((period) => period.bands)) {
    const key = `${one.tariff?.id} ${one.tariff?.version} ${one.band} ${one.price}`
    const known = bands.get(key)
    bands.set(key, known ? { ...known, wh: known.wh + one.wh, fen: known.fen === null ? null : known.fen + (one.fen ?? 0) } : one)
  }
  const known = periods.flatMap(({ fen }) => fen ?? [])
  return {
    from,
    to,
    wh: periods.reduce((sum, { wh }) => sum + wh, 0),
    fen: known.length > 0 ? known.reduce((sum, fen) => sum + fen, 0) : null,
    unpricedWh: periods.reduce((sum, { unpricedWh }) => sum + unpricedWh, 0),
    bands: [...bands.values()],
  }
}

/**
 * Costs of every local day. `hours` are the hours of `accountEnergy` by hour, `edges` the starts of the days and the end of the last;
 * hours that cannot be as measured carry the flag `impossible` and are left out, as everywhere.
 */
export function costByDay(
  hours: readonly Pick<EnergyBucket, 'from' | 'to' | 'kwh' | 'flags'>[],
  edges: readonly number[],
  tariffs: readonly Tariff[],
  station: string,
  timeZone: string,
): CostPeriod[] {
  const counted = hours.map((hour) => (hour.flags.includes('impossible') ? { ...hour, kwh: 0 } : hour))
  let i = 0
  return edges.slice(0, -1).map((from, d) => {
    const to = edges[d + 1] ?? from + 24 * HOUR
    const own: (typeof counted)[number][] = []
    for (let hour = counted[i]; hour && hour.from < to; hour = counted[++i]) own.push(hour)
    return { ...dayCost(own.length > 0 ? own : [{ from, to, kwh: 0 }], tariffs, station, timeZone), from, to }
  })
}

/** One outlet of a central station: litres of gas metered in the period. */
export interface OutletGas {
  readonly device: string
  readonly litres: number
}
export interface Allocation {
  readonly outlets: readonly (OutletGas & { readonly wh: number; readonly fen: number | null })[]
  /** What nobody took gas for: all of it when no outlet metered any, else nothing. */
  readonly unallocated: { readonly wh: number; readonly fen: number | null }
}

/** Electricity and its money cut by metered gas; both add up exactly to the main meter's. */
export function allocate(wh: number, fen: number | null, gas: readonly OutletGas[]): Allocation {
  const weights = gas.map(({ litres }) => Math.max(0, litres))
  const energy = shareOut(wh, weights)
  const money = fen === null ? null : shareOut(fen, weights)
  const none = weights.every((weight) => weight === 0)
  return {
    outlets: gas.map((one, i) => ({ ...one, wh: energy[i] ?? 0, fen: money?.[i] ?? (money ? 0 : null) })),
    unallocated: { wh: none ? wh : 0, fen: none ? fen : fen === null ? null : 0 },
  }
}
