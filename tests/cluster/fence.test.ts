import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shardOf } from '../../actors/src/runtime/index.ts'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { PgProxy } from './pg-proxy.ts'
import { Publisher } from './publisher.ts'

/**
 * The fence as one would write it without thinking of READ COMMITTED: looks at the epoch, locks nothing, and moves the sequence when the
 * transaction commits. Only for the lab's own database.
 */
const unsafeFence = `
create table lab_move (shard int, stream text, till bigint);
create function lab_apply() returns trigger language plpgsql as $$
begin update tw_fence set seq = greatest(seq, new.till) where shard = new.shard and stream = new.stream; return null; end $$;
create constraint trigger lab_apply after insert on lab_move deferrable initially deferred for each row execute function lab_apply();
create or replace function tw_commit_fence(p_inc text, p_commits bigint, p_shards int[], p_streams text[], p_epochs bigint[], p_froms bigint[], p_tos bigint[])
returns void language plpgsql as $$
begin
  if (select count(*) from unnest(p_shards, p_streams, p_epochs) as i(shard, stream, epoch)
      join tw_fence f on f.shard = i.shard and f.stream = i.stream and f.epoch = i.epoch) <> cardinality(p_shards) then
    raise exception 'FENCED' using errcode = 'TW001';
  end if;
  insert into lab_move select * from unnest(p_shards, p_streams, p_tos);
  update tw_node set commits = p_commits where inc = p_inc and commits = p_commits - 1;
end $$;`

describe.each([
  { name: 'the locking fence', unsafe: false },
  { name: 'a fence without the row lock', unsafe: true },
])('a writer that stalls right before COMMIT with nothing but $name between it and its successor', ({ unsafe }) => {
  const lab = new Lab()
  const stations = demoFleet()
  let pg: PgProxy
  let publisher: Publisher
  let victim: LabNode

  beforeAll(async () => {
    await lab.start(1, quick)
    if (unsafe) await lab.sql.unsafe(unsafeFence)
    pg = await new PgProxy(lab.databaseUrl, true).start()
    victim = await lab.addNode(quick, { databaseUrl: pg.url })
    await until(
      'the node behind the proxy owns stations',
      async () => {
        const own = await Promise.all(stations.map(({ id }) => lab.ownerOf(shardOf(id))))
        return own.every(Boolean) && own.includes(victim)
      },
      60,
    )
    publisher = new Publisher(stations, 'fence')
  }, 120_000)
  afterAll(async () => {
    await publisher.stop()
    await lab.stop()
    await pg.stop()
  }, 60_000)

  it(
    unsafe ? '[CL5] the lab catches it' : '[CL4] waits for it, and loses and doubles nothing',
    async () => {
      await publisher.start(lab.mqttUrl, 60)
      await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length)
      await pg.hold('after-fence')
      victim.process.signal('SIGSTOP')
      if (unsafe) {
        // The successor does not notice the open transaction: it claims and goes on.
        await until('claimed over an open commit', async () => ((await lab.owners()).get(lab.nodes[0]?.url ?? '') ?? 0) === 4096)
        // What came again to it is on its way to the same rows, with the same numbers.
        await until('the successor commits the same messages', async () => {
          const rows = await lab.sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%device_cursor%'`
          return rows.length > 0
        })
      } else
        await until('the claim waits for the fence', async () => {
          const rows = await lab.sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%tw_fence%for update%'`
          return rows.length > 0
        })
      pg.release()
      if (unsafe) {
        await until('the late commit landed', async () => {
          const found = await findings(lab.sql, publisher)
          return found.doubled + found.gaps + found.disordered > 0
        })
        return
      }
      victim.process.signal('SIGCONT')
      await settled(lab.sql, publisher)
      await until('no shard on the move', async () => !(await lab.owners()).has(''))
      expect(await findings(lab.sql, publisher)).toEqual(CLEAN)
    },
    90_000,
  )
})
