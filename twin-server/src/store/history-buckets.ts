import type { Tx } from './connection.ts'

/** One bucket of one point. n = 0 and NaN where nothing was measured. */
export interface Bucket {
  readonly start: number
  /** Source time of the last row in it, of whatever point. */
  readonly lastAt: number
  readonly n: number
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly first: number
  readonly last: number
}
export type Tier = 0 | 1 | 2
const tables = ['rollup_1m', 'rollup_1h', 'rollup_1d'] as const
export const MINUTE = 60_000
export const HOUR = 3_600_000

export interface RawReading {
  readonly at: number
  readonly value: number
  readonly quality: number
}

/** Whether a stored value counts: good, uncertain or substituted. */
export const counts = ({ value, quality }: RawReading): boolean => !Number.isNaN(value) && (quality === 0 || quality === 1 || quality === 4)

/** Stored readings of a slot in [from, to), ascending; slots not measured are left out. */
export async function rawReadings(tx: Tx, device: string, slot: number, from: number, to: number): Promise<RawReading[]> {
  const i = slot + 1
  return tx<RawReading[]>`
    select at, "values"[${i}::int] as value, get_byte(quality, ${slot}::int) as quality from sample
    where device = ${device} and at >= ${from} and at < ${to} and octet_length(quality) >= ${i}::int and get_byte(quality, ${slot}::int) <> 255
    order by at, seq`
}

/** Where local days start, for the day tier. */
export interface DayCutter {
  startOf(at: number): number
  after(start: number): number
}

/** Days of an IANA zone. */
export function daysOf(timeZone: string): DayCutter {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const offset = (at: number): number => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    return (
      Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0, part['second'] ?? 0) -
      (at - (at % 1000))
    )
  }
  const midnight = (local: number): number => {
    const guess = local - offset(local)
    return local - offset(guess)
  }
  return {
    startOf(at) {
      const local = at + offset(at)
      return midnight(local - (((local % 86_400_000) + 86_400_000) % 86_400_000))
    },
    after(start) {
      const local = start + offset(start) + 36 * HOUR
      return midnight(local - (local % 86_400_000))
    },
  }
}

/**
 * Buckets of a point, right even while rollups lag: a bucket with a dirty mark below it is put together from finer rows, down to the raw
 * ones. Use one inside a repeatable-read transaction, so that marks and rows are of one moment.
 */
export class BucketReader {
  readonly #tx: Tx
  readonly #device: string
  readonly #slot: number
  readonly #days: DayCutter
  #dirty: readonly [Set<number>, Set<number>, Set<number>] | null = null

  constructor(tx: Tx, device: string, slot: number, days: DayCutter) {
    this.#tx = tx
    this.#device = device
    this.#slot = slot
    this.#days = days
  }

  startOf(tier: Tier, at: number): number {
    return tier === 2 ? this.#days.startOf(at) : at - (at % (tier === 0 ? MINUTE : HOUR))
  }

  after(tier: Tier, start: number): number {
    return tier === 2 ? this.#days.after(start) : start + (tier === 0 ? MINUTE : HOUR)
  }

  /** Buckets that begin in [from, to), ascending; empty ones are left out. */
  async read(tier: Tier, from: number, to: number): Promise<Bucket[]> {
    const dirty = (await this.#marks())[tier]
    const stored = await this.#stored(tier, from, to)
    const buckets = stored.filter((bucket) => !dirty.has(bucket.start))
    for (const [start, end] of this.#runs(
      tier,
      [...dirty].filter((start) => start >= from && start < to),
    )) {
      const fresh =
        tier === 0
          ? this.#fromRaw(await rawReadings(this.#tx, this.#device, this.#slot, start, end))
          : this.#merge(tier, await this.read(lower(tier), start, end))
      buckets.push(...fresh)
    }
    return buckets.filter((bucket) => bucket.n > 0).sort((a, b) => a.start - b.start)
  }

  #stored(tier: Tier, from: number, to: number): Promise<Bucket[]> {
    const i = this.#slot + 1
    return this.#tx.unsafe<Bucket>(
      `select bucket as start, last_at as "lastAt", coalesce(n[${i}], 0) as n, vmin[${i}] as min, vmax[${i}] as max, vsum[${i}] as sum,
         vfirst[${i}] as first, vlast[${i}] as last
       from ${tables[tier]} where device = $1 and bucket >= $2 and bucket < $3`,
      [this.#device, from, to],
    )
  }

  /** Dirty buckets of every tier: those marked, and those above a dirty one. */
  async #marks(): Promise<readonly [Set<number>, Set<number>, Set<number>]> {
    if (this.#dirty) return this.#dirty
    const rows = await this.#tx<{ tier: number; bucket: number }[]>`
      select distinct m.tier, m.buckets[p] as bucket from rollup_dirty m, unnest(array_positions(m.devices, ${this.#device}::text)) p`
    const dirty: [Set<number>, Set<number>, Set<number>] = [new Set(), new Set(), new Set()]
    for (const { tier, bucket } of rows) dirty[tier === 0 ? 0 : tier === 1 ? 1 : 2].add(bucket)
    for (const minute of dirty[0]) dirty[1].add(this.startOf(1, minute))
    for (const hour of dirty[1]) dirty[2].add(this.startOf(2, hour))
    this.#dirty = dirty
    return dirty
  }

  /** Neighbouring buckets as ranges, so that one query reads them. */
  *#runs(tier: Tier, starts: number[]): Generator<[number, number]> {
    let run: [number, number] | null = null
    for (const start of starts.sort((a, b) => a - b)) {
      const end = this.after(tier, start)
      if (run && run[1] === start) run[1] = end
      else {
        if (run) yield run
        run = [start, end]
      }
    }
    if (run) yield run
  }

  #fromRaw(readings: readonly RawReading[]): Bucket[] {
    return this.#merge(
      0,
      readings
        .filter(counts)
        .map(({ at, value }) => ({ start: at, lastAt: at, n: 1, min: value, max: value, sum: value, first: value, last: value })),
    )
  }

  #merge(tier: Tier, finer: readonly Bucket[]): Bucket[] {
    const merged: Bucket[] = []
    for (const bucket of finer) {
      const start = this.startOf(tier, bucket.start)
      const last = merged.at(-1)
      if (last?.start === start) merged[merged.length - 1] = mergeBuckets(last, bucket)
      else merged.push({ ...bucket, start })
    }
    return merged
  }
}

const lower = (tier: Tier): Tier => (tier === 2 ? 1 : 0)

/** `b` follows `a`. */
export function mergeBuckets(a: Bucket, b: Bucket): Bucket {
  return {
    start: a.start,
    lastAt: Math.max(a.lastAt, b.lastAt),
    n: a.n + b.n,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: a.sum + b.sum,
    first: a.first,
    last: b.last,
  }
}
