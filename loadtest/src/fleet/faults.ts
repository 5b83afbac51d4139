import { motorTurns, type Site, type UnitControl } from '@twin/models/physics'
import { enumIndex } from '@twin/models/stations'
import type { SensorFault, StationSim } from './station-sim.ts'

/**
 * What the control port can be asked for. Faults of machines name a device id or code; `off: true` takes them back.
 *   trip {device, class?}            the controller trips with that fault class
 *   overTemperature {device}         cooler fouled: warning, then a trip at 110 degC within minutes
 *   estop {device}                   emergency stop pressed; off: released, machine stopped
 *   local {device}                   selector to LOCAL; off: back to remote
 *   leak {value}                     extra leak, m3/min
 *   demand {value}                   demand as a share of capacity; off: by the hour again
 *   sensor {device, point, value}    value 'nan', 'stuck' or a number; off: honest again
 *   door | room | fire | flood | intrusion | movement | mains | lockout   the station's contacts (mains: off = power fails)
 *   position {lat, lng}              the packaged station moves
 *   silence {device}                 sends nothing though connected; off: speaks again
 *   deaf {device}                    measures on but hears no command; off: hears again
 *   cut {device, seconds}            connection lost without good-bye
 *   flood-messages {device, count}   that many messages at once
 *   clock {device, ms}               source clock wrong by so much
 */
export interface FaultRequest {
  readonly station: string
  readonly fault: string
  readonly device?: string
  readonly class?: string
  readonly point?: string
  readonly value?: number | string
  readonly seconds?: number
  readonly count?: number
  readonly ms?: number
  readonly lat?: number
  readonly lng?: number
  readonly off?: boolean
}

const contacts: Readonly<Record<string, keyof Site>> = {
  room: 'roomOccupied',
  door: 'doorOpen',
  fire: 'fireAlarm',
  flood: 'floodAlarm',
  intrusion: 'intrusionAlarm',
  movement: 'unauthorizedMovement',
  lockout: 'remoteLockout',
}

/** Applies a fault of the physics or the sensors. false = not one of these (the link handles it), a text = why not. */
export function applyFault(sim: StationSim, request: FaultRequest): true | false | string {
  const on = request.off !== true
  const contact = contacts[request.fault]
  if (contact) {
    sim.world = { ...sim.world, site: { ...sim.world.site, [contact]: on } }
    return true
  }
  switch (request.fault) {
    case 'mains':
      sim.world = { ...sim.world, site: { ...sim.world.site, mainsOk: !on } }
      return true
    case 'demand':
      sim.demandShare = on && typeof request.value === 'number' ? request.value : null
      return true
    case 'leak':
      sim.extraLeak = on && typeof request.value === 'number' ? request.value : 0
      return true
    case 'position':
      if (request.lat === undefined || request.lng === undefined) return 'lat and lng are needed'
      sim.position = { lat: request.lat, lng: request.lng }
      return true
    case 'sensor':
      return sensor(sim, request, on)
    case 'trip':
    case 'overTemperature':
    case 'estop':
    case 'local':
      return machine(sim, request, on)
    default:
      return false
  }
}

function sensor(sim: StationSim, { device, point, value }: FaultRequest, on: boolean): true | string {
  const id = deviceId(sim, device)
  if (!id || !point) return 'device and point are needed'
  if (!sim.declared(id).some((one) => one.name === point)) return `${device} does not report ${point}`
  const fault: SensorFault | undefined = value === 'nan' || value === 'stuck' || typeof value === 'number' ? value : undefined
  if (on && fault === undefined) return "value must be 'nan', 'stuck' or a number"
  if (on && fault !== undefined) sim.sensorFaults.set(`${id}.${point}`, fault)
  else sim.sensorFaults.delete(`${id}.${point}`)
  return true
}

function machine(sim: StationSim, request: FaultRequest, on: boolean): true | string {
  const id = deviceId(sim, request.device)
  const i = sim.params.units.findIndex((unit) => unit.id === id)
  const control = sim.world.units[i]
  if (!control) return 'no such compressor'
  const cause = request.class ?? 'MOTOR_OVERLOAD'
  if (enumIndex('compressor', 'faultClass', cause) < 0) return `unknown fault class ${cause}`
  const change = ((): Partial<UnitControl> => {
    const { state } = control
    switch (request.fault) {
      case 'trip':
        return on
          ? { state: { ...state, fault: cause, run: 'FAULT', inRun: 0, power: 0, flow: 0, speed: 0 } }
          : { state: { ...state, fault: 'NONE', run: state.run === 'FAULT' ? 'STANDBY' : state.run, inRun: 0 } }
      case 'overTemperature':
        // 15 K per unit of fouling: enough to trip a machine at part load, on a cold day.
        return { fouling: on ? 4.5 : 0.1 }
      case 'estop':
        return on
          ? { state: { ...state, run: 'ESTOP', inRun: 0, power: 0, flow: 0, speed: 0 } }
          : { state: { ...state, run: state.run === 'ESTOP' || motorTurns(state.run) ? 'STOPPED' : state.run, inRun: 0 } }
      default:
        return on ? { mode: 'LOCAL', remoteEnabled: false } : { mode: sim.params.sequenced ? 'SEQUENCER' : 'REMOTE', remoteEnabled: true }
    }
  })()
  sim.world = { ...sim.world, units: sim.world.units.map((one, k) => (k === i ? { ...one, ...change } : one)) }
  return true
}

/** Devices are named by id or by the code on their nameplate. */
export function deviceId(sim: StationSim, name: string | undefined): string | undefined {
  return sim.config.devices.find((device) => device.id === name || device.code === name)?.id
}
