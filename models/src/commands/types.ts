import type { CompiledCondition, Readings } from '../expressions/types.ts'
import type { AlarmEffect, CommandDefinition, CommandRole, Confirmation, DeviceKind } from '../kinds/types.ts'
import type { DeviceConfig, StationPolicy } from '../stations/types.ts'
import type { CommandState, DeviceFact, DeviceHold, Effect, Person, RejectCode, StationFact, StationState } from '../twin/types.ts'

export type CommandArgs = Readonly<Record<string, unknown>>

export interface CompiledPermissive {
  readonly source: string
  readonly condition: CompiledCondition
  /** Told when it is false, and when it is unknown. */
  readonly rejectCode: RejectCode
  readonly unknownCode: RejectCode
}
export interface CompiledCommand {
  readonly kind: DeviceKind
  readonly definition: CommandDefinition
  readonly permissives: readonly CompiledPermissive[]
  readonly verify: CompiledCondition
  /** The acknowledgement is all the proof there is (`verify: 'true'`). */
  readonly ackIsEnough: boolean
  /** Stops, unloads: G9 may exempt it from presence, and a long-running command does not hold it up. */
  readonly safeDirection: boolean
  /** Word of `commandedState` it sets on the target, e.g. START. */
  readonly commanded: string | null
}

/** Nameplate limits that the cross rules of arguments need; undefined = not known, the rule is skipped. */
export interface ArgumentLimits {
  /** bar; lowest of the station's tanks. */
  readonly tankPressureMax?: number
  /** bar */
  readonly ratedPressure?: number
  /** Hz */
  readonly ratedFrequency?: number
  readonly now?: number
  /** Ids of the station's devices, for plans. */
  readonly devices?: readonly string[]
}
export type ArgumentCheck = { readonly ok: true } | { readonly ok: false; readonly field: string; readonly detail: string }

export interface CheckInput {
  readonly command: CompiledCommand
  /** Id of the command itself when checked again, so that it does not block itself; null before it exists. */
  readonly id: string | null
  readonly args: CommandArgs
  readonly target: DeviceConfig
  /** The target's link is online. */
  readonly online: boolean
  readonly station: StationState
  readonly policy: StationPolicy
  readonly limits: ArgumentLimits
  /** Effects of the target's own active alarms (`bindingEffects`). */
  readonly deviceHolds: readonly AlarmEffect[]
  /** Where the command comes from; absent = from a person. */
  readonly origin?: CommandState['origin']
  /** Documents that hold the target or its whole station. */
  readonly held?: readonly DeviceHold[]
  /** Of the target, owners station and gateway included; parameters are added by the check. */
  readonly readings: Readings
  /** Parameters the twin sets itself, e.g. waterPump.stop `standbyRunning`. */
  readonly derived?: CommandArgs
  readonly now: number
  /** Who asks; null for a dry run, which leaves out authorisation, reason and confirmation. */
  readonly by: Asker | null
}
export interface Asker {
  readonly person: Person
  /** Absent = checked by the caller. */
  readonly roles?: readonly CommandRole[]
  readonly reason: string
  /** Password and device code were re-entered and matched. */
  readonly confirmed: boolean
  readonly automation?: boolean
}
export interface Failure {
  readonly rejectCode: RejectCode
  readonly detail: string
  readonly field?: string
}
export interface CheckResult {
  readonly allowed: boolean
  /** Of the first failure. */
  readonly rejectCode: RejectCode | null
  readonly detail: string | null
  readonly warnings: readonly string[]
  /** All that stands against it, most serious first. */
  readonly failures: readonly Failure[]
}

export type CommandInput =
  /** A new command; `state` is what `newCommand` made. */
  | { readonly type: 'request'; readonly state: CommandState }
  | { readonly type: 'approve'; readonly by: Person; readonly roles?: readonly CommandRole[] }
  | { readonly type: 'cancel'; readonly by: Person }
  /** The stream adapter's answer. */
  | { readonly type: 'video'; readonly ok: boolean; readonly detail: string }
  /** Presence became occupied or unknown. */
  | { readonly type: 'occupied' }
  /** An alarm with abortRemote, a lock-out or an emergency. */
  | { readonly type: 'abort'; readonly rejectCode: RejectCode; readonly detail: string }
  /** After the commit of ARMED: checks again and publishes. */
  | { readonly type: 'dispatch' }
  /** The check after the commit failed and the caller did not let the message out. Only of the first sending; a repetition is just left out. */
  | { readonly type: 'withhold'; readonly rejectCode: RejectCode; readonly detail: string }
  | { readonly type: 'ack'; readonly ok: boolean; readonly reason: string | null }
  /** Fresh telemetry of the target. */
  | { readonly type: 'evaluate' }
  | { readonly type: 'tick' }

export interface CommandContext {
  readonly station: string
  readonly command: CompiledCommand
  readonly policy: StationPolicy
  readonly now: number
  /** `checkCommand` on the present state; called at acceptance, approval, arming and dispatch. */
  readonly check: () => CheckResult
  /** `confirmationFor`: unlocking by another person needs two. */
  readonly confirmation: Confirmation
  /** A room camera streams already. */
  readonly videoOpen: boolean
  /** Readings of the target. */
  readonly readings: Readings
  /** Source time of the newest telemetry message of the target, epoch ms; -Infinity = none. Verification needs it after the dispatch. */
  readonly telemetryAt: number
  readonly epoch: number
  /** Next message number (`StationState.nextN`). */
  readonly n: number
  /** Boot of the target as last seen. */
  readonly boot: string | number | null
  /** `DeviceState.commanded?.state` of the target. */
  readonly commanded: string | null
}

export interface CommandStep {
  readonly facts: readonly StationFact[]
  /** Of the target device: `commanded`. */
  readonly deviceFacts: readonly DeviceFact[]
  readonly effects: readonly Effect[]
  /** Why the input was not taken; state unchanged. */
  readonly refused: { readonly reason: 'conflict' | 'not-permitted'; readonly detail: string } | null
}
