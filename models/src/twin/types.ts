import type { ControlFact, ControlRun, JointAction, JointControl } from './control-types.ts'
import type { EnergyDay } from '../energy/day.ts'
import type { LeakNight } from '../stations/night-leak.ts'
import type { AlarmEffect, Priority } from '../kinds/types.ts'
import type { CommandMessage } from '../wire/types.ts'

/**
 * Logical state of the actors and the facts that make it. State is the fold of facts; telemetry lives in slabs beside it.
 * Plain JSON: it is journalled, snapshotted, hashed and patched to viewers as it stands.
 */

export type Quality = 'good' | 'uncertain' | 'stale' | 'bad' | 'substituted'
/** Stored in slabs, rows and frames by this index; 255 = never seen. */
export const qualities: readonly Quality[] = ['good', 'uncertain', 'stale', 'bad', 'substituted']
export const NEVER = 255

/** kind of actor + id; `device:<id>`, `station:<id>`, `technician:<id>`. */
export type ActorAddress = `${'device' | 'station' | 'technician'}:${string}`

/** ISA-18.2 / IEC 62682. SHELVED, SUPPRESSED and OUT_OF_SERVICE lie over the phase, which is still evaluated. */
export type AlarmPhase = 'NORMAL' | 'UNACK' | 'ACKED' | 'RTN_UNACK' | 'LATCHED_UNACK' | 'LATCHED_ACKED'

/** Why an alarm is not shown although evaluated; facts carry what results from them, so that rows need no state. */
export type AlarmHidden = 'shelved' | 'suppressed' | 'outOfService' | null

export interface AlarmState {
  readonly phase: AlarmPhase
  /** Condition true since (waiting for onDelay), or clear true since (waiting for offDelay). */
  readonly raising: number | null
  readonly clearing: number | null
  /** Id of the open occurrence, null in NORMAL. */
  readonly occurrence: string | null
  readonly raisedAt: number | null
  readonly ackedAt: number | null
  readonly ackedBy: string | null
  readonly note: string | null
  readonly clearedAt: number | null
  readonly shelved: { readonly until: number; readonly by: string; readonly reason: string } | null
  /** `lockout`: the device is locked out for maintenance, by its own controller (true) or by a document that holds it. */
  readonly suppressed: { readonly since: number; readonly lockout?: true | 'document' } | null
  readonly outOfService: { readonly since: number; readonly by: string; readonly workOrder: string } | null
  /** Occurrence of the active parent it is grouped under: shown below it, not annunciated. */
  readonly groupedUnder: string | null
  /** Times of the last raises inside the chattering window. */
  readonly recentRaises: readonly number[]
  readonly chattering: boolean
  /** Waits for an acknowledgement since; when it went to the station's manager for want of one. */
  readonly unackedSince?: number | null
  readonly escalatedAt?: number | null
}

