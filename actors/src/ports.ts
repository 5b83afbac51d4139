import type { StationConfig } from '@twin/models/stations'
import type { Patch, StationView } from '@twin/models/live'
import type { Effect, Fact } from '@twin/models/twin'
import type { Envelope, EventBody, RejectReason, TelemetryBody } from '@twin/models/wire'

/** A message of a device as ingest decoded it. `channel` t carries telemetry, e events. */
export interface DeviceInput {
  readonly org: string
  readonly station: string
  readonly device: string
  readonly envelope: Envelope<TelemetryBody> | Envelope<EventBody>
  readonly channel: 't' | 'e'
  /** Server time of arrival, epoch ms. */
  readonly received: number
  readonly bytes: number
  /** Newer ones of the device overtook it on another way, and it is not on record: taken although the cursor is beyond it. */
  readonly overtaken?: boolean
}

/** What became of an input, told after the commit that covers it; the device is acknowledged in every case. */
export type Outcome = 'accepted' | 'duplicate' | 'rejected'

/** One raw history row. `values` has a slot per point of the kind, NaN where not measured; `quality` an index of `qualities`, 255 where not measured. */
export interface SampleRow {
  readonly shard: number
  /** Position in the shard's telemetry stream, gapless from 1. */
  readonly seq: number
  readonly station: string
  readonly device: string
  readonly kind: string
  /** Source time. */
  readonly at: number
  readonly received: number
  readonly values: Float64Array
  readonly quality: Uint8Array
  /** measured by the device, derived by the twin, or replayed from a recording. */
  readonly origin: 'measured' | 'derived' | 'replay'
}

/** One journal row: a fact with its place. `seq` is gapless per shard. */
export interface FactRow {
  readonly shard: number
  readonly seq: number
  readonly station: string
  /** `device:<id>` | `station:<id>` | `technician:<id>`. */
  readonly actor: string
  readonly fact: Fact
}

/** Highest (boot, seq) of a device taken on a channel; commits with its data. */
export interface CursorRow {
  readonly device: string
  readonly channel: 't' | 'e'
  readonly boot: string
  readonly seq: number
  /** Known while it lives, not stored: up to here nothing of this boot is missing; null = a boot the device has left behind. */
  readonly safe?: number | null
}

export interface DeadLetter {
  /** null when the topic named no device we know. */
  readonly device: string | null
  readonly topic: string
  readonly reason: RejectReason
  /** What was wrong in words, e.g. `dischargePressure: 99 is above 16 bar`. */
  readonly detail: string
  /** As received, cut at 64 kB. */
  readonly payload: Uint8Array
  readonly received: number
}

/** Everything one group commit makes durable, in one transaction, fence last. */
export interface CommitBatch {
  readonly samples: readonly SampleRow[]
  readonly facts: readonly FactRow[]
  readonly cursors: readonly CursorRow[]
  readonly deadLetters: readonly DeadLetter[]
  /** Rejected values counted per device and reason (also those whose letters were thinned out). */
  readonly rejects: readonly { readonly device: string; readonly reason: RejectReason; readonly count: number }[]
  /** Next due time per station, for passive cells and take-over; null = nothing pending. */
  readonly timers: readonly { readonly shard: number; readonly station: string; readonly due: number | null }[]
  /** Shards that this batch says anything of, also where it moves no sequence: they must still be ours. */
  readonly touches?: readonly number[]
}

/** A shard in our hands: its epoch, and where its sequences stand. */
export interface ClaimedShard {
  readonly epoch: number
  readonly factSeq: number
  readonly sampleSeq: number
}

export class FencedError extends Error {
  override readonly name = 'FencedError'
  /** Epochs under which shards were lost, when the rest of the batch may still be committed; undefined = everything is lost. */
  readonly lost: ReadonlyMap<number, number> | undefined
  constructor(message: string, lost?: ReadonlyMap<number, number>) {
    super(message)
    this.lost = lost
  }
}

/** Adapter: twin-server/store. Rejects with FencedError when another owner holds the shard; every other failure it retries or throws after re-reading the fence. */
export interface CommitPort {
  commit(batch: CommitBatch): Promise<void>
}

/** A saved cell: logical state, slabs, windows, cursors; `v` is upcast on load. */
export interface CellSnapshot {
  readonly v: 1
  readonly station: string
  readonly shard: number
  readonly at: number
  /** Last fact and sample it includes. */
  readonly factSeq: number
  readonly sampleSeq: number
  /** Plain JSON with base64 for arrays; the runtime's own business. */
  readonly body: unknown
}

export interface RecoveryPort {
  /** Claim of all shards by this process: epoch and last sequences per shard that has any. */
  claim(): Promise<ReadonlyMap<number, ClaimedShard>>
  /** All in service, or those wanted. */
  stations(wanted?: (station: string) => boolean): Promise<readonly StationConfig[]>
  /** Newest snapshot, then what came after it, in order. Set-wise for all stations given. */
  load(stations: readonly string[]): Promise<readonly RecoveredCell[]>
  save(snapshots: readonly CellSnapshot[]): Promise<void>
}
export interface RecoveredCell {
  readonly station: string
  readonly snapshot: CellSnapshot | null
  readonly facts: readonly FactRow[]
  readonly samples: readonly SampleRow[]
  readonly cursors: readonly CursorRow[]
}

/** What a commit changed, for live streams: after the commit, in commit order. */
export interface Committed {
  readonly epoch: number
  readonly batch: CommitBatch
  /** Patches to `StationView` by station, made by the facts of this batch. */
  readonly patches: ReadonlyMap<string, readonly Patch[]>
}

/** Executes effects; composed in main.ts from ingest (publish), video, notify. Failures are the executor's to report back as messages. */
export interface EffectPort {
  execute(effect: Effect): void
}

export interface Clock {
  now(): number
}

/** Ids for facts (occurrences, UUIDv7): an input, so that tests are deterministic. */
export interface IdSource {
  next(): string
}

export interface SnapshotReader {
  /** Calls back synchronously right after the commit that covers the view, after listeners saw that commit. undefined = no such station. */
  snapshot(station: string, done: (view: StationView | undefined) => void): void
}

/** One turn, named so that the same message has the same name when it comes again. */
export interface TurnMark {
  readonly shard: number
  readonly station: string
  /** `t <device> <boot> <seq>` for a message, `tick <station>`, `ask …` for what people want. */
  readonly key: string
}

/**
 * Keeps a turn that ends or hangs the process from ending one process after the other. Adapter: twin-server/poison, which watches turns from
 * another thread and keeps the suspects in the database.
 */
export interface PoisonPort {
  /** The turn runs until `leave`. */
  enter(mark: TurnMark): void
  leave(): void
  /** This turn has ended processes before and must not run again. */
  condemned(mark: TurnMark): boolean
  /** It was under way once when a process died. */
  suspect(mark: TurnMark): boolean
  /** Owners of the shard died again and again: its turns are noted durably before they run. */
  careful(shard: number): boolean
  /** These turns run next, all of them or none; resolves when that is on record. Empty = none is under way. */
  note(marks: readonly TurnMark[]): Promise<void>
  /** A person decided that the turns of this station may run again. */
  pardon(station: string): Promise<void>
}
