import { bindingEffects } from '@twin/models/alarms'
import {
  checkCommand,
  compileCommand,
  confirmationFor,
  limitsFor,
  type Asker,
  type CheckInput,
  type CheckResult,
  type CommandArgs,
  type CommandContext,
  type CompiledCommand,
} from '@twin/models/commands'
import { findPoint } from '@twin/models/kinds'
import { enumIndex } from '@twin/models/stations'
import type { CommandState, DeviceHold } from '@twin/models/twin'
import type { CellView } from '../runtime/turn.ts'
import type { DeviceCore } from '../telemetry/index.ts'

/** A command with the device it is for. */
export interface Aim {
  readonly core: DeviceCore
  readonly command: CompiledCommand
}

/** undefined: no such device here, or its kind has no such command. */
export function aimAt(cell: CellView, target: string, code: string): Aim | undefined {
  const core = cell.cores.get(target)
  const command = core && compileCommand(core.table.kind, code)
  return core && command ? { core, command } : undefined
}

/** The check on the present state. `by` null: a dry run, or a command checked again that was accepted from somebody before. */
export function check(
  cell: CellView,
  { core, command }: Aim,
  { id, args, origin }: { readonly id: string | null; readonly args: CommandArgs; readonly origin?: CommandState['origin'] },
  by: Asker | null,
  now: number,
): CheckResult {
  const device = cell.state.devices[core.id]
  const input: CheckInput = {
    command,
    id,
    args,
    target: core.config,
    online: device?.link.state === 'online',
    station: cell.state.station,
    policy: cell.config.policy,
    limits: limitsFor(cell.config, core.config, tankPressures(cell, now), now),
    deviceHolds: device ? bindingEffects(core.table.alarms, device.alarms) : [],
    ...(origin !== undefined && { origin }),
    held: holdsOn(cell, core.id),
    readings: cell.readings.at(core, now),
    derived: knownToTwin(cell, core, command, now),
    now,
    by,
  }
  return checkCommand(input)
}

/** Documents that hold a device, or the station as a whole. */
export function holdsOn(cell: CellView, device: string): readonly DeviceHold[] {
  const { devices } = cell.state
  const own = devices[device]?.held ?? []
  return device === cell.config.id ? own : [...own, ...(devices[cell.config.id]?.held ?? [])]
}

export function tankPressures(cell: CellView, now: number): readonly number[] {
  return cell.order.flatMap((core) => {
    const index = core.config.kind === 'tank' ? findPoint(core.table.kind, 'workingPressureMax') : -1
    return index < 0 ? [] : [cell.readings.at(core, now).read(core, index)]
  })
}

/** Parameters the twin sets itself. */
function knownToTwin(cell: CellView, target: DeviceCore, command: CompiledCommand, now: number): CommandArgs {
  if (command.definition.code !== 'waterPump.stop') return {}
  const running = enumIndex('waterPump', 'runState', 'RUNNING')
  const standbyRunning = cell.order.some((core) => {
    if (core === target || core.config.kind !== 'waterPump') return false
    return cell.readings.at(core, now).read(core, findPoint(core.table.kind, 'runState')) === running
  })
  return { standbyRunning }
}

/** Everything `stepCommand` may look at. `asker` only for a new request: later checks are of the state, not of the person. */
export function contextFor(cell: CellView, aim: Aim, state: CommandState, asker: Asker | null, wall: number): CommandContext {
  const now = cell.now(wall)
  const { core, command } = aim
  const device = cell.state.devices[core.id]
  return {
    station: cell.config.id,
    command,
    policy: cell.config.policy,
    now,
    check: () => {
      const result = check(cell, aim, state, asker, now)
      cell.readings.at(core, now)
      return result
    },
    confirmation: confirmationFor(command, state.args, cell.state.station, state.requestedBy.id),
    videoOpen: streams(cell, now),
    readings: cell.readings.at(core, now),
    telemetryAt: core.telemetryAt,
    commanded: device?.commanded?.state ?? null,
    epoch: cell.epoch,
    n: cell.state.station.nextN,
    boot: core.boot,
  }
}

/** A room camera streams already. */
function streams(cell: CellView, now: number): boolean {
  return cell.order.some((core) => {
    if (core.config.kind !== 'camera') return false
    return cell.readings.at(core, now).read(core, findPoint(core.table.kind, 'streamOpen')) === 1
  })
}
