import { pointValues } from '../alarms/index.ts'
import type { CommandPhase, CommandState, DeviceFact, Effect, RejectCode, StationFact } from '../twin/types.ts'
import { forbidsPresence, parametersOf } from './check-command.ts'
import { dispatchedAt, foldCommand } from './command-state.ts'
import { rejectText } from './reject-labels.ts'
import { isBeforeDispatch, isFinal } from './transitions.ts'
import type { CommandContext, CommandInput, CommandStep } from './types.ts'
import { withParams } from './with-params.ts'

/** G7: idempotent commands only, and inside their time to live. */
const MAX_RETRIES = 2

type Move = Omit<(StationFact & { readonly kind: 'command.moved' })['body'], 'id' | 'phase'>

/**
 * The command machine: one input → facts, device facts and effects; the caller folds the facts (`applyCommandFact`). A deadline that has passed wins over
 * the input that comes with it. `state` is null only for a request; a request for a command that exists answers nothing (same id, same result).
 */
export function stepCommand(state: CommandState | null, input: CommandInput, ctx: CommandContext): CommandStep {
  if (input.type === 'request') return state ? nothing : request(input.state, ctx)
  if (!state) return refusal('conflict', '没有此命令 No such command')
  const run = new Run(state, ctx)
  if (isFinal(state.phase)) return afterEnd(run, input)
  if (state.deadline !== null && ctx.now >= state.deadline) timeout(run)
  if (!isFinal(run.state.phase)) return take(run, input)
  return input.type === 'tick' ? run.step() : afterEnd(run, input)
}

const nothing: CommandStep = { facts: [], deviceFacts: [], effects: [], refused: null }
const refusal = (reason: 'conflict' | 'not-permitted', detail: string): CommandStep => ({ ...nothing, refused: { reason, detail } })

/** One step under way: what it said so far, and the command as that makes it. */
class Run {
  readonly facts: StationFact[] = []
  readonly deviceFacts: DeviceFact[] = []
  readonly effects: Effect[] = []
  refused: CommandStep['refused'] = null
  state: CommandState
  readonly ctx: CommandContext

  constructor(state: CommandState, ctx: CommandContext) {
    this.state = state
    this.ctx = ctx
  }

  get timeouts() {
    return this.ctx.command.definition.timeouts
  }

  say(fact: StationFact): void {
    this.facts.push(fact)
    if (fact.kind === 'command.moved') this.state = foldCommand(this.state, fact)
  }

  move(phase: CommandPhase, changes: Move): void {
    this.say({ kind: 'command.moved', v: 1, at: this.ctx.now, body: { id: this.state.id, phase, ...changes } })
  }

  notify(topic: string): void {
    const { id, code, target, phase, rejectCode, detail, requestedBy } = this.state
    const body = { id, code, target, phase, rejectCode, detail, requestedBy: requestedBy.id }
    this.effects.push({ kind: 'notify', station: this.ctx.station, topic, body })
  }

  end(phase: CommandPhase, rejectCode: RejectCode | null, detail: string | null, by?: string): void {
    const { command, readings } = this.ctx
    const after = pointValues(command.verify.uses, command.kind, readings)
    this.move(phase, { rejectCode, detail, deadline: null, after, ...(by === undefined ? {} : { by }) })
    this.notify('command.ended')
  }

  /** What the failed-to alarms of the target look at. */
  commanded(word: string): void {
    if (this.ctx.command.commanded !== null) this.deviceFacts.push({ kind: 'commanded', v: 1, at: this.ctx.now, body: { state: word } })
  }

  /** The effect is seen on telemetry measured after the command went out. */
  verified(): boolean {
    const { command, readings, telemetryAt } = this.ctx
    const sent = dispatchedAt(this.state)
    const known = withParams(readings, parametersOf({ command, args: this.state.args }))
    return sent !== null && telemetryAt > sent && command.verify.test(known) === true
  }

  step(): CommandStep {
    const { facts, deviceFacts, effects, refused } = this
    return { facts, deviceFacts, effects, refused }
  }
}

function request(state: CommandState, ctx: CommandContext): CommandStep {
  const run = new Run(state, ctx)
  run.say({ kind: 'command.requested', v: 1, at: ctx.now, body: state })
  const check = ctx.check()
  if (!check.allowed) run.end('REJECTED', check.rejectCode, check.detail)
  else if (ctx.confirmation === 'twoPerson') {
    run.move('VALIDATED', { deadline: null })
    run.move('AWAITING_APPROVAL', { deadline: ctx.now + run.timeouts.approvalS * 1000 })
    run.notify('command.approval')
  } else prepare(run, 'VALIDATED', {})
  return run.step()
}

