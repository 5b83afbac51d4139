import type { Label } from '../kinds/types.ts'
import type { BandName } from './bands.ts'

/** Part of a tariff: within these months (both counted) and hours of the local day, [from, to). Either may run over the end: 23 to 7. */
export interface TariffBand {
  readonly band: BandName
  readonly fromMonth: number
  readonly toMonth: number
  readonly fromHour: number
  readonly toHour: number
  /** yuan per kWh, at most five decimals. */
  readonly price: number
}
export interface Tariff {
  readonly id: string
  /** Counts the edits of the record. */
  readonly version: number
  readonly name: string
  /** Local day of the station, `2026-01-31`. */
  readonly validFrom: string
  readonly stations: readonly string[]
  readonly bands: readonly TariffBand[]
}

/** Decimals of a price: a thousandth of a fen. */
const PRICE_UNITS = 100_000

/** Price in whole thousandths of a fen per kWh, so that sums of money are sums of integers. */
export const milliFen = (price: number): number => Math.round(price * PRICE_UNITS)
/** Whole fen for a volume (m³, counted in whole litres) at a price of at most five decimals: exact until it is rounded once. */
export const gasMoney = (volume: number, price: number): number => Math.round((Math.round(volume * 1000) * milliFen(price)) / 1_000_000)
export const isExactPrice = (price: number): boolean => Math.abs(price * PRICE_UNITS - Math.round(price * PRICE_UNITS)) < 1e-6

const within = (at: number, from: number, to: number): boolean => (from < to ? at >= from && at < to : at >= from || at < to)
const covers = (band: TariffBand, month: number, hour: number): boolean =>
  within(month, band.fromMonth, (band.toMonth % 12) + 1 === band.fromMonth ? band.fromMonth : band.toMonth + 1) &&
  within(hour, band.fromHour, band.fromHour === 0 && band.toHour === 24 ? 0 : band.toHour)

/** The band of a local hour; undefined where the tariff says nothing. */
export const bandAt = (bands: readonly TariffBand[], month: number, hour: number): TariffBand | undefined =>
  bands.find((band) => covers(band, month, hour))

export interface BandFault {
  /** Row of the bands it is about; null = hours that no row covers. */
  readonly row: number | null
  readonly say: Label
}

/** Every hour of every month belongs to exactly one band, and prices are exact; the first fault, or null. */
export function bandFault(bands: readonly TariffBand[]): BandFault | null {
  const rough = bands.findIndex(({ price }) => !isExactPrice(price))
  if (rough >= 0) return { row: rough, say: { zh: '电价最多五位小数（元/kWh）', en: 'A price has at most five decimals (yuan/kWh)' } }
  for (let month = 1; month <= 12; month++)
    for (let hour = 0; hour < 24; hour++) {
      const rows = bands.flatMap((band, i) => (covers(band, month, hour) ? [i] : []))
      if (rows.length === 1) continue
      const [, second] = rows
      return second === undefined
        ? { row: null, say: { zh: `${month} 月 ${hour} 时没有电价`, en: `No price for month ${month}, hour ${hour}` } }
        : { row: second, say: { zh: `${month} 月 ${hour} 时有两个电价`, en: `Two prices for month ${month}, hour ${hour}` } }
    }
  return null
}

/** The tariff of a station on a local day: the one that became valid last. */
export function tariffOn(tariffs: readonly Tariff[], station: string, day: string): Tariff | undefined {
  let found: Tariff | undefined
  for (const tariff of tariffs)
    if (tariff.validFrom <= day && tariff.stations.includes(station) && (!found || tariff.validFrom > found.validFrom)) found = tariff
  return found
}

/**
 * Whether replacing one set of tariffs by another changes a price that was already in use, up to and with `today`: the first station and day
 * for which it does, else null. Days that had no price may get one. This is what keeps past costs as they were.
 */
export function repriced(
  before: readonly Tariff[],
  after: readonly Tariff[],
  today: string,
): { readonly station: string; readonly day: string } | null {
  const stations = new Set([...before, ...after].flatMap((tariff) => tariff.stations))
  const days = [...new Set([...before, ...after].map((tariff) => tariff.validFrom))].filter((day) => day <= today).toSorted()
  for (const station of stations)
    for (const day of days) {
      const was = tariffOn(before, station, day)
      const is = tariffOn(after, station, day)
      if (was && (was.id !== is?.id || priceKey(was) !== priceKey(is))) return { station, day }
    }
  return null
}
const priceKey = ({ bands }: Tariff): string =>
  JSON.stringify(bands.map(({ band, fromMonth, toMonth, fromHour, toHour, price }) => [band, fromMonth, toMonth, fromHour, toHour, price]))

/** Two tariffs that begin on the same day for the same station leave open which counts. */
export const tiedWith = (tariffs: readonly Tariff[], one: Omit<Tariff, 'version'>): Tariff | undefined =>
  tariffs.find(
    (other) => other.id !== one.id && other.validFrom === one.validFrom && other.stations.some((station) => one.stations.includes(station)),
  )
