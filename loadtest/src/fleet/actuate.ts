import { kindOf } from '@twin/models/kinds'
import { motorTurns, serviceParts, type UnitControl, type WorldState } from '@twin/models/physics'
import { hasVariant, type DeviceConfig } from '@twin/models/stations'
import type { StationSim } from './station-sim.ts'

type Args = Readonly<Record<string, unknown>>

/** Reason a device refuses in its own words, null = done or begun. */
export type Refusal = string | null

const SAFE_STOPS = new Set(['compressor.stop', 'compressor.unload', 'station.unloadAll', 'station.stop'])
/** Resettable only at the machine. */
const LOCAL_RESET = new Set(['DISCHARGE_TEMP', 'PHASE_SEQUENCE', 'ESTOP'])

/** Carries a command out on the physics, as controller and edge would: their own checks come first. */
export function actuate(sim: StationSim, device: DeviceConfig, code: string, args: Args): Refusal {
  const definition = kindOf(device.kind).commands.find((command) => command.code === code)
  if (!definition) return 'UNKNOWN_COMMAND'
  const { site } = sim.world
  const excused = sim.config.policy.allowSafeStopWhenOccupied && SAFE_STOPS.has(code)
  if (definition.presenceForbids && site.roomOccupied && !excused) return 'INTERLOCK'
  if (site.remoteLockout && code !== 'station.setRemoteLockout' && definition.riskClass !== 'R0') return 'LOCKOUT'
  switch (device.kind) {
    case 'compressor':
      return onUnit(sim, device, code, args)
    case 'dryer':
      return onDryer(sim, device, code, args)
    case 'waterPump':
      return onPump(sim, device, code)
    case 'coolingTower':
      return patch(sim, { tower: { ...sim.world.tower, hertz: number(args['frequency']) } })
    case 'tank':
      return patch(sim, { draining: number(args['seconds']) })
    case 'valve':
      return onValve(sim, device, code)
    case 'station':
      return onStation(sim, code, args)
    case 'camera':
      return onCamera(sim, device, code)
    case 'gateway':
      if (code === 'gateway.syncClock') sim.clockOffsetMs = 0
      return null
    default:
      return 'UNKNOWN_COMMAND'
  }
}

function onUnit(sim: StationSim, device: DeviceConfig, code: string, args: Args): Refusal {
  const i = sim.params.units.findIndex((unit) => unit.id === device.id)
  const control = sim.world.units[i]
  if (!control) return 'UNKNOWN_COMMAND'
  if (control.mode === 'LOCAL' || !control.remoteEnabled) return 'LOCAL'
  const set = (change: Partial<UnitControl>): Refusal =>
    patch(sim, { units: sim.world.units.map((one, k) => (k === i ? { ...one, ...change } : one)) })
  const { state } = control
  const turns = motorTurns(state.run)
  switch (code) {
    case 'compressor.start':
      if (state.run !== 'STOPPED' && state.run !== 'STANDBY') return 'STATE'
      if (control.mode === 'MAINTENANCE' || !sim.world.site.mainsOk || state.rested < control.restartDelay) return 'INTERLOCK'
      return set({ manual: 'none', state: { ...state, run: 'STARTING', inRun: 0, starts: state.starts + 1 } })
    case 'compressor.stop':
      if (state.run === 'FAULT' || state.run === 'ESTOP') return 'STATE'
      return set({ manual: 'none', state: { ...state, run: turns ? 'STOPPING' : 'STOPPED', inRun: 0 } })
    case 'compressor.load':
      return turns ? set({ manual: 'load' }) : 'STATE'
    case 'compressor.unload':
      return turns ? set({ manual: 'unload' }) : 'STATE'
    case 'compressor.setPressureBand': {
      const [load, unload] = [number(args['loadPressure']), number(args['unloadPressure'])]
      if (unload - load < 0.3 - 1e-9 || unload - load > 2 + 1e-9) return 'RANGE'
      return set({ loadSet: load, unloadSet: unload })
    }
    case 'compressor.setTargetPressure':
      return hasVariant(device, 'vsd') ? set({ targetSet: number(args['targetPressure']) }) : 'NOT_APPLICABLE'
    case 'compressor.setVsdLimits': {
      const [low, high] = [number(args['minFrequency']), number(args['maxFrequency'])]
      return low < high && high <= 50 ? set({ minHertz: low, maxHertz: high }) : 'RANGE'
    }
    case 'compressor.setTimers':
      return set({ restartDelay: number(args['restartDelay']), idleStop: number(args['idleStopDelay']) })
    case 'compressor.resetFault':
      if (state.run === 'ESTOP' || LOCAL_RESET.has(state.fault)) return 'LOCAL'
      return set({ state: { ...state, fault: 'NONE', run: state.run === 'FAULT' ? 'STOPPED' : state.run, inRun: 0 } })
    case 'compressor.setControlMode': {
      const mode = args['mode']
      return mode === 'REMOTE' || mode === 'SEQUENCER' || mode === 'MAINTENANCE' ? set({ mode, manual: 'none' }) : 'RANGE'
    }
    case 'compressor.setAutoRestart':
      return set({ autoRestart: args['enabled'] === true })
    case 'compressor.resetServiceCounter': {
      const part = serviceParts.find((one) => one === args['counter'])
      return part ? set({ serviced: { ...control.serviced, [part]: state.runningHours } }) : 'RANGE'
    }
    default:
      return 'UNKNOWN_COMMAND'
  }
}

