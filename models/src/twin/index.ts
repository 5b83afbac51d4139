export type * from './types.ts'
export { NEVER, qualities } from './types.ts'
