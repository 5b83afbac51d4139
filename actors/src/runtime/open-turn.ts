import type { Patch } from '@twin/models/live'
import type { Effect, Fact } from '@twin/models/twin'
import type { DeadLetter } from '../ports.ts'
import { nextDue, type DeviceContext } from '../device/device-actor.ts'
import { applyFacts, type ActorFact, type CellState, type DeviceCore, type SlabUndo } from '../telemetry/index.ts'
import type { NewRow, Turn, TurnResult } from './turn.ts'

/** What a turn writes to. */
export interface TurnHost {
  readonly address: string
  readonly cores: ReadonlyMap<string, DeviceCore>
  readonly lateMs: number
  state: CellState
  changed: boolean
  context(core: DeviceCore, wall: number): DeviceContext
  noteFact(actor: string, fact: Fact): void
  noteRow(row: NewRow): void
}

export class OpenTurn implements Turn {
  readonly wall: number
  actor: string
  readonly facts: ActorFact[] = []
  readonly rows: NewRow[] = []
  readonly patches: Patch[] = []
  readonly effects: Effect[] = []
  readonly letters: DeadLetter[] = []
  readonly rejects: TurnResult['rejects'] = []
  readonly armed: string[] = []
  values = 0
  readonly #cell: TurnHost
  readonly #undo: SlabUndo

  constructor(cell: TurnHost, wall: number, undo: SlabUndo) {
    this.wall = wall
    this.actor = cell.address
    this.#cell = cell
    this.#undo = undo
  }

  say(actor: string, facts: readonly Fact[]): void {
    if (facts.length === 0) return
    const cell = this.#cell
    const said = facts.map((fact) => ({ actor, fact }))
    this.facts.push(...said)
    const [next, patches] = applyFacts(cell.state, said)
    this.patches.push(...patches)
    if (next !== cell.state) cell.state = next
    for (const fact of facts) cell.noteFact(actor, fact)
    cell.changed = true
    const core = actor.startsWith('device:') ? cell.cores.get(actor.slice(7)) : undefined
    if (core !== undefined) core.due = nextDue(cell.context(core, this.wall))
  }

  row(row: NewRow, dirty: number[] | null): void {
    const cell = this.#cell
    const core = cell.cores.get(row.device)
    if (core === undefined) throw new Error(`no device ${row.device} in ${cell.address}`)
    this.values += core.fold(row, cell.lateMs, this.#undo, dirty)
    cell.noteRow(row)
    this.rows.push(row)
  }
}
