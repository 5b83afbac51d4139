import { isFinal, limitsFor, rejectText } from '@twin/models/commands'
import {
  actionConfirmed,
  bandSteps,
  checkBand,
  engageSteps,
  openRun,
  PLAN_RENEW_MS,
  PLAN_VALID_MS,
  planJoint,
  releaseSteps,
  type JointUnit,
} from '@twin/models/control'
import { findPoint } from '@twin/models/kinds'
import { hasVariant, isAvailable, jointCandidates } from '@twin/models/stations'
import type { JointAction, JointControl, Person, PressureBand } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'
import type { DeviceCore } from '../telemetry/index.ts'
import { aimAt, check, holdsOn, tankPressures } from './command-context.ts'
import { requestCommand } from './commands.ts'
import { logAction, noteOrders } from './joint-orders.ts'
import { ownPoint, startRun, type Refused } from './run.ts'

/** After a plan that came to nothing. */
const RETRY_MS = 30_000
/** A unit shows within this that it obeyed. */
const CONFIRM_MS = 60_000
const PLANNED = 'AUTO_CLOUD_PLAN'
/** The planner as the records name it. */
const planner: Person = { id: 'system:joint', name: '联控 Joint control', from: 'system' }

export interface JointWish {
  readonly id: string
  readonly by: Person
  readonly reason: string
  readonly band: PressureBand
  /** Absent = all that are offered. */
  readonly units?: readonly string[] | undefined
  /** h */
  readonly rotateAfterH: number
}

const conflict = (detail: string): Refused => ({ reason: 'conflict', detail })

/** A station comes under joint control, or one that is gets another band. The steps are a run; it works once they are through. */
export function engageJoint(cell: CellView, turn: Turn, { id, by, reason, band, units, rotateAfterH }: JointWish): Refused | null {
  const { config } = cell
  if (cell.state.station.run?.id === id) return null
  if (config.kind !== 'centralStation') return conflict('联控只用于集中空压站 Joint control is for central stations')
  const offered = jointCandidates(config).filter(({ id: unit }) => !holdsOn(cell, unit).some(({ kind }) => kind === 'scrapped'))
  const stranger = units?.find((unit) => !offered.some((one) => one.id === unit))
  if (stranger !== undefined)
    return { reason: 'invalid', field: 'units', detail: `不在编组内或已停用 Not in a group, or out of service: ${codeOf(cell, stranger)}` }
  const members = units ?? offered.map((unit) => unit.id)
  if (members.length === 0) return conflict('没有编组的机组 No unit stands in a group')
  const minimum = ownPoint(cell, turn, 'minPressureSet')
  const rated = members.map((unit) => cell.cores.get(unit)?.config.settings['ratedPressure'] ?? Infinity)
  const now = cell.now(turn.wall)
  if (cell.own === undefined) return conflict('本站没有测点 The station has no points of its own')
  const limits = limitsFor(config, cell.own.config, tankPressures(cell, now), now)
  const wrong = checkBand(band, minimum, { ...limits, ratedPressure: Math.min(...rated) })
  if (wrong) return { reason: 'invalid', ...wrong }
  if (Number.isNaN(minimum)) return conflict('最低允许压力未知 The minimum pressure is not known')
  const { joint } = cell.state.station
  if (joint?.phase === 'active') {
    if (units !== undefined && members.toSorted().join() !== joint.members.toSorted().join())
      return conflict('联控中不能换机组，请先退出 Release it before changing its units')
    const refused = startRun(cell, turn, { id, kind: 'band', by, reason, steps: bandSteps(config, band), band })
    if (refused === null) say(cell, turn, { ...joint, rotateAfterH })
    return refused
  }
  const refused = startRun(cell, turn, { id, kind: 'joint', by, reason, steps: engageSteps(config, band, members), band })
  if (refused !== null) return refused
  const control = joint?.before.control ?? modesBefore(cell, turn, members)
  const mode = joint?.before.mode ?? wordOf(cell, turn, cell.own, 'sequencingMode') ?? 'AUTO_LOCAL'
  const before = { mode: mode === PLANNED || mode === 'LEAK_TEST' ? 'AUTO_LOCAL' : mode, control }
  say(cell, turn, {
    phase: 'engaging',
    by,
    reason,
    since: now,
    band,
    rotateAfterH,
    members,
    order: [],
    lead: null,
    plan: null,
    retryAt: null,
    problem: null,
    before,
  })
  return null
}

export interface ReleaseWish {
  readonly id: string
  readonly by: Person
  readonly reason: string
  /** null = the station. */
  readonly unit: string | null
}

