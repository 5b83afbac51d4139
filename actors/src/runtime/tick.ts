import { endLate, evaluateDevice, silence } from '../device/device-actor.ts'
import { stationDue } from '../station/index.ts'
import type { DeviceCore } from '../telemetry/index.ts'
import type { Cell } from './cell.ts'
import { linkLost } from './links.ts'
import type { Turn } from './turn.ts'

/** A device that has uploaded no late data for this long has none left. */
const BACKLOG_ENDS_MS = 60_000

/** Deadlines of the devices of a cell that have passed: silence, alarm delays, the end of a backlog. */
export function tickDevices(cell: Cell, turn: Turn): void {
  const { silenceMs } = cell.config.policy
  const now = cell.now(turn.wall)
  for (const core of cell.order) {
    if (cell.quarantined.has(core.address)) continue
    turn.actor = core.address
    const silent = silence(cell.context(core, turn.wall), turn.wall, silenceMs)
    if (silent.length > 0) {
      turn.say(core.address, silent)
      linkLost(cell, turn, core)
    } else if (core.due <= now) turn.say(core.address, evaluateDevice(cell.context(core, turn.wall)))
    if (lateOver(cell, core, turn.wall)) endBacklog(cell, turn, core)
  }
}

const lateOver = (cell: Cell, core: DeviceCore, wall: number): boolean =>
  (core.backlog !== null || cell.historical.has(core.id)) && wall - core.backlogAt >= BACKLOG_ENDS_MS

function endBacklog(cell: Cell, turn: Turn, core: DeviceCore): void {
  const states = cell.historical.get(core.id)
  if (states !== undefined)
    turn.say(core.address, endLate(states, Math.max(core.backlogSource, ...Object.values(states).map((s) => s.raisedAt ?? 0))))
  core.backlog = null
}

/** Server time at which the cell next changes by waiting alone; Infinity = never. A replayed cell's clock moves with its messages only. */
export function cellDue(cell: Cell): number {
  let due = cell.replaying ? Infinity : stationDue(cell)
  for (const core of cell.order) {
    if (!cell.replaying) due = Math.min(due, core.due)
    if (core.linkUp) due = Math.min(due, core.heardAt + cell.config.policy.silenceMs)
    if (core.backlog !== null || cell.historical.has(core.id)) due = Math.min(due, core.backlogAt + BACKLOG_ENDS_MS)
  }
  return due
}
