export { checkCommand, confirmationFor, forbidsPresence, heldCodes, parametersOf } from './check-command.ts'
export {
  applyCommandFact,
  dispatchedAt,
  endedAt,
  foldCommand,
  forgettable,
  isCommandFact,
  newCommand,
  nextCommandDue,
  videoUntil,
  type CommandFact,
} from './command-state.ts'
export { compileCommand, findCommand } from './compile-command.ts'
export { rejectLabels, rejectText } from './reject-labels.ts'
export { stepCommand } from './step-command.ts'
export { isBeforeDispatch, isFinal, legalPath, TRANSITIONS } from './transitions.ts'
export type {
  ArgumentCheck,
  ArgumentLimits,
  Asker,
  CheckInput,
  CheckResult,
  CommandArgs,
  CommandContext,
  CommandInput,
  CommandStep,
  CompiledCommand,
  CompiledPermissive,
  Failure,
} from './types.ts'
export { completeArgs, limitsFor, validateArgs } from './validate-args.ts'
export { withParams } from './with-params.ts'
