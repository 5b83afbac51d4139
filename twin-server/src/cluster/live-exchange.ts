import type { Runtime } from '@twin/actors/runtime'
import { shardOf } from '@twin/actors/runtime'
import type { Patch, StationSummary } from '@twin/models/live'
import type { LiveHub, Place, RemoteTopics, Subscriber } from '../live/index.ts'
import type { Directory } from './directory.ts'
import { pack, unpack } from './peers.ts'
import type { RedisLink } from './redis-link.ts'

const FLEET = 'tw:fleet'
const want = (inc: string): string => `tw:want:${inc}`
const live = (topic: string): string => `tw:live:${topic}`
const KINDS = ['snap', 'frame', 'provisional'] as const
/** kind, e, s0, s: read without opening the message behind it. */
const HEAD = 25
const ASK_AGAIN_MS = 1000
/** Everything of a node's stations is told this often, whatever changed. */
const SWEEP = 10

const stationOf = (topic: string): string => topic.split(':')[1] ?? ''

/** One topic of another node's that viewers of this one look at. */
interface Watched {
  readonly members: Set<Subscriber>
  readonly waiting: Set<Subscriber>
  e: number
  s: number
  /** When the owner was last asked for a snapshot, and last told that somebody still looks. */
  askedAt: number
  toldAt: number
}

export interface LiveExchangeOptions {
  readonly redis: RedisLink
  readonly directory: Directory
  readonly runtime: Pick<Runtime, 'epochOf' | 'summary' | 'stations' | 'onCommitted'>
  readonly inc: string
  readonly interestMs: number
  readonly hub: () => LiveHub
  /** News of other nodes' stations. */
  readonly heard: (summaries: readonly StationSummary[], patches: readonly (readonly [string, readonly Patch[]])[]) => void
}

/**
 * Frames between nodes: the owner of a station encodes once and publishes, the nodes with viewers pass the bytes on. What Redis loses is a
 * gap in the sequence, and a gap is answered by one new snapshot.
 */
export class LiveExchange implements RemoteTopics {
  readonly #options: LiveExchangeOptions
  readonly #watched = new Map<string, Watched>()
  /** Topics of ours that other nodes look at, until when. */
  readonly #relays = new Map<string, { readonly subscriber: Subscriber; until: number }>()
  readonly #touched = new Set<string>()
  #patches: [string, readonly Patch[]][] = []
  #round = 0
  #timers: NodeJS.Timeout[] = []

  constructor(options: LiveExchangeOptions) {
    this.#options = options
  }

  start(): void {
    const { redis, inc, runtime, heard } = this.#options
    void redis.subscribe(want(inc), (payload) => this.#wanted(payload.toString())).catch(() => undefined)
    const listen = (payload: Buffer): void => {
      const news = unpack(payload) as { from: string; summaries: StationSummary[]; patches: [string, Patch[]][] }
      if (news.from !== inc) heard(news.summaries, news.patches)
    }
    void redis.subscribe(FLEET, listen).catch(() => undefined)
    runtime.onCommitted(({ batch, patches }) => {
      for (const { station } of batch.samples) this.#touched.add(station)
      for (const [station, list] of patches) {
        if (runtime.epochOf(station) === undefined) continue
        this.#touched.add(station)
        this.#patches.push([station, list])
      }
    })
    this.#timers = [setInterval(() => this.#tell(), 1000), setInterval(() => this.#upkeep(), 500)]
  }
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  owns(station: string): boolean {
    return this.#options.runtime.epochOf(station) !== undefined
  }
  audience(topic: string): readonly Subscriber[] {
    const watched = this.#watched.get(topic)
    return watched ? [...watched.members, ...watched.waiting] : []
  }

  join(topic: string, subscriber: Subscriber): void {
    let watched = this.#watched.get(topic)
    if (!watched) {
      watched = { members: new Set(), waiting: new Set(), e: 0, s: 0, askedAt: -Infinity, toldAt: -Infinity }
      this.#watched.set(topic, watched)
      void this.#options.redis.subscribe(live(topic), (payload) => this.#arrived(topic, payload)).catch(() => undefined)
    }
    watched.members.delete(subscriber)
    watched.waiting.add(subscriber)
    this.#ask(topic, watched)
  }
  leave(topic: string, subscriber: Subscriber): void {
    const watched = this.#watched.get(topic)
    if (!watched) return
    watched.members.delete(subscriber)
    watched.waiting.delete(subscriber)
    if (watched.members.size + watched.waiting.size > 0) return
    this.#watched.delete(topic)
    void this.#options.redis.unsubscribe(live(topic)).catch(() => undefined)
  }

  /** These shards have a new owner: who looks at their stations needs its first snapshot. */
  ownersChanged(shards: ReadonlySet<number>): void {
    for (const [topic, watched] of this.#watched) {
      if (!shards.has(shardOf(stationOf(topic)))) continue
      watched.askedAt = -Infinity
      this.#restart(topic, watched)
    }
  }

  #restart(topic: string, watched: Watched): void {
    for (const member of watched.members) watched.waiting.add(member)
    watched.members.clear()
    this.#ask(topic, watched)
  }

