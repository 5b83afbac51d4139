import type { Generated } from 'kysely'
import type { StationKind } from '@twin/models/stations'
import type { DeviceRest, StationRest } from './station-rows.ts'
import type { AlarmPhase, CommandPhase, CommandState, ControlRun, JointAction, Person, Position, RejectCode } from '@twin/models/twin'

/** Master data as the record `station` declares it; `config` is what only the twin needs (see stations.ts). */
export interface StationTable {
  id: string
  org: Generated<string>
  version: Generated<number>
  created_at: number
  created_by: string | null
  updated_at: number
  updated_by: string | null
  /** Set when the station was retired; its history stays readable. */
  deleted_at: number | null
  search: Generated<string>
  state: string
  state_since: string | null
  code: string
  name: string
  name_en: string | null
  kind: StationKind
  region: string
  address: string | null
  site: { readonly lat: number; readonly lng: number } | null
  manager: string | null
  /** m3/min. */
  capacity: number | null
  opened_on: string | null
  /** Fen. */
  share_value: number | null
  note: string | null
  time_zone: Generated<string>
  config: Generated<StationRest>
}
/** As the record `device` declares it. */
export interface DeviceTable {
  id: string
  org: Generated<string>
  version: Generated<number>
  created_at: number
  created_by: string | null
  updated_at: number
  updated_by: string | null
  deleted_at: number | null
  search: Generated<string>
  /** 'inactive' = out of service: it has no actor and is not heard. */
  state: string
  station: string
  kind: string
  variants: string[]
  code: string
  name: string
  manufacturer: string | null
  model: string | null
  serial: string | null
  made_on: string | null
  rated_power: number | null
  rated_flow: number | null
  rated_pressure: number | null
  volume: number | null
  gateway: string | null
  unit_group: string | null
  customer: string | null
  points: unknown
  note: string | null
  /** Place in the station's list. */
  ord: Generated<number>
  config: Generated<DeviceRest>
}
export interface DeviceSecretGeneration {
  device: string
  org: Generated<string>
  generation: number
  rotated_at: number
}

/** Every occurrence, open and closed: one row each, projected from alarm facts in the commit that journals them. */
export interface AlarmOccurrence {
  occurrence: string
  org: Generated<string>
  code: string
  station: string
  station_kind: StationKind | null
  device: string
  device_kind: string
  priority: 'P1' | 'P2' | 'P3'
  phase: Exclude<AlarmPhase, 'NORMAL'> | 'CLOSED'
  hidden: 'shelved' | 'suppressed' | 'outOfService' | null
  grouped_under: string | null
  historical: boolean
  chattering: Generated<boolean>
  values: Readonly<Record<string, unknown>>
  raised_at: number
  acked_at: number | null
  acked_by: string | null
  note: string | null
  cleared_at: number | null
  closed_at: number | null
  shelved_until: number | null
  shelve_reason: string | null
  escalated_at: number | null
}
/** History lines of an occurrence, or of an alarm at rest (shelved, out of service …: occurrence null). */
export interface AlarmEvent {
  shard: number
  seq: number
  epoch: number
  org: Generated<string>
  occurrence: string | null
  station: string
  device: string
  code: string
  at: number
  /** Fact kind, e.g. alarm.acked. */
  kind: string
  by: string | null
  note: string | null
  body: unknown
}
/** Floods per station, from flood.changed facts. */
export interface AlarmFlood {
  station: string
  since: number
  org: Generated<string>
  until: number | null
  count: number
}

/** Taken before the request goes to the actor: same key and same hash → same command; other hash → conflict. */
export interface CommandIntake {
  org: Generated<string>
  idem_key: string
  hash: string
  command: string
  at: number
}
/** Projection of `ControlRun`. */
export interface ControlRunTable {
  station: string
  id: string
  org: Generated<string>
  kind: ControlRun['kind']
  by: Person
  reason: string
  started_at: number
  ended_at: number | null
  phase: ControlRun['phase']
  detail: string | null
  steps: ControlRun['steps']
}
/** Automatic commands of joint control. */
export interface JointActionTable {
  station: string
  id: string
  org: Generated<string>
  at: number
  kind: JointAction['kind']
  unit: string | null
  reason: string
  header_pressure: number | null
  outcome: JointAction['outcome']
  ended_at: number | null
}
/** Projection of `CommandState`. */
export interface CommandTable {
  id: string
  org: Generated<string>
  station: string
  target: string
  code: string
  args: Readonly<Record<string, unknown>>
  reason: string
  requested_by: Person
  approved_by: Person | null
  phase: CommandPhase
  reject_code: RejectCode | null
  detail: string | null
  issued_at: number
  /** Time of the final phase. */
  ended_at: number | null
  deadline: number | null
  expires_at: number | null
  n: number | null
  attempts: number
  video: CommandState['video']
  steps: CommandState['steps']
  before: CommandState['before']
  after: CommandState['after']
}

export interface PositionTrack {
  device: string
  at: number
  org: Generated<string>
  station: string
  lat: number
  lng: number
  source: Position['source']
  accuracy: number | null
  by: string | null
}

/** Append-only (a trigger refuses update, delete and truncate) and hash-chained per org. */
export interface AuditLog {
  id: Generated<number>
  org: Generated<string>
  at: number
  user_id: string | null
  user_name: string | null
  from_addr: string | null
  kind: string
  target: string | null
  result: string
  before: unknown
  after: unknown
  prev_hash: string
  hash: string
  /** Number or name of what it is about, as it was then. */
  title: string | null
  family: Generated<string>
  action: Generated<string>
}

/** Master data as it was from a time on, for analyses; written by triggers, never changed. `row` null = gone. */
export interface DatedRowTable {
  n: Generated<number>
  org: Generated<string>
  source: string
  id: string
  at: number
  row: unknown
}

export interface Setting {
  org: Generated<string>
  key: string
  value: unknown
}
/** A backup, a check of one, or a restore into a copy. */
export interface BackupRun {
  id: string
  org: Generated<string>
  kind: 'backup' | 'verify' | 'restore'
  state: 'running' | 'done' | 'failed'
  /** null: the schedule. */
  by_user: string | null
  /** The process at work. */
  inc: string
  started_at: number
  ended_at: number | null
  beat_at: number
  target: number | null
  place: string | null
  bytes: Generated<number>
  total_bytes: Generated<number>
  steps: Generated<unknown>
}
