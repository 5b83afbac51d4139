import type { Owner, PointUse, Readings } from '../expressions/types.ts'
import { findKind, fromSlab } from '../kinds/index.ts'
import type { DeviceKind } from '../kinds/types.ts'

export type PointValues = Record<string, number | string | boolean | null>

/** The points a condition reads as people see them, by name (`station.mainsOk` for another owner's); null = unknown. */
export function pointValues(uses: readonly PointUse[], kind: DeviceKind, readings: Readings): PointValues {
  const values: PointValues = {}
  for (const use of uses) {
    const point = kindOfOwner(use.owner, kind)?.points[use.index]
    const name = use.owner === 'self' ? use.point : `${use.owner}.${use.point}`
    values[name] = point ? fromSlab(point, readings.value(use.owner, use.index)) : null
    Object.assign(values, readings.detail?.(use.owner, use.index))
  }
  return values
}

function kindOfOwner(owner: Owner, kind: DeviceKind): DeviceKind | undefined {
  return owner === 'self' ? kind : findKind(owner)
}
