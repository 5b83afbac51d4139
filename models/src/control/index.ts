export { applyControlFact, currentStep, newRun, openRun, RUN_WAIT_MS } from './control-state.ts'
export {
  actionConfirmed,
  checkBand,
  jointReason,
  PLAN_RENEW_MS,
  PLAN_VALID_MS,
  planJoint,
  type JointPlan,
  type JointUnit,
} from './joint-plan.ts'
export { bandSteps, engageSteps, releaseSteps, startSteps, type Choose } from './run-steps.ts'
