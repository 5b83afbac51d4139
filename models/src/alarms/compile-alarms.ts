import { compileCondition } from '../expressions/index.ts'
import type { CompiledCondition, Owner } from '../expressions/types.ts'
import { appliesTo } from '../kinds/index.ts'
import type { AlarmDefinition, DeviceKind } from '../kinds/types.ts'
import type { AlarmSet, CompiledAlarm } from './types.ts'

const compiled = new WeakMap<DeviceKind, Map<string | null, AlarmSet>>()

/** Alarms of a kind as they apply to a variant. Compiled once per kind and variant. Throws when a condition names what the kind does not have. */
export function compileAlarms(kind: DeviceKind, variant: string | null = null): AlarmSet {
  let variants = compiled.get(kind)
  if (!variants) compiled.set(kind, (variants = new Map()))
  let set = variants.get(variant)
  if (!set) variants.set(variant, (set = compileSet(kind, variant)))
  return set
}

function compileSet(kind: DeviceKind, variant: string | null): AlarmSet {
  const own = parentsFirst(kind.alarms.filter((alarm) => appliesTo(kind, alarm, variant)))
  const places = new Map(own.map((alarm, place) => [alarm.code, place]))
  const lockout = kind.lockout === undefined ? null : compileCondition(kind.lockout, kind)
  const alarms = own.map((alarm): CompiledAlarm => {
    const condition = compileCondition(alarm.condition, kind)
    const clear = compileCondition(alarm.clear, kind)
    const suppressWhen = alarm.suppressWhen === null ? null : compileCondition(alarm.suppressWhen, kind)
    return {
      code: alarm.code,
      definition: alarm,
      condition,
      clear,
      suppressWhen,
      onDelayMs: alarm.onDelayS * 1000,
      offDelayMs: alarm.offDelayS * 1000,
      timed: [condition, clear, suppressWhen].some((part) => part !== null && dependsOnTime(part)),
      parent: alarm.parent,
      parentHere: alarm.parent !== null && places.has(alarm.parent),
      children: own.flatMap((child, place) => (child.parent === alarm.code ? [place] : [])),
    }
  })
  return {
    kind,
    variant,
    alarms,
    byCode: new Map(alarms.map((alarm) => [alarm.code, alarm])),
    readers: {
      self: readersOf(alarms, lockout, 'self'),
      station: readersOf(alarms, lockout, 'station'),
      gateway: readersOf(alarms, lockout, 'gateway'),
    },
    lockout,
    groups: own.flatMap((alarm) => (alarm.groups ? [alarm.code] : [])),
    foreignParents: [...new Set(alarms.flatMap((alarm) => (alarm.parent !== null && !alarm.parentHere ? [alarm.parent] : [])))],
    marks: { pass: 0, at: new Float64Array(alarms.length) },
  }
}

/** A point turns bad by silence, so bad() depends on time like a window does. */
function dependsOnTime(condition: CompiledCondition): boolean {
  return condition.windows.length > 0 || /\b(bad|stuckS|avg|rate|count)\(/.test(condition.source)
}

/** Parents before children, otherwise in the order declared, so that one pass sees a parent's new state. */
function parentsFirst(alarms: readonly AlarmDefinition[]): readonly AlarmDefinition[] {
  const byCode = new Map(alarms.map((alarm) => [alarm.code, alarm]))
  const sorted = new Set<AlarmDefinition>()
  const visit = (alarm: AlarmDefinition, path: readonly string[]): void => {
    if (sorted.has(alarm)) return
    if (path.includes(alarm.code)) throw new Error(`alarm parents go in a circle: ${[...path, alarm.code].join(' → ')}`)
    const parent = alarm.parent === null ? undefined : byCode.get(alarm.parent)
    if (parent) visit(parent, [...path, alarm.code])
    sorted.add(alarm)
  }
  for (const alarm of alarms) visit(alarm, [])
  return [...sorted]
}

function readersOf(
  alarms: readonly CompiledAlarm[],
  lockout: CompiledCondition | null,
  owner: Owner,
): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, number[]>()
  for (const [place, alarm] of alarms.entries())
    for (const part of [alarm.condition, alarm.clear, alarm.suppressWhen, lockout])
      for (const use of part?.uses ?? []) {
        if (use.owner !== owner) continue
        const places = readers.get(use.index) ?? []
        if (!places.includes(place)) readers.set(use.index, [...places, place])
      }
  return readers
}
