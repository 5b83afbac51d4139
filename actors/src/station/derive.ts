import { findPoint } from '@twin/models/kinds'
import { deriveDevice, deriveStation, type DerivedValues } from '@twin/models/stations'
import { NEVER, qualities } from '@twin/models/twin'
import type { CellView, Turn } from '../runtime/turn.ts'
import { evaluateDevice } from '../device/device-actor.ts'
import type { DeviceCore } from '../telemetry/index.ts'
import { energyToday } from './energy.ts'
import { knownLeak, watchNight } from './night.ts'

const GOOD = qualities.indexOf('good')
const BAD = qualities.indexOf('bad')
/** What is derived is written again this often though it did not change, so that it does not go stale. */
const REPEAT_MS = 55_000
/** A device's expected values follow its load; a row every so often is enough. */
const DEVICE_MS = 5_000

const kindsWithValues: ReadonlySet<string> = new Set(['compressor', 'tank'])
/** Computed when read; recorded so that history and viewers have them. Ages only with the repetition. */
const recorded: readonly string[] = ['online', 'commandedState', 'videoAutoOpen']
const ages: readonly string[] = ['lastSeenAgeS', 'commandAgeS', 'openRequestAgeS']

/** Values the twin computes itself, at most once a second: devices first, the station from them. */
export function deriveCell(cell: CellView, turn: Turn): void {
  const { own, config, reader, readings } = cell
  const now = cell.now(turn.wall)
  for (const core of cell.order) {
    if (core === own) continue
    readings.now = now
    const values = kindsWithValues.has(core.config.kind) ? deriveDevice(config, core.id, reader, now) : {}
    record(cell, turn, core, values, DEVICE_MS)
  }
  if (own === undefined) return
  readings.now = now
  watchNight(cell, turn)
  const used = energyToday(cell)
  const { values, missing } = deriveStation(config, reader, knownLeak(cell), used)
  record(cell, turn, own, values, 0)
  if (missing.join() !== cell.state.station.missing.join())
    turn.say(cell.address, [{ kind: 'missing.changed', v: 1, at: now, body: { devices: missing } }])
}

function record(cell: CellView, turn: Turn, core: DeviceCore, derived: DerivedValues, everyMs: number): void {
  const now = cell.now(turn.wall)
  const { table, slab } = core
  const values: [number, number][] = []
  for (const name of Object.keys(derived)) {
    const index = findPoint(table.kind, name)
    if (index >= 0 && !core.slab.isMeasured(index)) values.push([index, derived[name] ?? NaN])
  }
  const repeat = now - core.derivedAt >= REPEAT_MS || now < core.derivedAt
  let worth = false
  cell.readings.at(core, now)
  for (const name of recorded) addRead(cell, core, name, values)
  if (repeat) for (const name of ages) addRead(cell, core, name, values)
  const rest = now - core.derivedAt < everyMs && now >= core.derivedAt
  for (const [index, value] of values) {
    const was = slab.value(index)
    const sudden = table.special[index] !== null || Number.isNaN(value) !== Number.isNaN(was)
    if (slab.quality(index) === NEVER && Number.isNaN(value)) continue
    if (sudden ? !Object.is(value, was) : !rest && Math.abs(value - was) > (table.deadband[index] ?? 0)) worth = true
  }
  if (!worth && !(repeat && values.some(([, value]) => !Number.isNaN(value)))) return
  core.derivedAt = now
  const row = { values: new Float64Array(table.layout.points).fill(NaN), quality: new Uint8Array(table.layout.points).fill(NEVER) }
  for (const [index, value] of values) {
    if (Number.isNaN(value) && slab.quality(index) === NEVER) continue
    row.values[index] = value
    row.quality[index] = Number.isNaN(value) ? BAD : GOOD
  }
  const dirty: number[] = []
  turn.actor = core.address
  turn.row({ device: core.id, kind: core.config.kind, at: now, received: turn.wall, ...row, origin: 'derived' }, dirty)
  if (dirty.length === 0 || cell.quarantined.has(core.address)) return
  const context = { core, state: cell.state, readings: cell.readings, ids: cell.ids, now }
  turn.say(core.address, evaluateDevice(context, dirty))
}

function addRead(cell: CellView, core: DeviceCore, name: string, values: [number, number][]): void {
  const index = findPoint(core.table.kind, name)
  if (index < 0 || core.table.special[index] === null || core.slab.isMeasured(index)) return
  values.push([index, cell.readings.read(core, index)])
}
