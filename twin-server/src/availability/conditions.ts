import type { Sql } from '../store/index.ts'
import type { Condition } from './service-watch.ts'

type Health = () => Promise<{ readonly ok: boolean; readonly detail: string }>

/** A part that tells of its own health. */
export const healthy =
  (health: Health): Condition =>
  async () => {
    const { ok, detail } = await health()
    return ok ? null : detail
  }

/** What was taken gets committed: between two looks either nothing waits or commits go through. */
export function progressing(metrics: () => { readonly pending: number; readonly commits: number }): Condition {
  let before = { pending: 0, commits: 0 }
  return async () => {
    const { pending, commits } = metrics()
    const stuck = pending > 0 && before.pending > 0 && commits === before.commits
    before = { pending, commits }
    return stuck ? `${pending} messages wait and nothing is committed` : null
  }
}

/** Every shard has an owner that lives, or had one within the last `orphanMs`; by the database, for the whole cluster. */
export function owned(sql: Sql, staleMs: number, orphanMs: number): Condition {
  const since = new Map<number, number>()
  return async () => {
    const rows = await sql<{ shard: number }[]>`select s.shard from tw_shard s left join tw_node n on n.inc = s.owner
      where s.state <> 'open' or n.inc is null or n.hb_at < clock_timestamp() - make_interval(secs => ${staleMs / 1000}::float8)`
    const now = performance.now()
    const without = new Set(rows.map(({ shard }) => shard))
    for (const shard of since.keys()) if (!without.has(shard)) since.delete(shard)
    for (const shard of without) if (!since.has(shard)) since.set(shard, now)
    const orphans = [...since.values()].filter((at) => now - at > orphanMs).length
    return orphans === 0 ? null : `${orphans} shards without an owner`
  }
}
