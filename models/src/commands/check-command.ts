import { pointValues } from '../alarms/index.ts'
import { appliesTo } from '../kinds/index.ts'
import type { Confirmation, RiskClass } from '../kinds/types.ts'
import type { CommandState, DeviceHold, HoldKind, RejectCode, StationState } from '../twin/types.ts'
import { dispatchedAt, faultClass } from './command-state.ts'
import { findCommand } from './compile-command.ts'
import { rejectText } from './reject-labels.ts'
import { isFinal } from './transitions.ts'
import type { Asker, CheckInput, CheckResult, CommandArgs, CompiledCommand, Failure } from './types.ts'
import { validateArgs } from './validate-args.ts'
import { commandWarnings } from './warnings.ts'
import { withParams } from './with-params.ts'

/** Between starts of any two units of a station. */
const STAGGER_MS = 10_000
const DAY_MS = 86_400_000
const RESETS_PER_DAY = 2
/** Automation moves the target pressure gently. */
const AUTO_STEP_BAR = 0.2
const AUTO_STEP_MS = 300_000

/**
 * Whether a command may be given now. The same answer serves the dry run, the acceptance and the check just before it is sent. Changes nothing; unknown data
 * permits nothing.
 */
export function checkCommand(input: CheckInput): CheckResult {
  const { command, target } = input
  if (!appliesTo(command.kind, command.definition, target.variant)) return result(input, [fail('NOT_APPLICABLE')])
  const args = validateArgs(command.definition, input.args, input.limits)
  return result(input, [
    ...authorisation(input),
    ...(input.held ?? []).map(heldBy),
    ...jointlyControlled(input),
    ...(args.ok ? [] : [{ rejectCode: 'PARAM_RANGE' as const, detail: rejectText('PARAM_RANGE', args.detail), field: args.field }]),
    ...emergencies(input),
    ...(forbidsPresence(command, input.policy) && input.station.presence !== 'vacant' ? [fail('ROOM_OCCUPIED')] : []),
    ...(input.online ? [] : [fail('GATEWAY_OFFLINE')]),
    ...permissives(input),
    ...busy(input),
    ...intervals(input),
  ])
}

/** Unlocking by another person than the one who locked takes two. */
export function confirmationFor(command: CompiledCommand, args: CommandArgs, station: StationState, by: string): Confirmation {
  const unlocks = command.definition.code === 'station.setRemoteLockout' && args['locked'] === false
  return unlocks && station.lockedBy !== null && station.lockedBy !== by ? 'twoPerson' : command.definition.confirm
}

/** G2 with the exemption of G9. */
export function forbidsPresence(command: CompiledCommand, policy: CheckInput['policy']): boolean {
  return command.definition.presenceForbids && !(policy.allowSafeStopWhenOccupied && command.safeDirection)
}

/** What a command to a device held so is refused with. */
export const heldCodes: Readonly<Record<HoldKind, RejectCode>> = { repair: 'UNDER_REPAIR', lockout: 'TAGGED_OUT', scrapped: 'SCRAPPED' }

/** Set-points of the station that joint control keeps, and what would take the master out of its hands; stopping and unloading stay free. */
const jointOwns: ReadonlySet<string> = new Set([
  'station.setTargetPressure',
  'station.setPressureBand',
  'station.setSequencingMode',
  'station.applySequencePlan',
  'station.start',
  'station.startLeakTest',
])

/** Units under joint control, and the set-points it works by, take nothing from anybody else until they are released. */
function jointlyControlled({ command, target, station: { joint }, origin }: CheckInput): readonly Failure[] {
  if (!joint || origin === 'joint') return []
  return joint.members.includes(target.id) || jointOwns.has(command.definition.code) ? [fail('JOINT_CONTROL')] : []
}

function heldBy({ kind, document, reason, by }: DeviceHold): Failure {
  return fail(heldCodes[kind], [document, by.name, reason].filter(Boolean).join(' – '))
}

