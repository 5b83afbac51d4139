import { motorTurns, seededRandom, seedOf, type WorldState } from '@twin/models/physics'
import type { FaultRequest } from './faults.ts'
import type { StationSim } from './station-sim.ts'

const DAY = 86_400_000
const MINUTE = 60_000

interface Incident {
  readonly kind: 'trip' | 'door' | 'mains' | 'intrusion'
  readonly from: number
  readonly to: number
  readonly unit: number
  readonly cause: string
}

const causes = ['MOTOR_OVERLOAD', 'FAN', 'PRESSURE_SENSOR', 'OIL_FILTER', 'VOLTAGE'] as const

/** What happens at a station on one day (UTC): nothing on most days; always the same for the same station and day. */
function incidentOf(station: string, day: number): Incident | null {
  const random = seededRandom(seedOf(`${station}/${day}`))
  if (random() > 0.35) return null
  const from = day * DAY + Math.floor(random() * 1300) * MINUTE
  const pick = random()
  const unit = Math.floor(random() * 8)
  const cause = causes[Math.floor(random() * causes.length)] ?? 'OTHER'
  if (pick < 0.45) return { kind: 'trip', from, to: from + (20 + random() * 60) * MINUTE, unit, cause }
  if (pick < 0.8) return { kind: 'door', from, to: from + (14 + random() * 30) * MINUTE, unit, cause }
  if (pick < 0.92) return { kind: 'intrusion', from, to: from + 4 * MINUTE, unit, cause }
  return { kind: 'mains', from, to: from + 3 * MINUTE, unit, cause }
}

/** The world with the day's incident begun, going on, or put right again. */
export function withIncidents(station: string, world: WorldState, at: number): WorldState {
  const incident = incidentOf(station, Math.floor(at / DAY))
  const on = incident !== null && at >= incident.from && at < incident.to
  const kind = on ? incident.kind : null
  const { site, units } = world
  const doorOpen = kind === 'door'
  const intrusionAlarm = kind === 'intrusion'
  const mainsOk = kind !== 'mains'
  const tripped = kind === 'trip' && incident ? incident.unit % units.length : -1
  const cause = incident?.cause ?? 'OTHER'
  // Most minutes nothing changes, and then nothing is copied.
  const same = site.doorOpen === doorOpen && site.intrusionAlarm === intrusionAlarm && site.mainsOk === mainsOk
  const steady = units.every((unit, i) => (unit.state.run === 'FAULT') === (i === tripped))
  if (same && steady) return world
  return {
    ...world,
    site: { ...site, doorOpen, intrusionAlarm, mainsOk },
    units: units.map((unit, i) => {
      const faulted = unit.state.run === 'FAULT'
      if (i === tripped && !faulted)
        return { ...unit, state: { ...unit.state, run: 'FAULT', fault: cause, inRun: 0, power: 0, flow: 0, speed: 0 } }
      if (i !== tripped && faulted) return { ...unit, state: { ...unit.state, run: 'STANDBY', fault: 'NONE', inRun: 0 } }
      return unit
    }),
  }
}

/** Whatever was going on is put right: the present begins sound. */
export function withoutIncidents(world: WorldState): WorldState {
  return withIncidents('', { ...world }, -1)
}

/** Something for the operators to see now, where the supply can bear it; null = nothing suits this station. */
export function liveIncident(sim: StationSim): FaultRequest | null {
  const station = sim.config.id
  const turning = sim.world.units.filter((unit) => motorTurns(unit.state.run)).length
  const spare = sim.params.units.find((_, i) => sim.params.units.length > 1 && sim.world.units[i]?.state.run === 'LOADED')
  if (spare && turning > 0 && Math.random() < 0.6) {
    const cause = causes[Math.floor(Math.random() * causes.length)] ?? 'OTHER'
    return { station, fault: 'trip', device: spare.id, class: cause }
  }
  return { station, fault: 'door' }
}
