import { configValue, findPoint } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import { NEVER, type DeviceState } from '@twin/models/twin'
import type { SampleRow } from '../ports.ts'
import type { Cursor } from './cursors.ts'
import { tableOf, type KindTable } from './kind-table.ts'
import { LetterLimit } from './letter-limit.ts'
import { SafeSeq } from './safe-seq.ts'
import { Slab, type Sample, type SlabUndo } from './slab.ts'

/**
 * Everything live of one device but its logical state. Times stand in its slab: as fields each would be an object of its own. What a turn that
 * was undone wrote of them is undone with it.
 */
export class DeviceCore {
  readonly id: string
  readonly address: string
  readonly config: DeviceConfig
  readonly table: KindTable
  readonly slab: Slab
  /** Values as of the source time of an upload of late data; only while it lasts. */
  backlog: Slab | null = null
  readonly cursors: Record<'t' | 'e', Cursor | undefined> = { t: undefined, e: undefined }
  safe = new SafeSeq()
  /** As the device wrote it, for commands. */
  boot: string | number | null = null
  /** Link is online; follows `DeviceState.link`. */
  linkUp = false
  #letters: LetterLimit | null = null
  /** Made when the first is asked for: most devices have none that an expression reads. */
  #settings: Map<string, number> | null = null

  constructor(config: DeviceConfig) {
    this.id = config.id
    this.address = `device:${config.id}`
    this.config = config
    this.table = tableOf(config.kind, config.variant)
    this.slab = new Slab(this.table.layout)
    this.due = Infinity
  }

  /** Arrival of the newest message. */
  get heardAt(): number {
    return this.slab.n[this.table.layout.own + 0] as number
  }
  set heardAt(at: number) {
    this.slab.n[this.table.layout.own + 0] = at
  }
  /** Source time of the newest sample the device measured. */
  get telemetryAt(): number {
    return this.slab.n[this.table.layout.own + 1] as number
  }
  set telemetryAt(at: number) {
    this.slab.n[this.table.layout.own + 1] = at
  }
  /** When an alarm changes by waiting alone, in the cell's time. */
  get due(): number {
    return this.slab.n[this.table.layout.own + 2] as number
  }
  set due(at: number) {
    this.slab.n[this.table.layout.own + 2] = at
  }
  /** Last evaluation of what depends on time. */
  get timedAt(): number {
    return this.slab.n[this.table.layout.own + 3] as number
  }
  set timedAt(at: number) {
    this.slab.n[this.table.layout.own + 3] = at
  }
  get noticedAt(): number {
    return this.slab.n[this.table.layout.own + 4] as number
  }
  set noticedAt(at: number) {
    this.slab.n[this.table.layout.own + 4] = at
  }
  get derivedAt(): number {
    return this.slab.n[this.table.layout.own + 5] as number
  }
  set derivedAt(at: number) {
    this.slab.n[this.table.layout.own + 5] = at
  }
  /** Server time of its last birth, and of the last time it was asked for one. */
  get bornAt(): number {
    return this.slab.n[this.table.layout.own + 6] as number
  }
  set bornAt(at: number) {
    this.slab.n[this.table.layout.own + 6] = at
  }
  get rebirthAskedAt(): number {
    return this.slab.n[this.table.layout.own + 7] as number
  }
  set rebirthAskedAt(at: number) {
    this.slab.n[this.table.layout.own + 7] = at
  }
  /** Arrival and source time of the newest row of a backlog. */
  get backlogAt(): number {
    return this.slab.n[this.table.layout.own + 8] as number
  }
  set backlogAt(at: number) {
    this.slab.n[this.table.layout.own + 8] = at
  }
  get backlogSource(): number {
    return this.slab.n[this.table.layout.own + 9] as number
  }
  set backlogSource(at: number) {
    this.slab.n[this.table.layout.own + 9] = at
  }

  get letters(): LetterLimit {
    return (this.#letters ??= new LetterLimit())
  }

  setting(name: string): number {
    const known = (this.#settings ??= new Map())
    let value = known.get(name)
    if (value === undefined) {
      value = configValue(this.table.kind, name, this.config.variant, this.config.settings)
      known.set(name, value)
    }
    return value
  }

  /** Takes over what the core keeps of the logical state for speed. */
  follow(state: DeviceState): void {
    this.linkUp = state.link.state === 'online'
    for (const name of state.declared) {
      const index = findPoint(this.table.kind, name)
      if (index >= 0 && this.table.derived[index] !== 1) this.slab.setMeasured(index)
    }
  }

  /** Fold of one history row; answers how many measured values became the latest; `dirty` gets the points that changed. Late ones go into the backlog's own slab too, and `dirty` is of that. */
  fold(row: FoldedRow, lateMs: number, undo: SlabUndo | null, dirty: number[] | null): number {
    const late = isLate(row, lateMs)
    undo?.save(this.slab)
    const taken = this.slab.fold(row, late ? null : dirty)
    if (row.origin === 'derived') return 0
    for (const index of this.table.substituted) if ((row.quality[index] ?? NEVER) !== NEVER) this.slab.setMeasured(index)
    if (late) {
      if (this.backlog === null) this.backlog = new Slab(this.table.layout)
      else undo?.save(this.backlog)
      this.backlog.fold(row, dirty)
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
