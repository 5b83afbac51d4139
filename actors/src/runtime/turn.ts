import type { Patch } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import type { Effect, Fact } from '@twin/models/twin'
import type { RejectReason } from '@twin/models/wire'
import type { DeadLetter, IdSource, SampleRow } from '../ports.ts'
import type { NightWatch } from '../station/night.ts'
import type { ActorFact, CellReadings, CellState, DeriveReader, DeviceCore } from '../telemetry/index.ts'

export type NewRow = Omit<SampleRow, 'shard' | 'seq' | 'station'>

/** What one message to a cell has brought about; joins the open batch whole or not at all. */
export interface TurnResult {
  readonly facts: ActorFact[]
  readonly rows: NewRow[]
  readonly patches: Patch[]
  readonly effects: Effect[]
  readonly letters: DeadLetter[]
  readonly rejects: { readonly device: string; readonly reason: RejectReason; readonly count: number }[]
  /** Commands to be sent once this is durable. */
  readonly armed: string[]
  /** Measured values that became the latest. */
  readonly values: number
}

/** A turn under way. Facts are applied as they are said, so later steps of the turn see them. */
export interface Turn extends TurnResult {
  /** Server time. */
  readonly wall: number
  /** Whose step runs, for blame when it throws. */
  actor: string
  say(actor: string, facts: readonly Fact[]): void
  row(row: NewRow, dirty: number[] | null): void
}

/** What the station actor sees of its cell. */
export interface CellView {
  readonly config: StationConfig
  readonly address: string
  readonly state: CellState
  readonly ids: IdSource
  readonly cores: ReadonlyMap<string, DeviceCore>
  readonly order: readonly DeviceCore[]
  readonly own: DeviceCore | undefined
  readonly gateway: DeviceCore | undefined
  readonly cameras: readonly DeviceCore[]
  readonly readings: CellReadings
  readonly reader: DeriveReader
  readonly replaying: boolean
  /** Addresses of actors put aside after failing again and again. */
  readonly quarantined: ReadonlySet<string>
  /** Epoch of this process's claim, part of every command sent. */
  readonly epoch: number
  /** The night being watched for leaks. */
  night: NightWatch | null
  now(wall: number): number
}