export type AlarmFact =
  | {
      readonly kind: 'alarm.pending'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly code: string
        readonly raising: number | null
        readonly clearing: number | null
        /** Of late data: folds into the backlog's own alarm states, never into the live ones. */
        readonly historical?: true
      }
    }
  | {
      readonly kind: 'alarm.raised'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly code: string
        readonly occurrence: string
        readonly priority: Priority
        /** The points of the condition at that moment, by name. */
        readonly values: Readonly<Record<string, number | string | boolean | null>>
        readonly groupedUnder: string | null
        /** Late or replayed data: recorded, no effects. */
        readonly historical: boolean
        /** Active but hidden: why. */
        readonly hidden: AlarmHidden
      }
    }
  | {
      readonly kind: 'alarm.cleared'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly code: string
        readonly occurrence: string
        /** Where it goes: latching is decided when it clears, so that the fold needs no definition. */
        readonly phase: 'NORMAL' | 'RTN_UNACK' | 'LATCHED_UNACK' | 'LATCHED_ACKED'
        readonly historical?: true
      }
    }
  | {
      readonly kind: 'alarm.acked'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly code: string
        readonly occurrence: string
        readonly by: string
        readonly note: string
        /** Where it goes; NORMAL ends the occurrence. */
        readonly phase: 'ACKED' | 'NORMAL' | 'LATCHED_ACKED'
      }
    }
  | {
      readonly kind: 'alarm.reset'
      readonly v: 1
      readonly at: number
      readonly body: { readonly code: string; readonly occurrence: string; readonly by: string }
    }
  | {
      readonly kind: 'alarm.shelved'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly code: string
        readonly until: number
        readonly by: string
        readonly reason: string
        readonly hidden: AlarmHidden
      }
    }
  | {
      readonly kind: 'alarm.unshelved'
      readonly v: 1
      readonly at: number
      readonly body: { readonly code: string; readonly by: string | null; readonly hidden: AlarmHidden }
    }
  | {
      readonly kind: 'alarm.suppressed'
      readonly v: 1
      readonly at: number
      readonly body: { readonly code: string; readonly on: boolean; readonly hidden: AlarmHidden; readonly lockout?: true | 'document' }
    }
  | {
      readonly kind: 'alarm.outOfService'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly code: string
        readonly on: boolean
        readonly by: string
        readonly workOrder: string
        readonly hidden: AlarmHidden
      }
    }
  | {
      readonly kind: 'alarm.grouped'
      readonly v: 1
      readonly at: number
      readonly body: { readonly code: string; readonly under: string | null }
    }
  | {
      readonly kind: 'alarm.escalated'
      readonly v: 1
      readonly at: number
      readonly body: { readonly code: string; readonly occurrence: string; readonly to: 'manager' }
    }
  | {
      readonly kind: 'alarm.chattering'
      readonly v: 1
      readonly at: number
      readonly body: { readonly code: string; readonly on: boolean }
    }

/** never: no message yet. silent: nothing for `silenceMs`, all points stale. offline: death or last will. */
export type Link =
  | { readonly state: 'never' }
  | { readonly state: 'online'; readonly boot: string | null; readonly since: number }
  | { readonly state: 'silent'; readonly boot: string | null; readonly since: number }
  | { readonly state: 'offline'; readonly boot: string | null; readonly since: number; readonly reason: string }

export interface Position {
  readonly lat: number
  readonly lng: number
  readonly at: number
  readonly source: 'gnss' | 'cell' | 'manual'
  readonly accuracy: number | null
  /** Who set it, for manual. */
  readonly by: string | null
}

export interface DeviceState {
  readonly link: Link
  /** Point names in the order declared at birth. */
  readonly declared: readonly string[]
  readonly texts: Readonly<Record<string, string>>
  readonly alarms: Readonly<Record<string, AlarmState>>
  /** Codes of service notices now due, with since. */
  readonly notices: Readonly<Record<string, number>>
  readonly position: Position | null
  /** Last command that moved it, for failed-to alarms: commandedState and since. */
  readonly commanded: { readonly state: string; readonly at: number } | null
  readonly replay: { readonly source: string; readonly speed: number | 'max' } | null
  /** Documents that hold it, in the order they came; absent or empty = free. While held it takes no command and raises no alarm. */
  readonly held?: readonly DeviceHold[]
}

/** repair: 维修中. lockout: a tag that only who hung it takes off. scrapped: 已报废, its telemetry is refused too. */
export type HoldKind = 'repair' | 'lockout' | 'scrapped'

/** A document holds a device; one document may do so once of each kind. On the station's own device it binds the whole station. */
export interface DeviceHold {
  readonly kind: HoldKind
  /** Number or id of the document, as people know it. */
  readonly document: string
  readonly reason: string
  readonly by: Person
  readonly since: number
}

export type DeviceFact =
  | AlarmFact
  | { readonly kind: 'link.changed'; readonly v: 1; readonly at: number; readonly body: Link }
  | {
      readonly kind: 'birth'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly boot: string | null
        readonly points: readonly string[]
        readonly firmware: string | null
        readonly replay: DeviceState['replay']
      }
    }
  | { readonly kind: 'text.changed'; readonly v: 1; readonly at: number; readonly body: { readonly point: string; readonly text: string } }
  | { readonly kind: 'notice.changed'; readonly v: 1; readonly at: number; readonly body: { readonly code: string; readonly on: boolean } }
  | { readonly kind: 'position.changed'; readonly v: 1; readonly at: number; readonly body: Position }
  | { readonly kind: 'commanded'; readonly v: 1; readonly at: number; readonly body: { readonly state: string } }
  | {
      readonly kind: 'device.held'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly kind: HoldKind
        readonly document: string
        readonly on: boolean
        readonly reason: string
        readonly by: Person
      }
    }
  | {
      readonly kind: 'device.event'
      readonly v: 1
      readonly at: number
      readonly body: { readonly name: string; readonly data: Readonly<Record<string, unknown>> }
    }

