import type { Tx } from './connection.ts'
import type { Plain } from './pool.ts'

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

/** A point of a device as the history tables know it. */
export interface Slot {
  readonly device: string
  readonly slot: number
}
/** Part of the time of one of several slots, [from, to). */
export interface Stretch {
  /** Index of the slot. */
  readonly of: number
  readonly from: number
  readonly to: number
}

/** Minutes of single readings that one question may put together, over all its points: some ten seconds of work. */
const MOST_MINUTES = 300_000

/** Asked for more history than can be put together from single readings while the rollups of it are still being made. */
export class RollupsBehind extends Error {
  override readonly name = 'RollupsBehind'
  /** Minutes of points that are waiting for their rollup. */
  readonly minutes: number
  constructor(minutes: number) {
    super(`${minutes} minutes of readings have no rollup yet`)
    this.minutes = minutes
  }
}

/** Stored readings of a slot in [from, to), ascending; what was not measured is left out. */
export async function rawReadings(tx: Tx, device: string, slot: number, from: number, to: number): Promise<RawReading[]> {
  const [readings] = await rawReadingsOf(tx, [{ device, slot }], [{ of: 0, from, to }])
  return readings ?? []
}

/** The same for many slots in one query: a list per slot, over all its stretches. */
export async function rawReadingsOf(tx: Tx, slots: readonly Slot[], stretches: readonly Stretch[]): Promise<RawReading[][]> {
  const found: RawReading[][] = slots.map(() => [])
  if (stretches.length === 0) return found
  const rows = await tx.unsafe<RawReading & { of: number }>(
    `select x."of", r.* from ${stretchTable}
    cross join lateral (
      select at, "values"[x.slot + 1] as value, get_byte(quality, x.slot) as quality, seq from sample s
      where s.device = x.device and s.at >= x.since and s.at < x.until and octet_length(quality) > x.slot and get_byte(quality, x.slot) <> 255
      offset 0) r
    order by r.at, r.seq`,
    stretchValues(slots, stretches),
  )
  for (const { of, at, value, quality } of rows) found[of]?.push({ at, value, quality })
  return found
}

/** Slots and stretches as a table, for `stretchValues` as $1 to $5. */
export const stretchTable = `unnest($1::int[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[]) as x("of", device, slot, since, until)`

export function stretchValues(slots: readonly Slot[], stretches: readonly Stretch[]): Plain[] {
  const slotOf = ({ of }: Stretch): Slot => slots[of] ?? { device: '', slot: 0 }
  return [
    stretches.map((x) => x.of),
    stretches.map((x) => slotOf(x).device),
    stretches.map((x) => slotOf(x).slot),
    stretches.map((x) => x.from),
    stretches.map((x) => x.to),
  ]
}

/** Whether a stored value counts: good, uncertain or substituted. */
export const counts = ({ value, quality }: RawReading): boolean => !Number.isNaN(value) && (quality === 0 || quality === 1 || quality === 4)

/** Where local days start, for the day tier. */
export interface DayCutter {
  startOf(at: number): number
  after(start: number): number
}

const cutters = new Map<string, DayCutter>()
/** Ends of days remembered per zone: decades of them. */
const REMEMBERED = 20_000

/** Days of an IANA zone. Asking the calendar takes microseconds and a question over many counters asks a hundred thousand times. */
export function daysOf(timeZone: string): DayCutter {
  let known = cutters.get(timeZone)
  if (!known) {
    const slow = calendarOf(timeZone)
    const ends = new Map<number, number>()
    // Questions come in the order of time: mostly about the day asked for just before.
    let [from, until] = [0, 0]
    known = {
      startOf(at) {
        if (at < from || at >= until) {
          from = slow.startOf(at)
          until = this.after(from)
        }
        return from
      },
      after(start) {
        let end = ends.get(start)
        if (end === undefined) {
          if (ends.size >= REMEMBERED) ends.clear()
          ends.set(start, (end = slow.after(start)))
        }
        return end
      },
    }
    cutters.set(timeZone, known)
  }
  return known
}

