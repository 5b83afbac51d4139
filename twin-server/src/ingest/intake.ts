import type { Runtime } from '@twin/actors/runtime'
import type { RejectReason } from '@twin/models/wire'
import type { Credentials, Identity } from './credentials.ts'
import { decodePayload } from './decode.ts'
import { countBuried, type IngestMetrics } from './metrics.ts'
import { parseTopic, type TopicAddress } from '@twin/models/wire'

/** What ingest needs of the runtime. */
export type IngestRuntime = Pick<Runtime, 'deliver' | 'bury' | 'watermarks' | 'stationOf'>

export interface Incoming {
  readonly topic: string
  readonly payload: Uint8Array
  /** 'broker' = the external broker checked who may publish what. */
  readonly from: Identity | 'broker'
}

/** One way in for every transport: decode, check, deliver or bury. Never throws; `done` comes once, after the covering commit. */
export interface Intake {
  take(incoming: Incoming, done: () => void): void
  /** A message that was never read into memory, or one over its rate. */
  refuse(incoming: Incoming, reason: RejectReason, detail: string, done: () => void): void
  /** A message that was kept elsewhere meanwhile: with its time of arrival, and whether newer ones of its device came first. */
  late(incoming: Incoming, kept: { readonly received: number; readonly overtaken: boolean }, done: (duplicate: boolean) => void): void
}

/** Payload kept with a dead letter, bytes. */
const KEPT = 64 * 1024

export function createIntake(options: {
  readonly runtime: IngestRuntime
  readonly credentials: Pick<Credentials, 'publishFault'>
  readonly metrics: IngestMetrics
  readonly now?: () => number
}): Intake {
  const { runtime, credentials, metrics } = options
  const now = options.now ?? Date.now

  const bury = (
    incoming: Incoming,
    device: string | null,
    reason: RejectReason,
    detail: string,
    done: (duplicate: boolean) => void,
  ): void => {
    countBuried(metrics, reason)
    // Copied: the bytes given are a view of the socket's chunk, which would stay in memory with the letter.
    const payload = Uint8Array.from(incoming.payload.subarray(0, KEPT))
    runtime.bury({ device, topic: incoming.topic.slice(0, 1000), reason, detail: detail.slice(0, 500), payload, received: now() }, () =>
      done(false),
    )
  }

  const accept = (incoming: Incoming, done: (duplicate: boolean) => void, received: number, overtaken = false): void => {
    const topic = parseTopic(incoming.topic)
    const sender = incoming.from === 'broker' || incoming.from.kind === 'anonymous' ? null : incoming.from.id
    if (!topic) return bury(incoming, sender, 'not-permitted', 'not a topic of a device: tw/{org}/{station}/{t|e}/{device}', done)
    const fault = incoming.from === 'broker' ? channelFault(topic) : credentials.publishFault(incoming.from, topic)
    if (fault !== undefined) return bury(incoming, sender, 'not-permitted', fault, done)
    const station = runtime.stationOf(topic.device)
    if (station?.id !== topic.station || station.org !== topic.org)
      return bury(incoming, null, 'unknown-device', `no device ${topic.device} in station ${topic.station}`, done)
    const channel = topic.channel === 't' ? 't' : 'e'
    const decoded = decodePayload(incoming.payload, channel)
    if (!decoded.ok) return bury(incoming, topic.device, decoded.reason, decoded.detail, done)
    const { org, device } = topic
    const input = {
      org,
      station: station.id,
      device,
      envelope: decoded.envelope,
      channel,
      received,
      bytes: incoming.payload.length,
    } as const
    runtime.deliver(overtaken ? { ...input, overtaken } : input, (outcome) => {
      metrics[outcome]++
      done(outcome === 'duplicate')
    })
  }

  /** Counts, and makes `done` come exactly once whatever happens inside. */
  const counted = (incoming: Incoming, done: (duplicate: boolean) => void, work: (done: (duplicate: boolean) => void) => void): void => {
    const size = incoming.payload.length
    let open = true
    const finish = (duplicate: boolean): void => {
      if (!open) return
      open = false
      metrics.inFlight--
      metrics.inFlightBytes -= size
      done(duplicate)
    }
    metrics.messages++
    metrics.bytes += size
    metrics.inFlight++
    metrics.inFlightBytes += size
    try {
      work(finish)
    } catch (error) {
      // The runtime supervises its actors; what reaches here is a message it could not even queue.
      bury(incoming, null, 'poison', error instanceof Error ? error.message : String(error), finish)
    }
  }

  return {
    take: (incoming, done) => counted(incoming, done, (finish) => accept(incoming, finish, now())),
    late: (incoming, { received, overtaken }, done) => counted(incoming, done, (finish) => accept(incoming, finish, received, overtaken)),
    refuse: (incoming, reason, detail, done) =>
      counted(incoming, done, (finish) => {
        const topic = parseTopic(incoming.topic)
        const known = topic !== null && runtime.stationOf(topic.device) !== undefined
        bury(incoming, known ? topic.device : null, reason, detail, finish)
      }),
  }
}

const channelFault = (topic: TopicAddress): string | undefined =>
  topic.channel === 't' || topic.channel === 'e' ? undefined : `devices do not publish on ${topic.channel}`
