export { createLivePort, type LivePort, type Reading } from './live-port.ts'
export { permissionsFromRoles } from './foundation/roles.ts'
export { startModules, type Modules, type ModulesParts } from './start.ts'
