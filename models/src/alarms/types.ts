import type { CompiledCondition, Readings } from '../expressions/types.ts'
import type { AlarmDefinition, DeviceKind } from '../kinds/types.ts'
import type { AlarmFact, AlarmState } from '../twin/types.ts'

/** Alarms of a device by code; a code that is missing has never left rest. */
export type AlarmStates = Readonly<Record<string, AlarmState>>

export interface CompiledAlarm {
  readonly code: string
  readonly definition: AlarmDefinition
  readonly condition: CompiledCondition
  readonly clear: CompiledCondition
  readonly suppressWhen: CompiledCondition | null
  readonly onDelayMs: number
  readonly offDelayMs: number
  /** Time alone may change its conditions: windows, stuckS(), bad(). */
  readonly timed: boolean
  /** Code of the parent; `parentHere` when the same device has it, else it comes from `activeParents`. */
  readonly parent: string | null
  readonly parentHere: boolean
  /** Positions in the set of the alarms it groups. */
  readonly children: readonly number[]
}

/** The alarms of a kind and variant, parents before children. Compiled once, shared by all devices of that sort. */
export interface AlarmSet {
  readonly kind: DeviceKind
  readonly variant: string | null
  readonly alarms: readonly CompiledAlarm[]
  readonly byCode: ReadonlyMap<string, CompiledAlarm>
  /** Point index → positions of the alarms that read it. */
  readonly readers: {
    readonly self: ReadonlyMap<number, readonly number[]>
    readonly station: ReadonlyMap<number, readonly number[]>
    readonly gateway: ReadonlyMap<number, readonly number[]>
  }
  /** Locked out for maintenance: suppresses all of them. */
  readonly lockout: CompiledCondition | null
  /** Codes of the alarms that group those of other devices. */
  readonly groups: readonly string[]
  /** Codes of parents on other devices of the station. */
  readonly foreignParents: readonly string[]
  /** Scratch of `evaluateAlarms`: the pass in which an alarm was last marked. */
  readonly marks: { pass: number; readonly at: Float64Array }
}

/** What changed since the last evaluation. `time`: also look at conditions that depend on time (once a second is enough). */
export interface Dirty {
  readonly self: readonly number[]
  readonly station?: readonly number[]
  readonly gateway?: readonly number[]
  readonly time: boolean
}

export interface AlarmInput {
  readonly set: AlarmSet
  readonly states: AlarmStates
  readonly readings: Readings
  /** Epoch ms: server time, for late data its source time. */
  readonly now: number
  readonly ids: { next(): string }
  /** Code → occurrence of active, visible alarms of the station's other devices (see `parentsIn`). */
  readonly activeParents: Readonly<Record<string, string>>
  /** Alarms of the station's own device, and those of them that may group others (`AlarmSet.groups`). Absent = none. */
  readonly groups?: { readonly states: AlarmStates; readonly codes: readonly string[] } | undefined
  /** Unacknowledged so long an alarm escalates, ms; absent = never. */
  readonly escalateMs?: number
  /** A document holds the device: none of its alarms is raised, all are listed as suppressed. */
  readonly held?: boolean
  /** Late or replayed data: facts are marked and fold into states of their own (see `applyAlarmFact`). */
  readonly historical: boolean
  /** Absent = look at every alarm. */
  readonly dirty?: Dirty | undefined
}

/** Answer to what a person asks of an alarm; reasons are those of the runtime's replies. */
export type AlarmAnswer =
  | { readonly ok: true; readonly facts: readonly AlarmFact[] }
  | { readonly ok: false; readonly reason: 'not-found' | 'conflict' | 'invalid'; readonly detail: string; readonly field?: string }
