import type { RejectReason } from '@twin/models/wire'
import type { Clock, PoisonPort, TurnMark } from '../ports.ts'
import type { Batch } from './batch.ts'
import { StepError, type Cell } from './cell.ts'
import type { DueHeap } from './due-heap.ts'
import type { Gate } from './gate.ts'
import type { Residents } from './residents.ts'
import type { Supervisor } from './supervisor.ts'
import { cellDue } from './tick.ts'
import type { Turn, TurnResult } from './turn.ts'
import { newAlarms } from './turns.ts'

/** Bytes a waiting history row takes besides its message. */
const ROW_BYTES = 700

export interface RunnerPorts {
  readonly clock: Clock
  readonly residents: Residents
  readonly supervisor: Supervisor
  readonly gate: Gate
  readonly due: DueHeap<string>
  readonly poison: PoisonPort
  batch(): Batch
  touched(): void
  /** A command was armed, and that is durable. */
  dispatch(station: string, command: string): void
  problem(message: string, error: unknown): void
}

/** Whether the station takes its step, try after try. */
const attempts: readonly boolean[] = [true, true, false]
const withoutStation: readonly boolean[] = [false, false]

/** Runs turns and puts what comes of them into the open batch. */
export class Runner {
  readonly #ports: RunnerPorts
  readonly rejects: Record<string, number> = {}
  values = 0
  steps = 0

  constructor(ports: RunnerPorts) {
    this.#ports = ports
  }

  /**
   * Runs a turn, once more if it throws, then without the station's own step unless the device itself is to blame.
   * False: it came to nothing.
   */
  run(cell: Cell, mark: TurnMark, step: (turn: Turn, station: boolean) => void, wall = this.#ports.clock.now(), device?: string): boolean {
    const { poison } = this.#ports
    poison.enter(mark)
    try {
      return this.#run(cell, step, wall, device)
    } finally {
      poison.leave()
    }
  }

  #run(cell: Cell, step: (turn: Turn, station: boolean) => void, wall: number, device: string | undefined): boolean {
    cell.activeAt = wall
    this.steps++
    const healthy = !cell.quarantined.has(cell.address)
    let failure: StepError | null = null
    for (const withStation of healthy ? attempts : withoutStation) {
      if (failure !== null && !withStation && healthy && failure.actor === device) break
      try {
        this.#absorb(
          cell,
          cell.run(wall, (turn) => step(turn, withStation)),
        )
        if (failure !== null && !withStation && healthy) this.#blame(cell, failure, wall)
        return true
      } catch (error) {
        if (!(error instanceof StepError)) throw error
        failure = error
      }
    }
    if (failure !== null) this.#blame(cell, failure, wall)
    return false
  }

  countReject(shard: number, device: string, reason: RejectReason, count: number): void {
    this.#ports.batch().reject(device, reason, count, shard)
    this.rejects[reason] = (this.rejects[reason] ?? 0) + count
  }

  #blame(cell: Cell, failure: StepError, wall: number): void {
    const { actor } = failure
    this.#ports.problem(failure.message, failure.cause)
    if (!this.#ports.supervisor.failed(actor, wall)) return
    cell.quarantined.add(actor)
    this.#ports.problem(`${actor} is in quarantine`, failure.cause)
  }

  #absorb(cell: Cell, result: TurnResult): void {
    const { residents, due, gate } = this.#ports
    const batch = this.#ports.batch()
    const station = cell.config.id
    const { shard } = cell
    const sequence = residents.sequence(shard)
    // Field by field: this is done for every message, and spreading a row costs as much as its cursor.
    for (const { device, kind, at, received, values, quality, origin } of result.rows)
      batch.samples.push({ shard, seq: ++sequence.sample, station, device, kind, at, received, values, quality, origin })
    for (const { actor, fact } of result.facts) batch.facts.push({ shard, seq: ++sequence.fact, station, actor, fact })
    for (const { device, reason, count } of result.rejects) this.countReject(shard, device, reason, count)
    for (const letter of result.letters) batch.deadLetters.push(shard, letter)
    batch.bytes += result.rows.length * ROW_BYTES
    this.values += result.values
    if (result.rows.length > 0 || result.facts.length > 0) cell.version++
    if (result.patches.length > 0) batch.patch(shard, station, result.patches)
    // A recording has no effects.
    if (!cell.replaying) {
      for (const effect of result.effects) batch.effects.push(shard, effect)
      for (const id of result.armed) batch.replies.push(shard, { done: () => this.#ports.dispatch(station, id), moved: () => {} })
    }
    if (result.facts.length > 0 || cell.late) due.push(station, cellDue(cell))
    const alarms = result.facts.length > 0 ? newAlarms(cell, result) : []
    if (alarms.length > 0) gate.announce(station, alarms)
    this.#ports.touched()
  }
}
