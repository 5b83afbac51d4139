import type { AlarmFact, DeviceFact, DeviceState } from '@twin/models/twin'
import type { Draft } from 'immer'

export const initialDevice: DeviceState = {
  link: { state: 'never' },
  declared: [],
  texts: {},
  alarms: {},
  notices: {},
  position: null,
  commanded: null,
  replay: null,
}

/** Thousands of devices declare the same points: they share one array. */
const declarations = new Map<string, readonly string[]>()
function shared(points: readonly string[]): readonly string[] {
  const key = points.join('\0')
  const known = declarations.get(key)
  if (known) return known
  declarations.set(key, points)
  return points
}

/** The same fold live, in recovery and in time travel. Alarm facts go through `applyAlarmFact`. */
export function applyDeviceFact(draft: Draft<DeviceState>, fact: Exclude<DeviceFact, AlarmFact>): void {
  switch (fact.kind) {
    case 'link.changed':
      draft.link = fact.body
      return
    case 'birth':
      draft.declared = shared(fact.body.points) as string[]
      draft.replay = fact.body.replay
      return
    case 'text.changed':
      draft.texts[fact.body.point] = fact.body.text
      return
    case 'notice.changed':
      if (fact.body.on) draft.notices[fact.body.code] = fact.at
      else delete draft.notices[fact.body.code]
      return
    case 'position.changed':
      // A late report is a point of the track, not where the device is.
      if (draft.position === null || fact.body.at >= draft.position.at) draft.position = fact.body
      return
    case 'commanded':
      draft.commanded = { state: fact.body.state, at: fact.at }
      return
    case 'device.held':
      hold(draft, fact)
      return
    case 'device.event':
  }
}

function hold(draft: Draft<DeviceState>, { at, body }: DeviceFact & { readonly kind: 'device.held' }): void {
  const { on, ...rest } = body
  const others = (draft.held ?? []).filter(({ kind, document }) => kind !== rest.kind || document !== rest.document)
  draft.held = on ? [...others, { ...rest, since: at }] : others
}
