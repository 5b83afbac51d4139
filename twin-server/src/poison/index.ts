export { PoisonGuard } from './poison-guard.ts'
export { type PoisonSettings, readPoisonSettings } from './settings.ts'
