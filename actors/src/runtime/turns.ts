import { isAnnunciated } from '@twin/models/alarms'
import type { Patch } from '@twin/models/live'
import type { EventBody } from '@twin/models/wire'
import type { DeviceInput, Outcome } from '../ports.ts'
import { moveCommand, openCommands, stepStation } from '../station/index.ts'
import type { DeviceCore } from '../telemetry/index.ts'
import type { Cell } from './cell.ts'
import { receive } from './receive.ts'
import { tickDevices } from './tick.ts'
import type { Turn, TurnResult } from './turn.ts'

const DERIVE_MS = 1000
/** A message of a device, then the station's own step. */
export function inputTurn(cell: Cell, turn: Turn, core: DeviceCore, input: DeviceInput, station: boolean): Outcome {
  const clock = cell.replayClock
  const outcome = receive(cell, turn, core, input)
  const body = input.envelope.body as EventBody
  // A recording's deadlines pass with its own clock.
  if (cell.replaying && cell.replayClock !== clock) tickDevices(cell, turn)
  if (!station) return outcome
  if (input.channel === 'e' && body.type === 'ack') {
    turn.actor = cell.address
    if (cell.state.station.commands[body.id]?.target === core.id)
      moveCommand(cell, turn, body.id, { type: 'ack', ok: body.ok, reason: body.reason ?? null })
  }
  stationTurn(cell, turn, input.channel === 't' ? core.id : null)
  return outcome
}

export function stationTurn(cell: Cell, turn: Turn, measured: string | null): void {
  const links = turn.facts.length > 0 && turn.facts.some(({ fact }) => fact.kind === 'link.changed' || fact.kind === 'birth')
  const derive = cell.changed && (links || turn.wall - cell.derivedAt >= DERIVE_MS || turn.wall < cell.derivedAt)
  stepStation(cell, turn, { facts: turn.facts, measured, derive })
  if (!derive) return
  cell.derivedAt = turn.wall
  cell.changed = false
}

export function tickTurn(cell: Cell, turn: Turn, station: boolean): void {
  tickDevices(cell, turn)
  if (station) stationTurn(cell, turn, null)
}

/** Patches that show the alarms raised in a turn; they may come again with the commit. */
export function newAlarms(cell: Cell, result: TurnResult): readonly Patch[] {
  const patches: Patch[] = []
  for (const { actor, fact } of result.facts) {
    if (fact.kind !== 'alarm.raised' || fact.body.historical || fact.body.hidden !== null) continue
    const device = actor.slice(7)
    const value = cell.state.devices[device]?.alarms[fact.body.code]
    if (value) patches.push({ op: 'replace', path: ['devices', device, 'alarms', fact.body.code], value })
  }
  return patches
}

/** Nobody would miss it in memory: nothing open, nothing under way. */
export function isIdle(cell: Cell, wall: number, afterMs: number): boolean {
  if (wall - cell.activeAt < afterMs || cell.historical.size > 0 || openCommands(cell).length > 0 || cell.state.station.video.open)
    return false
  return cell.order.every((core) => {
    const alarms = cell.state.devices[core.id]?.alarms ?? {}
    return !core.linkUp && core.backlog === null && !Object.values(alarms).some(isAnnunciated)
  })
}
