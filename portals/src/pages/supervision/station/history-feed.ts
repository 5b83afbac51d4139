import { operations } from '@twin/models/api'
import type { StationView } from '@twin/models/live'
import { ApiFailure, call } from '../../../api/index.ts'
import type { StationFeed } from '../../../live/index.ts'

/** A station as it was: the view of the last time asked for, kept on screen while the next one is on its way. */
export class HistoryFeed implements StationFeed {
  readonly mode = 'history'
  readonly #station: string
  readonly #listeners = new Set<() => void>()
  #at: number
  #view: StationView | undefined
  #wanted: number | undefined
  #busy = false
  #failure: ApiFailure | null = null

  constructor(station: string, at: number) {
    this.#station = station
    this.#at = at
  }

  view(): StationView | undefined {
    return this.#view
  }
  now(): number {
    return this.#at
  }
  get loading(): boolean {
    return this.#busy
  }
  get failure(): ApiFailure | null {
    return this.#failure
  }
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks for the state at `at`, epoch ms. Asked faster than the server answers, only the newest wish is sent. */
  seek(at: number): void {
    this.#wanted = Math.round(at)
    if (!this.#busy) void this.#run()
  }

  async #run(): Promise<void> {
    this.#busy = true
    while (this.#wanted !== undefined) {
      const at = this.#wanted
      this.#wanted = undefined
      try {
        this.#view = await call(operations.stationAt, { params: { station: this.#station }, query: { t: at } })
        this.#failure = null
      } catch (error) {
        this.#view = undefined
        this.#failure = error instanceof ApiFailure ? error : null
      }
      this.#at = at
      if (this.#wanted === undefined) this.#busy = false
      for (const listener of this.#listeners) listener()
    }
  }
}
