export type * from './types.ts'
export { defaultPolicy, stationKindLabels } from './types.ts'
