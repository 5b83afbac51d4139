interface Parked {
  readonly bytes: number
  readonly run: () => void
}

/** One thing at a time, in order; what is posted from within a turn waits for its end. */
export class Mailbox {
  readonly #queue: (() => void)[] = []
  /** Messages that came while too much was waiting for its commit; taken up in order when there is room. */
  readonly #parked: Parked[] = []
  readonly #full: () => boolean
  readonly #limit: number
  parkedBytes = 0
  #busy = false

  /** `full`: no room for more; `limit`: bytes that may be parked. */
  constructor(full: () => boolean, limit: number) {
    this.#full = full
    this.#limit = limit
  }

  get parked(): number {
    return this.#parked.length
  }

  post(run: () => void): void {
    this.#queue.push(run)
    if (this.#busy) return
    this.#busy = true
    this.#drain()
  }

  /** True: it is the caller's turn now, until `leave`. False: something else runs or waits, or there is no room. */
  enter(): boolean {
    if (this.#busy || this.#parked.length > 0 || this.#full()) return false
    this.#busy = true
    return true
  }

  /** Ends the turn begun with `enter`; what was posted from within it follows. */
  leave(): void {
    this.#drain()
  }

  #drain(): void {
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next()
    } finally {
      this.#busy = false
    }
  }

  /** Back-pressure: what is parked is not acknowledged, so its sender holds back; beyond the limit it must come a second time. */
  take(bytes: number, run: () => void): void {
    if (!this.#full() && this.#parked.length === 0) return this.post(run)
    if (this.parkedBytes + bytes > this.#limit) return
    this.#parked.push({ bytes, run })
    this.parkedBytes += bytes
  }

  unpark(): void {
    while (this.#parked.length > 0 && !this.#full()) {
      const next = this.#parked.shift()
      if (!next) return
      this.parkedBytes -= next.bytes
      this.post(next.run)
    }
  }
}
