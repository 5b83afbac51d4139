import type { Patch, StationSummary } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import type { CommandState, ControlRun, HoldKind, Person, Position, PressureBand, RejectCode } from '@twin/models/twin'
import type { Watermark } from '@twin/models/wire'
import type { ClaimedShard, Committed, DeadLetter, DeviceInput, Outcome, SnapshotReader } from '../ports.ts'

/** What people and adapters ask of live things. Answered after the commit that made the answer true. */
export type Request =
  | {
      readonly type: 'alarm.ack'
      readonly station: string
      readonly device: string
      readonly code: string
      readonly occurrence: string
      readonly by: Person
      readonly note: string
    }
  | {
      readonly type: 'alarm.reset'
      readonly station: string
      readonly device: string
      readonly code: string
      readonly occurrence: string
      readonly by: Person
    }
  | {
      readonly type: 'alarm.shelve'
      readonly station: string
      readonly device: string
      readonly code: string
      readonly by: Person
      readonly minutes: number
      readonly reason: string
    }
  | { readonly type: 'alarm.unshelve'; readonly station: string; readonly device: string; readonly code: string; readonly by: Person }
  | {
      readonly type: 'alarm.service'
      readonly station: string
      readonly device: string
      readonly code: string
      readonly by: Person
      readonly out: boolean
      readonly workOrder: string
    }
  | {
      readonly type: 'command.check'
      readonly station: string
      readonly target: string
      readonly code: string
      readonly args: Readonly<Record<string, unknown>>
    }
  | {
      readonly type: 'command.request'
      readonly station: string
      readonly target: string
      /** UUIDv7, made by the intake that stored the idempotency key. */
      readonly id: string
      readonly code: string
      readonly args: Readonly<Record<string, unknown>>
      readonly reason: string
      readonly by: Person
      /** Password and device code were re-entered and matched. */
      readonly confirmed: boolean
    }
  | { readonly type: 'command.approve'; readonly station: string; readonly id: string; readonly by: Person }
  | { readonly type: 'command.cancel'; readonly station: string; readonly id: string; readonly by: Person }
  /** The stream adapter's answer to an openVideo effect. */
  | {
      readonly type: 'video.result'
      readonly station: string
      readonly command: string | null
      readonly ok: boolean
      readonly detail: string
    }
  /**
   * The start sequence: steps as commands, each sent when the one before is confirmed; the reply carries the run. The same id again is the same run.
   * `units`: compressors to start, none = the one that ran least.
   */
  | {
      readonly type: 'run.start'
      readonly station: string
      readonly id: string
      readonly by: Person
      readonly reason: string
      readonly units: readonly string[]
    }
  | { readonly type: 'run.abort'; readonly station: string; readonly id: string; readonly by: Person }
  /** Brings a central station under joint control, or gives it another band (bar); `units` absent = all offered. */
  | {
      readonly type: 'joint.engage'
      readonly station: string
      readonly id: string
      readonly by: Person
      readonly reason: string
      readonly band: PressureBand
      readonly units?: readonly string[] | undefined
      /** h the lead may run longer than another unit. */
      readonly rotateAfterH: number
    }
  /** A unit (or, null, the station) leaves joint control. */
  | {
      readonly type: 'joint.release'
      readonly station: string
      readonly id: string
      readonly by: Person
      readonly reason: string
      readonly unit: string | null
    }
  /**
   * A document takes hold of a device or lets go of it; again the same changes nothing. While held the device takes no command (conflict, with code
   * UNDER_REPAIR, TAGGED_OUT or SCRAPPED) and its alarms are suppressed. A tag of kind `lockout` only who hung it takes off (not-permitted).
   */
  | {
      readonly type: 'device.lockout'
      readonly station: string
      /** The station's id for the station as a whole: then none of its devices takes a command. */
      readonly device: string
      readonly by: Person
      readonly on: boolean
      readonly reason: string
      readonly document: string
      readonly kind: HoldKind
    }
  /** Takes an actor out of quarantine, and lets turns of its station run again that had ended processes. */
  | { readonly type: 'actor.release'; readonly station: string; readonly actor: string }
  | { readonly type: 'position.correct'; readonly station: string; readonly device: string; readonly position: Position }

