import type { CommitPort, RecoveredCell, RecoveryPort, SampleRow } from '@twin/actors/runtime'
import { newIncarnation } from './claim.ts'
import { ClusterStore } from './cluster-store.ts'
import { type CommitOptions, PostgresCommitPort } from './commit.ts'
import type { CounterReading } from '@twin/models/energy'
import { type Db, openKysely, openPool, type Sql } from './connection.ts'
import { counterReadings, type CounterQuery } from './counter-readings.ts'
import { Jobs, type JobOptions } from './jobs.ts'
import { migrate } from './migrate.ts'
import { Ownership } from './ownership.ts'
import { Partitions } from './partitions.ts'
import { machineUse, type UseQuery } from './machine-use.ts'
import { type BucketQuery, pointBuckets } from './point-buckets.ts'
import type { Bucket } from './history-buckets.ts'
import { PoisonStore } from './poison-store.ts'
import { PostgresRecoveryPort } from './recovery.ts'
import { RollupWorker } from './rollup-worker.ts'
import { recorded, type SoughtSample } from './recorded.ts'
import { readSeries, type SeriesData, type SeriesQuery } from './series.ts'
import { openStations, type StationStore } from './stations.ts'
import { lastSample, twinSource } from './twin-source.ts'

export interface StoreOptions {
  readonly url: string
  readonly org?: string
  /** Dead letters kept per device and reason a minute; all are counted. Default 5. */
  readonly lettersPerMinute?: number
  /** Connections for queries beside the one that commits. Default 8. */
  readonly connections?: number
  readonly onRetry?: CommitOptions['onRetry']
  readonly retryMs?: number
  readonly retryMaxMs?: number
  readonly beforeCommit?: CommitOptions['beforeCommit']
  /** One of several nodes: holds shards one by one instead of all. `lockMs`, `idleMs`: see cluster/settings.ts. */
  readonly cluster?: { readonly lockMs: number; readonly idleMs: number }
  /** Deaths of owners count together when they follow each other within this time. Default 10 min. */
  readonly crashWindowMs?: number
}

export interface Store {
  /** Kysely over the query pool; times are epoch ms. */
  readonly db: Db
  /** postgres.js over the same pool. */
  readonly sql: Sql
  readonly commitPort: CommitPort
  readonly recoveryPort: RecoveryPort
  readonly stations: StationStore
  /** Claims, heartbeats and hand-overs; only for a node of a cluster. */
  readonly cluster: ClusterStore | null
  /** Turns that ended processes. */
  readonly poison: PoisonStore
  /** Name of this process in the database. */
  readonly inc: string
  readonly history: History
  readonly rollups: RollupWorker
  /** Rollups, retention and upkeep, until `close`. */
  startJobs(options: JobOptions): void
  /** Resolves when the database answers. On a connection of its own: long queries of others do not make it look dead. */
  probe(): Promise<void>
  /** Does the database answer, and do commits pass? */
  health(): Promise<{ readonly ok: boolean; readonly detail: string }>
  /** Waits for the commit under way, then closes all connections. */
  close(): Promise<void>
}

export interface History {
  series(query: SeriesQuery): Promise<SeriesData>
  /** For each counter the last good reading at or before each edge and the newest before `to`, ascending, without doubles. */
  counterReadings(queries: readonly CounterQuery[], timeZone: string): Promise<readonly (readonly CounterReading[])[]>
  /** Rollup buckets of many points, a list per point; days are those of the zone. */
  buckets(query: BucketQuery, timeZone: string): Promise<readonly (readonly Bucket[])[]>
  /** How machines spent each day: ms loaded, unloaded, stopped, per device and day; the rest is offline. */
  machineUse(query: UseQuery, timeZone: string): Promise<readonly (readonly (readonly number[])[])[]>
  /** Snapshot, facts and samples that make the station as it was at `t`, for the runtime's fold; undefined = nothing known. */
  twinSource(station: string, t: number): Promise<RecoveredCell | undefined>
  /** Newest row of a device by source time, at or before `t` (default: now). */
  lastSample(device: string, t?: number): Promise<SampleRow | undefined>
  /** Which of these are on record as measured. */
  recorded(sought: readonly SoughtSample[]): Promise<readonly boolean[]>
}