/** Accepted by everybody: video first where it is required (G1), then armed. */
function prepare(run: Run, phase: 'VALIDATED' | 'AWAITING_APPROVAL', changes: Move): void {
  const { ctx, state } = run
  if (!ctx.command.definition.requiresVideo || ctx.videoOpen) {
    run.move(phase, { ...changes, deadline: ctx.now + run.timeouts.videoOpenS * 1000 })
    arm(run, ctx.command.definition.requiresVideo ? 'open' : 'notRequired', null)
    return
  }
  run.move(phase, { ...changes, video: 'opening', deadline: ctx.now + run.timeouts.videoOpenS * 1000 })
  run.effects.push({ kind: 'openVideo', station: ctx.station, reason: 'REMOTE_OPERATION', command: state.id })
}

function arm(run: Run, video: CommandState['video'], detail: string | null): void {
  const check = run.ctx.check()
  if (!check.allowed) return run.end('REJECTED', check.rejectCode, check.detail)
  run.move('ARMED', { video, detail, deadline: run.ctx.now + run.timeouts.ttlS * 1000 })
}

function videoFailed(run: Run, detail: string): void {
  if (!run.ctx.policy.videoRequired) return arm(run, 'failed', detail)
  run.move(run.state.phase, { video: 'failed' })
  run.end('REJECTED', 'VIDEO_UNAVAILABLE', rejectText('VIDEO_UNAVAILABLE', detail))
}

function take(run: Run, input: Exclude<CommandInput, { type: 'request' }>): CommandStep {
  const { state, ctx } = run
  const { phase } = state
  switch (input.type) {
    case 'approve':
      approve(run, input)
      break
    case 'cancel':
      if (isBeforeDispatch(phase)) run.end('ABORTED', 'CANCELLED', rejectText('CANCELLED'), input.by.id)
      else run.refused = { reason: 'conflict', detail: '命令已下发,无法取消 The command has been sent and cannot be cancelled' }
      break
    case 'video':
      if (!isBeforeDispatch(phase) || state.video !== 'opening') break
      if (input.ok) arm(run, 'open', null)
      else videoFailed(run, input.detail)
      break
    case 'occupied':
      if (isBeforeDispatch(phase) && forbidsPresence(ctx.command, ctx.policy))
        run.end('ABORTED', 'ROOM_OCCUPIED', rejectText('ROOM_OCCUPIED'))
      break
    case 'abort':
      if (isBeforeDispatch(phase)) run.end('ABORTED', input.rejectCode, input.detail)
      break
    case 'dispatch':
      if (phase === 'ARMED') dispatch(run)
      break
    case 'withhold':
      if (phase !== 'DISPATCHED' || state.attempts > 1) break
      run.end('ABORTED', input.rejectCode, input.detail)
      run.commanded('NONE')
      break
    case 'ack':
      if (phase === 'DISPATCHED') acknowledged(run, input.ok, input.reason)
      break
    case 'evaluate':
    case 'tick':
      if (phase === 'ACKED' && run.verified()) executed(run)
      break
  }
  return run.step()
}

function approve(run: Run, { by, roles }: CommandInput & { readonly type: 'approve' }): void {
  const { state } = run
  if (state.phase !== 'AWAITING_APPROVAL' || state.approvedBy) {
    run.refused = { reason: 'conflict', detail: '命令不在待复核状态 The command does not await approval' }
    return
  }
  if (by.id === state.requestedBy.id) {
    run.refused = { reason: 'not-permitted', detail: '发起人不能复核自己的命令 The initiator cannot approve' }
    return
  }
  if (roles && !roles.includes('engineer')) {
    run.refused = { reason: 'not-permitted', detail: '复核须工程师 Approval takes an engineer' }
    return
  }
  const check = run.ctx.check()
  if (check.allowed) return prepare(run, 'AWAITING_APPROVAL', { approvedBy: by, by: by.id })
  run.move('AWAITING_APPROVAL', { approvedBy: by, by: by.id })
  run.end('REJECTED', check.rejectCode, check.detail)
}

/** The last look, then out; the effect leaves after the commit of the fact. Never for a device that is not there (G5): the check says so. */
function dispatch(run: Run): void {
  const { ctx } = run
  const check = ctx.check()
  if (!check.allowed) return run.end('ABORTED', check.rejectCode, check.detail)
  run.move('DISPATCHED', {
    n: ctx.n,
    attempts: 1,
    expiresAt: ctx.now + run.timeouts.ttlS * 1000,
    deadline: ctx.now + run.timeouts.gatewayAckS * 1000,
  })
  if (ctx.command.commanded !== null) run.commanded(ctx.command.commanded)
  publish(run)
}

