import type { TurnMark } from '@twin/actors/runtime'
import type { Sql } from './connection.ts'
import { clean, json } from './text.ts'

/** How a process ended while this turn was under way: it hung, ran out of memory, or was gone without a word. */
export type Ending = 'hang' | 'memory' | 'death'

export interface Suspect extends TurnMark {
  readonly deaths: number
  readonly how: Ending
  /** The process that ended last. */
  readonly node: string
  readonly firstAt: number
  readonly lastAt: number
}

/** What is on record of turns that end processes. */
export class PoisonStore {
  readonly #sql: Sql
  readonly #inc: string

  constructor(sql: Sql, inc: string) {
    this.#sql = sql
    this.#inc = inc
  }

  /** These turns run next; what was noted before is done with. */
  async note(marks: readonly TurnMark[]): Promise<void> {
    const sql = this.#sql
    if (marks.length === 0) await sql`delete from tw_turn where inc = ${this.#inc}`
    else
      await sql`insert into tw_turn (inc, turns, at) values (${this.#inc}, ${json(marks)}::text::jsonb, now())
        on conflict (inc) do update set turns = excluded.turns, at = excluded.at`
  }

  /** Turns that dead processes had under way become suspects, once; `dead` null = of every process but this one. */
  async collect(dead: readonly string[] | null): Promise<void> {
    await this.#sql`with gone as (
        delete from tw_turn where inc <> ${this.#inc} and (${dead === null} or inc = any(${[...(dead ?? [])]}::text[])) returning inc, turns)
      insert into tw_suspect as s (shard, key, station, deaths, how, node, first_at, last_at)
      select t.shard, t.key, t.station, 1, 'death', gone.inc, now(), now()
      from gone, jsonb_to_recordset(gone.turns) as t(shard int, key text, station text)
      on conflict (shard, key) do update set deaths = s.deaths + 1, how = excluded.how, node = excluded.node, last_at = excluded.last_at`
  }

  suspects(): Promise<readonly Suspect[]> {
    return this.#sql<Suspect[]>`select shard, key, station, deaths, how, node, first_at as "firstAt", last_at as "lastAt"
      from tw_suspect order by last_at desc limit 1000`
  }

  /** Shards whose owners died this often, each time within the window, and how long they still need care, ms. */
  async careful(crashes: number, windowMs: number): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#sql<{ shard: number; left: number }[]>`
      select shard, (${windowMs}::float8 - extract(epoch from clock_timestamp() - crashed_at) * 1000)::float8 as "left"
      from tw_shard where crashes >= ${crashes} and crashed_at > clock_timestamp() - make_interval(secs => ${windowMs / 1000}::float8)`
    return new Map(rows.map(({ shard, left }) => [shard, left]))
  }

  /** The turns of this station may run again, and its shard needs no more care. */
  async pardon(station: string, shard: number): Promise<void> {
    await this.#sql`delete from tw_suspect where station = ${station}`
    await this.#sql`update tw_shard set crashes = 0 where shard = ${shard}`
  }

  /** Suspects nobody was reminded of for so long. */
  async forget(afterMs: number): Promise<void> {
    await this.#sql`delete from tw_suspect where last_at < now() - make_interval(secs => ${afterMs / 1000}::float8)`
  }
}

/** The last thing a process does for this turn, from its other thread. */
export async function strike(sql: Sql, inc: string, { shard, station, key }: TurnMark, how: Ending): Promise<void> {
  await sql`insert into tw_suspect as s (shard, key, station, deaths, how, node, first_at, last_at)
    values (${shard}, ${clean(key)}, ${clean(station)}, 1, ${how}, ${inc}, now(), now())
    on conflict (shard, key) do update set deaths = s.deaths + 1, how = excluded.how, node = excluded.node, last_at = excluded.last_at`
  // It is known already: the note would count it a second time.
  await sql`delete from tw_turn where inc = ${inc}`
}
