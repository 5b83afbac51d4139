export type * from './types.ts'
export { applyPatches, type Patch } from './patch.ts'
