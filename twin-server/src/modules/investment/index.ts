export { investment } from './module.ts'
