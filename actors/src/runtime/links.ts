import { findPoint } from '@twin/models/kinds'
import { NEVER, qualities } from '@twin/models/twin'
import { evaluateDevice } from '../device/device-actor.ts'
import type { DeviceCore } from '../telemetry/index.ts'
import type { Cell } from './cell.ts'
import type { Turn } from './turn.ts'

/** A link came or went: all that reads it is looked at again, at once, so that no alarm races it. */
export function linkMoved(cell: Cell, turn: Turn, core: DeviceCore): void {
  cell.changed = true
  const concerned = core === cell.own || core === cell.gateway ? cell.order : [core]
  for (const one of concerned) {
    turn.actor = one.address
    if (!cell.quarantined.has(one.address)) turn.say(one.address, evaluateDevice(cell.context(one, turn.wall)))
  }
}

/** Run state OFFLINE goes on record, and whatever reads the device is looked at again. */
export function linkLost(cell: Cell, turn: Turn, core: DeviceCore): void {
  const { kind, layout } = core.table
  const index = findPoint(kind, 'runState')
  const word = kind.points[index]?.values?.indexOf('OFFLINE') ?? -1
  if (word >= 0) {
    const values = new Float64Array(layout.points).fill(NaN)
    const quality = new Uint8Array(layout.points).fill(NEVER)
    values[index] = word
    quality[index] = qualities.indexOf('good')
    turn.row({ device: core.id, kind: kind.kind, at: cell.now(turn.wall), received: turn.wall, values, quality, origin: 'derived' }, null)
  }
  linkMoved(cell, turn, core)
}
