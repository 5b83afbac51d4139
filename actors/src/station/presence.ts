import { findPoint } from '@twin/models/kinds'
import type { Presence } from '@twin/models/twin'
import type { CellView } from '../runtime/turn.ts'

/**
 * Whether somebody is in the room: the station's own sensor, and any camera that sees a person. Only a fresh "no" of the sensor
 * makes it vacant; a camera can add a person, never take one away.
 */
export function presenceOf(cell: CellView, now: number): Presence {
  const { own, readings } = cell
  if (own === undefined) return 'unknown'
  readings.at(own, now)
  const room = readings.read(own, findPoint(own.table.kind, 'roomOccupied'))
  if (room === 1) return 'occupied'
  for (const core of cell.cameras) {
    if (readings.read(core, findPoint(core.table.kind, 'personDetected')) === 1) return 'occupied'
  }
  return room === 0 ? 'vacant' : 'unknown'
}

/** When the sensor's last word goes stale, if nothing more is heard. */
export function presenceDue(cell: CellView): number {
  const { own } = cell
  if (own === undefined || cell.state.station.presence === 'unknown') return Infinity
  const index = findPoint(own.table.kind, 'roomOccupied')
  const at = index < 0 ? NaN : own.slab.at(index)
  return Number.isNaN(at) ? Infinity : at + (own.table.staleMs[index] ?? 0) + 1
}
