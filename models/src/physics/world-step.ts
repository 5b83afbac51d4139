import { chokedFlow, pressureLoss } from './air.ts'
import { stepPressure } from './cycle.ts'
import { masterOrders, trimSpeed } from './master.ts'
import { desiccantDewPoint, RECOVERABLE_HEAT, refrigeratedDewPoint } from './power.ts'
import { motorTurns, stepUnit, type UnitOrder } from './unit.ts'
import type { DryerControl, MasterOrder, UnitControl, ValveControl, WorldInput, WorldParams, WorldState } from './world.ts'

/** Oil thermostat of packaged machines, and the trip that their controllers do themselves. */
const THERMOSTAT = 71
const TRIP = 110
const VALVE_TRAVEL_S = 12
const TOWER_SWAP_S = 300

/** A station's world over `dt` seconds (at most `MAX_STEP` for exact cycling). */
export function stepWorld(params: WorldParams, world: WorldState, input: WorldInput, dt: number): WorldState {
  const plan = masterOrders(params, world)
  const inlet = inletCelsius(world)
  const units = world.units.map((control, i) =>
    stepControl(params, world, control, i, plan.orders[i] ?? 'none', plan.shift, inlet, input, dt),
  )
  return stepPlant(
    params,
    {
      ...world,
      ...stepPlan(world, dt),
      units,
      told: [...plan.told, ...idled(params, world, units)],
      sinceAdd: plan.added ? 0 : world.sinceAdd + dt,
      sinceDrop: plan.dropped ? 0 : world.sinceDrop + dt,
    },
    input,
    dt,
  )
}

/** A plan that has run out leaves the master to itself. */
function stepPlan({ plan, mode }: WorldState, dt: number): Partial<WorldState> {
  if (!plan) return {}
  if (plan.left > dt && mode === 'AUTO_CLOUD_PLAN') return { plan: { ...plan, left: plan.left - dt } }
  return { plan: null, mode: mode === 'AUTO_CLOUD_PLAN' ? 'AUTO_LOCAL' : mode }
}

/** Led machines that went to rest because nobody needed them. */
function idled(params: WorldParams, world: WorldState, units: readonly UnitControl[]): readonly MasterOrder[] {
  return units.flatMap(({ mode, state }, i) => {
    if (mode !== 'SEQUENCER' || state.run !== 'STANDBY' || world.units[i]?.state.run !== 'UNLOADED' || !world.site.mainsOk) return []
    const limit = world.target + world.band / 2
    return [{ unit: params.units[i]?.id ?? '', order: 'stop' as const, cause: 'idle' as const, headerPressure: world.headerBar, limit }]
  })
}

/** Machines breathe room air that the fans keep moving. */
export const inletCelsius = (world: WorldState): number => world.room - 1

function stepControl(
  params: WorldParams,
  world: WorldState,
  control: UnitControl,
  i: number,
  order: UnitOrder,
  shift: number,
  inlet: number,
  input: WorldInput,
  dt: number,
): UnitControl {
  const machine = params.units[i]
  if (!machine) return control
  const sequenced = control.mode === 'SEQUENCER'
  const deviation = sequenced ? world.target - world.headerBar : control.targetSet - world.bar
  // The master tells the trim machine what it takes away or brings: waiting for the pressure to show it would overshoot the band.
  const led = sequenced ? { ...control, trim: control.trim + shift / machine.unit.ratedFlow } : control
  const trims = machine.unit.variant === 'vsd' && control.state.run === 'LOADED'
  const trim = trims ? trimSpeed(led, deviation, machine.unit.minSpeed, dt) : 0.6
  const state = stepUnit(
    { ...machine.unit, idleStopS: control.idleStop },
    control.state,
    {
      order,
      bar: world.bar,
      speed: trim,
      inletCelsius: inlet,
      fouling: control.fouling,
      altitude: input.altitude,
      mainsOk: world.site.mainsOk,
      thermostat: THERMOSTAT,
      tripCelsius: TRIP,
    },
    dt,
  )
  const standing = state.run === 'STOPPED' || state.run === 'STANDBY' || state.run === 'FAULT' || state.run === 'ESTOP'
  // A manual load ends where the machine had to protect the line, either hold ends when the machine comes to rest.
  const over = standing || (control.manual === 'load' && order === 'unload')
  return { ...control, state, trim, deviation, manual: over ? 'none' : control.manual }
}

