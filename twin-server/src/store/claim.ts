import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Sql } from './connection.ts'
import { deaths } from './deaths.ts'
import type { Ownership } from './ownership.ts'

export type Claimed = ReadonlyMap<number, { readonly epoch: number; readonly factSeq: number; readonly sampleSeq: number }>

/** Name of a process in tw_node; its writers carry it as application_name `tw:<inc>`. */
export function newIncarnation(): string {
  return `${hostname().slice(0, 30)}-${process.pid}-${randomBytes(5).toString('hex')}`
}

/**
 * Takes all shards: every epoch + 1, in one transaction, waiting for commits under way. A stopped owner whose transaction blocks the
 * claim for longer than lock_timeout has its connections ended; what it had not committed is void.
 */
export async function claimAll(sql: Sql, own: Ownership): Promise<Claimed> {
  try {
    return await claim(sql, own)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '55P03')) throw error
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'tw:%' and application_name <> ${`tw:${own.inc}`}`
    return claim(sql, own)
  }
}

async function claim(sql: Sql, own: Ownership): Promise<Claimed> {
  const rows = await sql.begin(async (tx) => {
    await tx`insert into tw_node (inc, addr, hb_at, hb_since) values (${own.inc}, ${hostname()}, now(), now())
      on conflict (inc) do update set hb_at = now()`
    // Same order as the commits take, so that nobody waits in a circle.
    await tx`select 1 from tw_fence order by shard, stream for update`
    await tx`update tw_shard s set epoch = epoch + 1, owner = ${own.inc}, state = 'open', target = null, ${deaths(own)}`
    await tx`update tw_fence f set epoch = s.epoch from tw_shard s where s.shard = f.shard`
    // Processes that ended long ago have nothing to say any more.
    await tx`delete from tw_node where inc <> ${own.inc} and hb_at < now() - interval '30 days'`
    return tx<{ shard: number; stream: 'e' | 't'; epoch: number; seq: number }[]>`select shard, stream, epoch, seq from tw_fence`
  })
  own.shards.clear()
  for (const { shard, stream, epoch, seq } of rows) {
    let held = own.shards.get(shard)
    if (!held) own.shards.set(shard, (held = { epoch, factSeq: 0, sampleSeq: 0 }))
    if (stream === 'e') held.factSeq = seq
    else held.sampleSeq = seq
  }
  const [node] = await sql<{ commits: number }[]>`select commits from tw_node where inc = ${own.inc}`
  own.commits = node?.commits ?? 0
  return new Map([...own.shards].map(([shard, held]) => [shard, { ...held }]))
}
