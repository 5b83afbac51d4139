import {
  ackAlarm,
  needsAck,
  resetAlarm,
  serviceAlarm,
  shelveAlarm,
  unshelveAlarm,
  type AlarmAnswer,
  type AlarmSet,
  type AlarmStates,
} from '@twin/models/alarms'
import type { RejectCode } from '@twin/models/twin'
import { evaluateDevice, stateOfDevice } from '../device/device-actor.ts'
import {
  abortRun,
  dryRun,
  engageJoint,
  holdDevice,
  moveCommand,
  releaseJoint,
  requestCommand,
  startSequence,
  watchPresence,
} from '../station/index.ts'
import type { Cell } from './cell.ts'
import type { Turn } from './turn.ts'
import type { Reply, Request } from './types.ts'

type AlarmRequest = Extract<Request, { type: `alarm.${string}` }>

const ok: Reply = { ok: true }
const notFound = (detail: string): Reply => ({ ok: false, reason: 'not-found', detail })

/** One request in its cell: facts are said in the turn, the reply waits for their commit. */
export function answer(cell: Cell, turn: Turn, request: Request): Reply {
  switch (request.type) {
    case 'alarm.ack':
    case 'alarm.reset':
    case 'alarm.shelve':
    case 'alarm.unshelve':
    case 'alarm.service':
      return answerAlarm(cell, turn, request)
    case 'command.check': {
      watchPresence(cell, turn)
      const result = dryRun(cell, turn.wall, request.target, request.code, request.args)
      if (result === null) return { ...notFound('没有此设备或命令 No such device or command'), code: 'UNKNOWN_COMMAND' } as Reply
      const { allowed, rejectCode, detail, warnings } = result
      return { ok: true, check: { allowed, rejectCode, detail, warnings } }
    }
    case 'command.request': {
      watchPresence(cell, turn)
      const refused = requestCommand(cell, turn, request)
      return refused === null ? commandReply(cell, request.id) : { ok: false, ...refused }
    }
    case 'command.approve':
      watchPresence(cell, turn)
      return moved(cell, turn, request.id, { type: 'approve', by: request.by })
    case 'command.cancel':
      return moved(cell, turn, request.id, { type: 'cancel', by: request.by })
    case 'video.result':
      watchPresence(cell, turn)
      if (request.command !== null) moveCommand(cell, turn, request.command, { type: 'video', ok: request.ok, detail: request.detail })
      return ok
    case 'run.start':
      watchPresence(cell, turn)
      return runReply(cell, startSequence(cell, turn, request))
    case 'run.abort':
      return runReply(cell, abortRun(cell, turn, request.id, request.by))
    case 'joint.engage':
      return runReply(cell, engageJoint(cell, turn, request))
    case 'joint.release':
      return runReply(cell, releaseJoint(cell, turn, request))
    case 'device.lockout': {
      const refused = holdDevice(cell, turn, request)
      return refused === null ? ok : { ok: false, ...refused }
    }
    case 'actor.release':
      cell.quarantined.delete(request.actor)
      return ok
    case 'position.correct': {
      const core = cell.cores.get(request.device)
      if (core === undefined) return notFound('没有此设备 No such device')
      const { lat, lng } = request.position
      if (!(Math.abs(lat) <= 90 && Math.abs(lng) <= 180))
        return { ok: false, reason: 'invalid', field: 'position', detail: '坐标超出范围 Coordinates out of range' }
      turn.say(core.address, [{ kind: 'position.changed', v: 1, at: cell.now(turn.wall), body: request.position }])
      return ok
    }
  }
}

function moved(cell: Cell, turn: Turn, id: string, input: Parameters<typeof moveCommand>[3]): Reply {
  const refused = moveCommand(cell, turn, id, input)
  return refused === null ? commandReply(cell, id) : { ok: false, ...refused }
}

function runReply(cell: Cell, refused: ReturnType<typeof abortRun>): Reply {
  const { run } = cell.state.station
  return refused === null ? { ok: true, ...(run && { run }) } : { ok: false, ...refused }
}

/** What people may not do is their error, what the plant forbids is a conflict. */
const reasons: Partial<Record<RejectCode, 'not-permitted' | 'invalid'>> = {
  NOT_AUTHORISED: 'not-permitted',
  CONFIRMATION: 'invalid',
  PARAM_RANGE: 'invalid',
  NOT_APPLICABLE: 'invalid',
}

function commandReply(cell: Cell, id: string): Reply {
  const command = cell.state.station.commands[id]
  if (command === undefined) return notFound('没有此命令 No such command')
  if (command.phase !== 'REJECTED' || command.rejectCode === null) return { ok: true, command }
  const { rejectCode, detail } = command
  return { ok: false, reason: reasons[rejectCode] ?? 'conflict', code: rejectCode, detail: detail ?? rejectCode }
}

function answerAlarm(cell: Cell, turn: Turn, request: AlarmRequest): Reply {
  const core = cell.cores.get(request.device)
  if (core === undefined) return notFound('没有此设备 No such device')
  turn.actor = core.address
  const now = cell.now(turn.wall)
  const own = stateOfDevice(cell.context(core, turn.wall))
  const result = act(cell, core.table.alarms, own.alarms, request, now)
  if (!result.ok) return result
  turn.say(core.address, result.facts)
  // Overlays change what is shown and what binds; the one decision function says what follows.
  turn.say(core.address, evaluateDevice(cell.context(core, turn.wall)))
  if (request.type === 'alarm.ack') ackMembers(cell, turn, request, now)
  return ok
}

function act(cell: Cell, set: AlarmSet, states: AlarmStates, request: AlarmRequest, now: number): AlarmAnswer {
  const action = { set, states, code: request.code, by: request.by.id, now }
  switch (request.type) {
    case 'alarm.ack':
      return ackAlarm({ ...action, occurrence: request.occurrence, note: request.note })
    case 'alarm.reset': {
      const core = cell.cores.get(request.device)
      if (core === undefined) return { ok: false, reason: 'not-found', detail: '没有此设备 No such device' }
      return resetAlarm({ ...action, occurrence: request.occurrence, readings: cell.readings.at(core, now) })
    }
    case 'alarm.shelve':
      return shelveAlarm({ ...action, minutes: request.minutes, reason: request.reason })
    case 'alarm.unshelve':
      return unshelveAlarm(action)
    case 'alarm.service':
      return serviceAlarm({ ...action, out: request.out, workOrder: request.workOrder })
  }
}

/** Acknowledging a group alarm acknowledges its members, and theirs. */
function ackMembers(
  cell: Cell,
  turn: Turn,
  request: Extract<Request, { type: 'alarm.ack' }>,
  now: number,
  under = request.occurrence,
): void {
  for (const core of cell.order) {
    const { alarms: states } = stateOfDevice(cell.context(core, turn.wall))
    for (const [code, state] of Object.entries(states)) {
      if (state.groupedUnder !== under || state.occurrence === null) continue
      ackMembers(cell, turn, request, now, state.occurrence)
      if (!needsAck(state)) continue
      const { note, by } = request
      const result = ackAlarm({ set: core.table.alarms, states, code, occurrence: state.occurrence, by: by.id, now, note })
      if (result.ok) turn.say(core.address, result.facts)
    }
  }
}
