import type { ClaimedShard } from '@twin/actors/runtime'
import type { Sql } from './connection.ts'
import { deaths } from './deaths.ts'
import type { Ownership } from './ownership.ts'
import { json } from './text.ts'

export interface NodeRow {
  readonly inc: string
  readonly addr: string
  readonly draining: boolean
  readonly info: Readonly<Record<string, unknown>>
  /** Since its last heartbeat, and how long they came without a gap, by the database's clock, ms. */
  readonly ageMs: number
  readonly unbrokenMs: number
  /** The database's clock when it answered, epoch ms. */
  readonly dbAt: number
}

export interface ShardRow {
  readonly shard: number
  readonly epoch: number
  readonly owner: string | null
  readonly state: 'free' | 'open' | 'handoff'
  readonly target: string | null
  /** What its stations cost its owner; 0 = not measured yet. */
  readonly weight: number
}

/** What a cluster decides by: who lives and who holds what, in Postgres and by its clock alone. */
export class ClusterStore {
  readonly #sql: Sql
  readonly #own: Ownership
  readonly #lockMs: number

  constructor(sql: Sql, own: Ownership, lockMs: number) {
    this.#sql = sql
    this.#own = own
    this.#lockMs = lockMs
  }

  get inc(): string {
    return this.#own.inc
  }
  get held(): ReadonlyMap<number, { readonly epoch: number }> {
    return this.#own.shards
  }

