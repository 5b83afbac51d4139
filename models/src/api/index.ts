export { operations, type OperationName } from './operations.ts'
export { defineOperation, type Operation } from './define.ts'
export { controlRun, jointAction } from './control.ts'
export * as schemas from './schemas.ts'