function onDryer(sim: StationSim, device: DeviceConfig, code: string, args: Args): Refusal {
  const i = sim.params.dryers.findIndex((dryer) => dryer.id === device.id)
  const dryer = sim.world.dryers[i]
  if (!dryer) return 'UNKNOWN_COMMAND'
  const set = (change: Partial<typeof dryer>): Refusal =>
    patch(sim, { dryers: sim.world.dryers.map((one, k) => (k === i ? { ...one, ...change } : one)) })
  switch (code) {
    case 'dryer.start':
      return dryer.run === 'FAULT' ? 'FAULT' : set({ run: 'RUNNING' })
    case 'dryer.stop':
      return set({ run: 'STOPPED' })
    case 'dryer.drain':
      return set({ draining: number(args['seconds']) })
    case 'dryer.resetFault':
      return set({ run: dryer.run === 'FAULT' ? 'STOPPED' : dryer.run })
    default:
      return 'UNKNOWN_COMMAND'
  }
}

function onPump(sim: StationSim, device: DeviceConfig, code: string): Refusal {
  const i = sim.params.pumps.findIndex((pump) => pump.id === device.id)
  if (sim.world.pumps[i]?.run === 'FAULT') return 'FAULT'
  const run = code === 'waterPump.start' ? 'RUNNING' : 'STOPPED'
  return patch(sim, { pumps: sim.world.pumps.map((one, k) => (k === i ? { ...one, run } : one)) })
}

function onValve(sim: StationSim, device: DeviceConfig, code: string): Refusal {
  const i = sim.params.outlets.findIndex((outlet) => outlet.valve === device.id)
  if (i < 0) return 'UNKNOWN_COMMAND'
  const target = code === 'valve.open' ? 100 : 0
  return patch(sim, { valves: sim.world.valves.map((one, k) => (k === i ? { ...one, target } : one)) })
}

function onCamera(sim: StationSim, device: DeviceConfig, code: string): Refusal {
  if (code === 'camera.open') sim.streams.add(device.id)
  if (code === 'camera.close') sim.streams.delete(device.id)
  return null
}