/** commands.json `lifecycle`. The last six are final. */
export type CommandPhase =
  | 'REQUESTED'
  | 'VALIDATED'
  | 'AWAITING_APPROVAL'
  | 'ARMED'
  | 'DISPATCHED'
  | 'ACKED'
  | 'EXECUTED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'FAILED'
  | 'UNVERIFIED'
  | 'ABORTED'

export type RejectCode =
  | 'ROOM_OCCUPIED'
  | 'VIDEO_UNAVAILABLE'
  | 'NOT_REMOTE'
  | 'ESTOP'
  | 'LOCKOUT'
  | 'FAULT_ACTIVE'
  | 'RESTART_DELAY'
  | 'MAX_STARTS'
  | 'MIN_INTERVAL'
  | 'GATEWAY_OFFLINE'
  | 'PARAM_RANGE'
  | 'EMERGENCY_ACTIVE'
  | 'PRESSURE_HIGH'
  | 'STATE_MISMATCH'
  | 'NOT_AUTHORISED'
  | 'APPROVAL_TIMEOUT'
  | 'EXPIRED'
  | 'BUSY'
  | 'DATA_BAD'
  | 'UNKNOWN_COMMAND'
  | 'NOT_APPLICABLE'
  | 'CONFIRMATION'
  | 'CANCELLED'
  | 'DEVICE_REFUSED'
  | 'UNDER_REPAIR'
  | 'TAGGED_OUT'
  | 'SCRAPPED'
  | 'JOINT_CONTROL'
  | 'PRESSURE_LOW'

export interface Person {
  readonly id: string
  readonly name: string
  /** Address the request came from. */
  readonly from: string
}

export interface CommandState {
  readonly id: string
  readonly code: string
  /** Device id (the station's id for station commands). */
  readonly target: string
  readonly args: Readonly<Record<string, unknown>>
  readonly reason: string
  /** Given by a step of a start sequence, or by joint control; absent = by a person. */
  readonly origin?: 'sequence' | 'joint'
  readonly requestedBy: Person
  readonly approvedBy: Person | null
  readonly phase: CommandPhase
  /** Set with REJECTED, FAILED, ABORTED, EXPIRED, UNVERIFIED. */
  readonly rejectCode: RejectCode | null
  /** Permissive or device word behind it. */
  readonly detail: string | null
  readonly issuedAt: number
  /** When the present phase times out; null in final phases. */
  readonly deadline: number | null
  readonly expiresAt: number | null
  /** Number of the message published (order per device). */
  readonly n: number | null
  readonly attempts: number
  readonly video: 'notRequired' | 'opening' | 'open' | 'failed'
  readonly steps: readonly {
    readonly phase: CommandPhase
    readonly at: number
    readonly by: string | null
    readonly detail: string | null
  }[]
  /** Values of the verify points before and at the end. */
  readonly before: Readonly<Record<string, number | string | boolean | null>>
  readonly after: Readonly<Record<string, number | string | boolean | null>>
}

export type Presence = 'vacant' | 'occupied' | 'unknown'

export interface StationState {
  /** Open commands and the last 50 ended ones, by id. */
  readonly commands: Readonly<Record<string, CommandState>>
  readonly nextN: number
  readonly presence: Presence
  /** Video opened for a reason, until closed. */
  readonly video: { readonly open: boolean; readonly reason: string | null; readonly since: number | null; readonly until: number | null }
  /** Effects of active alarms that bind the whole station: effect → occurrences. */
  readonly holds: Readonly<Partial<Record<AlarmEffect, readonly string[]>>>
  /** Outside the fence since; null = inside or no fence. */
  readonly fence: { readonly outsideSince: number; readonly distance: number } | null
  /** Who set the remote lock-out, for the unlock rule. */
  readonly lockedBy: string | null
  /** 10 or more new alarms in 10 min; over below 5. */
  readonly flood: { readonly since: number; readonly count: number } | null
  readonly recentAlarms: readonly number[]
  /** Units missing from the totals: device ids. */
  readonly missing: readonly string[]
  readonly planned: { readonly plan: unknown; readonly validUntil: number } | null
  /** Where the energy of the local day is counted from; absent or null = nothing known yet. */
  readonly energyDay?: EnergyDay | null
  /** What the last quiet nights said of the leaks, oldest first. */
  readonly leakNights?: readonly LeakNight[]
  /** The last run of steps, under way or ended. */
  readonly run?: ControlRun | null
  readonly joint?: JointControl | null
  /** The last automatic commands, oldest first. */
  readonly jointLog?: readonly JointAction[]
}

