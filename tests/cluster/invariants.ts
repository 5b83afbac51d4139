import type { Sql } from '../../twin-server/src/store/connection.ts'
import { until } from '../../scripts/cluster-lab.ts'
import type { Publisher } from './publisher.ts'

export interface Findings {
  /** (1) Acknowledged by the broker and not on record, on record twice, out of order. */
  readonly lost: number
  readonly doubled: number
  readonly disordered: number
  /** (2) Numbers missing or double in a shard's journal or history, and epochs that go down in a journal. */
  readonly gaps: number
  readonly epochsBack: number
  /** (3) Rows of an epoch that its fence had left behind: written past the end of the fence. */
  readonly beyondFence: number
  /** (9) Shards that nobody holds, or that are on the move. */
  readonly unowned: number
}

/** The invariants of the design that the database shows by itself. */
export async function findings(sql: Sql, publisher: Publisher): Promise<Findings> {
  const [row] = await sql<{ gaps: number; epochsBack: number; beyondFence: number; unowned: number }[]>`
    with j as (select shard, seq, epoch, lag(epoch) over (partition by shard order by seq) as before from journal),
      streams as (
        select shard, 'e' as stream, count(*) as n, count(distinct seq) as d, max(seq) as last from journal group by shard
        union all
        select shard, 't', count(*), count(distinct seq), max(seq) from sample group by shard)
    select
      coalesce((select sum(abs(n - last) + (n - d)) from streams), 0)::int as gaps,
      (select count(*) from j where before > epoch)::int as "epochsBack",
      (select count(*) from streams s join tw_fence f using (shard, stream) where s.last <> f.seq)::int as "beyondFence",
      (select count(*) from tw_shard where state <> 'open' or owner is null)::int as unowned`
  const { lost, doubled, disordered } = await publisher.verify(sql)
  return {
    lost,
    doubled,
    disordered,
    gaps: row?.gaps ?? -1,
    epochsBack: row?.epochsBack ?? -1,
    beyondFence: row?.beyondFence ?? -1,
    unowned: row?.unowned ?? -1,
  }
}

export const CLEAN: Findings = { lost: 0, doubled: 0, disordered: 0, gaps: 0, epochsBack: 0, beyondFence: 0, unowned: 0 }

/** Stops sending and waits until everything the broker acknowledged has been taken or cannot be any more. */
export async function settled(sql: Sql, publisher: Publisher, seconds = 40): Promise<void> {
  await publisher.stop()
  await until(
    'everything acknowledged on record',
    async () => {
      const progress = await publisher.progress(sql)
      return publisher.streams.every(({ device, acked }) => (progress.get(device) ?? 0) >= Math.max(0, ...acked))
    },
    seconds,
  )
}
