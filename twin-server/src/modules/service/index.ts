export { service } from './module.ts'
