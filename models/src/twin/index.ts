export type * from './control-types.ts'
export type * from './types.ts'
export { NEVER, qualities } from './types.ts'
