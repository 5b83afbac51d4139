export type * from './types.ts'
export type * from './derive-types.ts'
export { composeStation } from './compose.ts'
export { companyFleet } from './company-fleet.ts'
export { demoFleet } from './demo-fleet.ts'
export { deriveDevice, enumIndex, isAvailable, isLoaded, isRunning } from './derive-device.ts'
export { deriveStation } from './derive-station.ts'
export { groupOf, jointCandidates, ratedFlowOf } from './groups.ts'
export { freePlace, pipesOf } from './layout.ts'
export { idFrom } from './ids.ts'
export {
  counterSources,
  devicesOf,
  hasVariant,
  headerFlowMeter,
  mainPowerMeter,
  plantLimits,
  targetPressure,
  unitParams,
} from './ratings.ts'
export { LEAK_NIGHTS, leakNight, leakOf, type LeakNight, type NightMinute } from './night-leak.ts'
export { replayStation, type Recording } from './replay-station.ts'
export { defaultPolicy, stationKindLabels } from './types.ts'
