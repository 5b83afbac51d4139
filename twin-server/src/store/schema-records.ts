import type { Generated } from 'kysely'
import type { DeviceConfig, StationConfig, StationKind } from '@twin/models/stations'
import type { AlarmPhase, CommandPhase, CommandState, Person, Position, RejectCode } from '@twin/models/twin'

/** Master data: columns to filter and join by; `config` is the whole truth, round-tripped exactly. */
export interface StationTable {
  id: string
  org: Generated<string>
  code: string
  name: string
  name_en: string
  kind: StationKind
  region: string
  lat: number | null
  lng: number | null
  time_zone: string
  config: Omit<StationConfig, 'devices'>
  /** Set when the station was retired; its history stays readable. */
  retired_at: number | null
  updated_at: number
}
export interface DeviceTable {
  id: string
  org: Generated<string>
  station: string
  kind: string
  variant: string | null
  code: string
  name: string
  /** Place in the station's list. */
  ord: number
  config: DeviceConfig
  retired_at: number | null
  updated_at: number
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
}

export interface Setting {
  org: Generated<string>
  key: string
  value: unknown
}