/** Refusals carry a reason the API maps to a status. */
export type Reply =
  | {
      readonly ok: true
      readonly command?: CommandState
      readonly run?: ControlRun
      readonly check?: {
        readonly allowed: boolean
        readonly rejectCode: RejectCode | null
        readonly detail: string | null
        readonly warnings: readonly string[]
      }
    }
  | {
      readonly ok: false
      readonly reason: 'not-found' | 'conflict' | 'invalid' | 'not-permitted' | 'quarantined' | 'overloaded' | 'moved'
      readonly code?: string
      readonly detail: string
      readonly field?: string
    }

export interface RuntimeMetrics {
  readonly stations: number
  readonly devices: number
  readonly quarantined: readonly string[]
  readonly inputs: Readonly<Record<Outcome, number>>
  readonly rejects: Readonly<Record<string, number>>
  readonly values: number
  readonly commits: number
  readonly commitMs: { readonly last: number; readonly p50: number; readonly p99: number }
  /** Inputs waiting for their commit, and their bytes. */
  readonly pending: number
  readonly pendingBytes: number
  readonly steps: number
  readonly actorFailures: number
}

/** Durable up to and including these: `seq` whatever the channel, `t` and `e` on theirs (absent = nothing of this boot yet). */
export type DeviceWatermark = Watermark & { readonly boot: string }

export interface Runtime extends SnapshotReader {
  /** Claims, recovers, starts ticking. */
  start(): Promise<void>
  /** Commits what is pending, saves snapshots, stops. */
  stop(): Promise<void>
  /** Brings the stations of shards to life that were just claimed for this process. Rejects when they could not be read; then none is ours. */
  acquire(claimed: ReadonlyMap<number, ClaimedShard>): Promise<void>
  /** Hands shards over: takes nothing more for them, commits what is pending, saves their cells, forgets them. */
  release(shards: ReadonlySet<number>): Promise<void>
  /** Forgets shards at once: what was not committed is void, nobody is acknowledged. */
  drop(shards: ReadonlySet<number>): void
  /** Told of shards that a commit found in other hands; they are dropped already. */
  onLost(listener: (shards: ReadonlySet<number>) => void): () => void
  /** Epoch under which this process holds the station's shard; undefined = not ours. */
  epochOf(station: string): number | undefined
  deliver(input: DeviceInput, done: (outcome: Outcome) => void): void
  /** A message that could not even be decoded or belongs to nobody; kept in the same commits. */
  bury(letter: DeadLetter, done?: () => void): void
  ask(request: Request): Promise<Reply>
  stations(): readonly StationConfig[]
  station(id: string): StationConfig | undefined
  /** Station of a device id. */
  stationOf(device: string): StationConfig | undefined
  summary(station: string): StationSummary | undefined
  /** A station was created or its master data changed (already stored): brings actors to life, retires removed ones. */
  configure(config: StationConfig): Promise<void>
  retire(station: string): Promise<void>
  onCommitted(listener: (committed: Committed) => void): () => void
  /** New alarms before their commit, as patches to `StationView`. */
  onProvisional(listener: (station: string, patches: readonly Patch[]) => void): () => void
  /** Resolves when everything delivered so far is durable. */
  settle(): Promise<void>
  /** SHA-256 over logical state, slabs and cursors of a station: live, recovered and restored states must agree. */
  stateHash(station: string): string | undefined
  /** What is durable per device, for the watermark every 10 s. */
  watermarks(): ReadonlyMap<string, DeviceWatermark>
  metrics(): RuntimeMetrics
}
