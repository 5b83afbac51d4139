import type { Closed, ServerMessage } from '@twin/models/live'
import type { Principal } from '../security/index.ts'
import { encode, type Operation } from './codec.ts'
import type { Subscriber } from './topic-stream.ts'

/** The socket under a session, whichever transport it is. */
export interface Wire {
  send(bytes: Buffer): void
  /** Bytes that the peer has not taken yet. */
  buffered(): number
  close(reason: Closed['reason']): void
}

/** Of what a viewer has not read, bytes, and for how long, ms. */
export interface ViewerLimits {
  readonly pauseAbove: number
  readonly resumeBelow: number
  readonly closeAbove: number
  readonly closeAfterMs: number
}
export const defaultViewerLimits: ViewerLimits = {
  pauseAbove: 256 * 1024,
  resumeBelow: 16 * 1024,
  closeAbove: 4 * 1024 * 1024,
  closeAfterMs: 30_000,
}
/** Requests a client may make: per second, and at once. */
const OPS_RATE = 20
const OPS_BURST = 100

/** What the hub does for sessions. */
export interface SessionHost {
  /** Why this session may not have the topic; undefined = may. */
  fault(session: LiveSession, topic: string): Closed['reason'] | undefined
  join(session: LiveSession, topic: string): void
  leave(session: LiveSession, topic: string): void
  gone(session: LiveSession): void
  now(): number
}

/** One connected client. Gets the latest, never a growing queue: while it is behind it is left out, and starts again with snapshots. */
export class LiveSession implements Subscriber {
  readonly headers: Headers
  readonly topics = new Set<string>()
  principal: Principal
  #wire: Wire
  #host: SessionHost
  readonly #limits: ViewerLimits
  #pausedAt: number | undefined
  #open = true
  #ops = OPS_BURST
  #opsAt = 0

  constructor(wire: Wire, host: SessionHost, headers: Headers, principal: Principal, limits = defaultViewerLimits) {
    this.#limits = limits
    this.#wire = wire
    this.#host = host
    this.headers = headers
    this.principal = principal
  }

  get paused(): boolean {
    return this.#pausedAt !== undefined
  }

  send(bytes: Buffer): void {
    if (this.#open) this.#wire.send(bytes)
  }
  tell(message: ServerMessage): void {
    this.send(encode(message))
  }

  /** Returns why not, for transports that acknowledge. */
  handle(operation: Operation | undefined): Closed['reason'] | 'not-understood' | undefined {
    if (!this.#open) return undefined
    if (!this.#allowed()) {
      this.close('slow')
      return 'slow'
    }
    if (!operation) return 'not-understood'
    if (operation.op === 'ping') {
      this.tell({ k: 'pong', c: operation.t, t: this.#host.now() })
      return undefined
    }
    const { op, topic } = operation
    if (op === 'unsubscribe') {
      this.#host.leave(this, topic)
      this.topics.delete(topic)
      return undefined
    }
    const fault = this.#host.fault(this, topic)
    if (fault) this.end(topic, fault)
    else {
      this.topics.add(topic)
      // A client that is behind gets its snapshot when it has caught up.
      if (!this.paused) this.#host.join(this, topic)
    }
    return fault
  }

  end(topic: string, reason: Closed['reason']): void {
    this.topics.delete(topic)
    this.#host.leave(this, topic)
    this.tell({ k: 'closed', r: topic, reason })
  }

  /** Every tick: how far behind is the peer? */
  check(now: number): void {
    if (!this.#open) return
    const buffered = this.#wire.buffered()
    const { pauseAbove, resumeBelow, closeAbove, closeAfterMs } = this.#limits
    if (this.#pausedAt === undefined) {
      if (buffered <= pauseAbove) return
      this.#pausedAt = now
      for (const topic of this.topics) this.#host.leave(this, topic)
    }
    if (buffered > closeAbove || now - this.#pausedAt > closeAfterMs) this.close('slow')
    else if (buffered < resumeBelow) {
      this.#pausedAt = undefined
      for (const topic of this.topics) this.#host.join(this, topic)
    }
  }

  close(reason: Closed['reason']): void {
    if (!this.#open) return
    for (const topic of this.topics) this.end(topic, reason)
    this.disconnected()
    this.#wire.close(reason)
  }

  disconnected(): void {
    if (!this.#open) return
    this.#open = false
    for (const topic of this.topics) this.#host.leave(this, topic)
    this.topics.clear()
    this.#host.gone(this)
  }

  #allowed(): boolean {
    const now = this.#host.now()
    this.#ops = Math.min(OPS_BURST, this.#ops + (Math.max(0, now - this.#opsAt) * OPS_RATE) / 1000) - 1
    this.#opsAt = now
    return this.#ops >= 0
  }
}