/** A unit or the whole station leaves joint control. A station is free when the run has ended, however it ended: an unreachable master's plan lapses. */
export function releaseJoint(cell: CellView, turn: Turn, { id, by, reason, unit }: ReleaseWish): Refused | null {
  const { joint, run } = cell.state.station
  if (run?.id === id) return null
  if (!joint) return conflict('本站不在联控中 The station is not under joint control')
  if (unit !== null && !joint.members.includes(unit)) return conflict(`${codeOf(cell, unit)} 不在联控中 is not under joint control`)
  if (unit !== null && joint.members.length === 1) return conflict('最后一台，请整站退出联控 The last unit: release the station')
  return startRun(cell, turn, { id, kind: 'release', by, reason, steps: releaseSteps(cell.config, unit, joint.before), unit })
}

/** What the station's joint control makes of this turn: ended runs, plans, the master's orders and what the units show of them. */
export function stepJoint(cell: CellView, turn: Turn): void {
  const ended = turn.facts.length > 0 && turn.facts.some(({ fact }) => fact.kind === 'run.ended')
  if (ended) runEnded(cell, turn)
  const { joint } = cell.state.station
  if (!joint || cell.replaying) return
  noteOrders(cell, turn, joint)
  watchOutcomes(cell, turn)
  followPlan(cell, turn)
  watchMaster(cell, turn)
  plan(cell, turn)
}

function say(cell: CellView, turn: Turn, body: JointControl | null): void {
  turn.say(cell.address, [{ kind: 'joint.changed', v: 1, at: cell.now(turn.wall), body }])
}

function runEnded(cell: CellView, turn: Turn): void {
  const { run, joint } = cell.state.station
  if (!run || !joint || run.phase === 'running') return
  switch (run.kind) {
    case 'start':
      return
    case 'joint':
      return say(cell, turn, run.phase === 'done' ? { ...joint, phase: 'active' } : null)
    case 'band':
      // Another plan carries the new target.
      return run.phase === 'done' && run.band ? say(cell, turn, { ...joint, band: run.band, order: [], retryAt: null }) : undefined
    case 'release': {
      const unit = run.unit ?? null
      if (unit === null) return leave(cell, turn)
      if (run.phase === 'done') say(cell, turn, { ...joint, members: joint.members.filter((one) => one !== unit) })
    }
  }
}

/** Nobody looks any more at what was still to be confirmed. */
function leave(cell: CellView, turn: Turn): void {
  for (const { id, outcome: known } of cell.state.station.jointLog ?? []) if (known === 'pending') outcome(cell, turn, id, 'unconfirmed')
  say(cell, turn, null)
}

function modesBefore(cell: CellView, turn: Turn, members: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    members.flatMap((unit) => {
      const mode = wordOf(cell, turn, cell.cores.get(unit), 'controlMode')
      return mode === 'REMOTE' ? [[unit, mode]] : []
    }),
  )
}

function wordOf(cell: CellView, turn: Turn, core: DeviceCore | undefined, point: string): string | undefined {
  if (core === undefined) return undefined
  const index = findPoint(core.table.kind, point)
  return core.table.kind.points[index]?.values?.[cell.readings.at(core, cell.now(turn.wall)).read(core, index)]
}

const codeOf = (cell: CellView, unit: string): string => cell.cores.get(unit)?.config.code ?? unit

/** The plan under way came to its end. */
function followPlan(cell: CellView, turn: Turn): void {
  const { joint, commands } = cell.state.station
  if (!joint?.plan) return
  const command = commands[joint.plan.command]
  if (command !== undefined && !isFinal(command.phase)) return
  const { order } = joint.plan
  const done = command?.phase === 'EXECUTED'
  outcome(cell, turn, joint.plan.command, done ? 'confirmed' : 'failed')
  if (done) return say(cell, turn, { ...joint, plan: null, order, lead: order[0] ?? null, retryAt: null, problem: null })
  const detail = command?.detail ?? (command?.rejectCode ? rejectText(command.rejectCode) : '命令记录缺失 Its command is no longer known')
  say(cell, turn, { ...joint, plan: null, retryAt: cell.now(turn.wall) + RETRY_MS, problem: `计划未下达 Plan not taken: ${detail}` })
}

/** Somebody on site, or a lapsed plan, took the master out of the server's hands. Only a person puts it back. */
function watchMaster(cell: CellView, turn: Turn): void {
  const { joint } = cell.state.station
  if (!joint || joint.phase === 'engaging' || openRun(cell.state.station)) return
  const mode = wordOf(cell, turn, cell.own, 'sequencingMode')
  if (mode === undefined) return
  if (mode !== PLANNED && joint.phase === 'active') {
    const problem = `主控已转为 The master went to ${mode}`
    say(cell, turn, { ...joint, phase: 'suspended', order: [], problem })
    const body = { problem, requestedBy: joint.by.id }
    turn.effects.push({ kind: 'notify', station: cell.config.id, topic: 'joint.suspended', body })
  }
  if (mode === PLANNED && joint.phase === 'suspended') say(cell, turn, { ...joint, phase: 'active', problem: null })
}

