import { energyDay, usedOf } from '@twin/models/energy'
import { findPoint } from '@twin/models/kinds'
import { counterSources, plantLimits } from '@twin/models/stations'
import type { CellView, Turn } from '../runtime/turn.ts'

/** Begins the day and what counts as its start; true when it was begun anew. */
export function stepEnergyDay(cell: CellView, turn: Turn): boolean {
  const { own, config, reader, readings } = cell
  if (own === undefined) return false
  const now = cell.now(turn.wall)
  const before = cell.state.station.energyDay ?? null
  readings.now = now
  const { energy } = counterSources(config)
  const index = findPoint(own.table.kind, 'energyToday')
  const since = index < 0 ? NaN : own.slab.at(index)
  const known = before !== null && since >= before.day && since <= now
  const after = energyDay(
    before,
    {
      now,
      counter: reader.value(energy.device, energy.point),
      used: known ? own.slab.value(index) : NaN,
      sinceMs: now - (known ? since : (before?.day ?? now)),
      maxPower: plantLimits(config)?.ratedPower ?? 0,
    },
    config.timeZone,
  )
  if (after === before || after === null) return false
  turn.say(cell.address, [{ kind: 'energy.day', v: 1, at: now, body: after }])
  return true
}

/** kWh since local midnight; undefined while nothing new is known, so that what is known stands until it is stale. */
export function energyToday(cell: CellView): number | undefined {
  const day = cell.state.station.energyDay
  if (day == null) return undefined
  const { energy } = counterSources(cell.config)
  const used = usedOf(day, cell.reader.value(energy.device, energy.point))
  return Number.isNaN(used) ? undefined : used
}
