import type { Cause } from '@twin/models/reliability'
import { openPool, type Sql, type Tx } from '../store/index.ts'

const MINUTE = 60_000
const DAY = 86_400_000

export interface Check {
  /** null = all is well. */
  readonly bad: { readonly cause: Cause; readonly detail: string } | null
  /** The first of this process. */
  readonly first: boolean
  /** This process could not write since its last check. */
  readonly lost: boolean
}

interface Watch {
  readonly good_at: number
  readonly good_by: string
  readonly bad_cause: Cause | null
  readonly bad_detail: string | null
  readonly stopped_at: number | null
  readonly stopped_by: string | null
}

/**
 * The record of service in the database, by its clock alone. A good check of any node moves the end of good service on; one that comes too
 * late finds the gap and writes it down as an outage. So the record survives whatever ends the processes, and needs none of them to be
 * there while the service is away.
 */
export class Ledger {
  readonly #sql: Sql
  readonly #me: string
  readonly #gapMs: number
  readonly #alone: boolean

  /** `alone`: nobody else serves, so what is before this process's first check is away, however short. A connection of its own: no report may stand before it. */
  constructor(url: string, me: string, gapMs: number, alone: boolean) {
    this.#sql = openPool(url, { max: 1, name: 'twin-availability' })
    this.#me = me
    this.#gapMs = gapMs
    this.#alone = alone
  }

  /** Answers the outage that this check found, if any. Rejects when nothing could be written. */
  async check({ bad, first, lost }: Check): Promise<{ readonly cause: Cause; readonly ms: number } | null> {
    return this.#sql.begin(async (tx) => {
      const now = await time(tx)
      await tx`insert into service_watch (started_at, good_at, good_by) values (${now}, ${now}, ${this.#me}) on conflict do nothing`
      const [watch] = await tx<
        Watch[]
      >`select good_at, good_by, bad_cause, bad_detail, stopped_at, stopped_by from service_watch for update`
      // Waiting for the row took its time; what was written by then is not older.
      const at = await time(tx)
      if (!watch) throw new Error('the record of service has no beginning')
      const trouble = bad?.cause ?? (lost ? 'database' : null)
      await tx`insert into service_minute as m (minute, good, bad, causes)
        values (${Math.floor(at / MINUTE)}, ${trouble ? 0 : 1}, ${trouble ? 1 : 0}, ${trouble ? [trouble] : []}::text[])
        on conflict (minute) do update set good = m.good + excluded.good, bad = m.bad + excluded.bad,
          causes = case when m.causes @> excluded.causes then m.causes else m.causes || excluded.causes end`
      const gap = at - watch.good_at
      const newcomer = first && watch.good_by !== this.#me
      const stopped = watch.stopped_by === watch.good_by && watch.stopped_at !== null && watch.stopped_at >= watch.good_at
      // What lies before a process's first check ended with it, whatever it finds then.
      const over = newcomer ? gap > (this.#alone ? 0 : this.#gapMs) : bad === null && gap > this.#gapMs
      const cause: Cause = watch.bad_cause ?? (newcomer ? (stopped ? 'stop' : 'crash') : lost ? 'database' : 'unknown')
      if (over)
        await tx`insert into service_outage (from_at, to_at, cause, detail, node)
          values (${watch.good_at}, ${at}, ${cause}, ${watch.bad_detail ?? ''}, ${this.#me})`
      if (over || !bad)
        await tx`update service_watch set good_at = greatest(good_at, ${at}), good_by = ${this.#me}, bad_cause = null, bad_detail = null`
      if (bad)
        await tx`update service_watch set bad_cause = coalesce(bad_cause, ${bad.cause}), bad_detail = coalesce(bad_detail, ${bad.detail})`
      return over ? { cause, ms: gap } : null
    })
  }

  /** A stop that was ordered; good service lasted until now, unless the last check was a bad one. */
  async stopped(good: boolean): Promise<void> {
    await this.#sql.begin(async (tx) => {
      const now = await time(tx)
      if (good) await tx`update service_watch set good_at = greatest(good_at, ${now}), good_by = ${this.#me}, bad_cause = null`
      await tx`update service_watch set stopped_at = ${now}, stopped_by = ${this.#me} where good_by = ${this.#me}`
    })
  }

  async forget(keepDays: number): Promise<void> {
    await this.#sql`delete from service_minute where minute < (select good_at from service_watch) / ${MINUTE} - ${keepDays * (DAY / MINUTE)}`
  }

  close(): Promise<void> {
    return this.#sql.end()
  }
}

async function time(tx: Tx): Promise<number> {
  const [row] = await tx<{ now: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`
  return Number(row?.now ?? 0)
}
