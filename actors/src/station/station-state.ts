import type { CommandState, JointAction, StationFact, StationState } from '@twin/models/twin'
import { foldCommand } from '@twin/models/commands'
import { applyControlFact } from '@twin/models/control'
import { LEAK_NIGHTS } from '@twin/models/stations'
import { current, isDraft, type Draft } from 'immer'

export const initialStation: StationState = {
  commands: {},
  nextN: 1,
  presence: 'unknown',
  video: { open: false, reason: null, since: null, until: null },
  holds: {},
  fence: null,
  lockedBy: null,
  flood: null,
  recentAlarms: [],
  missing: [],
  planned: null,
  energyDay: null,
}

/** The same fold live, in recovery and in time travel. */
export function applyStationFact(draft: Draft<StationState>, fact: StationFact): void {
  switch (fact.kind) {
    case 'command.requested':
      draft.commands[fact.body.id] = fact.body as Draft<CommandState>
      return
    case 'command.moved':
      moveCommand(draft, fact)
      return
    case 'command.forgotten':
      delete draft.commands[fact.body.id]
      return
    case 'presence.changed':
      draft.presence = fact.body.presence
      return
    case 'video.changed':
      draft.video = fact.body
      return
    case 'hold.changed':
      if (fact.body.occurrences.length > 0) draft.holds[fact.body.effect] = fact.body.occurrences as string[]
      else delete draft.holds[fact.body.effect]
      return
    case 'fence.changed':
      draft.fence = fact.body
      return
    case 'lockout.changed':
      draft.lockedBy = fact.body.by
      return
    case 'flood.changed':
      draft.flood = fact.body.flood
      draft.recentAlarms = fact.body.recent as number[]
      return
    case 'missing.changed':
      draft.missing = fact.body.devices as string[]
      return
    case 'plan.changed':
      draft.planned = fact.body
      return
    case 'energy.day':
      draft.energyDay = fact.body
      return
    case 'leak.night':
      draft.leakNights = [...(draft.leakNights ?? []), fact.body].slice(-LEAK_NIGHTS)
      return
    default: {
      const { run, jointLog } = isDraft(draft) ? current(draft) : draft
      Object.assign(draft, applyControlFact(run ?? null, (jointLog ?? []) as readonly JointAction[], fact))
    }
  }
}

function moveCommand(draft: Draft<StationState>, fact: Extract<StationFact, { kind: 'command.moved' }>): void {
  const { id, n } = fact.body
  const command = draft.commands[id]
  if (!command) return
  draft.commands[id] = foldCommand(isDraft(command) ? current(command) : command, fact) as Draft<CommandState>
  if (n != null) draft.nextN = Math.max(draft.nextN, n + 1)
}
