export { confidences, demonstrated, targetHours, type Confidence, type Demonstrated } from './demonstrated.ts'
export { poissonUpper } from './chi-square.ts'
export {
  causes,
  counts,
  firstVerdict,
  minuteStates,
  overlap,
  type Cause,
  type CountedOutage,
  type MinuteState,
  type Verdict,
  verdicts,
} from './outages.ts'
