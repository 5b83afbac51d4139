import { compileCondition } from '../expressions/index.ts'
import type { CompiledCondition, Readings } from '../expressions/types.ts'
import type { DeviceKind, NoticeDefinition } from '../kinds/types.ts'
import type { DeviceFact } from '../twin/types.ts'

export interface CompiledNotice {
  readonly definition: NoticeDefinition
  readonly condition: CompiledCondition
}

const compiled = new WeakMap<DeviceKind, readonly CompiledNotice[]>()

export function compileNotices(kind: DeviceKind): readonly CompiledNotice[] {
  let notices = compiled.get(kind)
  if (!notices) {
    notices = kind.notices.map((definition) => ({ definition, condition: compileCondition(definition.condition, kind) }))
    compiled.set(kind, notices)
  }
  return notices
}

type NoticeFact = DeviceFact & { readonly kind: 'notice.changed' }

/** Service due or done. `current`: code → since, as in `DeviceState.notices`. Unknown keeps what is. Counters move slowly: once a minute is enough. */
export function evaluateNotices(
  notices: readonly CompiledNotice[],
  current: Readonly<Record<string, number>>,
  readings: Readings,
  now: number,
): readonly NoticeFact[] {
  const facts: NoticeFact[] = []
  for (const { definition, condition } of notices) {
    const due = condition.test(readings)
    if (due === undefined || due === (current[definition.code] !== undefined)) continue
    facts.push({ kind: 'notice.changed', v: 1, at: now, body: { code: definition.code, on: due } })
  }
  return facts
}