function calendarOf(timeZone: string): DayCutter {
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
 * Buckets of points, right even while rollups lag: a bucket with a dirty mark below it is put together from finer rows, down to the raw
 * ones. However many slots there are, a tier is one query. Use one inside a repeatable-read transaction, so that marks and rows are of one
 * moment.
 */
export class BucketReader {
  readonly #tx: Tx
  readonly #slots: readonly Slot[]
  readonly #days: DayCutter
  readonly #parts: 'all' | 'last'
  #dirty: ReadonlyMap<string, DirtyTiers> | null = null

  /** `last` leaves out what counters have no use for (n, min, sum and first): every array of a row costs its unpacking. */
  constructor(tx: Tx, slots: readonly Slot[], days: DayCutter, parts: 'all' | 'last' = 'all') {
    this.#tx = tx
    this.#slots = slots
    this.#days = days
    this.#parts = parts
  }

  startOf(tier: Tier, at: number): number {
    return tier === 2 ? this.#days.startOf(at) : at - (at % (tier === 0 ? MINUTE : HOUR))
  }

  after(tier: Tier, start: number): number {
    return tier === 2 ? this.#days.after(start) : start + (tier === 0 ? MINUTE : HOUR)
  }

  /** Buckets that begin within the stretches, a list per slot, ascending; empty ones are left out. Stretches of a slot don't overlap. */
  async read(tier: Tier, stretches: readonly Stretch[]): Promise<Bucket[][]> {
    const dirty = await this.marks()
    const found: Bucket[][] = this.#slots.map(() => [])
    for (const { of, ...bucket } of await this.#stored(tier, stretches))
      if (!dirty.get(this.#slots[of]?.device ?? '')?.[tier].has(bucket.start)) found[of]?.push(bucket)
    const behind: Stretch[] = []
    for (const { of, from, to } of stretches) {
      const marked = dirty.get(this.#slots[of]?.device ?? '')?.[tier] ?? []
      const starts = [...marked].filter((start) => start >= from && start < to)
      for (const run of this.#runs(tier, starts)) behind.push({ of, ...run })
    }
    if (behind.length > 0) {
      const minutes = tier === 0 ? behind.reduce((sum, { from, to }) => sum + (to - from) / MINUTE, 0) : 0
      if (minutes > MOST_MINUTES) throw new RollupsBehind(minutes)
      const finer = tier === 0 ? (await rawReadingsOf(this.#tx, this.#slots, behind)).map(ofReadings) : await this.read(lower(tier), behind)
      for (const [of, buckets] of finer.entries()) found[of]?.push(...this.#merge(tier, buckets))
    }
    return found.map((buckets) => buckets.filter((bucket) => bucket.n > 0).sort((a, b) => a.start - b.start))
  }

  async #stored(tier: Tier, stretches: readonly Stretch[]): Promise<(Bucket & { of: number })[]> {
    if (stretches.length === 0) return []
    if (this.#parts === 'last') {
      const rows = await this.#tx.unsafe<Pick<Bucket, 'start' | 'lastAt' | 'max' | 'last'> & { of: number }>(
        `select x."of", r.* from ${stretchTable}
        cross join lateral (
          select bucket as start, last_at as "lastAt", vmax[x.slot + 1] as max, vlast[x.slot + 1] as last
          from ${tables[tier]} t where t.device = x.device and t.bucket >= x.since and t.bucket < x.until) r
        where r.last <> 'NaN'`,
        stretchValues(this.#slots, stretches),
      )
      return rows.map((row) => ({ ...row, n: 1, min: Number.NaN, sum: Number.NaN, first: Number.NaN }))
    }
    return this.#tx.unsafe<Bucket & { of: number }>(
      `select x."of", r.* from ${stretchTable}
      cross join lateral (
        select bucket as start, last_at as "lastAt", coalesce(n[x.slot + 1], 0) as n, vmin[x.slot + 1] as min, vmax[x.slot + 1] as max,
          vsum[x.slot + 1] as sum, vfirst[x.slot + 1] as first, vlast[x.slot + 1] as last
        from ${tables[tier]} t where t.device = x.device and t.bucket >= x.since and t.bucket < x.until) r`,
      stretchValues(this.#slots, stretches),
    )
  }

  /** Dirty buckets of every tier by device: those marked, and those above a dirty one. */
  async marks(): Promise<ReadonlyMap<string, DirtyTiers>> {
    if (this.#dirty) return this.#dirty
    const devices = [...new Set(this.#slots.map(({ device }) => device))]
    const rows = await this.#tx<{ device: string; tier: number; bucket: number }[]>`
      select distinct p.device, m.tier, p.bucket from rollup_dirty m, unnest(m.devices, m.buckets) p(device, bucket)
      where m.devices && ${devices}::text[] and p.device = any(${devices}::text[])`
    const dirty = new Map<string, DirtyTiers>()
    for (const { device, tier, bucket } of rows) {
      const tiers = dirty.get(device) ?? [new Set(), new Set(), new Set()]
      tiers[tier === 0 ? 0 : tier === 1 ? 1 : 2].add(bucket)
      dirty.set(device, tiers)
    }
    for (const tiers of dirty.values()) {
      for (const minute of tiers[0]) tiers[1].add(this.startOf(1, minute))
      for (const hour of tiers[1]) tiers[2].add(this.startOf(2, hour))
    }
    this.#dirty = dirty
    return dirty
  }

  /** Neighbouring buckets as ranges, so that a query has few of them. */
  #runs(tier: Tier, starts: number[]): { from: number; to: number }[] {
    const runs: { from: number; to: number }[] = []
    for (const start of starts.sort((a, b) => a - b)) {
      const run = runs.at(-1)
      const end = this.after(tier, start)
      if (run?.to === start) run.to = end
      else runs.push({ from: start, to: end })
    }
    return runs
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

export type DirtyTiers = readonly [Set<number>, Set<number>, Set<number>]

const ofReadings = (readings: readonly RawReading[]): Bucket[] =>
  readings
    .filter(counts)
    .map(({ at, value }) => ({ start: at, lastAt: at, n: 1, min: value, max: value, sum: value, first: value, last: value }))

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