function plan(cell: CellView, turn: Turn): void {
  const { joint, planned } = cell.state.station
  const now = cell.now(turn.wall)
  if (joint?.phase !== 'active' || joint.plan !== null || (joint.retryAt !== null && joint.retryAt > now)) return
  const run = openRun(cell.state.station)
  if (run?.kind === 'band' || (run?.kind === 'release' && run.unit === null)) return
  const expires = planned === null || planned.validUntil - now <= PLAN_VALID_MS - PLAN_RENEW_MS
  const wanted = planJoint(
    joint.members.flatMap((unit) => unitOf(cell, turn, unit) ?? []),
    joint,
    expires,
  )
  const note = (problem: string | null): void => {
    if (joint.problem !== problem || joint.retryAt !== null) say(cell, turn, { ...joint, problem, retryAt: null })
  }
  if (wanted === null) return note(null)
  if ('none' in wanted) return note('没有可用的机组 No unit may be used')
  const { order, trim, reason } = wanted
  const target = Math.round(((joint.band.low + joint.band.high) / 2) * 1000) / 1000
  const validUntil = now + PLAN_VALID_MS
  const args = { plan: [{ from: now, to: validUntil, on: order, trim, targetPressure: target }], validUntil }
  const code = 'station.applySequencePlan'
  const aim = aimAt(cell, cell.config.id, code)
  const asker = { person: planner, reason, confirmed: true, automation: true }
  const found = aim && check(cell, aim, { id: null, args, origin: 'joint' }, asker, now)
  // Tried again with every turn; only what is sent is worth a record.
  if (!found?.allowed) return note(`计划待下达 Plan waits: ${rejectText(found?.rejectCode ?? 'UNKNOWN_COMMAND')}`)
  const id = cell.ids.next()
  say(cell, turn, { ...joint, plan: { command: id, order }, retryAt: null })
  logAction(cell, turn, { id, kind: 'plan', unit: null, reason, headerPressure: barOf(ownPoint(cell, turn, 'headerPressure')) })
  const request = { id, target: cell.config.id, code, args, reason, by: planner, confirmed: true }
  requestCommand(cell, turn, { ...request, origin: 'joint', automation: true })
  followPlan(cell, turn)
}

/** undefined: the unit is no longer there, or no longer in a group. */
function unitOf(cell: CellView, turn: Turn, id: string): JointUnit | undefined {
  const core = cell.cores.get(id)
  if (core === undefined || !jointCandidates(cell.config).some((unit) => unit.id === id)) return undefined
  const now = cell.now(turn.wall)
  const read = (point: string): number => cell.readings.at(core, now).read(core, findPoint(core.table.kind, point))
  const [hold] = holdsOn(cell, id)
  const mode = wordOf(cell, turn, core, 'controlMode')
  const state = read('runState')
  const out =
    hold !== undefined
      ? `${hold.kind === 'lockout' ? '挂牌 tagged' : hold.kind === 'repair' ? '维修 under repair' : '报废 scrapped'} ${hold.document}`
      : Number.isNaN(state) || mode === undefined
        ? '无数据 no data'
        : !isAvailable(state)
          ? '故障或急停 fault or stop'
          : mode !== 'SEQUENCER'
            ? `方式 mode ${mode}`
            : null
  return { id, code: core.config.code, hours: read('runningHours'), trims: hasVariant(core.config, 'vsd'), out }
}

function outcome(cell: CellView, turn: Turn, id: string, result: JointAction['outcome']): void {
  turn.say(cell.address, [{ kind: 'joint.outcome', v: 1, at: cell.now(turn.wall), body: { id, outcome: result } }])
}

/** What the master ordered is confirmed by the unit itself. */
function watchOutcomes(cell: CellView, turn: Turn): void {
  const now = cell.now(turn.wall)
  for (const { id, at, kind, unit, outcome: known } of cell.state.station.jointLog ?? []) {
    if (known !== 'pending' || unit === null) continue
    if (actionConfirmed(kind, wordOf(cell, turn, cell.cores.get(unit), 'runState'))) outcome(cell, turn, id, 'confirmed')
    else if (now - at >= CONFIRM_MS) outcome(cell, turn, id, 'unconfirmed')
  }
}

const barOf = (bar: number): number | null => (Number.isNaN(bar) ? null : bar)

/** When joint control changes by waiting alone, in the cell's time. */
export function jointDue({ state }: CellView): number {
  const { joint, jointLog = [], planned, commands } = state.station
  if (!joint) return Infinity
  const open = jointLog.filter(({ outcome: known, unit }) => known === 'pending' && unit !== null).map(({ at }) => at + CONFIRM_MS)
  const command = joint.plan && commands[joint.plan.command]
  const ended = joint.plan !== null && (!command || isFinal(command.phase)) ? 0 : Infinity
  // Only an active one plans; the others are woken by what comes in.
  const active = joint.phase === 'active' && joint.plan === null
  const renew = active && planned !== null ? planned.validUntil - (PLAN_VALID_MS - PLAN_RENEW_MS) : Infinity
  const next = active ? (joint.retryAt ?? renew) : Infinity
  return Math.min(ended, next, ...open)
}
