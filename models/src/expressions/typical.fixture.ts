import { configValue, type DeviceKind, kindOf, toSlab } from '../kinds/index.ts'
import type { Owner, Readings } from './types.ts'

type Values = Readonly<Record<string, unknown>>

/** Readings with every point at its typical value, changed by `trip` (`station.x` for the station's) and `fn` (`count:startsTotal`, `bad:x`). */
export function typicalReadings(kind: DeviceKind, trip: Values = {}, fn: Values = {}, params: Values = {}): Readings {
  const kinds: Readonly<Record<Owner, DeviceKind>> = { self: kind, station: kindOf('station'), gateway: kindOf('gateway') }
  const value = (owner: Owner, index: number): number => {
    const point = kinds[owner].points[index]
    if (!point) throw new Error(`no point ${index}`)
    if (owner === 'self' && fn[`bad:${point.name}`] === true) return Number.NaN
    const changed = trip[owner === 'self' ? point.name : `${owner}.${point.name}`]
    if (changed === null) return Number.NaN
    if (typeof changed === 'number') return changed
    const slab = toSlab(point, changed ?? point.typical)
    if (!slab.ok) throw new Error(`${point.name}: ${slab.detail}`)
    return slab.value
  }
  const special = (name: string, owner: Owner, index: number, otherwise: number): number => {
    const given = fn[`${name}:${kinds[owner].points[index]?.name}`]
    return typeof given === 'number' ? given : otherwise
  }
  return {
    value,
    stuckS: (owner, index) => special('stuckS', owner, index, 0),
    avg: (owner, index) => special('avg', owner, index, value(owner, index)),
    rate: (owner, index) => special('rate', owner, index, 0),
    count: (owner, index) => special('count', owner, index, 0),
    cfg: (name) => configValue(kind, name),
    param: (name) => params[name] as number | string | boolean | undefined,
  }
}
