import { compileCondition } from '../expressions/index.ts'
import { findKind } from '../kinds/index.ts'
import type { CommandDefinition, DeviceKind } from '../kinds/types.ts'
import type { RejectCode } from '../twin/types.ts'
import type { CompiledCommand, CompiledPermissive } from './types.ts'

/** G9: what a site may exempt from the presence rule. */
const safeDirection: ReadonlySet<string> = new Set(['compressor.stop', 'compressor.unload', 'station.unloadAll', 'station.stop'])

const commandedWords: Readonly<Record<string, string>> = {
  'compressor.start': 'START',
  'compressor.stop': 'STOP',
  'compressor.load': 'LOAD',
  'compressor.unload': 'UNLOAD',
}

/** Which code a permissive stands for, by what it looks at; the first match wins. */
const meanings: readonly (readonly [RegExp, RejectCode])[] = [
  [/\bbad\(/, 'DATA_BAD'],
  [/\bparam\.targetPressure\b/, 'PARAM_RANGE'],
  [/\bremoteLockout\b/, 'LOCKOUT'],
  [/\b(gateway\.)?online\b/, 'GATEWAY_OFFLINE'],
  [/\bemergencyStop\b/, 'ESTOP'],
  [/\bremoteEnabled\b|\bcontrolMode\b/, 'NOT_REMOTE'],
  [/\bfireAlarm\b|\bfloodAlarm\b|\bintrusionAlarm\b|\bmainsOk\b/, 'EMERGENCY_ACTIVE'],
  [/\bstuckS\(faultActive\)/, 'MIN_INTERVAL'],
  [/^faultActive$/, 'STATE_MISMATCH'],
  [/\bfaultActive\b|\bfanFault\b|\bfaultClass\b|!= 'FAULT'/, 'FAULT_ACTIVE'],
  [/\bstuckS\(runState\)/, 'RESTART_DELAY'],
  [/\bcount\(startsTotal\b/, 'MAX_STARTS'],
  [/\b(headerPressure|dischargePressure) </, 'PRESSURE_HIGH'],
  [/\bheaderPressure >= station\.minPressureSet\b/, 'PRESSURE_LOW'],
]

const compiled = new WeakMap<DeviceKind, Map<string, CompiledCommand>>()

/** Definition behind a command code of any kind. */
export function findCommand(code: string): CommandDefinition | undefined {
  return findKind(code.split('.')[0] ?? '')?.commands.find((command) => command.code === code)
}

/** undefined = the kind has no such command. Compiled once. Throws when a condition names what the kind does not have. */
export function compileCommand(kind: DeviceKind, code: string): CompiledCommand | undefined {
  let commands = compiled.get(kind)
  if (!commands) compiled.set(kind, (commands = new Map()))
  const known = commands.get(code)
  if (known) return known
  const definition = kind.commands.find((command) => command.code === code)
  if (!definition) return undefined
  const command = compile(kind, definition)
  commands.set(code, command)
  return command
}

function compile(kind: DeviceKind, definition: CommandDefinition): CompiledCommand {
  const context = { params: definition.params }
  const permissive = (source: string): CompiledPermissive => {
    const rejectCode = meanings.find(([pattern]) => pattern.test(source))?.[1] ?? 'STATE_MISMATCH'
    const unknownCode = rejectCode === 'GATEWAY_OFFLINE' || rejectCode === 'PARAM_RANGE' ? rejectCode : 'DATA_BAD'
    return { source, condition: compileCondition(source, kind, context), rejectCode, unknownCode }
  }
  return {
    kind,
    definition,
    permissives: definition.permissives.map(permissive),
    verify: compileCondition(definition.verify, kind, context),
    ackIsEnough: definition.verify === 'true',
    safeDirection: safeDirection.has(definition.code),
    commanded: commandedWords[definition.code] ?? null,
  }
}
