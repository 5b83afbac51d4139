import type { Selectable } from 'kysely'
import type { Runtime } from '@twin/actors/runtime'
import { endedAt } from '@twin/models/commands'
import type { CommandState } from '@twin/models/twin'
import type { Database } from '../../store/index.ts'
import type { ResultOf } from '../call.ts'

export type CommandRow = ResultOf<'command'>

export function stateAsRow(runtime: Runtime, command: CommandState): CommandRow {
  return {
    id: command.id,
    code: command.code,
    station: runtime.stationOf(command.target)?.id ?? '',
    target: command.target,
    targetName: nameOf(runtime, command.target),
    args: { ...command.args },
    reason: command.reason,
    requestedBy: { ...command.requestedBy },
    approvedBy: command.approvedBy && { ...command.approvedBy },
    phase: command.phase,
    rejectCode: command.rejectCode,
    detail: command.detail,
    issuedAt: command.issuedAt,
    endedAt: endedAt(command),
    deadline: command.deadline,
    steps: command.steps.map((step) => ({ ...step })),
    before: { ...command.before },
    after: { ...command.after },
  }
}

export function recordAsRow(runtime: Runtime, row: Selectable<Database['command']>): CommandRow {
  return {
    id: row.id,
    code: row.code,
    station: row.station,
    target: row.target,
    targetName: nameOf(runtime, row.target),
    args: { ...row.args },
    reason: row.reason,
    requestedBy: { ...row.requested_by },
    approvedBy: row.approved_by && { ...row.approved_by },
    phase: row.phase,
    rejectCode: row.reject_code,
    detail: row.detail,
    issuedAt: row.issued_at,
    endedAt: row.ended_at,
    deadline: row.deadline,
    steps: row.steps.map((step) => ({ ...step })),
    before: { ...row.before },
    after: { ...row.after },
  }
}

export function nameOf(runtime: Runtime, device: string): string {
  const station = runtime.stationOf(device)
  return station?.id === device ? station.name : (station?.devices.find(({ id }) => id === device)?.name ?? device)
}