/** Connects, migrates, and binds the ports of the runtime to Postgres. Nothing is claimed before `recoveryPort.claim()`. */
export async function createStore(options: StoreOptions): Promise<Store> {
  const org = options.org ?? 'main'
  const own = new Ownership(newIncarnation())
  own.all = options.cluster === undefined
  own.crashWindowMs = options.crashWindowMs ?? 600_000
  const sql = openPool(options.url, { max: options.connections ?? 8, name: 'twin-query' })
  const db = openKysely(sql)
  // Commits have a connection of their own: no query may stand before them.
  const writer = openPool(options.url, { max: 1, name: `tw:${own.inc}`, idleInTransactionMs: options.cluster?.idleMs ?? 3000 })
  try {
    await migrate(db)
  } catch (error) {
    await Promise.all([sql.end(), writer.end()])
    throw error
  }
  const partitions = new Partitions(sql)
  const probe = openPool(options.url, { max: 1, name: 'twin-probe' })
  // Heartbeats and claims wait for nothing else.
  const coordinator = options.cluster
    ? openPool(options.url, { max: 2, name: `twin-cluster:${own.inc}`, idleInTransactionMs: options.cluster.idleMs })
    : null
  const stations = openStations(sql)
  const rollups = new RollupWorker(sql, partitions, { org })
  const jobs = new Jobs(sql, partitions, rollups, own.inc)
  const commitPort = new PostgresCommitPort(writer, own, partitions, {
    org,
    lettersPerMinute: options.lettersPerMinute ?? 5,
    ...(options.onRetry && { onRetry: options.onRetry }),
    ...(options.retryMs !== undefined && { retryMs: options.retryMs }),
    ...(options.retryMaxMs !== undefined && { retryMaxMs: options.retryMaxMs }),
    ...(options.beforeCommit && { beforeCommit: options.beforeCommit }),
  })
  return {
    db,
    sql,
    commitPort,
    recoveryPort: new PostgresRecoveryPort(sql, own, stations, org),
    stations,
    cluster: coordinator && new ClusterStore(coordinator, own, options.cluster?.lockMs ?? 4000),
    poison: new PoisonStore(coordinator ?? sql, own.inc),
    inc: own.inc,
    history: {
      series: (query) => readSeries(sql, query),
      counterReadings: (queries, timeZone) => counterReadings(sql, queries, timeZone),
      buckets: (query, timeZone) => pointBuckets(sql, query, timeZone),
      machineUse: (query, timeZone) => machineUse(sql, query, timeZone),
      twinSource: (station, t) => twinSource(sql, station, t),
      lastSample: (device, t = Date.now()) => lastSample(sql, device, t),
      recorded: (sought) => recorded(sql, sought),
    },
    rollups,
    startJobs: (jobOptions) => jobs.start(jobOptions),
    async probe() {
      await probe`select 1`
    },
    async health() {
      try {
        await sql`select 1`
      } catch (error) {
        return { ok: false, detail: `database does not answer: ${error instanceof Error ? error.message : ''}` }
      }
      return commitPort.failing === null ? { ok: true, detail: 'ok' } : { ok: false, detail: `commits fail: ${commitPort.failing}` }
    },
    async close() {
      await Promise.all([commitPort.close(), jobs.stop()])
      // Left in order: whoever comes next must not count it as a death.
      await sql`update tw_node set draining = true where inc = ${own.inc}`.catch(() => undefined)
      await Promise.all([writer.end(), db.destroy(), probe.end(), coordinator?.end()])
    },
  }
}
