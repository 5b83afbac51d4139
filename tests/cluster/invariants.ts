import { viewAt } from '../../actors/src/runtime/index.ts'
import type { StationView } from '../../models/src/live/index.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { Ownership } from '../../twin-server/src/store/ownership.ts'
import { PostgresRecoveryPort } from '../../twin-server/src/store/recovery.ts'
import { openStations } from '../../twin-server/src/store/stations.ts'
import type { Cashier } from './cashier.ts'
import type { Clerk } from './clerk.ts'
import type { Lab } from './lab.ts'
import type { Operator } from './operator.ts'
import type { Publisher } from './publisher.ts'
import type { Viewer } from './viewer.ts'

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
  /** (4) Stations whose snapshot and journal say something else than the owner shows. */
  readonly unlike: number
  /** (5) Orders that became two, left the state machine, or were carried out without being sent. */
  readonly orders: number
  /** (6) Messages of the outbox undelivered, or with another effect than what is filed says. */
  readonly outbox: number
  /** (7) Postings that do not add up, stand twice or for nothing, acknowledged ones that are missing, balances that documents contradict. */
  readonly money: number
  /** (8) Viewers that hold something else than they would see after a new start, or were led back in time. */
  readonly viewers: number
  /** (9) Shards that nobody holds, or that are on the move. */
  readonly unowned: number
}

export interface Witnesses {
  readonly lab?: Lab
  readonly operator?: Operator
  readonly clerk?: Clerk
  readonly cashier?: Cashier
  readonly viewers?: readonly Viewer[]
}

/** The invariants of the design: what the database shows by itself, and what witnesses outside saw. Nothing may be sent meanwhile. */
export async function findings(
  sql: Sql,
  publisher: Publisher,
  { lab, operator, clerk, cashier, viewers = [] }: Witnesses = {},
): Promise<Findings> {
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
  const orders = await operator?.verify(sql)
  const filed = await clerk?.verify(sql)
  const money = (await cashier?.verify(sql)) ?? []
  for (const problem of money.slice(0, 20)) console.log(`money: ${problem}`)
  return {
    unlike: lab ? await unlike(lab, publisher) : 0,
    orders: orders ? orders.twice + orders.illegal + orders.unsent : 0,
    outbox: filed ? filed.undelivered + filed.unlike : 0,
    money: money.length,
    viewers: lab ? await misled(lab, viewers) : 0,
    lost,
    doubled,
    disordered,
    gaps: row?.gaps ?? -1,
    epochsBack: row?.epochsBack ?? -1,
    beyondFence: row?.beyondFence ?? -1,
    unowned: row?.unowned ?? -1,
  }
}

export const CLEAN: Findings = {
  lost: 0,
  doubled: 0,
  disordered: 0,
  gaps: 0,
  epochsBack: 0,
  beyondFence: 0,
  unlike: 0,
  orders: 0,
  outbox: 0,
  money: 0,
  viewers: 0,
  unowned: 0,
}

/** What counts of a station: values and logical state, without the time of looking. */
const essence = (view: StationView | undefined): string => JSON.stringify(view && sorted({ ...view, at: 0 }))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Stations for which what is stored, folded by the same code, differs from what the owner shows. */
async function unlike(lab: Lab, publisher: Publisher): Promise<number> {
  const own = new Ownership('lab')
  const recovery = new PostgresRecoveryPort(lab.sql, own, openStations(lab.sql), 'main')
  let count = 0
  for (const station of new Set(publisher.streams.map((stream) => stream.station))) {
    const same = await until(
      `${station.id} alike`,
      async () => {
        const live = await fresh(lab, `st:${station.id}:f`)
        const [stored] = await recovery.load([station.id])
        const config = (await recovery.stations()).find(({ id }) => id === station.id)
        return live && stored && config && essence(viewAt(config, stored, live.at)) === essence(live)
      },
      10,
    ).catch(() => false)
    if (same) continue
    count++
    const live = await fresh(lab, `st:${station.id}:f`)
    const [stored] = await recovery.load([station.id])
    const config = (await recovery.stations()).find(({ id }) => id === station.id)
    if (live && stored && config) console.log(`${station.id} differs at ${difference(viewAt(config, stored, live.at), live)}`)
  }
  return count
}

/** First place where two values differ, for whoever has to find out why. */
function difference(stored: unknown, live: unknown, path = ''): string {
  if (JSON.stringify(stored) === JSON.stringify(live)) return ''
  if (typeof stored !== 'object' || typeof live !== 'object' || stored === null || live === null)
    return `${path}: stored ${JSON.stringify(stored)}, live ${JSON.stringify(live)}`
  const [a, b] = [stored as Record<string, unknown>, live as Record<string, unknown>]
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = key === 'at' && path === '' ? '' : difference(a[key] ?? null, b[key] ?? null, `${path}/${key}`)
    if (found) return found
  }
  return ''
}

async function misled(lab: Lab, viewers: readonly Viewer[]): Promise<number> {
  let count = 0
  for (const viewer of viewers) {
    const same = await until(
      `${viewer.topic} alike`,
      async () => {
        const held = viewer.held?.view as StationView | undefined
        const now = await fresh(lab, viewer.topic)
        // Qualities age by the clock of whoever looks.
        const plain = (view: StationView | undefined) => view && essence({ ...view, slabs: view.slabs.map((slab) => ({ ...slab, q: [] })) })
        return plain(held) === plain(now)
      },
      10,
    ).catch(() => false)
    if (!same || viewer.regressions > 0) count++
  }
  return count
}

/** A first look through any living node. */
async function fresh(lab: Lab, topic: string): Promise<StationView | undefined> {
  const node = lab.nodes.find(({ process }) => process.alive)
  if (!node) return undefined
  const viewer = await lab.view(node, topic)
  try {
    await until('a snapshot', async () => viewer.held !== undefined, 5)
    return viewer.held?.view as StationView
  } finally {
    viewer.close()
  }
}

/** Stops sending and waits until everything the broker acknowledged has been taken or cannot be any more. */
export async function settled(sql: Sql, publisher: Publisher, seconds = 40): Promise<void> {
  await publisher.stop()
  await until(
    'everything acknowledged on record',
    async () => {
      const progress = await publisher.progress(sql)
      return publisher.streams.every(({ device, last }) => (progress.get(device) ?? 0) >= last)
    },
    seconds,
  )
}
