import type { Server } from 'node:http'
import type { Committed, Runtime } from '@twin/actors/runtime'
import type { Closed, Patch } from '@twin/models/live'
import type { Principal } from '../security/index.ts'
import { FleetFeed } from './fleet-feed.ts'
import { LiveSession, type SessionHost, type ViewerLimits, type Wire } from './live-session.ts'
import { attachSocketIo } from './socketio-transport.ts'
import { StationFeed } from './station-feed.ts'
import { parseTopicName, scopeKey, topicFault } from './topic-name.ts'
import { type Subscriber, TopicStream } from './topic-stream.ts'
import { attachWs } from './ws-transport.ts'

export type LiveRuntime = Pick<Runtime, 'snapshot' | 'onCommitted' | 'onProvisional' | 'stations' | 'station' | 'summary' | 'epochOf'>

/** Stations of other nodes, whose frames come encoded from their owner. */
export interface RemoteTopics {
  /** Does this node make the frames of the station itself? */
  owns(station: string): boolean
  join(topic: string, subscriber: Subscriber): void
  leave(topic: string, subscriber: Subscriber): void
  /** All who listen to a topic of another node's. */
  audience(topic: string): readonly Subscriber[]
}

export interface LiveHubOptions {
  readonly runtime: LiveRuntime
  /** Cookie or bearer token → person; undefined = not signed in. */
  readonly authenticate: (headers: Headers) => Promise<Principal | undefined>
  /** Whether a page of that origin may use the cookie of its reader. */
  readonly originAllowed: (headers: Headers) => boolean
  readonly remote?: RemoteTopics
  readonly now?: () => number
  readonly maxClients?: number
  readonly limits?: ViewerLimits
}

export interface LiveMetrics {
  clients: number
  paused: number
  topics: number
  frames: number
  closedSlow: number
  refused: number
}

export interface LiveHub {
  /** socket.io at /socket.io and plain WebSocket at /ws. Call once, after the server got its request handler. */
  attach(server: Server): void
  /** Rights of a person (or of all) may have changed: looks again at every topic they hold. */
  recheck(userId?: string): Promise<void>
  /** Master data of a station changed, or it is gone: its viewers start anew. */
  refresh(station: string): void
  /** Another node listens to a station of ours, as one more subscriber. */
  listen(topic: string, subscriber: Subscriber): void
  unlisten(topic: string, subscriber: Subscriber): void
  /** Stations came or went: their viewers go on with the new owner's epoch, from one new snapshot. */
  moved(stations: Iterable<string>): void
  metrics(): LiveMetrics
  /** Tells all clients, then closes their connections; the server itself stays. */
  close(): Promise<void>
}

/** A new connection as transports hand it over; undefined = refused. */
export interface Admission {
  admit(headers: Headers): Promise<Principal | 'forbidden' | 'unauthorised' | 'full'>
  open(wire: Wire, headers: Headers, principal: Principal): LiveSession
}
export interface Transport {
  close(): Promise<void>
}

const TICK_MS = 100
const SLOW_TICKS = 10
/** How often a watched station is looked at as a whole: values grow stale without a row. */
const LOOK_TICKS = 20
/** Sessions may have ended elsewhere. */
const RECHECK_TICKS = 600

interface Watched {
  readonly feed: StationFeed
  readonly fast: TopicStream
  readonly slow: TopicStream
  /** Tick of the second on which the slow topic is told, so that not all stations speak at once. */
  readonly phase: number
  asking: boolean
  restartedAt: number
}

