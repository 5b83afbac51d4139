export { accountEnergy, checkQuota, impossibleReason, impossibleReasons } from './account.ts'
export { energyDay, usedOf, type DayReading, type EnergyDay } from './day.ts'
export { bucketEdges, dayStart, localTime, startOf, type LocalTime } from './zone.ts'
export type * from './types.ts'
export { amountBetween, amountsBetween } from './counter.ts'
export { type BandName, tariffBands } from './bands.ts'
export {
  bandAt,
  bandFault,
  gasMoney,
  isExactPrice,
  milliFen,
  repriced,
  type Tariff,
  type TariffBand,
  tariffOn,
  tiedWith,
} from './tariff.ts'
export { allocate, type Allocation, type BandCost, costByDay, type CostPeriod, dayCost, dayOf, type OutletGas, sumCosts } from './costs.ts'
export { shareOut } from './shares.ts'
