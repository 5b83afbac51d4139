import type { AlarmFact, AlarmState, DeviceFact, DeviceState, Fact, StationFact, StationState } from '@twin/models/twin'
import { applyAlarmFact, type AlarmStates } from '@twin/models/alarms'
import type { Patch } from '@twin/models/live'
import { enablePatches, produce, produceWithPatches, type Draft } from 'immer'
import { applyDeviceFact, initialDevice } from '../device/device-state.ts'
import { applyStationFact, initialStation } from '../station/station-state.ts'

enablePatches()

/** Logical state of a station and its devices; the shape (and so the paths of patches) of `StationView`. */
export interface CellState {
  readonly devices: Readonly<Record<string, DeviceState>>
  readonly station: StationState
}

/** A fact and the actor it is of, `device:<id>` or `station:<id>`. */
export interface ActorFact {
  readonly actor: string
  readonly fact: Fact
}

export function initialCell(devices: readonly string[]): CellState {
  return { devices: Object.fromEntries(devices.map((id) => [id, initialDevice])), station: initialStation }
}

export function applyFacts(state: CellState, facts: readonly ActorFact[]): [CellState, Patch[]] {
  const [next, patches] = produceWithPatches(state, (draft) => applyAll(state, draft, facts))
  return [next, patches]
}

/** Without patches, for recovery. */
export function foldFacts(state: CellState, facts: readonly ActorFact[]): CellState {
  return facts.length === 0 ? state : produce(state, (draft) => applyAll(state, draft, facts))
}

function applyAll(before: CellState, draft: Draft<CellState>, facts: readonly ActorFact[]): void {
  const alarms = new Map<string, AlarmStates>()
  for (const { actor, fact } of facts) {
    if (actor.startsWith('station:')) {
      applyStationFact(draft.station, fact as StationFact)
      continue
    }
    const id = actor.slice(7)
    const device = draft.devices[id]
    // Facts of a device that was retired since stay in the journal only.
    if (!device) continue
    if (isAlarmFact(fact)) alarms.set(id, applyAlarmFact(alarms.get(id) ?? before.devices[id]?.alarms ?? {}, fact))
    else applyDeviceFact(device, fact as Exclude<DeviceFact, AlarmFact>)
  }
  for (const [id, states] of alarms) replaceAlarms(draft.devices[id] as Draft<DeviceState>, before.devices[id]?.alarms ?? {}, states)
}

const isAlarmFact = (fact: Fact): fact is AlarmFact => fact.kind.startsWith('alarm.')

/** An alarm is replaced whole, so that its patch says all and may come twice (provisional, then confirmed). */
function replaceAlarms(draft: Draft<DeviceState>, before: AlarmStates, after: AlarmStates): void {
  for (const code of Object.keys(after)) if (after[code] !== before[code]) draft.alarms[code] = after[code] as Draft<AlarmState>
  for (const code of Object.keys(before)) if (!(code in after)) delete draft.alarms[code]
}
