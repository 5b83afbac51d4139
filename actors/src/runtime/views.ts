import { effectiveQuality, findPoint } from '@twin/models/kinds'
import type { StationSummary, StationView } from '@twin/models/live'
import { isAnnunciated, needsAck, stationCondition } from '@twin/models/alarms'
import { devicesOf, isLoaded, isRunning, ratedFlowOf, type StationConfig } from '@twin/models/stations'
import { NEVER, qualities } from '@twin/models/twin'
import type { IdSource, RecoveredCell } from '../ports.ts'
import type { DeviceCore } from '../telemetry/index.ts'
import type { Cell } from './cell.ts'
import { recoverCell } from './recovery.ts'

const STALE = qualities.indexOf('stale')

/** The station as viewers get it: with every quality as it counts at that time. */
export function viewOf(cell: Cell, wall: number): StationView {
  const at = cell.now(wall)
  return {
    id: cell.config.id,
    order: cell.order.map((core) => core.id),
    kinds: cell.order.map((core) => core.config.kind),
    slabs: cell.order.map((core) => ({ val: [...core.slab.val], ts: [...core.slab.ts], q: qualitiesAt(core, at) })),
    devices: cell.state.devices,
    station: cell.state.station,
    at,
  }
}

function qualitiesAt(core: DeviceCore, now: number): number[] {
  const { q, ts } = core.slab
  return Array.from(q, (quality, index) => {
    const point = core.table.kind.points[index]
    if (point === undefined || quality === NEVER) return quality
    if (!core.linkUp && core.slab.isMeasured(index)) return STALE
    if (!core.linkUp && point.tier !== 'derived') return STALE
    return effectiveQuality(point, quality, ts[index] ?? NaN, now)
  })
}

/** The station as it was at `at`: what `load` gives of snapshot, facts and samples up to then, folded as live. */
export function viewAt(config: StationConfig, recovered: RecoveredCell, at: number): StationView {
  const ids: IdSource = { next: () => '' }
  return viewOf(recoverCell(config, recovered, 0, ids), at)
}

export function summaryOf(cell: Cell, wall: number): StationSummary {
  const { config } = cell
  const { readings } = cell
  const now = cell.now(wall)
  const own = (point: string): number | null => {
    if (cell.own === undefined) return null
    const value = readings.at(cell.own, now).read(cell.own, findPoint(cell.own.table.kind, point))
    return Number.isNaN(value) ? null : value
  }
  const units = { total: 0, running: 0, loaded: 0 }
  const devices = { total: 0, online: 0 }
  const alarms = { P1: 0, P2: 0, P3: 0, unacked: 0 }
  for (const core of cell.order) {
    devices.total++
    if (core.linkUp) devices.online++
    if (core.config.kind === 'compressor') {
      const state = readings.at(core, now).read(core, findPoint(core.table.kind, 'runState'))
      units.total++
      if (isRunning(state)) units.running++
      if (isLoaded(state)) units.loaded++
    }
    countAlarms(cell, core, alarms)
  }
  const { id, code, name, nameEn, kind, region } = config
  return {
    id,
    code,
    name,
    nameEn,
    kind,
    region,
    position: positionOf(cell),
    state: alarms.P1 + alarms.P2 > 0 ? 'alarm' : devices.online === 0 ? 'offline' : units.running > 0 ? 'running' : 'standby',
    condition: stationCondition(config, cell.state.devices),
    pressure: own('headerPressure'),
    flow: own('headerFlow'),
    power: own('totalPower'),
    specificEnergy: own('specificEnergy'),
    units,
    devices,
    alarms,
    presence: cell.state.station.presence,
    ratedFlow: ratedFlowOf(config, (unit) => cell.state.devices[unit]?.held?.some(({ kind }) => kind === 'scrapped') === true),
    outlets: devicesOf(config, 'outlet').map((outlet) => ({ id: outlet.id, name: outlet.texts?.['customer'] ?? outlet.name })),
  }
}

function countAlarms(cell: Cell, core: DeviceCore, alarms: { P1: number; P2: number; P3: number; unacked: number }): void {
  const states = cell.state.devices[core.id]?.alarms ?? {}
  for (const code of Object.keys(states)) {
    const state = states[code]
    if (state === undefined || !isAnnunciated(state)) continue
    const priority = core.table.alarms.byCode.get(code)?.definition.priority
    if (priority !== undefined) alarms[priority]++
    if (needsAck(state)) alarms.unacked++
  }
}

/** Where it was last reported or set by hand, else its registered site; single modules move. */
function positionOf(cell: Cell): StationSummary['position'] {
  let latest: { lat: number; lng: number; at: number } | null = null
  for (const core of cell.order) {
    const position = cell.state.devices[core.id]?.position
    if (position && (latest === null || position.at >= latest.at)) latest = position
  }
  if (cell.config.kind === 'singleModule' && latest !== null) return { lat: latest.lat, lng: latest.lng }
  return cell.config.position
}
