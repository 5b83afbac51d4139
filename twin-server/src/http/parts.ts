import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { schemas } from '@twin/models/api'
import type { Clock, Runtime } from '@twin/actors/runtime'
import type { CounterReading } from '@twin/models/energy'
import type { StationView } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import type { Availability } from '../availability/index.ts'
import type { Grants, Security } from '../security/index.ts'
import type { Bucket, BucketQuery, CounterQuery, Database, StationStore, UseQuery } from '../store/index.ts'
import type { BackupsView } from './handlers/backups.ts'
import type { Gate, HttpExtension } from './extension.ts'
import type { StationChanges } from './handlers/station-change.ts'
import type { MetricSource } from './http-metrics.ts'
import type { Overload } from './overload.ts'

export type Resolution = 'raw' | '1m' | '1h' | '1d'

/** One series as stored; columns of equal length. */
export interface SeriesData {
  readonly resolution: Resolution
  readonly t: readonly number[]
  readonly v: readonly (number | null)[]
  readonly min?: readonly (number | null)[]
  readonly max?: readonly (number | null)[]
  readonly q?: readonly number[]
  readonly n?: readonly number[]
}
export interface SeriesQuery {
  readonly device: string
  readonly kind: string
  readonly point: string
  readonly from: number
  readonly to: number
  readonly resolution: 'auto' | Resolution
  readonly maxPoints: number
}

/** What the API needs of the store beyond plain tables. */
export interface HttpStore {
  readonly db: Kysely<Database>
  series(query: SeriesQuery): Promise<SeriesData>
  /** For each counter the last reading at or before each given time and the newest before `to`, ascending; good readings only. */
  counterReadings(queries: readonly CounterQuery[], timeZone: string): Promise<readonly (readonly CounterReading[])[]>
  /** Rollups of many points, a list per point; days are those of the zone. */
  buckets(query: BucketQuery, timeZone: string): Promise<readonly (readonly Bucket[])[]>
  /** How machines spent each day: ms loaded, unloaded, stopped, per device and day; the rest is offline. */
  machineUse(query: UseQuery, timeZone: string): Promise<readonly (readonly (readonly number[])[])[]>
  /** The station as it was; undefined before its first day. */
  viewAt(station: StationConfig, t: number): Promise<StationView | undefined>
  /** Durable before the runtime is told. */
  readonly stations: Pick<StationStore, 'save' | 'change'>
}

export interface HttpConfig {
  readonly version: string
  readonly demo: boolean
  readonly publicUrl: string
  /** Origins besides the server's own that may use cookies. */
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: readonly string[]
  /** Folder of the built portals; null = none served. */
  readonly portals: string | null
  /** Base map of the overview; without it the portals' own demonstration map. */
  readonly map?: MapConfig
}

export interface MapConfig {
  /** 审图号 a published map must show; null = none. */
  readonly approval: string | null
  /** GeoJSON of the boundaries; null = the demonstration map's. */
  readonly file: string | null
  readonly crs: 'WGS-84' | 'GCJ-02'
}

export interface HttpLog {
  error(detail: object, message: string): void
}

export interface ClusterView {
  status(): Promise<
    Omit<z.output<typeof schemas.clusterStatus>, 'careful' | 'quarantine' | 'hottest'> & {
      readonly hottest: readonly Omit<z.output<typeof schemas.hotStation>, 'stationName' | 'together'>[]
    }
  >
  /** Actors that nodes have in quarantine. */
  quarantined(): Promise<readonly { readonly node: string; readonly actor: string }[]>
  /** false = no such node, or it did not answer. */
  drain(node: string, on: boolean): Promise<boolean>
}

export interface SpoolView {
  readonly messages: number
  readonly bytes: number
  readonly oldest: number | null
  readonly dropped: number
}

export interface PoisonView {
  /** Looks at the record anew. */
  refresh(): Promise<void>
  readonly aside: readonly {
    readonly station: string
    readonly key: string
    readonly deaths: number
    readonly how: 'hang' | 'memory' | 'death'
    readonly node: string
    readonly lastAt: number
  }[]
  readonly carefulShards: number
}

/** cut-off: this node lost what the others still have. */
export type Phase = 'starting' | 'ready' | 'leaving' | 'cut-off'

export interface HttpParts {
  readonly runtime: Runtime
  readonly store: HttpStore
  readonly security: Security
  readonly clock: Clock
  readonly config: HttpConfig
  readonly log: HttpLog
  /** Secret of a device in a generation, as ingest derives it. */
  readonly deviceSecret: (device: string, generation: number) => string
  /** Told after a rotation, so that ingest ends the old connection. */
  readonly onSecretRotated?: (device: string, generation: number) => void
  /** How master data of stations changes, shared with everything else that changes it. */
  readonly changes: StationChanges
  readonly extensions?: readonly HttpExtension[]
  readonly gate?: Gate
  /** Whether an address belongs to a module that this installation does not have: 404, whoever asks. */
  readonly closed?: (path: string) => boolean
  /** Numbers of what a person still has to do; nobody is deleted who has any. */
  readonly workOf?: (user: string) => Promise<readonly string[]>
  /** Roles and what may be granted of them; absent where roles are not kept. */
  readonly grants?: Grants
  /** Further numbers for /metrics: ingest, live, jobs. */
  readonly metrics?: readonly MetricSource[]
  /** What a cluster says of itself; a single node has none. */
  readonly cluster?: ClusterView
  /** The record of service. */
  readonly availability?: Pick<Availability, 'summary' | 'day' | 'verdicts'>
  /** Backups of the installation and their restore. */
  readonly backups?: BackupsView
  /** Turns that ended processes. */
  readonly poison?: PoisonView
  /** Who is turned away when there is too much; without it nobody is. */
  readonly overload?: Overload
  /** Telemetry on the disk of this node; undefined = there is no spool. */
  readonly spool?: () => SpoolView | undefined
  /** Requests of the other nodes of a cluster, under /internal/. */
  readonly internal?: (request: Request) => Promise<Response>
  /** Whether new requests had better come here; absent = always. */
  readonly phase?: () => Phase
  /** Further parts for /api/health by name. */
  readonly health?: Readonly<Record<string, () => Promise<{ readonly ok: boolean; readonly detail: string }>>>
}