function publish(run: Run): void {
  const { state, ctx } = run
  const sent = dispatchedAt(state) ?? ctx.now
  run.effects.push({
    kind: 'publishCommand',
    station: ctx.station,
    device: state.target,
    message: {
      v: 1,
      id: state.id,
      e: ctx.epoch,
      n: state.n ?? ctx.n,
      boot: ctx.boot,
      kind: state.code,
      args: state.args,
      issuedAt: sent,
      expiresAt: state.expiresAt ?? sent,
    },
  })
}

function acknowledged(run: Run, ok: boolean, reason: string | null): void {
  if (!ok) {
    run.end('FAILED', 'DEVICE_REFUSED', rejectText('DEVICE_REFUSED', reason ?? undefined))
    // It said no, so nothing is expected of it.
    return run.commanded('NONE')
  }
  run.move('ACKED', { deadline: run.ctx.now + run.timeouts.effectS * 1000 })
  if (run.ctx.command.ackIsEnough || run.verified()) executed(run)
}

function executed(run: Run): void {
  const { ctx, state } = run
  run.end('EXECUTED', null, null)
  // Done: a later stop by local control is not a failure to start.
  run.commanded('NONE')
  if (state.code === 'station.setRemoteLockout')
    run.say({ kind: 'lockout.changed', v: 1, at: ctx.now, body: { by: state.args['locked'] === true ? state.requestedBy.id : null } })
  const { plan, validUntil } = state.args
  if (state.code === 'station.applySequencePlan' && typeof validUntil === 'number')
    run.say({ kind: 'plan.changed', v: 1, at: ctx.now, body: { plan, validUntil } })
}

function timeout(run: Run): void {
  const { state, ctx } = run
  switch (state.phase) {
    case 'VALIDATED':
      return videoFailed(run, '超时 timeout')
    case 'AWAITING_APPROVAL':
      if (state.approvedBy) return videoFailed(run, '超时 timeout')
      return run.end('EXPIRED', 'APPROVAL_TIMEOUT', rejectText('APPROVAL_TIMEOUT'))
    case 'ARMED':
      return run.end('EXPIRED', 'EXPIRED', rejectText('EXPIRED'))
    case 'DISPATCHED': {
      const retry = ctx.command.definition.idempotent && state.attempts <= MAX_RETRIES && ctx.now < (state.expiresAt ?? 0)
      if (!retry) return run.end('FAILED', null, '设备未应答 No acknowledgement')
      run.move('DISPATCHED', {
        attempts: state.attempts + 1,
        deadline: Math.min(ctx.now + run.timeouts.gatewayAckS * 1000, state.expiresAt ?? ctx.now),
      })
      return publish(run)
    }
    case 'ACKED':
      if (run.verified()) return executed(run)
      return run.end('UNVERIFIED', null, '未见执行效果 No effect seen')
    case 'REQUESTED':
    case 'EXECUTED':
    case 'REJECTED':
    case 'EXPIRED':
    case 'FAILED':
    case 'UNVERIFIED':
    case 'ABORTED':
  }
}

/** The end stays the end. A late acknowledgement is noted; a late effect takes back what the failed-to alarms wait for. */
function afterEnd(run: Run, input: Exclude<CommandInput, { type: 'request' }>): CommandStep {
  const { state } = run
  switch (input.type) {
    case 'approve':
    case 'cancel':
      run.refused = { reason: 'conflict', detail: `命令已结束 The command has ended: ${state.phase}` }
      break
    case 'ack': {
      const late = state.phase === 'FAILED' || state.phase === 'UNVERIFIED'
      const noted = state.steps.some((step) => step.detail?.startsWith(LATE))
      if (late && !noted && dispatchedAt(state) !== null)
        run.move(state.phase, { detail: `${LATE} ${input.ok ? 'ok' : (input.reason ?? 'refused')}` })
      break
    }
    case 'evaluate':
      if ((state.phase === 'UNVERIFIED' || state.phase === 'FAILED') && run.ctx.commanded === run.ctx.command.commanded && run.verified())
        run.commanded('NONE')
      break
    case 'video':
    case 'occupied':
    case 'abort':
    case 'dispatch':
    case 'withhold':
    case 'tick':
      break
  }
  return run.step()
}

const LATE = '迟到应答 Late acknowledgement:'
