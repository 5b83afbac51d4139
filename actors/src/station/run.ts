import { isBeforeDispatch, isFinal, parametersOf, rejectText, withParams } from '@twin/models/commands'
import { currentStep, newRun, openRun, RUN_WAIT_MS, type Choose } from '@twin/models/control'
import { findPoint } from '@twin/models/kinds'
import { isRunning } from '@twin/models/stations'
import type { ControlRun, Person, RejectCode, RunPlanStep, RunStep } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'
import { aimAt, check, holdsOn } from './command-context.ts'
import { moveCommand, requestCommand } from './commands.ts'

export interface Refused {
  readonly reason: 'not-found' | 'conflict' | 'invalid' | 'not-permitted'
  readonly code?: RejectCode
  readonly detail: string
  readonly field?: string
}

/** Refusals that time alone takes away: the step waits for them. */
const passing: ReadonlySet<RejectCode | null> = new Set<RejectCode>(['RESTART_DELAY', 'MIN_INTERVAL', 'BUSY', 'MAX_STARTS'])

/** Begins a run; the same id again is the same run. One at a time. */
export function startRun(
  cell: CellView,
  turn: Turn,
  wish: Omit<ControlRun, 'startedAt' | 'endedAt' | 'phase' | 'detail' | 'steps'> & { readonly steps: readonly RunPlanStep[] },
): Refused | null {
  const { run } = cell.state.station
  if (run?.id === wish.id) return null
  if (cell.replaying) return { reason: 'conflict', code: 'NOT_APPLICABLE', detail: rejectText('NOT_APPLICABLE', '回放数据 replayed data') }
  if (run?.phase === 'running') return { reason: 'conflict', code: 'BUSY', detail: rejectText('BUSY', run.reason) }
  if (wish.steps.length === 0) return { reason: 'conflict', detail: '本站没有可执行的步骤 This station has no steps to run' }
  const now = cell.now(turn.wall)
  turn.say(cell.address, [{ kind: 'run.started', v: 1, at: now, body: newRun({ ...wish, startedAt: now }) }])
  return null
}

/** A person stops it: what is not sent yet never is. What was sent cannot be called back. */
export function abortRun(cell: CellView, turn: Turn, id: string, by: Person): Refused | null {
  const run = openRun(cell.state.station)
  if (run?.id !== id) {
    if (cell.state.station.run?.id === id) return { reason: 'conflict', detail: '已结束 It has ended' }
    return { reason: 'not-found', detail: '没有此流程 No such run' }
  }
  const step = run.steps[currentStep(run)]
  const command = step?.command == null ? undefined : cell.state.station.commands[step.command]
  if (command && isBeforeDispatch(command.phase)) moveCommand(cell, turn, command.id, { type: 'cancel', by })
  end(cell, turn, run, 'aborted', `${rejectText('CANCELLED')}: ${by.name}`, by.id)
  return null
}

/** Takes a run as far as it goes now. A step is sent only when the one before is confirmed; after a failed one nothing is. */
export function stepRun(cell: CellView, turn: Turn): void {
  for (;;) {
    const run = openRun(cell.state.station)
    if (run === null) return
    const place = currentStep(run)
    const step = run.steps[place]
    if (step === undefined) return end(cell, turn, run, 'done', null)
    const before = cell.state
    if (step.phase === 'failed') return end(cell, turn, run, 'failed', step.detail)
    if (step.code === null) waitForPressure(cell, turn, run, place, step)
    else if (step.phase === 'sent') follow(cell, turn, run, place, step)
    else send(cell, turn, run, place, step, step.code)
    if (cell.state === before) return
  }
}

type StepBody = Partial<Pick<RunStep, 'deadline' | 'detail'>> & { readonly command?: string }

function say(cell: CellView, turn: Turn, run: ControlRun, step: number, phase: RunStep['phase'], more: StepBody = {}): void {
  turn.say(cell.address, [{ kind: 'run.step', v: 1, at: cell.now(turn.wall), body: { run: run.id, step, phase, ...more } }])
}

function end(cell: CellView, turn: Turn, run: ControlRun, phase: 'done' | 'failed' | 'aborted', detail: string | null, by?: string): void {
  const body = { run: run.id, phase, detail, ...(by !== undefined && { by }) }
  turn.say(cell.address, [{ kind: 'run.ended', v: 1, at: cell.now(turn.wall), body }])
  const { id, kind, reason } = run
  const told = { id, kind, phase, detail, reason, requestedBy: run.by.id }
  turn.effects.push({ kind: 'notify', station: cell.config.id, topic: 'run.ended', body: told })
}