  #ask(topic: string, watched: Watched): void {
    const at = performance.now()
    // Once in a while is enough: the answer goes to all who wait.
    if (at - watched.askedAt < ASK_AGAIN_MS / 4) return
    watched.askedAt = at
    this.#say(topic, watched, 'snap')
  }
  #say(topic: string, watched: Watched, what: 'snap' | 'more'): void {
    const owner = this.#options.directory.ofStation(stationOf(topic))
    if (!owner || owner.inc === this.#options.inc) return
    watched.toldAt = performance.now()
    this.#options.redis.publish(want(owner.inc), `${what} ${topic}`)
  }

  #arrived(topic: string, payload: Buffer): void {
    const watched = this.#watched.get(topic)
    if (!watched || payload.length < HEAD) return
    const kind = KINDS[payload.readUInt8(0)] ?? 'frame'
    const [e, s0, s] = [payload.readDoubleLE(1), payload.readDoubleLE(9), payload.readDoubleLE(17)]
    // Of an owner before the one we heard of, or of its past.
    if (e < watched.e || e < (this.#options.directory.ofStation(stationOf(topic))?.epoch ?? 0)) return
    const place: Place = { kind, e, s0, s }
    const bytes = payload.subarray(HEAD)
    if (kind === 'snap') {
      // Members are at this place already, unless it is a new owner's.
      const all = e > watched.e || s !== watched.s ? [...watched.members, ...watched.waiting] : [...watched.waiting]
      watched.e = e
      watched.s = s
      for (const subscriber of all) {
        watched.waiting.delete(subscriber)
        watched.members.add(subscriber)
        subscriber.send(bytes, place)
      }
    } else if (kind === 'provisional') {
      if (e === watched.e && s0 === watched.s) for (const member of watched.members) member.send(bytes, place)
    } else if (watched.members.size > 0 && (e > watched.e || s > watched.s)) {
      if (e !== watched.e || s0 !== watched.s) this.#restart(topic, watched)
      else {
        watched.s = s
        for (const member of watched.members) member.send(bytes, place)
      }
    }
  }

  /** Another node has viewers for a topic of ours. */
  #wanted(message: string): void {
    const [what, topic = ''] = message.split(' ')
    if (!this.owns(stationOf(topic))) return
    const known = this.#relays.get(topic)
    const until = performance.now() + this.#options.interestMs
    if (known) known.until = until
    if (known && what === 'more') return
    const subscriber = known?.subscriber ?? this.#relay(topic)
    if (!known) this.#relays.set(topic, { subscriber, until })
    this.#options.hub().listen(topic, subscriber)
  }

  #relay(topic: string): Subscriber {
    return {
      relay: true,
      send: (bytes, { kind, e, s0, s }) => {
        const head = Buffer.allocUnsafe(HEAD)
        head.writeUInt8(KINDS.indexOf(kind), 0)
        head.writeDoubleLE(e, 1)
        head.writeDoubleLE(s0, 9)
        head.writeDoubleLE(s, 17)
        this.#options.redis.publish(live(topic), Buffer.concat([head, bytes]))
      },
      end: () => this.#relays.delete(topic),
    }
  }

  #upkeep(): void {
    const at = performance.now()
    for (const [topic, { subscriber, until }] of this.#relays) {
      if (until > at && this.owns(stationOf(topic))) continue
      this.#relays.delete(topic)
      this.#options.hub().unlisten(topic, subscriber)
    }
    for (const [topic, watched] of this.#watched) {
      if (watched.waiting.size > 0 && at - watched.askedAt > ASK_AGAIN_MS) this.#ask(topic, watched)
      else if (at - watched.toldAt > this.#options.interestMs / 3) this.#say(topic, watched, 'more')
    }
  }

  /** Once a second what changed in the stations of this node. */
  #tell(): void {
    const { runtime, redis, inc } = this.#options
    const all = this.#round++ % SWEEP === 0
    const ids = all ? runtime.stations().map(({ id }) => id) : [...this.#touched]
    const summaries = ids.flatMap((id) => (this.owns(id) ? (runtime.summary(id) ?? []) : []))
    const patches = this.#patches
    this.#touched.clear()
    this.#patches = []
    if (summaries.length + patches.length > 0) redis.publish(FLEET, pack({ from: inc, summaries, patches }))
  }
}
