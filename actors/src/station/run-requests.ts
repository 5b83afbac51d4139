import { startSteps } from '@twin/models/control'
import type { Person } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'
import { chooseIn, startRun, type Refused } from './run.ts'

export { abortRun } from './run.ts'

export interface StartWish {
  readonly id: string
  readonly by: Person
  readonly reason: string
  /** Compressors to start; none = the one to go ahead. */
  readonly units: readonly string[]
}

/** Begins a station's start sequence. */
export function startSequence(cell: CellView, turn: Turn, { id, by, reason, units }: StartWish): Refused | null {
  const stranger = units.find((unit) => cell.cores.get(unit)?.config.kind !== 'compressor')
  if (stranger !== undefined) return { reason: 'invalid', field: 'units', detail: `本站无此空压机 No such compressor: ${stranger}` }
  if (cell.state.station.joint)
    return { reason: 'conflict', code: 'JOINT_CONTROL', detail: '本站在联控中 The station is under joint control' }
  return startRun(cell, turn, { id, kind: 'start', by, reason, steps: startSteps(cell.config, chooseIn(cell, turn), units, reason) })
}
