import { encode } from './payload.ts'
import type { PayloadFormat } from './payload.ts'
import { topicOf, type Envelope, type EventBody, type TelemetryBody, type Watermark, type WireValue } from '@twin/models/wire'

/** A sample waiting for its message. `null` values are not measured at that time. */
export type Row = readonly [at: number, values: readonly WireValue[]]

/** How bytes leave: true = acknowledged by the broker, false = the connection was lost before. */
export type Send = (topic: string, payload: Buffer) => Promise<boolean>

interface Pending {
  readonly seq: number
  readonly channel: 't' | 'e'
  readonly topic: string
  readonly payload: Buffer
  readonly samples: number
  readonly onDurable: (() => void) | undefined
  acked: boolean
}

const MAX_ACKED = 200

export interface UplinkOptions {
  readonly org: string
  readonly station: string
  readonly device: string
  readonly boot: string
  readonly format: PayloadFormat
  /** Samples kept while nothing can be sent; the oldest go first. */
  readonly capacity?: number
  /** Messages under way at once. */
  readonly window?: number
  /** Source clock of the device. */
  readonly now?: () => number
  /** Samples at most in one message. */
  readonly batch?: number
}

/**
 * Store and forward of one device: numbers its messages, keeps what is not durable, sends it again after a reconnect with the same
 * numbers, and forgets only what the broker acknowledged and the watermark covers.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #rows: Row[] = []
  readonly #kept: Pending[] = []
  #seq = 0
  #send: Send | null = null
  #underWay = 0
  /** Durable on each channel; numbers are shared, their ways are not. */
  readonly #durable = { t: 0, e: 0 }
  /** Samples dropped because the buffer was full. */
  dropped = 0
  readonly counts = { messages: 0, samples: 0, bytes: 0 }

  constructor(options: UplinkOptions) {
    this.#options = options
  }

  /** Samples and messages not yet known to be durable. */
  get depth(): number {
    return this.#rows.length + this.#kept.reduce((sum, pending) => sum + (pending.acked ? 0 : pending.samples), 0)
  }
  /** True when a bulk upload may hand over its next batch. */
  get ready(): boolean {
    return this.#send !== null && this.#underWay < (this.#options.window ?? 8) && this.#rows.length < 1000
  }

  add(row: Row): void {
    this.#rows.push(row)
    const capacity = this.#options.capacity ?? 20_000
    if (this.#rows.length > capacity) this.dropped += this.#rows.splice(0, this.#rows.length - capacity).length
    this.flush()
  }

  /** Older samples in one message of their own; `onDurable` comes when the server has them. */
  upload(rows: readonly Row[], onDurable: () => void): void {
    this.#queue('t', { s: rows }, rows.length, onDurable)
  }

  event(body: EventBody): void {
    this.#queue('e', body, 0, undefined)
  }

  /** A connection is up: what is not durable goes again, in order. */
  connected(send: Send): void {
    this.#send = send
    this.#underWay = 0
    for (const pending of this.#kept) if (!pending.acked || !this.#covered(pending)) this.#transmit(pending, send)
    this.flush()
  }
  disconnected(): void {
    this.#send = null
    this.#underWay = 0
  }

  /** What the server has of this boot. */
  durable({ boot, seq, t = 0, e = 0 }: Watermark): void {
    if (String(boot) !== this.#options.boot) return
    this.#durable.t = Math.max(this.#durable.t, seq, t)
    this.#durable.e = Math.max(this.#durable.e, seq, e)
    this.#trim()
  }

  #covered({ channel, seq }: Pending): boolean {
    return seq <= this.#durable[channel]
  }

  flush(): void {
    const { window = 8, batch = 240 } = this.#options
    while (this.#send && this.#rows.length > 0 && this.#underWay < window) {
      const rows = this.#rows.splice(0, batch)
      this.#queue('t', { s: rows }, rows.length, undefined)
    }
  }

  #queue(channel: 't' | 'e', body: TelemetryBody | EventBody, samples: number, onDurable: (() => void) | undefined): void {
    const { org, station, device, boot, format, now = Date.now } = this.#options
    const seq = ++this.#seq
    const envelope: Envelope<TelemetryBody | EventBody> = { v: 1, boot, seq, ts: now(), body }
    const payload = encode(envelope, format)
    const pending: Pending = { seq, channel, topic: topicOf({ org, station, channel, device }), payload, samples, onDurable, acked: false }
    this.#kept.push(pending)
    this.counts.messages++
    this.counts.samples += samples
    this.counts.bytes += payload.length
    if (this.#send) this.#transmit(pending, this.#send)
  }

  #transmit(pending: Pending, send: Send): void {
    this.#underWay++
    void this.#deliver(pending, send)
  }

  async #deliver(pending: Pending, send: Send): Promise<void> {
    const acknowledged = await send(pending.topic, pending.payload)
    if (this.#send !== send) return
    this.#underWay--
    if (acknowledged && !pending.acked) {
      pending.acked = true
      pending.onDurable?.()
      this.#trim()
    }
    this.flush()
  }

  /** From the front only: messages become durable nearly in order, and this runs after every acknowledgement. */
  #trim(): void {
    let done = 0
    for (const pending of this.#kept) {
      // A server that never sends watermarks must not fill our memory with what it acknowledged.
      if (!pending.acked || (!this.#covered(pending) && this.#kept.length - done <= MAX_ACKED)) break
      done++
    }
    if (done > 0) this.#kept.splice(0, done)
  }
}
