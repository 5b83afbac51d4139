import { camera } from './camera/index.ts'
import { compressor } from './compressor/index.ts'
import { coolingTower } from './cooling-tower/index.ts'
import { dryer } from './dryer/index.ts'
import { filter } from './filter/index.ts'
import { flowMeter } from './flow-meter/index.ts'
import { gateway } from './gateway/index.ts'
import { outlet } from './outlet/index.ts'
import { powerMeter } from './power-meter/index.ts'
import { station } from './station/index.ts'
import { tank } from './tank/index.ts'
import { valve } from './valve/index.ts'
import { waterPump } from './water-pump/index.ts'
import type { DeviceKind, Label, PointDefinition } from './types.ts'

/** Every kind there is, in the order lists show them. */
export const deviceKinds: readonly DeviceKind[] = [
  station,
  compressor,
  dryer,
  tank,
  filter,
  coolingTower,
  waterPump,
  powerMeter,
  flowMeter,
  valve,
  outlet,
  camera,
  gateway,
]

const byName = new Map(deviceKinds.map((kind) => [kind.kind, kind]))
const indexes = new Map(deviceKinds.map((kind) => [kind, new Map(kind.points.map((point, index) => [point.name, index]))]))

/** Devices have one name, as people on the spot call them; in English they are called by their kind and code. */
export function deviceLabel({ name, kind, code }: { readonly name: string; readonly kind: string; readonly code: string }): Label {
  const label = byName.get(kind)?.label.en
  return { zh: name, en: label === undefined || code === '' ? name : `${label} ${code}` }
}

/** Throws for a name that is no kind; use `findKind` for words from outside. */
export function kindOf(name: string): DeviceKind {
  const kind = byName.get(name)
  if (!kind) throw new Error(`unknown device kind '${name}'; known: ${[...byName.keys()].join(', ')}`)
  return kind
}

export function findKind(name: string): DeviceKind | undefined {
  return byName.get(name)
}

/** Slot of a point in its kind's slabs; -1 when the kind has no such point. */
export function findPoint(kind: DeviceKind, point: string): number {
  return indexOf(kind).get(point) ?? -1
}

/** Like `findPoint`, for names written in code: throws instead of -1. */
export function pointIndex(kind: DeviceKind | string, point: string): number {
  const known = typeof kind === 'string' ? kindOf(kind) : kind
  const index = findPoint(known, point)
  if (index < 0) throw new Error(`${known.kind} has no point '${point}'`)
  return index
}

export function pointsOf(kind: DeviceKind | string): readonly PointDefinition[] {
  return typeof kind === 'string' ? kindOf(kind).points : kind.points
}

function indexOf(kind: DeviceKind): ReadonlyMap<string, number> {
  // Kinds made for a test are not registered.
  return indexes.get(kind) ?? new Map(kind.points.map((point, index) => [point.name, index]))
}