export type StationFact =
  | ControlFact
  | { readonly kind: 'command.requested'; readonly v: 1; readonly at: number; readonly body: CommandState }
  | {
      readonly kind: 'command.moved'
      readonly v: 1
      readonly at: number
      readonly body: { readonly id: string; readonly phase: CommandPhase } & Partial<
        Pick<CommandState, 'rejectCode' | 'detail' | 'deadline' | 'expiresAt' | 'n' | 'attempts' | 'video' | 'approvedBy' | 'after'>
      > & { readonly by?: string }
    }
  | { readonly kind: 'command.forgotten'; readonly v: 1; readonly at: number; readonly body: { readonly id: string } }
  | { readonly kind: 'presence.changed'; readonly v: 1; readonly at: number; readonly body: { readonly presence: Presence } }
  | { readonly kind: 'video.changed'; readonly v: 1; readonly at: number; readonly body: StationState['video'] }
  | {
      readonly kind: 'hold.changed'
      readonly v: 1
      readonly at: number
      readonly body: { readonly effect: AlarmEffect; readonly occurrences: readonly string[] }
    }
  | { readonly kind: 'fence.changed'; readonly v: 1; readonly at: number; readonly body: StationState['fence'] }
  | { readonly kind: 'lockout.changed'; readonly v: 1; readonly at: number; readonly body: { readonly by: string | null } }
  | {
      readonly kind: 'flood.changed'
      readonly v: 1
      readonly at: number
      readonly body: { readonly flood: StationState['flood']; readonly recent: readonly number[] }
    }
  | { readonly kind: 'missing.changed'; readonly v: 1; readonly at: number; readonly body: { readonly devices: readonly string[] } }
  | { readonly kind: 'plan.changed'; readonly v: 1; readonly at: number; readonly body: StationState['planned'] }
  | { readonly kind: 'energy.day'; readonly v: 1; readonly at: number; readonly body: EnergyDay }
  | { readonly kind: 'leak.night'; readonly v: 1; readonly at: number; readonly body: LeakNight }

export interface TechnicianState {
  readonly duty: 'off' | 'on' | 'busy'
  readonly position: Position | null
  readonly capacity: number
  readonly assigned: readonly string[]
}
export type TechnicianFact =
  | { readonly kind: 'technician.duty'; readonly v: 1; readonly at: number; readonly body: { readonly duty: TechnicianState['duty'] } }
  | { readonly kind: 'technician.position'; readonly v: 1; readonly at: number; readonly body: Position }
  | { readonly kind: 'technician.capacity'; readonly v: 1; readonly at: number; readonly body: { readonly capacity: number } }
  | {
      readonly kind: 'technician.assigned'
      readonly v: 1
      readonly at: number
      readonly body: { readonly ticket: string; readonly on: boolean }
    }

export type Fact = DeviceFact | StationFact | TechnicianFact

/** Executed by the runtime only after the commit that made its facts durable. */
export type Effect =
  | { readonly kind: 'publishCommand'; readonly station: string; readonly device: string; readonly message: Omit<CommandMessage, 'mac'> }
  | { readonly kind: 'openVideo'; readonly station: string; readonly reason: string; readonly command: string | null }
  | { readonly kind: 'closeVideo'; readonly station: string }
  | { readonly kind: 'requestRebirth'; readonly station: string; readonly device: string }
  /** To people: alarm raised, escalated, command ended. Delivery channels come with messages. */
  | { readonly kind: 'notify'; readonly station: string; readonly topic: string; readonly body: Readonly<Record<string, unknown>> }
