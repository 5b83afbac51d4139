import type { Clock } from '../ports.ts'
import type { Scheduler } from '../runtime/options.ts'

/** Clock and scheduler in the hands of a test. Microtasks run between callbacks, so commits resolve in their turn. */
export class ManualTime implements Clock, Scheduler {
  #now: number
  #next = 0
  readonly #calls = new Map<number, { readonly at: number; readonly fn: () => void }>()

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, fn: () => void): () => void {
    const id = this.#next++
    this.#calls.set(id, { at: this.#now + ms, fn })
    return () => void this.#calls.delete(id)
  }

  /** Lets `ms` pass, callback by callback. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await rest()
      const due = [...this.#calls].filter(([, call]) => call.at <= end).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0]
      if (due === undefined) break
      const [id, { at, fn }] = due
      this.#calls.delete(id)
      this.#now = Math.max(this.#now, at)
      fn()
    }
    this.#now = end
    await rest()
  }
}

/** Enough turns of the microtask queue for a commit and what follows from it. */
async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

/** Ids that count, for tests. */
export function countingIds(prefix: string): { next(): string } {
  let n = 0
  return { next: () => `${prefix}-${++n}` }
}
