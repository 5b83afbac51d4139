import type { AlarmStates } from '@twin/models/alarms'
import { initialDevice } from '../device/index.ts'
import { initialStation } from '../station/index.ts'
import { Slab, type CellState, type Cursor, type DeviceCore } from '../telemetry/index.ts'
import type { Cell } from './cell.ts'

/** Body of a cell's snapshot. Arrays of numbers are base64 of their bytes; NaN and times survive as they are. */
export interface SnapshotBody {
  readonly v: 1
  readonly state: CellState
  readonly historical: Readonly<Record<string, AlarmStates>>
  /** null = not replaying anything yet. */
  readonly replayClock: number | null
  readonly devices: Readonly<Record<string, DeviceBody>>
  /** Names of the points by kind in the order of the slabs, should the kind have changed when this is loaded. */
  readonly points: Readonly<Record<string, readonly string[]>>
}

interface DeviceBody {
  readonly kind: string
  readonly slab: string
  /** Points with a slot for `stuckS`, in order. */
  readonly stuck: readonly string[]
  readonly windows: readonly { readonly point: string; readonly fn: string; readonly windowS: number; readonly slots: string }[]
  readonly cursors: { readonly t: Cursor | null; readonly e: Cursor | null }
  readonly measured: readonly string[]
  readonly telemetryAt: number | null
  readonly backlogAt: number | null
  readonly backlogSource: number | null
}

const encode = (array: Float64Array | Uint8Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64')
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

export function takeSnapshot(cell: Cell): SnapshotBody {
  const devices: Record<string, DeviceBody> = {}
  const points: Record<string, readonly string[]> = {}
  for (const core of cell.order) {
    devices[core.id] = deviceBody(core)
    points[core.config.kind] ??= core.table.kind.points.map((point) => point.name)
  }
  const historical = Object.fromEntries(cell.historical)
  return { v: 1, state: cell.state, historical, replayClock: finite(cell.replayClock), devices, points }
}

function deviceBody(core: DeviceCore): DeviceBody {
  const { table, slab } = core
  const names = table.kind.points.map((point) => point.name)
  const stuck: string[] = []
  for (const [index, slot] of table.layout.stuck.entries()) if (slot >= 0) stuck[slot] = names[index] ?? ''
  return {
    kind: core.config.kind,
    slab: encode(slab.bytes),
    stuck,
    windows: slab.windows.map(({ spec, slots }) => ({
      point: names[spec.point] ?? '',
      fn: spec.fn,
      windowS: spec.windowS,
      slots: encode(slots),
    })),
    cursors: { t: core.cursors.t ?? null, e: core.cursors.e ?? null },
    measured: names.filter((_, index) => core.measured[index] === 1),
    telemetryAt: finite(core.telemetryAt),
    backlogAt: finite(core.backlogAt),
    backlogSource: finite(core.backlogSource),
  }
}

/** Puts a snapshot into a fresh cell. Devices that are no longer of the station are left out, new ones start at rest. */
export function loadSnapshot(cell: Cell, body: SnapshotBody): void {
  const devices = Object.fromEntries(cell.order.map((core) => [core.id, body.state.devices[core.id] ?? initialDevice]))
  cell.state = { devices, station: { ...initialStation, ...body.state.station } }
  cell.replayClock = body.replayClock ?? -Infinity
  for (const [id, states] of Object.entries(body.historical)) if (cell.cores.has(id)) cell.historical.set(id, states)
  for (const core of cell.order) {
    const saved = body.devices[core.id]
    if (saved !== undefined && saved.kind === core.config.kind) loadDevice(core, saved, body.points[saved.kind] ?? [])
  }
}

function loadDevice(core: DeviceCore, saved: DeviceBody, names: readonly string[]): void {
  const { layout, kind } = core.table
  const indexOf = new Map(kind.points.map((point, index) => [point.name, index]))
  const old = new Slab({ points: names.length, stuck: new Int16Array(names.length), stuckCount: saved.stuck.length, windows: new Map() })
  old.bytes.set(Buffer.from(saved.slab, 'base64'))
  for (const [place, name] of names.entries()) {
    const index = indexOf.get(name)
    if (index === undefined) continue
    core.slab.val[index] = old.val[place] ?? NaN
    core.slab.ts[index] = old.ts[place] ?? NaN
    core.slab.q[index] = old.q[place] ?? 255
    const slot = layout.stuck[index] ?? -1
    const oldSlot = saved.stuck.indexOf(name)
    if (slot >= 0 && oldSlot >= 0) core.slab.changed[slot] = old.changed[oldSlot] ?? NaN
  }
  for (const window of saved.windows) {
    const point = indexOf.get(window.point)
    const spec =
      point === undefined ? undefined : layout.windows.get(point)?.find((s) => s.fn === window.fn && s.windowS === window.windowS)
    if (spec === undefined) continue
    const bytes = Buffer.from(window.slots, 'base64')
    const { slots } = core.slab.window(spec)
    slots.set(new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + slots.byteLength)))
  }
  core.cursors.t = saved.cursors.t ?? undefined
  core.cursors.e = saved.cursors.e ?? undefined
  for (const name of saved.measured) {
    const index = indexOf.get(name)
    if (index !== undefined) core.measured[index] = 1
  }
  core.telemetryAt = saved.telemetryAt ?? -Infinity
  core.backlogAt = saved.backlogAt ?? -Infinity
  core.backlogSource = saved.backlogSource ?? -Infinity
}
