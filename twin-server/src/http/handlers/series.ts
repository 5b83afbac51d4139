import { fromSlab, findKind, findPoint } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import type { HttpStore, SeriesQuery } from '../parts.ts'
import { refuse } from '../pipeline.ts'

type Range = Pick<SeriesQuery, 'from' | 'to' | 'resolution' | 'maxPoints'>

/** One series in the API's form. Throws `invalid` for a point the kind does not have or that is no number. */
export async function readSeries(store: HttpStore, device: DeviceConfig, point: string, range: Range) {
  const kind = findKind(device.kind)
  const definition = kind && kind.points[findPoint(kind, point)]
  if (!definition || definition.type === 'string')
    return refuse('invalid', { field: 'series', message: { zh: `没有此测点：${point}`, en: `No such point: ${point}` } })
  const data = await store.series({ device: device.id, kind: device.kind, point, ...range })
  return {
    device: device.id,
    point,
    unit: definition.unit,
    counter: definition.counter === true,
    resolution: data.resolution,
    t: [...data.t],
    v: [...data.v],
    ...(data.min ? { min: [...data.min] } : {}),
    ...(data.max ? { max: [...data.max] } : {}),
    ...(data.q ? { q: [...data.q] } : {}),
    ...(data.n ? { n: [...data.n] } : {}),
  }
}

/** A stored number as people read it: words for enums, true and false for bools. */
export function readable(device: DeviceConfig, point: string, value: number | null): number | string | boolean | null {
  const kind = findKind(device.kind)
  const definition = kind && kind.points[findPoint(kind, point)]
  return value === null || !definition ? value : fromSlab(definition, value)
}
