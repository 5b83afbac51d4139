export {
  artificialDemand,
  atmosphericDewPoint,
  chokedFlow,
  condensateRate,
  cycleTimes,
  efficiency,
  isentropicEnergy,
  isentropicSpecificPower,
  motorCurrent,
  pressureLoss,
  pressureRate,
  saturationPressure,
  waterClass,
  type Cycle,
  type Efficiency,
} from './air.ts'
export { bandOrder, runCycles, stepPressure, type Band } from './cycle.ts'
export { gradeLimit, gradeOf, type RatedUnit } from './gb19153.ts'
export { leakByCycles, leakByDecay, leakByDecayLinear, leakByNight } from './leak.ts'
export { gaussian, seededRandom, seedOf, type Random } from './noise.ts'
export {
  altitudeFactor,
  cyclingPower,
  desiccantDewPoint,
  dischargeTarget,
  loadedPower,
  pressureFactor,
  RECOVERABLE_HEAT,
  refrigeratedDewPoint,
  stepTemperature,
  unitDefaults,
  unloadedPower,
  vsdFraction,
  type UnitParams,
} from './power.ts'
export { initialUnit, MAX_STEP, motorTurns, stepUnit, type UnitInput, type UnitOrder, type UnitRun, type UnitState } from './unit.ts'
export { coarseStep } from './coarse.ts'
export { dryerInlet, dryerPower, fanPower, inletCelsius, stepWorld, treatmentLoss } from './world-step.ts'
export {
  initialWorld,
  serviceParts,
  worldParams,
  type DryerControl,
  type MasterOrder,
  type PumpControl,
  type SequencePlan,
  type SequencingMode,
  type ServicePart,
  type Site,
  type UnitControl,
  type ValveControl,
  type WorldInput,
  type WorldParams,
  type WorldState,
} from './world.ts'
