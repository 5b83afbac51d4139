import { type Cause, type CountedOutage, counts, firstVerdict, type MinuteState, type Verdict } from '@twin/models/reliability'
import type { Sql } from '../store/index.ts'

const MINUTE = 60_000
const DAYS = 90
/** Days and periods are those of the people who read them. */
const ZONE = 'Asia/Shanghai'

export interface Outage extends CountedOutage {
  /** null = it goes on. */
  readonly id: number | null
  readonly cause: Cause
  readonly detail: string
}
interface State {
  readonly now: number
  readonly since: number
  /** All was well last. */
  readonly goodAt: number
  readonly outages: readonly Outage[]
  readonly ongoing: Outage | null
}
export interface DayCount extends Readonly<Record<MinuteState, number>> {
  readonly day: string
}
export interface Run {
  readonly from: number
  readonly minutes: number
  readonly state: MinuteState
}
export interface Span {
  readonly from: number
  readonly to: number
}

/** Reads the record: nothing here changes it. */
export class AvailabilityReport {
  readonly #sql: Sql
  readonly #gapMs: number

  constructor(sql: Sql, gapMs: number) {
    this.#sql = sql
    this.#gapMs = gapMs
  }

  /** The record as a whole; undefined before the first check. An outage that goes on counts as one already. */
  async state(): Promise<State | undefined> {
    const sql = this.#sql
    const [watch] = await sql<{ now: number; since: number; good_at: number; bad_cause: Cause | null; bad_detail: string | null }[]>`
      select (extract(epoch from clock_timestamp()) * 1000)::bigint as now, started_at as since, good_at, bad_cause, bad_detail from service_watch`
    if (!watch) return undefined
    const rows = await sql<{ id: number; from: number; to: number; cause: Cause; detail: string; verdict: Verdict | null }[]>`
      select o.id, o.from_at as "from", o.to_at as "to", o.cause, o.detail,
        (select v.verdict from service_outage_verdict v where v.outage = o.id order by v.id desc limit 1) as verdict
      from service_outage o order by o.from_at`
    const outages: Outage[] = rows.map((row) => ({ ...row, verdict: row.verdict ?? firstVerdict(row.cause) }))
    const { now, since, good_at: goodAt } = watch
    const cause = watch.bad_cause ?? 'unknown'
    const away = now - goodAt > this.#gapMs
    const ongoing = away ? { id: null, from: goodAt, to: now, cause, detail: watch.bad_detail ?? '', verdict: firstVerdict(cause) } : null
    return { now, since, goodAt, ongoing, outages: ongoing ? [...outages, ongoing] : outages }
  }

  /** From the beginnings of this month, quarter and year until now. */
  async periods(state: State): Promise<({ readonly period: 'month' | 'quarter' | 'year' } & Span & ReturnType<typeof counts>)[]> {
    const rows = await this.#sql<{ period: 'month' | 'quarter' | 'year'; from: number }[]>`
      select p as period, (extract(epoch from date_trunc(p, to_timestamp(${state.now} / 1000.0), ${ZONE})) * 1000)::bigint as "from"
      from unnest(array['month', 'quarter', 'year']) as p`
    return rows.map(({ period, from }) => {
      const span = { from: Math.max(from, state.since), to: state.now }
      return { period, ...span, ...counts(span, state.outages) }
    })
  }

  /** The last days, oldest first, by how many of their minutes were what. */
  async days({ now, since, outages }: State): Promise<DayCount[]> {
    const days = await this.#sql<{ day: string; from: number; to: number; good: number; degraded: number }[]>`
      with d as (
        select generate_series(date_trunc('day', to_timestamp(${now} / 1000.0) at time zone ${ZONE}) - make_interval(days => ${DAYS - 1}),
          date_trunc('day', to_timestamp(${now} / 1000.0) at time zone ${ZONE}), '1 day') as day),
      e as (select day, (extract(epoch from day at time zone ${ZONE}) * 1000)::bigint as "from",
        (extract(epoch from (day + '1 day') at time zone ${ZONE}) * 1000)::bigint as "to" from d)
      select to_char(e.day, 'YYYY-MM-DD') as day, e."from", e."to", count(m.minute) filter (where m.bad = 0)::int as good,
        count(m.minute) filter (where m.bad > 0)::int as degraded
      from e left join service_minute m on m.minute >= e."from" / ${MINUTE} and m.minute < e."to" / ${MINUTE}
      group by 1, 2, 3 order by 1`
    const first = days[0]?.from ?? now
    const recent = outages.filter(({ to }) => to > first)
    // What nodes wrote in minutes that count as away: at both ends, and whatever they found bad meanwhile.
    const ends = recent.flatMap(({ from, to }) => [Math.floor(from / MINUTE), Math.floor(to / MINUTE)])
    const rows = await this.#sql<{ minute: number; bad: number }[]>`select minute, bad from service_minute
      where minute = any(${ends}::bigint[]) or (bad > 0 and minute >= ${first / MINUTE})`
    const written = new Map(rows.map(({ minute, bad }) => [minute, bad]))
    const away = minutesOf(recent, Math.max(first, since), now)
    return days.map(({ day, from, to, good, degraded }) => {
      const count: Record<MinuteState, number> = { good, degraded, planned: 0, failure: 0, excluded: 0, none: 0 }
      for (let minute = from / MINUTE; minute < to / MINUTE; minute++) {
        const verdict = away.get(minute)
        if (!verdict) continue
        count[verdict]++
        const row = written.get(minute)
        if (row !== undefined) count[row > 0 ? 'degraded' : 'good']--
      }
      const known = count.good + count.degraded + count.planned + count.failure + count.excluded
      count.none = (to - from) / MINUTE - known
      return { day, ...count }
    })
  }

  /** The minutes of one day, equal ones together. */
  async day(day: string, { now, since, outages }: State): Promise<Run[]> {
    const [bounds] = await this.#sql<
      Span[]
    >`select (extract(epoch from ${day}::date::timestamp at time zone ${ZONE}) * 1000)::bigint as "from",
      (extract(epoch from (${day}::date + 1)::timestamp at time zone ${ZONE}) * 1000)::bigint as "to"`
    if (!bounds) return []
    const rows = await this.#sql<{ minute: number; bad: number }[]>`select minute, bad from service_minute
      where minute >= ${bounds.from / MINUTE} and minute < ${bounds.to / MINUTE}`
    const written = new Map(rows.map(({ minute, bad }) => [minute, bad]))
    const away = minutesOf(outages, Math.max(bounds.from, since), Math.min(bounds.to, now))
    const runs: { from: number; minutes: number; state: MinuteState }[] = []
    for (let minute = bounds.from / MINUTE; minute < bounds.to / MINUTE; minute++) {
      const bad = written.get(minute)
      const state: MinuteState = away.get(minute) ?? (bad === undefined ? 'none' : bad > 0 ? 'degraded' : 'good')
      const last = runs.at(-1)
      if (last?.state === state) last.minutes++
      else runs.push({ from: minute * MINUTE, minutes: 1, state })
    }
    return runs
  }
}

/** Every minute that an outage touches between two times; a failure outweighs what else was in it. */
function minutesOf(outages: readonly CountedOutage[], from: number, to: number): Map<number, Verdict> {
  const found = new Map<number, Verdict>()
  for (const outage of outages) {
    const [start, end] = [Math.max(outage.from, from), Math.min(outage.to, to)]
    for (let minute = Math.floor(start / MINUTE); minute * MINUTE < end; minute++)
      if (outage.verdict === 'failure' || !found.has(minute)) found.set(minute, outage.verdict)
  }
  return found
}
