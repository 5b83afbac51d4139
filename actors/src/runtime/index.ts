export type * from './types.ts'
export type * from '../ports.ts'
export { FencedError } from '../ports.ts'
