import type { PoisonPort, TurnMark } from '../ports.ts'

interface Waiting {
  readonly mark: TurnMark
  readonly run: () => void
}

/** Nobody watches: only turns that throw are contained. */
export const unwatched: PoisonPort = {
  enter: () => {},
  leave: () => {},
  condemned: () => false,
  suspect: () => false,
  careful: () => false,
  note: () => Promise.resolve(),
  pardon: () => Promise.resolve(),
}

/** Turns noted together. When the process dies with them they run one by one, so that the note names the culprit. */
const TOGETHER = 64

/**
 * Turns of shards whose owners died again and again. Each waits until the record says that it is about to run: whoever takes the shard
 * next knows by it what to be afraid of. One note at a time for the whole process, so that it never names more than ran.
 */
export class CarefulLane {
  readonly #poison: PoisonPort
  readonly #settled: () => Promise<void>
  readonly #problem: (error: unknown) => void
  readonly #queue: Waiting[] = []
  readonly #shards = new Map<number, number>()
  #running = false

  /** `settled` resolves when what ran is durable. */
  constructor(poison: PoisonPort, settled: () => Promise<void>, problem: (error: unknown) => void) {
    this.#poison = poison
    this.#settled = settled
    this.#problem = problem
  }

  /** Turns of this shard need not wait. */
  open(shard: number): boolean {
    return !this.#poison.careful(shard) && (this.#shards.size === 0 || !this.#shards.has(shard))
  }

  /** Runs it now, unless its shard needs care or something of it still waits here. */
  pass(mark: TurnMark, run: () => void): void {
    if (this.open(mark.shard)) return run()
    this.#queue.push({ mark, run })
    this.#shards.set(mark.shard, (this.#shards.get(mark.shard) ?? 0) + 1)
    if (this.#running) return
    this.#running = true
    void this.#work()
  }

  #next(): { readonly turns: Waiting[]; readonly alone: boolean } {
    const first = this.#queue.findIndex(({ mark }) => this.#poison.suspect(mark))
    const alone = first === 0
    const count = alone ? 1 : Math.min(TOGETHER, first < 0 ? this.#queue.length : first)
    return { turns: this.#queue.splice(0, count), alone }
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      const { turns, alone } = this.#next()
      try {
        await this.#poison.note(turns.map(({ mark }) => mark))
      } catch (error) {
        // Not acknowledged: it comes again.
        this.#problem(error)
        this.#done(turns)
        continue
      }
      for (const { run } of turns) run()
      this.#done(turns)
      // Whatever a suspect does, its commit included, falls under its own note.
      if (!alone && this.#queue.length > 0) continue
      await this.#settled()
      if (this.#queue.length === 0) await this.#poison.note([]).catch(this.#problem)
    }
    this.#running = false
  }

  #done(turns: readonly Waiting[]): void {
    for (const { mark } of turns) {
      const left = (this.#shards.get(mark.shard) ?? 1) - 1
      if (left > 0) this.#shards.set(mark.shard, left)
      else this.#shards.delete(mark.shard)
    }
  }
}
