export type * from './types.ts'
export type { NamedPoint } from './define.ts'
export {
  alarm,
  analog,
  command,
  counter,
  defineDeviceKind,
  flag,
  integer,
  notice,
  parameter,
  part,
  setting,
  state,
  text,
} from './define.ts'
export { effectiveQuality, INTERLOCK_MS, isStale, isUsable, reportsByException, staleAfterMs, type Silence } from './freshness.ts'
export { deviceKinds, deviceLabel, findKind, findPoint, kindOf, pointIndex, pointsOf } from './registry.ts'
export { fromSlab, toSlab, type SlabValue } from './slab.ts'
export { appliesTo, configValue, variantsOf } from './variants.ts'