function onStation(sim: StationSim, code: string, args: Args): Refusal {
  const { world } = sim
  const eachUnit = (change: (unit: UnitControl, i: number) => UnitControl, more: Partial<WorldState> = {}): Refusal =>
    patch(sim, { ...more, units: world.units.map(change) })
  switch (code) {
    case 'station.start':
      return startStation(sim)
    case 'station.stop':
      return eachUnit((unit) => {
        const { state } = unit
        if (state.run === 'FAULT' || state.run === 'ESTOP') return unit
        return { ...unit, manual: 'none', state: { ...state, run: motorTurns(state.run) ? 'STOPPING' : 'STOPPED', inRun: 0 } }
      })
    case 'station.unloadAll':
      return eachUnit((unit) => ({ ...unit, manual: 'unload' }))
    case 'station.setTargetPressure': {
      const target = number(args['targetPressure'])
      const shift = target - world.target
      const follow = (unit: UnitControl): UnitControl => ({
        ...unit,
        targetSet: target,
        loadSet: round(unit.loadSet + shift),
        unloadSet: round(unit.unloadSet + shift),
      })
      return eachUnit(follow, { target })
    }
    case 'station.setPressureBand':
      return patch(sim, { band: number(args['band']) })
    case 'station.setSequencingMode': {
      const mode = args['mode']
      return mode === 'OFF' || mode === 'LOCAL_MANUAL' || mode === 'AUTO_LOCAL' || mode === 'AUTO_CLOUD_PLAN'
        ? patch(sim, { mode, plan: null })
        : 'RANGE'
    }
    case 'station.applySequencePlan':
      return takePlan(sim, args)
    case 'station.startLeakTest':
      return world.mode === 'OFF' ? 'STATE' : patch(sim, { mode: 'LEAK_TEST', leakTest: number(args['durationMin']) * 60 })
    case 'station.abortLeakTest':
      return patch(sim, { mode: sim.params.sequenced ? 'AUTO_LOCAL' : 'LOCAL_MANUAL', leakTest: 0 })
    case 'station.setVentilation':
      return patch(sim, { site: { ...world.site, ventilationRunning: args['on'] === true } })
    case 'station.setRemoteLockout':
      return patch(sim, { site: { ...world.site, remoteLockout: args['locked'] === true } })
    case 'station.broadcast':
      return null
    default:
      return 'UNKNOWN_COMMAND'
  }
}

/** The local master's part of joint control: it takes the server's order of use, and goes back to its own when the plan runs out. */
function takePlan(sim: StationSim, args: Args): Refusal {
  const left = (number(args['validUntil']) - Date.now()) / 1000
  const [period] = Array.isArray(args['plan']) ? (args['plan'] as readonly Args[]) : []
  const on = period?.['on']
  if (!(left > 0) || !Array.isArray(on)) return 'RANGE'
  if (sim.world.mode !== 'AUTO_CLOUD_PLAN') return 'STATE'
  const order = (on as readonly unknown[]).filter((id) => typeof id === 'string')
  if (order.some((id) => !sim.params.units.some((unit) => unit.id === id))) return 'RANGE'
  return patch(sim, { plan: { order, left }, target: number(period?.['targetPressure']) || sim.world.target })
}

/** Everything may run again; the first machine that can goes ahead and loads, the others follow demand. */
function startStation(sim: StationSim): Refusal {
  const { world } = sim
  if (!world.site.mainsOk) return 'INTERLOCK'
  const ready = (unit: UnitControl): boolean => !['FAULT', 'ESTOP'].includes(unit.state.run) && unit.mode !== 'MAINTENANCE'
  const first = world.units.findIndex(ready)
  if (first < 0) return 'INTERLOCK'
  return patch(sim, {
    mode: sim.params.sequenced ? 'AUTO_LOCAL' : world.mode,
    pumps: world.pumps.map((pump, i) => (i === 0 && pump.run !== 'FAULT' ? { ...pump, run: 'RUNNING' } : pump)),
    dryers: world.dryers.map((dryer) => (dryer.run === 'FAULT' ? dryer : { ...dryer, run: 'RUNNING' })),
    units: world.units.map((unit, i) => {
      if (!ready(unit)) return unit
      const { state } = unit
      if (i === first && !motorTurns(state.run)) {
        return { ...unit, manual: 'load', state: { ...state, run: 'STARTING', inRun: 0, starts: state.starts + 1 } }
      }
      return { ...unit, manual: 'none', state: state.run === 'STOPPED' ? { ...state, run: 'STANDBY', inRun: 0 } : state }
    }),
  })
}

function patch(sim: StationSim, change: Partial<WorldState>): Refusal {
  sim.world = { ...sim.world, ...change }
  return null
}
const number = (value: unknown): number => (typeof value === 'number' ? value : NaN)
const round = (value: number): number => Math.round(value * 100) / 100
