import { setTimeout as delay } from 'node:timers/promises'
import type { Sql, Tx } from './connection.ts'
import type { Partitions } from './partitions.ts'
import { type Pairs, Recomputer } from './recompute.ts'

export interface RollupOptions {
  readonly org: string
}

/** Buckets marked that are taken in one pass, and buckets per statement. */
const PAIRS = 50_000
const CHUNK = 4000
const IDLE_MS = 1000
/** Coarser tiers wait a little, so that a late minute after another costs one hour and not sixty. */
const HOUR_WAIT = 5_000
const DAY_WAIT = 20_000

/**
 * Keeps rollups up to date: takes dirty marks, recomputes their buckets whole and marks the coarser ones, in one transaction. A pass that
 * is repeated gives the same, so marks are neither lost nor counted twice. While it lags, history reads dirty ranges from finer rows.
 */
export class RollupWorker {
  readonly #sql: Sql
  readonly #partitions: Partitions
  readonly #options: RollupOptions
  readonly #recompute: Recomputer
  #stop: AbortController | null = null
  #running: Promise<void> = Promise.resolve()

  constructor(sql: Sql, partitions: Partitions, options: RollupOptions) {
    this.#sql = sql
    this.#partitions = partitions
    this.#options = options
    this.#recompute = new Recomputer(options.org)
  }

  /** `onError` is told of a failed pass; the next one tries again. */
  start(onError: (error: unknown) => void): void {
    if (this.#stop) return
    this.#stop = new AbortController()
    this.#running = this.#loop(this.#stop.signal, onError)
  }

  async stop(): Promise<void> {
    this.#stop?.abort()
    await this.#running
    this.#stop = null
  }

  /** Works off all marks due up to then; for tests and tools. Returns the number of buckets recomputed. */
  async drain(now = Date.now()): Promise<number> {
    let total = 0
    for (;;) {
      const done = await this.pass(now)
      if (done === 0) return total
      total += done
    }
  }

  /** Marks not yet worked off, by tier, and the age of the oldest due one, ms. */
  async lag(): Promise<{ readonly marks: number; readonly oldestMs: number }> {
    const [row] = await this.#sql<
      { marks: number; oldest: number | null }[]
    >`select count(*) as marks, min(due) as oldest from rollup_dirty where due <= now()`
    return { marks: row?.marks ?? 0, oldestMs: row?.oldest ? Math.max(0, Date.now() - row.oldest) : 0 }
  }

  async #loop(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      let done = 0
      let failed = false
      const started = performance.now()
      try {
        done = await this.pass(Date.now())
      } catch (error) {
        failed = true
        onError(error)
      }
      // Behind a backlog it works half of the time, so that commits keep the disk; otherwise it waits for the next minute to close.
      const rest = failed || done === 0 ? IDLE_MS : Math.min(performance.now() - started, IDLE_MS)
      await delay(rest, undefined, { signal }).catch(() => undefined)
    }
  }

  /** One batch of the finest tier that has something due. */
  async pass(now: number): Promise<number> {
    for (const tier of [0, 1, 2] as const) {
      const done = await this.#tier(tier, now)
      if (done > 0) return done
    }
    return 0
  }

  async #tier(tier: 0 | 1 | 2, now: number): Promise<number> {
    const [any] = await this.#sql`select 1 from rollup_dirty where tier = ${tier} and due <= ${now} limit 1`
    if (!any) return 0
    if (tier === 0) await this.#makePartitions(now)
    return this.#sql.begin(async (tx) => {
      // One at a time: of two that recompute the same minute, the one that saw less could write last.
      const [lock] = await tx<{ free: boolean }[]>`select pg_try_advisory_xact_lock(7202) as free`
      if (!lock?.free) return 0
      const pairs = await take(tx, tier, now)
      for (const chunk of chunks(pairs)) {
        if (tier === 0) await this.#recompute.minutes(tx, chunk)
        if (tier === 1) await this.#recompute.hours(tx, chunk)
        if (tier === 2) await this.#recompute.days(tx, chunk)
      }
      if (tier < 2 && pairs.devices.length > 0) await this.#markCoarser(tx, tier, pairs)
      return pairs.devices.length
    })
  }

  async #makePartitions(now: number): Promise<void> {
    const rows = await this.#sql<{ bucket: number }[]>`
      select distinct b / 86400000 * 86400000 as bucket from rollup_dirty, unnest(buckets) b where tier = 0 and due <= ${now}`
    await this.#partitions.ensure(
      'rollup_1m',
      rows.map((row) => row.bucket),
    )
  }

  async #markCoarser(tx: Tx, tier: number, { devices, buckets }: Pairs): Promise<void> {
    const due = Date.now() + (tier === 0 ? HOUR_WAIT : DAY_WAIT)
    const hour = 3_600_000
    // An hour or a day still open is marked again with its next minute anyway: it waits for its end, and history mixes meanwhile.
    await (tier === 0
      ? tx`
          insert into rollup_dirty (org, tier, due, devices, buckets)
          select ${this.#options.org}, 1, greatest(${due}::timestamptz, to_timestamp((bucket + ${hour}) / 1000.0)), array_agg(device), array_agg(bucket)
          from (select distinct device, b / ${hour}::bigint * ${hour}::bigint as bucket from unnest(${[...devices]}::text[], ${[...buckets]}::bigint[]) x(device, b)) h
          group by bucket`
      : tx`
          insert into rollup_dirty (org, tier, due, devices, buckets)
          select ${this.#options.org}, 2, greatest(${due}::timestamptz, day + interval '1 day'), array_agg(device),
            array_agg((extract(epoch from day) * 1000)::bigint)
          from (
            select distinct x.device, date_trunc('day', to_timestamp(x.b / 1000.0), coalesce(s.time_zone, 'Asia/Shanghai')) as day
            from unnest(${[...devices]}::text[], ${[...buckets]}::bigint[]) x(device, b)
            left join device v on v.id = x.device left join station s on s.id = v.station) d
          group by day`)
  }
}

/**
 * Takes the oldest marks, as many as are worth about `PAIRS` buckets. Marks due together go together: those of a live minute come with
 * every commit and name the same buckets again and again.
 */
async function take(tx: Tx, tier: number, now: number): Promise<Pairs> {
  const rows = await tx<{ device: string; bucket: number }[]>`
    with waiting as (
      select due, sum(sum(cardinality(devices))) over (order by due) as total from rollup_dirty where tier = ${tier} and due <= ${now} group by due),
    cut as (select coalesce(max(due) filter (where total <= ${PAIRS}), min(due)) as due from waiting),
    taken as (
      delete from rollup_dirty using cut where tier = ${tier} and rollup_dirty.due <= cut.due returning devices, buckets)
    select distinct x.device, x.bucket from taken, unnest(taken.devices, taken.buckets) x(device, bucket) order by x.bucket, x.device`
  return { devices: rows.map((row) => row.device), buckets: rows.map((row) => row.bucket) }
}

function* chunks({ devices, buckets }: Pairs): Generator<Pairs> {
  for (let i = 0; i < devices.length; i += CHUNK) yield { devices: devices.slice(i, i + CHUNK), buckets: buckets.slice(i, i + CHUNK) }
}
