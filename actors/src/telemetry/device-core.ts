import { configValue, findPoint } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import { NEVER, type DeviceState } from '@twin/models/twin'
import type { SampleRow } from '../ports.ts'
import type { Cursor } from './cursors.ts'
import { tableOf, type KindTable } from './kind-table.ts'
import { LetterLimit } from './letter-limit.ts'
import { SafeSeq } from './safe-seq.ts'
import { Slab, type Sample, type SlabUndo } from './slab.ts'

/** Everything live of one device but its logical state. */
export class DeviceCore {
  readonly id: string
  readonly address: string
  readonly config: DeviceConfig
  readonly table: KindTable
  readonly slab: Slab
  /** Values as of the source time of an upload of late data; only while it lasts. */
  backlog: Slab | null = null
  /** Arrival and source time of its newest row. */
  backlogAt = -Infinity
  backlogSource = -Infinity
  readonly cursors: Record<'t' | 'e', Cursor | undefined> = { t: undefined, e: undefined }
  safe = new SafeSeq()
  /** As the device wrote it, for commands. */
  boot: string | number | null = null
  /** Arrival of the newest message. */
  heardAt = -Infinity
  /** Source time of the newest sample the device measured. */
  telemetryAt = -Infinity
  /** Server time of its last birth, and of the last time it was asked for one. */
  bornAt = -Infinity
  rebirthAskedAt = -Infinity
  /** Link is online; follows `DeviceState.link`. */
  linkUp = false
  /** Points the device declared or was seen to report: the twin does not write these. */
  readonly measured: Uint8Array
  /** Last evaluation of what depends on time. */
  timedAt = -Infinity
  noticedAt = -Infinity
  derivedAt = -Infinity
  #letters: LetterLimit | null = null
  /** When an alarm changes by waiting alone, in the cell's time. */
  due = Infinity
  readonly #settings = new Map<string, number>()

  constructor(config: DeviceConfig) {
    this.id = config.id
    this.address = `device:${config.id}`
    this.config = config
    this.table = tableOf(config.kind, config.variant)
    this.slab = new Slab(this.table.layout)
    this.measured = new Uint8Array(this.table.layout.points)
  }

  get letters(): LetterLimit {
    return (this.#letters ??= new LetterLimit())
  }

  setting(name: string): number {
    let value = this.#settings.get(name)
    if (value === undefined) {
      value = configValue(this.table.kind, name, this.config.variant, this.config.settings)
      this.#settings.set(name, value)
    }
    return value
  }

  /** Takes over what the core keeps of the logical state for speed. */
  follow(state: DeviceState): void {
    this.linkUp = state.link.state === 'online'
    for (const name of state.declared) {
      const index = findPoint(this.table.kind, name)
      if (index >= 0 && this.table.derived[index] !== 1) this.measured[index] = 1
    }
  }

  /** Fold of one history row; answers how many measured values became the latest; `dirty` gets the points that changed. Late ones go into the backlog's own slab too, and `dirty` is of that. */
  fold(row: FoldedRow, lateMs: number, undo: SlabUndo | null, dirty: number[] | null): number {
    const late = isLate(row, lateMs)
    undo?.save(this.slab)
    const taken = this.slab.fold(row, undo?.windows ?? null, late ? null : dirty)
    if (row.origin === 'derived') return 0
    for (const index of this.table.substituted) if (row.quality[index] !== NEVER) this.measured[index] = 1
    if (late) {
      if (this.backlog === null) this.backlog = new Slab(this.table.layout)
      else undo?.save(this.backlog)
      this.backlog.fold(row, undo?.windows ?? null, dirty)
      this.backlogAt = row.received
      this.backlogSource = Math.max(this.backlogSource, row.at)
    } else if (row.at > this.telemetryAt) this.telemetryAt = row.at
    if (row.received > this.heardAt) this.heardAt = row.received
    return taken
  }
}

export type FoldedRow = Sample & Pick<SampleRow, 'received' | 'origin'>

/** Older at arrival than live values may be: history and `historical` alarms, no effects. A replay lives in its own time. */
export const isLate = (row: Pick<SampleRow, 'received' | 'origin' | 'at'>, lateMs: number): boolean =>
  row.origin === 'measured' && row.received - row.at > lateMs