function fail(rejectCode: RejectCode, behind?: string): Failure {
  return { rejectCode, detail: rejectText(rejectCode, behind) }
}

function result(input: CheckInput, failures: readonly Failure[]): CheckResult {
  const first = failures[0]
  return {
    allowed: first === undefined,
    rejectCode: first?.rejectCode ?? null,
    detail: first?.detail ?? null,
    warnings: commandWarnings(input),
    failures,
  }
}

function authorisation({ command: { definition }, args, by }: CheckInput): readonly Failure[] {
  if (!by) return []
  const failures: Failure[] = []
  if (by.automation && !definition.allowAutomation) failures.push(fail('NOT_AUTHORISED', '仅限人工 only by a person'))
  if (by.roles && !by.automation && !definition.roles.some((role) => by.roles?.includes(role))) failures.push(fail('NOT_AUTHORISED'))
  if (args['forced'] === true && by.roles && !by.roles.includes('engineer'))
    failures.push(fail('NOT_AUTHORISED', '强制操作须工程师 forcing takes an engineer'))
  if (!by.automation) failures.push(...confirmation(definition.confirm, args, by))
  return failures
}

function confirmation(confirm: Confirmation, args: CommandArgs, by: Asker): readonly Failure[] {
  if (confirm === 'none') return []
  if (!by.confirmed) return [fail('CONFIRMATION', '请重新输入密码与设备编号 re-enter password and device code')]
  const reason = typeof args['reason'] === 'string' ? args['reason'] : by.reason
  return reason.trim() === '' ? [{ ...fail('CONFIRMATION', '请填写原因 give a reason'), field: 'reason' }] : []
}

function emergencies({ command: { definition }, args, station, deviceHolds, by }: CheckInput): readonly Failure[] {
  const { holds } = station
  const failures: Failure[] = []
  const local = definition.riskClass === 'R0' || definition.riskClass === 'R1'
  // Locking and ending a leak test lead to the safe side.
  const towardsSafety = definition.code === 'station.abortLeakTest' || args['locked'] === true
  if (!local && !towardsSafety && holds.blockRemote?.length)
    failures.push(fail('EMERGENCY_ACTIVE', '报警禁止远程操作 an alarm forbids remote operation'))
  if (definition.code.endsWith('.start') && (holds.blockStart?.length || deviceHolds.includes('blockStart')))
    failures.push(fail('EMERGENCY_ACTIVE', '报警禁止启动 an alarm forbids starting'))
  if (by?.automation && definition.code.endsWith('.start') && (holds.blockAutoStart?.length || deviceHolds.includes('blockAutoStart')))
    failures.push(fail('EMERGENCY_ACTIVE', '报警禁止自动启动 an alarm forbids automatic starting'))
  return failures
}

function permissives(input: CheckInput): readonly Failure[] {
  const { command, readings } = input
  const known = withParams(readings, parametersOf(input))
  const failures: Failure[] = []
  for (const { source, condition, rejectCode, unknownCode } of command.permissives) {
    const holds = condition.test(known)
    if (holds === true) continue
    const values = Object.entries(pointValues(condition.uses, command.kind, readings)).map(
      ([name, value]) => `${name}=${String(value ?? '?')}`,
    )
    failures.push(fail(holds === false ? rejectCode : unknownCode, [source, values.join(', ')].filter(Boolean).join(' – ')))
  }
  return failures
}

/** Arguments as conditions see them: flags left out are false, what the twin knows is added. */
export function parametersOf({ command, args, derived }: Pick<CheckInput, 'command' | 'args' | 'derived'>): CommandArgs {
  const flags = command.definition.params.filter((parameter) => parameter.type === 'boolean' && !parameter.required)
  return { ...Object.fromEntries(flags.map((parameter) => [parameter.name, false])), ...args, ...derived }
}

