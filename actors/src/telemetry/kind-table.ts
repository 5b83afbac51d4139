import { compileAlarms, compileNotices, type AlarmSet, type CompiledNotice } from '@twin/models/alarms'
import { compileCondition, type CompiledCondition, type WindowUse } from '@twin/models/expressions'
import { deviceKinds, findPoint, kindOf, staleAfterMs, type DeviceKind } from '@twin/models/kinds'
import { OWN_NUMBERS, type SlabLayout, windowsFrom } from './slab.ts'
import { Window, type WindowSpec } from './windows.ts'

/** Points whose value follows from time or state: they are computed when they are read. */
export type Special =
  | 'runState'
  | 'online'
  | 'lastSeenAgeS'
  | 'commandedState'
  | 'commandAgeS'
  | 'openRequestAgeS'
  | 'videoAutoOpen'
  | 'unauthorizedMovement'

const specialNames: readonly Special[] = [
  'runState',
  'online',
  'lastSeenAgeS',
  'commandedState',
  'commandAgeS',
  'openRequestAgeS',
  'videoAutoOpen',
  'unauthorizedMovement',
]

/** All the runtime needs to know of a kind and variant, looked up once. */
export interface KindTable {
  readonly kind: DeviceKind
  readonly layout: SlabLayout
  readonly alarms: AlarmSet
  readonly notices: readonly CompiledNotice[]
  /** Age in ms after which a value is stale, by point. */
  readonly staleMs: Float64Array
  /** 1 = only the twin writes it. */
  readonly derived: Uint8Array
  /** Points the twin writes for devices that do not measure them. */
  readonly substituted: readonly number[]
  /** What alarms of this sort read of the station and of the gateway. */
  readonly stationUses: readonly number[]
  readonly gatewayUses: readonly number[]
  readonly special: readonly (Special | null)[]
  /** Change worth a derived row, by point. */
  readonly deadband: Float64Array
}

/** Windows that derivation asks for beside the expressions: increases over 24 h. */
const dayCounters: Readonly<Record<string, readonly string[]>> = {
  compressor: ['loadedHours', 'runningHours', 'activeEnergy'],
  station: ['totalAir', 'totalEnergy'],
  flowMeter: ['total'],
  powerMeter: ['activeEnergyImport'],
}
export const DAY_S = 86_400

/** Totals the twin makes for a station whose own device does not measure them. */
const totals: Readonly<Record<string, readonly string[]>> = {
  station: ['headerFlow', 'totalPower', 'totalEnergy', 'totalAir', 'headerPressure'],
}

const layouts = new Map<string, SlabLayout>()
const tables = new Map<string, KindTable>()

export function tableOf(kindName: string, variant: string | null): KindTable {
  const key = `${kindName}\0${variant ?? ''}`
  let table = tables.get(key)
  if (!table) tables.set(key, (table = makeTable(kindOf(kindName), variant)))
  return table
}

function makeTable(kind: DeviceKind, variant: string | null): KindTable {
  const alarms = compileAlarms(kind, variant)
  return {
    kind,
    layout: layoutOf(kind),
    alarms,
    stationUses: [...alarms.readers.station.keys()],
    gatewayUses: [...alarms.readers.gateway.keys()],
    substituted: (totals[kind.kind] ?? []).map((name) => findPoint(kind, name)).filter((index) => index >= 0),
    notices: compileNotices(kind),
    staleMs: Float64Array.from(kind.points, staleAfterMs),
    derived: Uint8Array.from(kind.points, (point) => (point.tier === 'derived' ? 1 : 0)),
    special: kind.points.map((point) => specialNames.find((name) => name === point.name) ?? null),
    deadband: Float64Array.from(kind.points, (point) => point.deadband ?? 0),
  }
}

function layoutOf(kind: DeviceKind): SlabLayout {
  if (layouts.size === 0) for (const [name, layout] of makeLayouts()) layouts.set(name, layout)
  const known = layouts.get(kind.kind)
  if (known) return known
  throw new Error(`no layout for kind '${kind.kind}'`)
}

/** Expressions of one kind may ask for windows over points of another (station, gateway), so layouts are made together. */
function makeLayouts(): Map<string, SlabLayout> {
  const uses = new Map<string, WindowUse[]>(deviceKinds.map((kind) => [kind.kind, []]))
  for (const kind of deviceKinds) {
    for (const condition of conditionsOf(kind)) {
      for (const use of condition.windows) uses.get(use.owner === 'self' ? kind.kind : use.owner)?.push(use)
    }
  }
  return new Map(deviceKinds.map((kind) => [kind.kind, makeLayout(kind, uses.get(kind.kind) ?? [])]))
}

function* conditionsOf(kind: DeviceKind): Iterable<CompiledCondition> {
  for (const alarm of kind.alarms) {
    yield compileCondition(alarm.condition, kind)
    yield compileCondition(alarm.clear, kind)
    if (alarm.suppressWhen !== null) yield compileCondition(alarm.suppressWhen, kind)
  }
  for (const notice of kind.notices) yield compileCondition(notice.condition, kind)
  for (const command of kind.commands) {
    for (const permissive of command.permissives) yield compileCondition(permissive, kind, { params: command.params })
    yield compileCondition(command.verify, kind, { params: command.params })
  }
}

function makeLayout(kind: DeviceKind, uses: readonly WindowUse[]): SlabLayout {
  const points = kind.points.length
  const stuck = new Int16Array(points).fill(-1)
  let stuckCount = 0
  const windows = new Map<number, WindowSpec[]>()
  const keep = (point: number): void => {
    if (point >= 0 && stuck[point] === -1) stuck[point] = stuckCount++
  }
  const add = (spec: WindowSpec): void => {
    const specs = windows.get(spec.point) ?? []
    if (specs.some((known) => known.fn === spec.fn && known.windowS === spec.windowS)) return
    windows.set(spec.point, [...specs, spec])
  }
  // Every kind tells how long it has been in its run state.
  keep(findPoint(kind, 'runState'))
  for (const use of uses) {
    if (use.fn === 'stuckS') keep(use.index)
    else add({ point: use.index, fn: use.fn, windowS: use.windowS })
  }
  for (const name of dayCounters[kind.kind] ?? []) {
    const point = findPoint(kind, name)
    if (point >= 0) add({ point, fn: 'count', windowS: DAY_S })
  }
  let own = windowsFrom(points, stuckCount)
  const places: Window[][] = []
  for (const [point, specs] of windows)
    places[point] = specs.map((spec) => {
      const window = new Window(spec, own)
      own = window.end
      return window
    })
  return { points, stuck, stuckCount, windows: Array.from({ length: points }, (_, i) => places[i]), own, numbers: own + OWN_NUMBERS }
}
