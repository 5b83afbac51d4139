export { seedDemoRoles } from './demo-roles.ts'
export { investment } from './module.ts'
