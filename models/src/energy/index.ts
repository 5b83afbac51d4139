export { accountEnergy, checkQuota, impossibleReason, impossibleReasons } from './account.ts'
export { energyDay, usedOf, type DayReading, type EnergyDay } from './day.ts'
export { bucketEdges, localTime, startOf, type LocalTime } from './zone.ts'
export type * from './types.ts'
