import { chokedFlow } from './air.ts'
import { dischargeTarget, loadedPower, stepTemperature, unloadedPower } from './power.ts'
import type { Random } from './noise.ts'
import type { UnitState } from './unit.ts'
import type { UnitControl, WorldInput, WorldParams, WorldState } from './world.ts'
import { customerFlow, inletCelsius, stepPlant, treatmentLoss } from './world-step.ts'

interface Duty {
  /** Share of the time loaded and, while loaded, of full speed. */
  readonly loaded: number
  readonly speed: number
  /** Turns at all. */
  readonly turning: boolean
}

/**
 * A station over a long step (about a minute) in quasi-steady state: units share the demand as their controllers would, counters grow by
 * the mean of the step, and the momentary values are those of one moment within it. For history and forecasts, a thousand times faster
 * than stepping through every cycle.
 */
export function coarseStep(params: WorldParams, world: WorldState, input: WorldInput, dt: number, random: Random): WorldState {
  const bar = world.target + 0.1 + treatmentLoss(params, world.headerFlow, world.target)
  const full = { ...world, bar, headerBar: world.target + 0.1 }
  const purge = params.dryers.reduce((sum, dryer) => sum + (dryer.desiccant ? 0.15 * dryer.ratedFlow * 0.87 : 0), 0)
  const need = customerFlow(params, full, input.demand) + chokedFlow(params.leak, full.headerBar, full.target) + purge
  const duties = share(params, world, need, input.altitude)
  // What cannot be made is missing in the header: without any machine there is no pressure.
  const made = duties.reduce((sum, duty, i) => sum + duty.loaded * duty.speed * (params.units[i]?.unit.ratedFlow ?? 0) * input.altitude, 0)
  const sag = made < 0.97 * need ? world.target * (1 - made / need) : 0
  const level = { ...full, bar: Math.max(0, full.bar - sag), headerBar: Math.max(0, full.headerBar - sag) }
  const units = world.units.map((control, i) => coarseUnit(params, level, control, i, duties[i] ?? rest, input, dt, random))
  // The moment shown lies somewhere in the pressure band.
  const swing = sag > 1 ? 0 : (random() - 0.5) * (params.sequenced ? world.band * 0.6 : 0.5)
  const meanPower = units.reduce((sum, unit) => sum + unit.meanPower, 0)
  const supply = units.reduce((sum, unit) => sum + unit.control.state.flow, 0)
  const controls = units.map((unit) => unit.control)
  const next = stepPlant(
    { ...params, volume: 1e12 },
    { ...level, bar: level.bar + swing, headerBar: level.headerBar + swing, units: controls },
    input,
    dt,
  )
  const momentary = controls.reduce((sum, control) => sum + control.state.power, 0)
  return {
    ...next,
    bar: Math.max(0, level.bar + swing + (supply > need ? 0.02 : -0.02)),
    totals: { ...next.totals, energy: next.totals.energy + ((meanPower - momentary) * dt) / 3600 },
  }
}

const rest: Duty = { loaded: 0, speed: 0, turning: false }

/** Who carries what: the VSD trims, fixed machines run full or, the last of them, by duty. */
function share(params: WorldParams, world: WorldState, need: number, altitude: number): Duty[] {
  const duties: Duty[] = params.units.map(() => rest)
  const able = params.units
    .map(({ unit }, i) => ({ i, unit, flow: unit.ratedFlow * altitude, state: world.units[i]?.state }))
    .filter(({ state }) => state !== undefined && state.run !== 'FAULT' && state.run !== 'ESTOP' && state.run !== 'STOPPED')
  const trim = able.find(({ unit }) => unit.variant === 'vsd')
  let left = need
  for (const { i, flow } of able.filter((one) => one !== trim)) {
    const trimFlow = trim?.flow ?? 0
    if (left <= trimFlow) break
    // The machine that would overshoot runs by duty, the trim machine at its least.
    const most = trim ? left - trimFlow * trim.unit.minSpeed : left
    const duty = Math.min(1, Math.max(0, most / flow))
    duties[i] = { loaded: duty, speed: 1, turning: true }
    left -= duty * flow
  }
  if (trim && left > 0) {
    const q = left / trim.flow
    const { minSpeed } = trim.unit
    duties[trim.i] =
      q >= minSpeed ? { loaded: 1, speed: Math.min(1, q), turning: true } : { loaded: q / minSpeed, speed: minSpeed, turning: true }
  }
  return duties
}

function coarseUnit(
  params: WorldParams,
  world: WorldState,
  control: UnitControl,
  i: number,
  wanted: Duty,
  input: WorldInput,
  dt: number,
  random: Random,
): { readonly control: UnitControl; readonly meanPower: number } {
  const machine = params.units[i]
  const { state } = control
  if (!machine || state.run === 'FAULT' || state.run === 'ESTOP' || state.run === 'STOPPED') return { control, meanPower: 0 }
  const { unit } = machine
  const hours = dt / 3600
  // A machine no longer needed idles on until its idle stop, as it does in the exact physics; otherwise history would be full of starts.
  const idling = !wanted.turning && (state.run === 'LOADED' || (state.run === 'UNLOADED' && state.inRun < control.idleStop))
  const duty = idling ? { loaded: 0, speed: unit.minSpeed, turning: true } : wanted
  const loaded = duty.turning && random() < duty.loaded
  const full = loadedPower(unit, world.bar, unit.variant === 'vsd' ? duty.speed : 1)
  const idle = unloadedPower(unit, 20)
  const meanPower = duty.turning ? duty.loaded * full + (1 - duty.loaded) * idle : 0
  const run: UnitState['run'] = !duty.turning ? 'STANDBY' : loaded ? 'LOADED' : 'UNLOADED'
  const speed = duty.turning ? (unit.variant === 'vsd' ? (loaded ? duty.speed : unit.minSpeed) : 1) : 0
  const inlet = inletCelsius(world)
  const target = duty.turning ? dischargeTarget(inlet, duty.loaded * duty.speed, control.fouling) : inlet
  // One cycle a minute and a half while it cycles at all.
  const cycles = duty.turning && duty.loaded > 0 && duty.loaded < 1 ? dt / 95 : 0
  return {
    meanPower,
    control: {
      ...control,
      trim: Math.max(unit.minSpeed, duty.speed),
      deviation: 0,
      state: {
        run,
        inRun: run === state.run ? state.inRun + dt : dt / 2,
        rested: duty.turning ? 0 : state.rested + dt,
        power: loaded ? full : duty.turning ? idle : 0,
        flow: loaded ? unit.ratedFlow * speed * input.altitude : 0,
        speed,
        rampFrom: full,
        temperature: stepTemperature(state.temperature, duty.turning ? Math.max(target, 71) : target, dt),
        sump: loaded ? world.bar + 0.3 : duty.turning ? 1.8 : 0,
        fault: state.fault,
        runningHours: state.runningHours + (duty.turning ? hours : 0),
        loadedHours: state.loadedHours + duty.loaded * hours,
        starts: state.starts + (duty.turning && state.run === 'STANDBY' ? 1 : 0),
        loadCycles: state.loadCycles + Math.max(0, Math.round(cycles + random() - 0.5)),
        energy: state.energy + meanPower * hours,
      },
    },
  }
}