export function createLiveHub(options: LiveHubOptions): LiveHub {
  const { runtime, authenticate, originAllowed, remote } = options
  const now = options.now ?? Date.now
  const sessions = new Set<LiveSession>()
  const stations = new Map<string, Watched>()
  const fleet = new FleetFeed(runtime)
  /** Numbers go on when a topic is watched again: an old frame must never look new. */
  const numbers = new Map<string, number>()
  const transports: Transport[] = []
  const counts = { frames: 0, closedSlow: 0, refused: 0 }
  /** Highest epoch seen, which numbers the topic of the whole fleet. */
  let epoch = 0
  const epochOf = (station: string): number => runtime.epochOf(station) ?? epoch
  let tick = 0
  let closing = false
  let watchedSoFar = 0

  const makeStream = (key: string, topic: string): TopicStream => new TopicStream(key, topic, numbers.get(key) ?? 0, now)

  const watch = (station: string): Watched => {
    let watched = stations.get(station)
    if (!watched) {
      const fast = makeStream(`st:${station}:f`, `st:${station}:f`)
      const slow = makeStream(`st:${station}:s`, `st:${station}:s`)
      watched = {
        feed: new StationFeed(station, now, [fast, slow]),
        fast,
        slow,
        phase: watchedSoFar++ % SLOW_TICKS,
        asking: false,
        restartedAt: 0,
      }
      stations.set(station, watched)
    }
    return watched
  }
  /** One question for all who wait; the answer is placed between two frames. */
  const ask = (station: string, watched: Watched): void => {
    if (watched.asking) return
    watched.asking = true
    runtime.snapshot(station, (view) => {
      watched.asking = false
      if (stations.get(station) !== watched) return
      if (view) return watched.feed.settle(view, epochOf(station))
      // On the move to another node, which goes on from here.
      if (remote?.owns(station) === false) return
      for (const stream of [watched.fast, watched.slow])
        for (const subscriber of [...stream.members, ...stream.waiting]) subscriber.end(stream.topic, 'unknown-topic')
    })
  }
  const restart = (station: string, watched: Watched): void => {
    watched.fast.restart()
    watched.slow.restart()
    ask(station, watched)
  }

  const joinStation = (station: string, fast: boolean, topic: string, subscriber: Subscriber): void => {
    if (remote?.owns(station) === false) {
      remote.join(topic, subscriber)
      return
    }
    const watched = watch(station)
    ;(fast ? watched.fast : watched.slow).join(subscriber)
    ask(station, watched)
  }

  const host: SessionHost = {
    now,
    fault(session, topic) {
      const name = parseTopicName(topic)
      if (!name) return 'unknown-topic'
      const fault = topicFault(session.principal, name)
      if (fault || name.kind === 'fleet') return fault
      return runtime.station(name.station) ? undefined : 'unknown-topic'
    },
    join(session, topic) {
      const name = parseTopicName(topic)
      if (name?.kind === 'fleet') {
        const key = scopeKey(session.principal)
        // The next tick answers: many who come at once are answered at once.
        fleet.scope(key, session.principal.stations, () => makeStream(`fleet ${key}`, 'fleet')).join(session)
      } else if (name) joinStation(name.station, name.fast, topic, session)
    },
    leave(session, topic) {
      remote?.leave(topic, session)
      leaveTopic(session, topic)
    },
    gone(session) {
      sessions.delete(session)
    },
  }
  function leaveTopic(session: Subscriber, topic: string): void {
    const name = parseTopicName(topic)
    const watched = name?.kind === 'station' ? stations.get(name.station) : undefined
    const streams =
      name?.kind === 'fleet' ? fleet.streams() : watched ? [watched.fast, watched.slow].filter((it) => it.topic === topic) : []
    for (const stream of streams) {
      stream.leave(session)
      if (!stream.unused) continue
      numbers.set(stream.key, stream.s)
      if (name?.kind === 'fleet') fleet.drop(stream)
    }
    if (watched?.fast.unused && watched.slow.unused) stations.delete(watched.feed.station)
  }

  const onCommitted = ({ epoch: e, batch, patches }: Committed): void => {
    epoch = Math.max(epoch, e)
    if (sessions.size === 0 && stations.size === 0) return
    const reshaped = new Set<string>()
    for (const row of batch.samples) {
      fleet.touch(row.station)
      if (stations.get(row.station)?.feed.fold(row) === 'unknown-device') reshaped.add(row.station)
    }
    for (const [station, list] of patches) {
      fleet.patch(station, list)
      if (stations.get(station)?.feed.patch(list) === 'reshaped') reshaped.add(station)
    }
    for (const station of reshaped) {
      const watched = stations.get(station)
      // Once a second at most, should a view never agree with the rows.
      if (!watched || now() - watched.restartedAt < 1000) continue
      watched.restartedAt = now()
      restart(station, watched)
    }
  }
  const onProvisional = (station: string, patches: readonly Patch[]): void => {
    const watched = stations.get(station)
    watched?.fast.provisional(epochOf(station), patches)
    watched?.slow.provisional(epochOf(station), patches)
    fleet.provisional(station, patches, epoch)
  }
  const stopListening = [runtime.onCommitted(onCommitted), runtime.onProvisional(onProvisional)]

  const timer = setInterval(() => {
    tick++
    const at = now()
    for (const session of sessions) session.check(at)
    for (const [station, watched] of stations) {
      const { feed, fast, slow, phase } = watched
      if (tick % LOOK_TICKS === phase) ask(station, watched)
      feed.flush(fast, epochOf(station))
      if (tick % SLOW_TICKS === phase) feed.flush(slow, epochOf(station))
    }
    if (tick % SLOW_TICKS === 0 || fleet.awaited) fleet.update(epoch)
    if (tick % RECHECK_TICKS === 0) void recheck()
  }, TICK_MS)

  async function recheck(userId?: string): Promise<void> {
    // At once, so that those who must be looked up in the database are looked up together.
    const asked = [...sessions].filter(({ principal }) => userId === undefined || principal.id === userId)
    const found = await Promise.all(asked.map((session) => authenticate(session.headers).catch(() => session.principal)))
    for (const [i, session] of asked.entries()) {
      const before = scopeKey(session.principal)
      const principal = found[i]
      if (!sessions.has(session)) continue
      if (!principal) {
        session.close('not-signed-in')
        continue
      }
      const held = [...session.topics]
      if (scopeKey(principal) !== before) for (const topic of held) if (topic === 'fleet') host.leave(session, topic)
      session.principal = principal
      for (const topic of held) {
        const fault = host.fault(session, topic)
        if (fault) session.end(topic, fault)
        else if (topic === 'fleet' && scopeKey(principal) !== before && !session.paused) host.join(session, topic)
      }
    }
  }

  const admission: Admission = {
    async admit(headers) {
      const verdict =
        closing || sessions.size >= (options.maxClients ?? 5000)
          ? 'full'
          : originAllowed(headers)
            ? await authenticate(headers)
            : 'forbidden'
      if (typeof verdict === 'object') return verdict
      counts.refused++
      return verdict ?? 'unauthorised'
    },
    open(wire, headers, principal) {
      const counted: Wire = {
        buffered: () => wire.buffered(),
        send(bytes) {
          counts.frames++
          wire.send(bytes)
        },
        close(reason: Closed['reason']) {
          if (reason === 'slow') counts.closedSlow++
          wire.close(reason)
        },
      }
      const session = new LiveSession(counted, host, headers, principal, options.limits)
      sessions.add(session)
      return session
    },
  }

  return {
    attach(server) {
      transports.push(attachWs(server, admission), attachSocketIo(server, admission))
    },
    recheck,
    refresh(station) {
      const watched = stations.get(station)
      if (watched) restart(station, watched)
      fleet.reload(station)
    },
    listen(topic, subscriber) {
      const name = parseTopicName(topic)
      if (name?.kind === 'station' && remote?.owns(name.station) !== false) joinStation(name.station, name.fast, topic, subscriber)
    },
    unlisten: (topic, subscriber) => leaveTopic(subscriber, topic),
    moved(moving) {
      for (const station of moving) {
        fleet.reload(station)
        const owned = remote?.owns(station) !== false
        for (const fast of [true, false]) {
          const topic = `st:${station}:${fast ? 'f' : 's'}`
          const watched = stations.get(station)
          const stream = fast ? watched?.fast : watched?.slow
          const held = stream ? [...stream.members, ...stream.waiting] : []
          for (const subscriber of owned ? (remote?.audience(topic) ?? []) : held) {
            remote?.leave(topic, subscriber)
            leaveTopic(subscriber, topic)
            if (!subscriber.relay) joinStation(station, fast, topic, subscriber)
          }
          // A new epoch of our own: those who were here before it start anew, too.
          if (owned && stream) stream.restart()
        }
        const watched = stations.get(station)
        if (owned && watched) ask(station, watched)
      }
    },
    metrics: () => ({
      ...counts,
      clients: sessions.size,
      paused: [...sessions].filter((session) => session.paused).length,
      topics: stations.size + fleet.streams().length,
    }),
    async close() {
      closing = true
      clearInterval(timer)
      for (const stop of stopListening) stop()
      for (const session of [...sessions]) session.close('shutting-down')
      await Promise.all(transports.map((transport) => transport.close()))
    },
  }
}