/** Everything but the machines: air balance, treatment, water, room, meters. */
export function stepPlant(params: WorldParams, world: WorldState, input: WorldInput, dt: number): WorldState {
  const supply = world.units.reduce((sum, control) => sum + control.state.flow, 0)
  const valves = world.valves.map((valve) => stepValve(valve, dt))
  const testing = world.mode === 'LEAK_TEST'
  const outletFlows = params.outlets.map(({ share, valve }, i) =>
    testing ? 0 : customerFlow(params, world, input.demand) * share * (valve ? (valves[i]?.open ?? 100) / 100 : 1),
  )
  const customers = params.outlets.length > 0 ? sum(outletFlows) : testing ? 0 : customerFlow(params, world, input.demand)
  const leak = chokedFlow(params.leak, world.headerBar, world.target)
  const headerFlow = customers + leak
  const purge = sum(
    params.dryers.map(({ desiccant, ratedFlow }, i) => (desiccant && world.dryers[i]?.run === 'RUNNING' ? 0.15 * ratedFlow * 0.87 : 0)),
  )
  const bar = stepPressure(world.bar, supply - headerFlow - purge, params.volume, dt)
  const headerBar = Math.max(0, bar - treatmentLoss(params, headerFlow, bar))
  const dryers = world.dryers.map((dryer, i) => stepDryer(params, dryer, i, world, headerFlow, dt))
  const hours = dt / 3600
  const pumps = world.pumps.map((pump) => (pump.run === 'RUNNING' ? { ...pump, hours: pump.hours + hours } : pump))
  const machinePower = sum(world.units.map((control) => control.state.power))
  const power = machinePower + auxiliaryPower(params, world, headerFlow)
  const running = world.units.some((control) => motorTurns(control.state.run))
  return {
    ...world,
    t: world.t + dt,
    bar,
    headerBar,
    headerFlow,
    power,
    dryers,
    pumps,
    tower: stepTower(params, world, input, machinePower, dt),
    valves,
    outletFlows,
    leakTest: Math.max(0, world.leakTest - dt),
    mode: testing && (world.leakTest <= dt || world.headerBar < 4) ? 'AUTO_LOCAL' : world.mode,
    room: stepRoom(world, input, running, dt),
    draining: Math.max(0, world.draining - dt),
    filterHours: world.filterHours.map((one) => one + (headerFlow > 0 ? hours : 0)),
    totals: {
      air: world.totals.air + (headerFlow * dt) / 60,
      energy: world.totals.energy + power * hours,
      outlets: world.totals.outlets.map((total, i) => total + ((outletFlows[i] ?? 0) * dt) / 60),
    },
  }
}

/** Part of the demand is regulated, part follows absolute pressure. Below 4 bar machines cut out. */
export function customerFlow(params: WorldParams, world: WorldState, demand: number): number {
  const unregulated = chokedFlow(demand * params.unregulated, world.headerBar, world.target)
  return (demand * (1 - params.unregulated) + unregulated) * Math.min(1, Math.max(0, world.headerBar - 2) / 2)
}

export function treatmentLoss(params: WorldParams, flow: number, bar: number): number {
  const dryers =
    params.dryers.length > 0
      ? pressureLoss(flow / params.dryers.length, bar, { dp: 0.15, flow: params.dryers[0]?.ratedFlow ?? 1, bar: 7 })
      : 0
  return dryers + sum(params.filters.map(({ ratedFlow, cleanDp }) => pressureLoss(flow, bar, { dp: cleanDp, flow: ratedFlow, bar: 7 })))
}

