import type { AlarmStates } from '@twin/models/alarms'
import { initialDevice } from '../device/index.ts'
import { initialStation } from '../station/index.ts'
import type { CellState, Cursor, DeviceCore } from '../telemetry/index.ts'
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

const bytesOf = (array: Float64Array | Uint8Array): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength)
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
    slab: Buffer.concat([slab.val, slab.ts, slab.changed, slab.q].map(bytesOf)).toString('base64'),
    stuck,
    windows: table.layout.windows.flatMap((kept = []) =>
      kept.flatMap((window) => {
        const { point, fn, windowS } = window.spec
        const slots = window.save(slab.n)
        return slots === null ? [] : [{ point: names[point] ?? '', fn, windowS, slots: bytesOf(slots).toString('base64') }]
      }),
    ),
    cursors: { t: core.cursors.t ?? null, e: core.cursors.e ?? null },
    measured: names.filter((_, index) => slab.isMeasured(index)),
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
  const { slab } = core
  const [count, stuckCount] = [names.length, saved.stuck.length]
  const bytes = Buffer.from(saved.slab, 'base64')
  const old = numbersOf(bytes.subarray(0, (2 * count + stuckCount) * 8))
  const [val, ts, changed, q] = [slab.val, slab.ts, slab.changed, slab.q]
  for (const [place, name] of names.entries()) {
    const index = indexOf.get(name)
    if (index === undefined) continue
    val[index] = old[place] ?? NaN
    ts[index] = old[count + place] ?? NaN
    q[index] = bytes[(2 * count + stuckCount) * 8 + place] ?? 255
    const slot = layout.stuck[index] ?? -1
    const oldSlot = saved.stuck.indexOf(name)
    if (slot >= 0 && oldSlot >= 0) changed[slot] = old[2 * count + oldSlot] ?? NaN
  }
  for (const { point, fn, windowS, slots } of saved.windows) {
    const window = layout.windows[indexOf.get(point) ?? -1]?.find(({ spec }) => spec.fn === fn && spec.windowS === windowS)
    window?.load(slab.n, numbersOf(Buffer.from(slots, 'base64')))
  }
  core.cursors.t = saved.cursors.t ?? undefined
  core.cursors.e = saved.cursors.e ?? undefined
  for (const name of saved.measured) {
    const index = indexOf.get(name)
    if (index !== undefined) slab.setMeasured(index)
  }
  core.telemetryAt = saved.telemetryAt ?? -Infinity
  core.backlogAt = saved.backlogAt ?? -Infinity
  core.backlogSource = saved.backlogSource ?? -Infinity
}

/** Bytes of a snapshot lie where they like; numbers want a place of their own. */
const numbersOf = (bytes: Buffer): Float64Array => new Float64Array(Uint8Array.from(bytes).buffer)
