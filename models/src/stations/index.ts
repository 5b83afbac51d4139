export type * from './types.ts'
export { defaultPolicy, stationKindLabels } from './types.ts'
export type * from './derive-types.ts'
