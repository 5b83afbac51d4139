import type { Generated } from 'kysely'
import type { Fact } from '@twin/models/twin'

/**
 * Rows as Kysely sees them. Times are `timestamptz` in Postgres and epoch milliseconds (number) in TypeScript: the pool of
 * `connection.ts` maps them, so `where('at', '>=', from)` takes a number. Every table carries `org`.
 */
export interface TwNode {
  /** Incarnation: host + random; a new one per process start. */
  inc: string
  org: Generated<string>
  addr: string
  hb_at: number
  hb_since: number
  /** Number of commits done, moved by each commit: tells a lost COMMIT answer from a lost COMMIT. */
  commits: Generated<number>
  /** Gives its shards away and takes none. */
  draining: Generated<boolean>
  /** What the cluster page shows of it. */
  info: Generated<unknown>
}
export interface TwShard {
  shard: number
  org: Generated<string>
  epoch: Generated<number>
  owner: string | null
  state: Generated<'free' | 'open' | 'handoff'>
  target: string | null
  /** Deaths of its owners, one within the window of the one before. */
  crashes: Generated<number>
  crashed_at: number | null
  /** What its stations cost its owner, for placement; 0 = not measured yet. */
  weight: Generated<number>
}
/** Turns a careful node is about to run. */
export interface TwTurn {
  inc: string
  org: Generated<string>
  turns: unknown
  at: number
}
/** A turn under way when a process died or hung. */
export interface TwSuspect {
  shard: number
  key: string
  org: Generated<string>
  station: string
  deaths: number
  /** hang | memory | death */
  how: string
  node: string
  first_at: number
  last_at: number
}
/** Stations that do not live in the shard of their hash. */
export interface StationShard {
  station: string
  org: Generated<string>
  shard: number
}
export interface TwFence {
  shard: number
  /** e: facts, t: samples. */
  stream: 'e' | 't'
  org: Generated<string>
  epoch: Generated<number>
  seq: Generated<number>
}
/** One line per day partition: what recovery has to look at, and how late rows came. */
export interface TwPartition {
  parent: string
  day: number
  org: Generated<string>
  name: string
  /** Not older than the true last write less 5 min. */
  last_write: number
  /** Longest time between arrival and commit seen, ms. */
  max_lag_ms: Generated<number>
}

export interface Journal {
  org: Generated<string>
  shard: number
  epoch: number
  seq: number
  station: string
  actor: string
  kind: string
  v: number
  at: number
  body: Fact['body']
}
export interface SnapshotTable {
  station: string
  at: number
  org: Generated<string>
  shard: number
  epoch: number
  fact_seq: number
  sample_seq: number
  v: number
  /** Kept for time travel (first of its hour); the others go when a newer one comes. */
  keep: boolean
  saved: number
  body: unknown
}

export interface Sample {
  org: Generated<string>
  shard: number
  seq: number
  station: string
  device: string
  kind: string
  at: number
  received: number
  /** NaN = not measured. */
  values: number[]
  /** A byte per value, index of `qualities`; 255 = not measured. */
  quality: Buffer
  /** 0 measured, 1 derived, 2 replay. */
  origin: number
}
/** A slot per point of the kind; n = 0 and NaN where nothing was measured. */
export interface Rollup {
  org: Generated<string>
  device: string
  /** Start of the minute, hour, or local day of the station. */
  bucket: number
  /** Source time of the last row in it. */
  last_at: number
  n: number[]
  vmin: number[]
  vmax: number[]
  vsum: number[]
  vfirst: number[]
  vlast: number[]
}
/** Hours and days also know how a machine spent them. */
export interface LongRollup {
  org: Generated<string>
  device: string
  /** Start of the minute, hour, or local day of the station. */
  bucket: number
  /** Source time of the last row in it. */
  last_at: number
  n: number[]
  vmin: number[]
  vmax: number[]
  vsum: number[]
  vfirst: number[]
  vlast: number[]
  /** ms loaded, unloaded, stopped; the rest is offline. Empty for kinds without a run state. */
  use: Generated<number[]>
}
/** Buckets whose rollup is behind; pairs (devices[i], buckets[i]). */
export interface RollupDirty {
  id: Generated<number>
  org: Generated<string>
  /** 0 minutes, 1 hours, 2 days. */
  tier: number
  due: number
  devices: string[]
  /** Epoch ms of the bucket starts. */
  buckets: number[]
}

export interface DeviceCursor {
  device: string
  channel: 't' | 'e'
  org: Generated<string>
  station: string | null
  boot: string
  seq: number
  updated_at: number
}
export interface DeadLetterTable {
  id: Generated<number>
  org: Generated<string>
  device: string | null
  station: string | null
  topic: string
  reason: string
  detail: string
  payload: Buffer
  received: number
}
export interface RejectCount {
  /** '' for messages of no known device. */
  device: string
  reason: string
  org: Generated<string>
  count: number
  last_at: number
}
export interface Inbox {
  shard: number
  src_shard: number
  org: Generated<string>
  src_seq: number
}
export interface Outbox {
  src_shard: number
  src_seq: number
  org: Generated<string>
  dst: string
  body: unknown
  at: number
}
export interface Timer {
  station: string
  org: Generated<string>
  shard: number
  due: number
}
