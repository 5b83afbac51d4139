import { applyPatches, type OpenAlarm, type Patch, type StationView } from '@twin/models/live'
import { isAnnunciated } from '@twin/models/alarms'
import { findKind } from '@twin/models/kinds'

/** The logical part of a station view that alarms live in. */
type Tree = Pick<StationView, 'devices'>

/** The open, annunciated alarms of a station, followed by the same patches that viewers get. */
export class OpenAlarms {
  readonly station: string
  readonly #kinds: ReadonlyMap<string, string>
  #tree: Tree
  #list: readonly OpenAlarm[]

  constructor(view: Pick<StationView, 'id' | 'order' | 'kinds' | 'devices'>) {
    this.station = view.id
    this.#kinds = new Map(view.order.map((id, n) => [id, view.kinds[n] ?? '']))
    this.#tree = { devices: view.devices }
    this.#list = this.#of(this.#tree)
  }

  get list(): readonly OpenAlarm[] {
    return this.#list
  }

  /** True when the list changed. */
  apply(patches: readonly Patch[]): boolean {
    const mine = patches.filter(touchesAlarms)
    if (mine.length === 0) return false
    this.#tree = applyPatches(this.#tree, mine)
    this.#list = this.#of(this.#tree)
    return true
  }

  /** The alarms that these uncommitted patches would open; the state stays as it is. */
  preview(patches: readonly Patch[]): readonly OpenAlarm[] {
    const mine = patches.filter(touchesAlarms)
    if (mine.length === 0) return []
    const known = new Set(this.#list.map((alarm) => alarm.occurrence))
    return this.#of(applyPatches(this.#tree, mine)).flatMap((alarm) =>
      known.has(alarm.occurrence) ? [] : [{ ...alarm, provisional: true as const }],
    )
  }

  #of(tree: Tree): readonly OpenAlarm[] {
    const found: OpenAlarm[] = []
    for (const [device, { alarms }] of Object.entries(tree.devices))
      for (const [code, alarm] of Object.entries(alarms)) {
        if (alarm.occurrence === null || alarm.raisedAt === null || !isAnnunciated(alarm)) continue
        const { occurrence, phase, raisedAt } = alarm
        const priority = priorityOf(this.#kinds.get(device) ?? '', code)
        found.push({ occurrence, code, station: this.station, device, priority, phase, raisedAt })
      }
    return found
  }
}

const touchesAlarms = ({ path }: Patch): boolean => path[0] === 'devices' && (path.length <= 2 || path[2] === 'alarms')

function priorityOf(kind: string, code: string): OpenAlarm['priority'] {
  return findKind(kind)?.alarms.find((alarm) => alarm.code === code)?.priority ?? 'P3'
}
