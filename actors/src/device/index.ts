export { applyDeviceFact, initialDevice } from './device-state.ts'
export {
  endLate,
  evaluateDevice,
  evaluateLate,
  heard,
  nextDue,
  silence,
  stateOfDevice,
  stepEvent,
  type DeviceContext,
} from './device-actor.ts'
