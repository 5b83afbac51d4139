import type { Closed, Frame, FleetView, Snapshot, StationView } from '@twin/models/live'
import { encode } from './codec.ts'

/** One side of a connection as streams see it. */
export interface Subscriber {
  /** Passes everything on to other nodes; ends when the topic leaves this one. */
  readonly relay?: true
  send(bytes: Buffer, place: Place): void
  /** The topic ended for it. */
  end(topic: string, reason: Closed['reason']): void
}

/** Where a message stands in its topic, so that it can be passed on without reading it. */
export interface Place {
  readonly kind: 'snap' | 'frame' | 'provisional'
  readonly e: number
  readonly s0: number
  readonly s: number
}

/** What a frame carries beside its place in the sequence. */
export type FrameContent = Pick<Frame, 'd' | 'o'>

/**
 * Sequence and audience of one topic. Members get frames; those waiting get the next snapshot and are members from that very moment,
 * so that no frame is missing or doubled between the two. Everything is encoded once, whoever listens.
 */
export class TopicStream {
  /** Names the audience too: scopes of `fleet` differ. */
  readonly key: string
  readonly topic: string
  readonly members = new Set<Subscriber>()
  readonly waiting = new Set<Subscriber>()
  #s: number
  readonly #now: () => number

  constructor(key: string, topic: string, s: number, now: () => number) {
    this.key = key
    this.topic = topic
    this.#s = s
    this.#now = now
  }

  get s(): number {
    return this.#s
  }
  get unused(): boolean {
    return this.members.size === 0 && this.waiting.size === 0
  }

  join(subscriber: Subscriber): void {
    this.members.delete(subscriber)
    this.waiting.add(subscriber)
  }
  leave(subscriber: Subscriber): void {
    this.members.delete(subscriber)
    this.waiting.delete(subscriber)
  }
  /** All members have to get a new snapshot, because frames can't tell the change. */
  restart(): void {
    for (const member of this.members) this.waiting.add(member)
    this.members.clear()
  }

  frame(epoch: number, content: FrameContent): void {
    const s0 = this.#s
    this.#s++
    this.#send({ k: 'f', r: this.topic, e: epoch, s0, s: this.#s, t: this.#now(), ...content })
  }
  provisional(epoch: number, o: NonNullable<Frame['o']>): void {
    this.#send({ k: 'f', r: this.topic, e: epoch, s0: this.#s, s: this.#s, t: this.#now(), o, provisional: true })
  }
  #send(frame: Frame): void {
    if (this.members.size === 0) return
    const bytes = encode(frame)
    const { e, s0, s } = frame
    const place: Place = { kind: frame.provisional ? 'provisional' : 'frame', e, s0, s }
    for (const member of this.members) member.send(bytes, place)
  }

  /** To all who wait, and they are members. */
  snapshot(epoch: number, state: StationView | FleetView): void {
    if (this.waiting.size === 0) return
    const snapshot: Snapshot = { k: 'snap', r: this.topic, e: epoch, s: this.#s, t: this.#now(), state }
    const bytes = encode(snapshot)
    const place: Place = { kind: 'snap', e: epoch, s0: this.#s, s: this.#s }
    for (const subscriber of this.waiting) {
      this.members.add(subscriber)
      subscriber.send(bytes, place)
    }
    this.waiting.clear()
  }
}
