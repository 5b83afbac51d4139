import { findKind } from '../kinds/registry.ts'
import type { DeviceKind, Label, Priority } from '../kinds/types.ts'
import type { StationConfig } from '../stations/types.ts'
import type { DeviceState } from '../twin/types.ts'
import { isAnnunciated } from './alarm-state.ts'

/** How a device or a station is, from best to worst. */
export const conditions = ['normal', 'warning', 'offline', 'fault'] as const
export type Condition = (typeof conditions)[number]
export const conditionLabels: Readonly<Record<Condition, Label>> = {
  normal: { zh: '正常', en: 'Normal' },
  warning: { zh: '预警', en: 'Warning' },
  offline: { zh: '离线', en: 'Offline' },
  fault: { zh: '故障', en: 'Fault' },
}

type Seen = { readonly link: { readonly state: string }; readonly alarms: DeviceState['alarms'] }

const priorities = new WeakMap<DeviceKind, ReadonlyMap<string, Priority>>()
function prioritiesOf(kind: DeviceKind): ReadonlyMap<string, Priority> {
  let known = priorities.get(kind)
  if (!known) priorities.set(kind, (known = new Map(kind.alarms.map(({ code, priority }) => [code, priority]))))
  return known
}

/** fault: an alarm of P1 or P2 is open and not hidden; offline: nothing is heard of it; warning: an alarm of P3. */
export function deviceCondition(kind: DeviceKind, { link, alarms }: Seen): Condition {
  const known = prioritiesOf(kind)
  let warned = false
  for (const code of Object.keys(alarms)) {
    const state = alarms[code]
    if (state === undefined || !isAnnunciated(state)) continue
    const priority = known.get(code)
    if (priority === 'P1' || priority === 'P2') return 'fault'
    if (priority === 'P3') warned = true
  }
  if (link.state !== 'online') return 'offline'
  return warned ? 'warning' : 'normal'
}

/** A station is as its worst device; its own alarms count too, and without any device it is offline. */
export function stationCondition(
  { id: station, devices }: Pick<StationConfig, 'id' | 'devices'>,
  states: Readonly<Record<string, Seen>>,
): Condition {
  let worst = devices.length > 1 ? 0 : conditions.indexOf('offline')
  for (const { id, kind: name } of devices) {
    const [kind, state] = [findKind(name), states[id]]
    if (!kind || !state) continue
    const condition = deviceCondition(kind, id === station ? { link: { state: 'online' }, alarms: state.alarms } : state)
    worst = Math.max(worst, conditions.indexOf(condition))
  }
  return conditions[worst] ?? 'fault'
}