/** G6. A command waiting for approval holds up only its own repetition; long effects do not hold up stopping and unloading. */
function busy({ command: { definition, safeDirection }, id, target, station }: CheckInput): readonly Failure[] {
  const heavy = (riskClass: RiskClass): boolean => riskClass === 'R3' || riskClass === 'R4'
  if (definition.code === 'station.setRemoteLockout') return []
  for (const other of Object.values(station.commands)) {
    if (other.id === id || isFinal(other.phase)) continue
    const same = other.target === target.id && other.code === definition.code
    if (other.phase === 'AWAITING_APPROVAL' && other.video !== 'opening' && !same) continue
    if (other.phase === 'ACKED' && safeDirection && !same) continue
    if (other.target === target.id || (heavy(definition.riskClass) && heavy(riskClassOf(other))))
      return [fail('BUSY', `${other.code} (${other.phase})`)]
  }
  return []
}

/** A command no kind knows any more counts as the gravest. */
function riskClassOf(state: CommandState): RiskClass {
  return findCommand(state.code)?.riskClass ?? 'R4'
}

/** A plan that takes units out or changes their order need not wait: what is tagged out leaves at once. */
function addsNoUnit({ command: { definition }, args, station: { planned } }: CheckInput): boolean {
  if (definition.code !== 'station.applySequencePlan' || !planned) return false
  const known = unitsOf(planned.plan)
  return unitsOf(args['plan']).every((unit) => known.includes(unit))
}

function unitsOf(plan: unknown): readonly unknown[] {
  if (!Array.isArray(plan)) return []
  return plan.flatMap((period: unknown) => {
    const on = typeof period === 'object' && period !== null && 'on' in period ? period.on : null
    return Array.isArray(on) ? (on as readonly unknown[]) : []
  })
}

function intervals(input: CheckInput): readonly Failure[] {
  const { command, id, target, station, now, readings, by, args } = input
  const { definition } = command
  const failures: Failure[] = []
  const sent = Object.values(station.commands).flatMap((state) => {
    const at = state.id === id ? null : dispatchedAt(state)
    return at === null ? [] : [{ state, at }]
  })
  const own = sent.filter(({ state }) => state.target === target.id && state.code === definition.code)
  const last = Math.max(...own.map(({ at }) => at))
  const remaining = last + definition.minIntervalS * 1000 - now
  if (remaining > 0 && !addsNoUnit(input)) failures.push(fail('MIN_INTERVAL', `${Math.ceil(remaining / 1000)} s`))
  if (definition.code === 'compressor.start') {
    const other = sent.find(({ state, at }) => state.code === definition.code && state.target !== target.id && now - at < STAGGER_MS)
    if (other) failures.push(fail('MIN_INTERVAL', '另一机组刚启动,间隔不足 10 s another unit started less than 10 s ago'))
  }
  if (definition.code.endsWith('.resetFault')) {
    const cause = faultClass(command, readings).faultClass
    const resets = own.filter(({ state, at }) => now - at < DAY_MS && state.before['faultClass'] === cause)
    if (resets.length >= RESETS_PER_DAY)
      failures.push(fail('MIN_INTERVAL', '24 h 内同类故障最多远程复位 2 次 at most 2 remote resets per fault class in 24 h'))
  }
  if (by?.automation && definition.code === 'station.setTargetPressure') {
    const present = pointValues(command.verify.uses, command.kind, readings)['targetPressureSet']
    const step = typeof present === 'number' ? Math.abs(Number(args['targetPressure']) - present) : Infinity
    if (step > AUTO_STEP_BAR + 1e-9)
      failures.push(fail('PARAM_RANGE', `自动调整每次不超过 ${AUTO_STEP_BAR} bar automation moves at most that much`))
    if (now - last < AUTO_STEP_MS) failures.push(fail('MIN_INTERVAL', '自动调整间隔 5 min automation waits 5 min'))
  }
  return failures
}