  /** Sign of life; answers who else gave one within the last minute, this node included. */
  async heartbeat(addr: string, draining: boolean, info: object, gapMs: number): Promise<readonly NodeRow[]> {
    await this.#sql`insert into tw_node as n (inc, addr, hb_at, hb_since, draining, info)
      values (${this.inc}, ${addr}, clock_timestamp(), clock_timestamp(), ${draining}, ${json(info)}::text::jsonb)
      on conflict (inc) do update set addr = excluded.addr, draining = excluded.draining, info = excluded.info,
        hb_since = case when n.hb_at < clock_timestamp() - make_interval(secs => ${gapMs / 1000}::float8)
          then clock_timestamp() else n.hb_since end,
        hb_at = clock_timestamp()`
    return this.nodes()
  }

  nodes(): Promise<readonly NodeRow[]> {
    return this.#sql<NodeRow[]>`select inc, addr, draining, info,
      (extract(epoch from clock_timestamp() - hb_at) * 1000)::float8 as "ageMs",
      (extract(epoch from hb_at - hb_since) * 1000)::float8 as "unbrokenMs",
      (extract(epoch from clock_timestamp()) * 1000)::float8 as "dbAt"
      from tw_node where hb_at > now() - interval '1 minute' order by inc`
  }

  /** Changes whenever a shard changes hands, is offered, or weighs more or less. */
  async version(): Promise<string> {
    const [row] = await this.#sql<{ version: string }[]>`
      select sum(epoch) || ' ' || count(*) filter (where state <> 'open') || ' ' || coalesce(sum(shard) filter (where state <> 'open'), 0)
        || ' ' || sum(weight::bigint * (shard + 1)) as version from tw_shard`
    return row?.version ?? ''
  }

  shards(): Promise<readonly ShardRow[]> {
    return this.#sql<ShardRow[]>`select shard, epoch, owner, state, target, weight from tw_shard order by shard`
  }

  /** What dead processes have not committed is void; without this their open transactions could hold up the claim. */
  async terminate(incs: readonly string[]): Promise<number> {
    const names = incs.map((inc) => `tw:${inc}`)
    const [row] = await this.#sql<{ ended: number }[]>`select count(*) filter (where pg_terminate_backend(pid))::int as ended
      from pg_stat_activity where datname = current_database() and application_name = any(${names}::text[])`
    return row?.ended ?? 0
  }

  /**
   * Takes shards whose epoch is still the expected one and whose owner gave them up or is stale by the database's clock: epoch + 1 and
   * both fences, in one transaction that waits for commits under way. Answers those that were taken.
   */
  async claim(expected: ReadonlyMap<number, number>, staleMs: number): Promise<Map<number, ClaimedShard>> {
    const shards = [...expected.keys()]
    const rows = await this.#sql.begin(async (tx) => {
      await tx.unsafe(`set local lock_timeout = ${this.#lockMs}`)
      // Same order as the commits take, so that nobody waits in a circle.
      await tx`select 1 from tw_fence where shard = any(${shards}::int[]) order by shard, stream for update`
      await tx`update tw_shard s set epoch = s.epoch + 1, owner = ${this.inc}, state = 'open', target = null, ${deaths(this.#own)}
        from unnest(${shards}::int[], ${[...expected.values()]}::bigint[]) as x(shard, epoch)
        where s.shard = x.shard and s.epoch = x.epoch and (s.owner is null or s.owner = ${this.inc} or s.state <> 'open'
          or not exists (select 1 from tw_node n where n.inc = s.owner
            and n.hb_at > clock_timestamp() - make_interval(secs => ${staleMs / 1000}::float8)))`
      return tx<{ shard: number; stream: 'e' | 't'; epoch: number; seq: number }[]>`
        update tw_fence f set epoch = s.epoch
        from tw_shard s join unnest(${shards}::int[], ${[...expected.values()]}::bigint[]) as x(shard, epoch) on s.shard = x.shard
        where f.shard = s.shard and s.owner = ${this.inc} and s.epoch = x.epoch + 1
        returning f.shard, f.stream, f.epoch, f.seq`
    })
    const claimed = new Map<number, ClaimedShard>()
    for (const { shard, stream, epoch, seq } of rows) {
      const known = claimed.get(shard) ?? { epoch, factSeq: 0, sampleSeq: 0 }
      claimed.set(shard, stream === 'e' ? { ...known, factSeq: seq } : { ...known, sampleSeq: seq })
    }
    for (const [shard, held] of claimed) this.#own.shards.set(shard, { ...held })
    return claimed
  }

  /** The commits no longer count with these shards. */
  forget(shards: Iterable<number>): void {
    for (const shard of shards) this.#own.shards.delete(shard)
  }

  /** Offers shards that this process holds under these epochs; target null = to whoever wants them. */
  async handOver(shards: ReadonlyMap<number, number>, target: string | null): Promise<void> {
    await this.#sql`update tw_shard s set state = 'handoff', target = ${target}
      from unnest(${[...shards.keys()]}::int[], ${[...shards.values()]}::bigint[]) as x(shard, epoch)
      where s.shard = x.shard and s.epoch = x.epoch and s.owner = ${this.inc}`
  }

  /** What shards of this process cost it. */
  async weigh(weights: ReadonlyMap<number, number>): Promise<void> {
    await this.#sql`update tw_shard s set weight = x.weight
      from unnest(${[...weights.keys()]}::int[], ${[...weights.values()]}::int[]) as x(shard, weight)
      where s.shard = x.shard and s.owner = ${this.inc} and s.state = 'open'`
  }

  /** Does this process still hold the shard? */
  async holds(shard: number, epoch: number): Promise<boolean> {
    const rows = await this.#sql`select 1 from tw_shard where shard = ${shard} and owner = ${this.inc} and epoch = ${epoch}`
    return rows.length > 0
  }

  /** The last word of a process that ends: whatever it still holds may be taken at once. */
  async leave(): Promise<void> {
    await this.#sql`update tw_shard set state = 'handoff', target = null where owner = ${this.inc} and state = 'open'`
    await this.#sql`update tw_node set hb_at = now() - interval '1 minute', draining = true where inc = ${this.inc}`
  }

  /** Marks a station as changed now. */
  async touch(id: string): Promise<void> {
    await this.#sql`update station set updated_at = clock_timestamp() where id = ${id} and deleted_at is null`
  }

  /** Stations created, changed or retired since `since` (epoch ms). */
  async changedStations(since: number): Promise<readonly { readonly id: string; readonly retired: boolean; readonly at: number }[]> {
    return this.#sql<{ id: string; retired: boolean; at: number }[]>`
      select id, deleted_at is not null as retired, updated_at as at from station where updated_at > ${since} order by updated_at`
  }
}
