import { configValue, kindOf } from '../kinds/index.ts'
import { devicesOf } from '../stations/index.ts'
import type { DeviceConfig, StationConfig } from '../stations/types.ts'
import type { PressureBand, RunPlanStep, RunStepKey } from '../twin/control-types.ts'

/** Which of several machines goes ahead: the one that runs already, else the fittest; undefined = none may. */
export type Choose = (candidates: readonly DeviceConfig[]) => DeviceConfig | undefined

/** Hz; the tower's fans take it from there by their own control. */
const FAN_HERTZ = 40

const step = (key: RunStepKey, target: string, code: string | null, args: RunPlanStep['args'] = {}): RunPlanStep => ({
  key,
  target,
  code,
  args,
})

/**
 * How a station goes up, from what it is built of: cooling, dryers, the compressors (those named, else the one to go ahead), pressure,
 * and the valves to the customers last. The reason stands in the commands that want one.
 */
export function startSteps(config: StationConfig, choose: Choose, units: readonly string[], reason: string): readonly RunPlanStep[] {
  const all = (kind: string): readonly DeviceConfig[] => devicesOf(config, kind)
  const compressors = all('compressor')
  const first = choose(compressors)
  const going = units.length > 0 ? compressors.filter(({ id }) => units.includes(id)) : first ? [first] : []
  const valves = all('valve').filter((valve) => configValue(kindOf('valve'), 'suppliesCustomer', valve.variant, valve.settings) !== 0)
  return [
    ...cooling(config, choose),
    ...all('dryer').map(({ id }) => step('dryer', id, 'dryer.start')),
    ...going.map(({ id }) => step('compressor', id, 'compressor.start', { reason })),
    step('pressure', config.id, null),
    ...valves.map(({ id }) => step('outlet', id, 'valve.open')),
  ]
}

/** Water where there are pumps, else the room's fans. */
function cooling(config: StationConfig, choose: Choose): readonly RunPlanStep[] {
  const pumps = devicesOf(config, 'waterPump')
  if (pumps.length === 0) return [step('cooling', config.id, 'station.setVentilation', { on: true })]
  // With none fit to run the first is asked, so that its refusal is on record.
  const pump = choose(pumps) ?? pumps[0]
  return [
    ...(pump ? [step('cooling', pump.id, 'waterPump.start')] : []),
    ...devicesOf(config, 'coolingTower').map(({ id }) => step('cooling', id, 'coolingTower.setFan', { frequency: FAN_HERTZ })),
  ]
}

const round = (bar: number): number => Math.round(bar * 1000) / 1000

/** The master works by a target and the width of the band around it. The width first: the target is judged by it. */
export function bandSteps(config: StationConfig, { low, high }: PressureBand): readonly RunPlanStep[] {
  return [
    step('band', config.id, 'station.setPressureBand', { band: round(high - low) }),
    step('target', config.id, 'station.setTargetPressure', { targetPressure: round((low + high) / 2) }),
  ]
}

/** Set-points first, then the units one by one, and last the master itself, which then waits for its plan. */
export function engageSteps(config: StationConfig, band: PressureBand, members: readonly string[]): readonly RunPlanStep[] {
  return [
    ...bandSteps(config, band),
    ...members.map((unit) => step('member', unit, 'compressor.setControlMode', { mode: 'SEQUENCER' })),
    step('mode', config.id, 'station.setSequencingMode', { mode: 'AUTO_CLOUD_PLAN' }),
  ]
}

/** One unit to remote operation, or (unit null) the station back to how it was before. */
export function releaseSteps(
  config: StationConfig,
  unit: string | null,
  before: { readonly mode: string; readonly control: Readonly<Record<string, string>> },
): readonly RunPlanStep[] {
  if (unit !== null) return [step('member', unit, 'compressor.setControlMode', { mode: 'REMOTE' })]
  return [
    step('mode', config.id, 'station.setSequencingMode', { mode: before.mode }),
    ...Object.entries(before.control).map(([id, mode]) => step('member', id, 'compressor.setControlMode', { mode })),
  ]
}
