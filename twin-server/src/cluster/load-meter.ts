import type { Committed } from '@twin/actors/runtime'
import { shardOf } from '@twin/actors/runtime'

/** A mean over the time, young ones corrected for their age. */
interface Mean {
  sum: number
  share: number
  rows: number
}

export interface HotStation {
  readonly station: string
  readonly shard: number
  /** Rows committed a second: samples, its own derived ones included, and events. */
  readonly rate: number
}

export interface LoadMeterOptions {
  /** Time over which rates are taken, ms. */
  readonly windowMs: number
  /** A weight is written anew when what is measured differs from it by more than this factor, and by one at least. */
  readonly change: number
}

/** Of a mean before it says anything, as a share of the window. */
const YOUNG = 0.15
const DEVICES_PER_UNIT = 10

/**
 * What the stations of this node cost: rows committed a second, one for every ten devices, and one for being there with its two sessions.
 * Viewers are not counted: each is served by the node it is connected to, and the owner encodes a frame once however many look.
 */
export class LoadMeter {
  readonly #options: LoadMeterOptions
  readonly #means = new Map<string, Mean>()
  #at = 0

  constructor(options: LoadMeterOptions) {
    this.#options = options
  }

  take({ batch }: Pick<Committed, 'batch'>): void {
    for (const { station } of batch.samples) this.#of(station).rows++
    for (const { station } of batch.facts) this.#of(station).rows++
  }

  #of(station: string): Mean {
    let mean = this.#means.get(station)
    if (!mean) this.#means.set(station, (mean = { sum: 0, share: 0, rows: 0 }))
    return mean
  }

  /** A station that comes from another node brings what it cost there: what it has to catch up with is not its load. */
  inherit(station: string, devices: number, weight: number): void {
    const mean = { sum: 0, share: 0, rows: 0 }
    if (weight > 0) Object.assign(mean, { sum: Math.max(0, weight - fixed(devices)), share: 1 })
    this.#means.set(station, mean)
  }

  /** Forgets stations that are no longer here, and takes in what came since the last call. `at`: ms of a monotonic clock. */
  beat(at: number, here: (station: string) => boolean): void {
    const passed = (at - this.#at) / 1000
    const keep = Math.exp((this.#at - at) / this.#options.windowMs)
    this.#at = at
    for (const [station, mean] of this.#means) {
      if (!here(station)) this.#means.delete(station)
      else if (passed > 0) {
        mean.sum = mean.sum * keep + (mean.rows / passed) * (1 - keep)
        mean.share = mean.share * keep + (1 - keep)
        mean.rows = 0
      }
    }
  }

  rate(station: string): number {
    const mean = this.#means.get(station)
    return mean && mean.share > 0 ? mean.sum / mean.share : 0
  }

  /** Weight of a shard with these stations; `now`, what is on record, unless it is clearly wrong. */
  weigh(stations: readonly { readonly id: string; readonly devices: readonly unknown[] }[], now: number): number {
    if (stations.length === 0) return 0
    const young = stations.some(({ id }) => (this.#means.get(id)?.share ?? 0) < YOUNG)
    if (young && now > 0) return now
    const measured = Math.max(1, Math.round(stations.reduce((sum, { id, devices }) => sum + this.rate(id) + fixed(devices.length), 0)))
    const { change } = this.#options
    const off = Math.max(measured / Math.max(now, 1), now / measured)
    return now > 0 && (off <= change || Math.abs(measured - now) < 2) ? now : measured
  }

  hottest(most: number): readonly HotStation[] {
    return [...this.#means.keys()]
      .map((station) => ({ station, shard: shardOf(station), rate: Math.round(this.rate(station) * 10) / 10 }))
      .filter(({ rate }) => rate > 0)
      .toSorted((a, b) => b.rate - a.rate)
      .slice(0, most)
  }
}

const fixed = (devices: number): number => 1 + devices / DEVICES_PER_UNIT
