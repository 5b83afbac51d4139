import type { ClaimedShard } from '@twin/actors/runtime'
import { shardOf } from '@twin/actors/runtime'
import { parseTopic } from '@twin/models/wire'
import { type BrokerSession, openBrokerSession, type SessionLimits } from './broker-session.ts'
import type { DownTransport } from './downlink.ts'
import { createFloodGuard, defaultFloodLimits, type FloodLimits } from './flood-guard.ts'
import type { Intake } from './intake.ts'
import type { Log } from './log.ts'
import type { IngestMetrics } from './metrics.ts'

export interface ShardBrokerOptions {
  readonly url: string
  readonly intake: Intake
  readonly metrics: IngestMetrics
  readonly log: Log
  readonly eventWindow: number
  readonly telemetryWindow: number
  /** Stations of a shard, with their organisation. */
  readonly stationsOf: (shard: number) => readonly { readonly id: string; readonly org: string }[]
  /** Does this process still hold the shard under this epoch? Rejects when nobody can say now. */
  readonly holds: (shard: number, epoch: number) => Promise<boolean>
  /** Messages of these stations may be lost: the broker forgot the session that kept them. */
  readonly onSessionLost: (shard: number) => void
  readonly flood?: FloodLimits
  readonly now?: () => number
  readonly session?: SessionLimits | undefined
}

/** Sessions of the shards this process holds: events and telemetry apart, so that a flood never holds up an alarm. */
export interface ShardBroker extends DownTransport {
  open(claimed: ReadonlyMap<number, ClaimedShard>): void
  /** Breaks the connections without ending the sessions: the broker keeps what comes, for the next owner. */
  closeShards(shards: Iterable<number>): Promise<void>
  /** A station came or went: its shard's sessions subscribe anew, or open. */
  follow(station: string): void
  status(): { readonly sessions: number; readonly connected: number; readonly unacknowledged: number; readonly error: string | null }
  close(): Promise<void>
}

interface ShardSessions {
  readonly epoch: number
  readonly fresh: boolean
  sessions: readonly BrokerSession[]
}

/** No subscriber took it (MQTT 5): the device is not there. */
const NO_MATCHING_SUBSCRIBERS = 16

export function createShardBroker(options: ShardBrokerOptions): ShardBroker {
  const { intake, metrics, log } = options
  const now = options.now ?? Date.now
  const flood = createFloodGuard(options.flood ?? defaultFloodLimits)
  const held = new Map<number, ShardSessions>()

  const session = (shard: number, epoch: number, fresh: boolean, stream: 'e' | 't'): BrokerSession => {
    let first = true
    return openBrokerSession({
      limits: options.session,
      url: options.url,
      // Without the epoch: a new owner takes the session over with all that waits in it, and cuts off the old one.
      clientId: `tw-${stream}-${String(shard).padStart(4, '0')}`,
      filters: () => options.stationsOf(shard).map(({ id, org }) => `tw/${org}/${id}/${stream}/+`),
      receiveMaximum: stream === 'e' ? options.eventWindow : options.telemetryWindow,
      known: !fresh,
      log,
      async mayConnect() {
        if (held.get(shard)?.epoch !== epoch) return false
        // The claim itself was the confirmation for the first time.
        const ours = first || (await options.holds(shard, epoch))
        first = false
        return ours
      },
      onSessionLost() {
        metrics.sessionsLost++
        if (stream === 'e') options.onSessionLost(shard)
      },
      onMessage({ topic, payload, dup }, done) {
        if (held.get(shard)?.epoch !== epoch) return
        const incoming = { topic, payload, from: 'broker' } as const
        const device = parseTopic(topic)?.device ?? ''
        if (stream === 't' && !dup && flood.take(device, now()) > 0) {
          metrics.throttled++
          metrics.throttledDevices.set(device, (metrics.throttledDevices.get(device) ?? 0) + 1)
          intake.refuse(incoming, 'throttled', 'sent faster than a device may', done)
        } else intake.take(incoming, done)
      },
    })
  }

  const connect = (shard: number, entry: ShardSessions): void => {
    if (options.stationsOf(shard).length === 0) return
    entry.sessions = [session(shard, entry.epoch, entry.fresh, 'e'), session(shard, entry.epoch, entry.fresh, 't')]
  }

  return {
    open(claimed) {
      for (const [shard, { epoch, factSeq, sampleSeq }] of claimed) {
        const entry: ShardSessions = { epoch, fresh: factSeq + sampleSeq === 0, sessions: [] }
        held.set(shard, entry)
        connect(shard, entry)
      }
    },
    async closeShards(shards) {
      const closing: Promise<void>[] = []
      for (const shard of shards) {
        for (const each of held.get(shard)?.sessions ?? []) closing.push(each.close())
        held.delete(shard)
      }
      await Promise.all(closing)
    },
    follow(station) {
      const shard = shardOf(station)
      const entry = held.get(shard)
      if (!entry) return
      if (entry.sessions.length === 0) connect(shard, entry)
      else for (const each of entry.sessions) each.subscribe()
    },
    async send(topic, payload, { qos, expiresInMs }) {
      const station = parseTopic(topic)?.station
      const events = station === undefined ? undefined : held.get(shardOf(station))?.sessions[0]
      if (!events?.status().connected) return { ok: false, reason: 'not-connected', detail: 'no connection to the broker' }
      const messageExpiryInterval = Math.max(1, Math.floor(expiresInMs / 1000))
      const code = await events.publish(topic, payload, { qos, retain: false, properties: { messageExpiryInterval } })
      if (code === NO_MATCHING_SUBSCRIBERS) return { ok: false, reason: 'not-connected', detail: 'no connected device listens' }
      return code < 128 ? { ok: true } : { ok: false, reason: 'failed', detail: `broker answered ${code}` }
    },
    status() {
      const all = [...held.values()].flatMap(({ sessions }) => sessions.map((each) => each.status()))
      return {
        sessions: all.length,
        connected: all.filter(({ connected }) => connected).length,
        unacknowledged: all.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0),
        error: all.find(({ error }) => error !== null)?.error ?? null,
      }
    },
    async close() {
      await this.closeShards([...held.keys()])
    },
  }
}