function stepValve(valve: ValveControl, dt: number): ValveControl {
  if (valve.open === valve.target) return valve
  const step = (100 * dt) / VALVE_TRAVEL_S
  const open = valve.target > valve.open ? Math.min(100, valve.open + step) : Math.max(0, valve.open - step)
  return { ...valve, open }
}

/** Flow over rating of one dryer. */
export function dryerLoad(params: WorldParams, i: number, flow: number): number {
  return flow / Math.max(1, params.dryers.length) / (params.dryers[i]?.ratedFlow ?? Infinity)
}

function stepDryer(params: WorldParams, dryer: DryerControl, i: number, world: WorldState, flow: number, dt: number): DryerControl {
  const desiccant = params.dryers[i]?.desiccant ?? false
  const load = dryerLoad(params, i, flow)
  const running = dryer.run === 'RUNNING'
  const wet = desiccant ? 5 : Math.max(10, dryerInlet(world))
  const target = running ? (desiccant ? desiccantDewPoint(load) : refrigeratedDewPoint(dryerInlet(world), load)) : wet
  return {
    ...dryer,
    hours: dryer.hours + (running ? dt / 3600 : 0),
    dewPoint: dryer.dewPoint + (target - dryer.dewPoint) * (1 - Math.exp(-dt / 300)),
    draining: Math.max(0, dryer.draining - dt),
    cycle: running ? (dryer.cycle + dt) % (2 * TOWER_SWAP_S) : dryer.cycle,
  }
}
/** After-cooled air comes a few kelvin above the room. */
export const dryerInlet = (world: WorldState): number => world.room + 8

export function dryerPower(params: WorldParams, i: number, dryer: DryerControl, flow: number): number {
  const rated = params.dryers[i]?.ratedPower ?? 0
  if (dryer.run !== 'RUNNING') return 0
  return params.dryers[i]?.desiccant ? rated : rated * (0.45 + 0.55 * Math.min(1, dryerLoad(params, i, flow)))
}
export function fanPower(params: WorldParams, hertz: number): number {
  return (params.tower?.ratedPower ?? 0) * (hertz / 50) ** 3
}

function auxiliaryPower(params: WorldParams, world: WorldState, flow: number): number {
  return (
    sum(world.dryers.map((dryer, i) => dryerPower(params, i, dryer, flow))) +
    sum(world.pumps.map((pump, i) => (pump.run === 'RUNNING' ? (params.pumps[i]?.ratedPower ?? 0) * 0.9 : 0))) +
    fanPower(params, world.tower.fault ? 0 : world.tower.hertz)
  )
}

function stepTower(params: WorldParams, world: WorldState, input: WorldInput, machinePower: number, dt: number): WorldState['tower'] {
  if (!params.tower) return world.tower
  const flow = sum(world.pumps.map((pump, i) => (pump.run === 'RUNNING' ? (params.pumps[i]?.ratedFlow ?? 0) : 0)))
  const warming = flow > 0 ? (RECOVERABLE_HEAT * machinePower) / (1.163 * flow) : 0
  const wetBulb = input.ambient - (100 - input.humidity) / 9
  const fan = world.tower.fault ? 0.1 : Math.max(0.1, world.tower.hertz / 50)
  const target = Math.min(55, Math.max(12, wetBulb + 3.5 + (0.45 * warming) / fan))
  const waterOut = world.tower.waterOut + (target - world.tower.waterOut) * (1 - Math.exp(-dt / 240))
  return { ...world.tower, waterOut, waterIn: Math.min(69, waterOut + warming) }
}

function stepRoom(world: WorldState, input: WorldInput, running: boolean, dt: number): number {
  const heating = running ? (world.site.ventilationRunning ? 6 : 16) : 1
  // Below 18 degC the louvres recirculate warm air while machines run.
  const target = running && world.site.ventilationRunning ? Math.max(18, input.ambient + heating) : input.ambient + heating
  return world.room + (target - world.room) * (1 - Math.exp(-dt / 1200))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
