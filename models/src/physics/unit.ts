import { dischargeTarget, loadedPower, stepTemperature, unloadedPower, type UnitParams } from './power.ts'

export type UnitRun = 'STOPPED' | 'STANDBY' | 'STARTING' | 'UNLOADED' | 'LOADED' | 'STOPPING' | 'FAULT' | 'ESTOP'
export type UnitOrder = 'start' | 'stop' | 'load' | 'unload' | 'none'

export interface UnitState {
  readonly run: UnitRun
  /** s in this run state. */
  readonly inRun: number
  /** s of motor rest, for the restart delay; grows while it stands. */
  readonly rested: number
  /** kW, m3/min FAD. */
  readonly power: number
  readonly flow: number
  /** 0-1 of full speed, 0 when the motor stands. */
  readonly speed: number
  /** kW when loading began: the ramp starts there. */
  readonly rampFrom: number
  /** degC */
  readonly temperature: number
  /** Oil sump, bar gauge. */
  readonly sump: number
  readonly fault: string
  readonly runningHours: number
  readonly loadedHours: number
  readonly starts: number
  readonly loadCycles: number
  readonly energy: number
}

export interface UnitInput {
  readonly order: UnitOrder
  /** Pressure behind the minimum-pressure valve, bar gauge. */
  readonly bar: number
  /** Speed asked of a VSD, 0-1. */
  readonly speed: number
  readonly inletCelsius: number
  /** Cooler fouling 0-1. */
  readonly fouling: number
  /** Share of FAD left at the site's altitude. */
  readonly altitude: number
  readonly mainsOk: boolean
  /** Least discharge temperature that the oil thermostat holds while loaded; leave out for the bare formula. */
  readonly thermostat?: number
  /** degC at which the machine trips itself. */
  readonly tripCelsius?: number
}

export function initialUnit(celsius: number): UnitState {
  return {
    run: 'STANDBY',
    inRun: 0,
    rested: 3600,
    power: 0,
    flow: 0,
    speed: 0,
    rampFrom: 0,
    temperature: celsius,
    sump: 0,
    fault: 'NONE',
    runningHours: 0,
    loadedHours: 0,
    starts: 0,
    loadCycles: 0,
    energy: 0,
  }
}

/** Largest step of the simulator, s: keeps the cycling of small receivers exact. */
export const MAX_STEP = 0.1

/** One machine over `dt` seconds (at most `MAX_STEP`). */
export function stepUnit(unit: UnitParams, state: UnitState, input: UnitInput, dt: number): UnitState {
  const run = nextRun(unit, state, input)
  const changed = run !== state.run
  const inRun = changed ? 0 : state.inRun + dt
  const rampFrom = changed && run === 'LOADED' ? state.power : state.rampFrom
  const speed = speedOf(unit, run, input)
  const power = powerOf(unit, run, inRun, speed, rampFrom, input)
  const flow = run === 'LOADED' ? unit.ratedFlow * speed * input.altitude : 0
  const turns = motorTurns(run)
  const load = run === 'LOADED' ? speed : 0
  const target = turns ? dischargeTarget(input.inletCelsius, load, input.fouling) : input.inletCelsius
  const held = run === 'LOADED' && input.thermostat !== undefined ? Math.max(target, input.thermostat) : target
  const hours = dt / 3600
  return {
    run,
    inRun,
    rested: turns ? 0 : state.rested + dt,
    power,
    flow,
    speed,
    rampFrom,
    temperature: stepTemperature(state.temperature, held, dt),
    sump: sumpOf(unit, state, run, input.bar, dt),
    fault: run === 'FAULT' && state.run !== 'FAULT' ? tripCause(state, input) : state.fault,
    runningHours: state.runningHours + (turns ? hours : 0),
    loadedHours: state.loadedHours + (run === 'LOADED' ? hours : 0),
    starts: state.starts + (changed && run === 'STARTING' ? 1 : 0),
    loadCycles: state.loadCycles + (changed && run === 'LOADED' ? 1 : 0),
    energy: state.energy + power * hours,
  }
}

/** The motor turns in this state. */
export function motorTurns(run: UnitRun): boolean {
  return run === 'STARTING' || run === 'UNLOADED' || run === 'LOADED' || run === 'STOPPING'
}

function nextRun(unit: UnitParams, state: UnitState, input: UnitInput): UnitRun {
  const { run, inRun } = state
  if (run === 'ESTOP' || run === 'FAULT') return run
  if (state.fault !== 'NONE') return 'FAULT'
  if (motorTurns(run) && input.tripCelsius !== undefined && state.temperature >= input.tripCelsius) return 'FAULT'
  if (motorTurns(run) && !input.mainsOk) return 'STANDBY'
  switch (run) {
    case 'STOPPED':
    case 'STANDBY':
      if (input.order === 'stop') return 'STOPPED'
      return (input.order === 'start' || (input.order === 'load' && run === 'STANDBY')) && input.mainsOk ? 'STARTING' : run
    case 'STARTING':
      if (input.order === 'stop') return 'STOPPING'
      return inRun >= unit.startS ? 'UNLOADED' : run
    case 'UNLOADED':
      if (input.order === 'stop') return 'STOPPING'
      if (input.order === 'load') return 'LOADED'
      return inRun >= unit.idleStopS ? 'STANDBY' : run
    case 'LOADED':
      if (input.order === 'stop') return 'STOPPING'
      return input.order === 'unload' ? 'UNLOADED' : run
    case 'STOPPING':
      return inRun >= unit.stopS ? 'STOPPED' : run
  }
}

function speedOf(unit: UnitParams, run: UnitRun, input: UnitInput): number {
  if (!motorTurns(run)) return 0
  if (unit.variant === 'fixed') return 1
  return run === 'LOADED' ? Math.min(1, Math.max(unit.minSpeed, input.speed)) : unit.minSpeed
}

function powerOf(unit: UnitParams, run: UnitRun, inRun: number, speed: number, rampFrom: number, input: UnitInput): number {
  switch (run) {
    case 'STARTING':
      return 0.4 * unit.ratedPower
    case 'UNLOADED':
    case 'STOPPING':
      return unloadedPower(unit, inRun)
    case 'LOADED': {
      const full = loadedPower(unit, input.bar, speed)
      return rampFrom + (full - rampFrom) * Math.min(1, inRun / unit.loadRampS)
    }
    case 'STOPPED':
    case 'STANDBY':
    case 'FAULT':
    case 'ESTOP':
      return 0
  }
}

/** Loaded, the sump stands a little above the line; unloaded it blows down to what lubrication needs. */
function sumpOf(unit: UnitParams, state: UnitState, run: UnitRun, bar: number, dt: number): number {
  const target = run === 'LOADED' ? bar + 0.3 : motorTurns(run) ? 1.6 : 0
  const tau = run === 'LOADED' ? unit.loadRampS : unit.blowDownS
  return state.sump + (target - state.sump) * (1 - Math.exp(-dt / tau))
}

function tripCause(state: UnitState, input: UnitInput): string {
  if (state.fault !== 'NONE') return state.fault
  return input.tripCelsius !== undefined && state.temperature >= input.tripCelsius ? 'DISCHARGE_TEMP' : 'OTHER'
}
