import { pause } from './faults.ts'
import { Viewer } from './viewer.ts'

/** A person's page: when its connection ends it comes back by itself, to whatever node it is led to. */
export class LastingViewer {
  readonly #topic: string
  #stopped = false
  #watching: Promise<void> | undefined
  #now: Viewer | undefined
  /** Connections after the first, and the longest time without one. */
  reconnects = 0
  longestGapMs = 0
  /** Most full states that one connection was sent, and how often what was held went back. */
  mostSnapshots = 0
  regressions = 0
  frames = 0

  constructor(topic: string) {
    this.#topic = topic
  }

  async start(url: string, cookie: string): Promise<this> {
    const open = (): Promise<Viewer> => new Viewer(this.#topic).enter(url, cookie)
    this.#now = await open()
    this.#watching = this.#watch(open)
    return this
  }

  async #watch(open: () => Promise<Viewer>): Promise<void> {
    while (!this.#stopped) {
      await pause(50)
      if (this.#now?.closed === null) continue
      const lostAt = performance.now()
      this.#count()
      for (;;) {
        const next: Viewer | undefined = await open().catch(() => undefined)
        this.#now = next
        if (next || this.#stopped) break
        await pause(200)
      }
      this.reconnects++
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - lostAt)
    }
  }

  #count(): void {
    const { snapshots = 0, regressions = 0, frames = 0 } = this.#now ?? {}
    this.mostSnapshots = Math.max(this.mostSnapshots, snapshots)
    this.regressions += regressions
    this.frames += frames
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#watching
    this.#count()
    this.#now?.close()
  }
}