function send(cell: CellView, turn: Turn, run: ControlRun, place: number, step: RunStep, code: string): void {
  const now = cell.now(turn.wall)
  const { target, args } = step
  const aim = aimAt(cell, target, code)
  if (aim === undefined) return say(cell, turn, run, place, 'failed', { detail: rejectText('UNKNOWN_COMMAND', code) })
  const known = withParams(cell.readings.at(aim.core, now), parametersOf({ command: aim.command, args }))
  if (!aim.command.ackIsEnough && aim.command.verify.test(known) === true) return say(cell, turn, run, place, 'already')
  const origin = run.kind === 'start' ? 'sequence' : 'joint'
  const found = check(cell, aim, { id: null, args, origin }, null, now)
  if (!found.allowed && passing.has(found.rejectCode)) return wait(cell, turn, run, place, step, found.detail)
  // What stands against it is put on record by the command itself.
  const id = cell.ids.next()
  say(cell, turn, run, place, 'sent', { command: id })
  requestCommand(cell, turn, { id, target, code, args, reason: run.reason, by: run.by, confirmed: true, origin })
}

function wait(cell: CellView, turn: Turn, run: ControlRun, place: number, step: RunStep, detail: string | null): void {
  const now = cell.now(turn.wall)
  if (step.phase !== 'waiting') say(cell, turn, run, place, 'waiting', { deadline: now + RUN_WAIT_MS, detail })
  else if (step.deadline !== null && now >= step.deadline)
    say(cell, turn, run, place, 'failed', { detail: `等待超时 Waited too long: ${detail ?? ''}` })
}

function follow(cell: CellView, turn: Turn, run: ControlRun, place: number, { command }: RunStep): void {
  const state = cell.state.station.commands[command ?? '']
  if (state === undefined) return say(cell, turn, run, place, 'failed', { detail: '命令记录缺失 Its command is no longer known' })
  if (!isFinal(state.phase)) return
  if (state.phase === 'EXECUTED') say(cell, turn, run, place, 'done')
  else
    say(cell, turn, run, place, 'failed', {
      detail: state.detail ?? (state.rejectCode === null ? state.phase : rejectText(state.rejectCode)),
    })
}

function waitForPressure(cell: CellView, turn: Turn, run: ControlRun, place: number, step: RunStep): void {
  const [bar, least] = [ownPoint(cell, turn, 'headerPressure'), ownPoint(cell, turn, 'minPressureSet')]
  if (bar >= least) return say(cell, turn, run, place, step.phase === 'waiting' ? 'done' : 'already')
  const detail = `母管压力未到 ${Number.isNaN(least) ? '?' : least.toFixed(2)} bar Header pressure not there yet`
  wait(cell, turn, run, place, step, detail)
}

/** A point of the station's own device; NaN = unknown. */
export function ownPoint(cell: CellView, turn: Turn, point: string): number {
  const { own, readings } = cell
  if (own === undefined) return NaN
  return readings.at(own, cell.now(turn.wall)).read(own, findPoint(own.table.kind, point))
}

/** The machine to go ahead: one that runs already, else the one that ran least, never one a document holds. */
export function chooseIn(cell: CellView, turn: Turn): Choose {
  const now = cell.now(turn.wall)
  return (candidates) => {
    const fit = candidates.flatMap(({ id }) => {
      const core = cell.cores.get(id)
      if (core === undefined || holdsOn(cell, id).length > 0) return []
      const read = (point: string): number => cell.readings.at(core, now).read(core, findPoint(core.table.kind, point))
      const state = core.table.kind.points[findPoint(core.table.kind, 'runState')]?.values?.[read('runState')]
      if (state === 'FAULT' || state === 'ESTOP') return []
      const runs = core.config.kind === 'compressor' ? isRunning(read('runState')) : state === 'RUNNING'
      const hours = read('runningHours')
      return [{ device: core.config, rank: runs ? 0 : 1, hours: Number.isNaN(hours) ? Infinity : hours }]
    })
    return fit.toSorted((a, b) => a.rank - b.rank || a.hours - b.hours || (a.device.id < b.device.id ? -1 : 1))[0]?.device
  }
}

/** When a run changes by waiting alone, in the cell's time. */
export function runDue({ state }: CellView): number {
  const run = openRun(state.station)
  if (run === null) return Infinity
  const step = run.steps[currentStep(run)]
  if (step?.phase === 'waiting') return step.deadline ?? Infinity
  // Its command has ended outside a turn of the station: nothing else may come to wake it.
  const command = state.station.commands[step?.command ?? '']
  return step?.phase === 'sent' && (command === undefined || isFinal(command.phase)) ? 0 : Infinity
}
