import mqtt, { type IClientPublishOptions } from 'mqtt'
import type { Duplex, Writable } from 'node:stream'
import { createDeferredAcks, type DeferredAcks } from './deferred-acks.ts'
import type { Log } from './log.ts'
import { createPublishTap, type TappedPublish } from './publish-tap.ts'

export interface BrokerSessionOptions {
  readonly url: string
  readonly clientId: string
  /** Topics to subscribe to, asked at every connection. */
  readonly filters: () => readonly string[]
  /** The broker should know the session already, from a process before this one. */
  readonly known?: boolean
  /** Messages the broker may have unacknowledged with us. */
  readonly receiveMaximum: number
  readonly onMessage: (packet: { readonly topic: string; readonly payload: Buffer; readonly dup: boolean }, done: () => void) => void
  /** The broker does not know the session of a client it had before: what it queued is lost. */
  readonly onSessionLost: () => void
  /** Asked before each attempt to connect; false ends the attempts. */
  readonly mayConnect: () => boolean | Promise<boolean>
  readonly log: Log
  readonly limits?: SessionLimits | undefined
}

export interface BrokerSession {
  /** The filters changed. */
  subscribe(): void
  /** Publishes now or not at all: nothing is queued for a broker that is away. Resolves with the reason code of the PUBACK; rejects when there is none. */
  publish(topic: string, payload: Uint8Array, options: IClientPublishOptions): Promise<number>
  status(): { readonly connected: boolean; readonly error: string | null; readonly unacknowledged: number }
  close(): Promise<void>
}

/** Of mqtt.js: makes the connection that it then reads with `pipe`. */
interface PrivateParts {
  streamBuilder(client: unknown): Duplex
}

/** Of a session with an external broker: s, s, ms. */
export interface SessionLimits {
  readonly keepaliveS: number
  readonly expiryS: number
  readonly reconnectMaxMs: number
}
const defaultSessionLimits: SessionLimits = { keepaliveS: 30, expiryS: 7200, reconnectMaxMs: 30_000 }

const nothing = (): void => undefined

/** One lasting MQTT 5 session with an external broker that acknowledges only what is durable. Connects in the background, again and again. */
export function openBrokerSession(options: BrokerSessionOptions): BrokerSession {
  const { clientId, log, limits = defaultSessionLimits } = options
  const client = mqtt.connect(options.url, {
    protocolVersion: 5,
    clientId,
    clean: false,
    manualConnect: true,
    // Our own timer reconnects: the library's would fight for the session with a node that took over.
    reconnectPeriod: 0,
    resubscribe: false,
    keepalive: limits.keepaliveS,
    connectTimeout: 5000,
    queueQoSZero: false,
    // Its own trace formats every packet, even if nobody reads it.
    log: () => undefined,
    properties: { sessionExpiryInterval: limits.expiryS, receiveMaximum: options.receiveMaximum },
  })
  const inner = client as unknown as PrivateParts
  let acks: DeferredAcks | undefined
  let error: string | null = 'not connected yet'
  let attempts = 0
  let connectedOnce = false
  let knownBefore = options.known ?? false
  let timer: NodeJS.Timeout | undefined
  let closing = false
  let ready = false
  /** The library tells a publisher only of failures; the code is read as the packet passes, just before its callback. */
  let lastCode = 0
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'puback') lastCode = packet.reasonCode ?? 0
  })

  /** Messages that came in right behind the broker's CONNACK, before the library has told of it. */
  let early: TappedPublish[] = []
  const take = (packet: TappedPublish): void => {
    const { topic, payload, dup, messageId } = packet
    if (acks === undefined) early.push(packet)
    else options.onMessage({ topic, payload, dup }, messageId === undefined ? nothing : acks.arrived(messageId))
  }
  // Messages go past the library, which has no way to acknowledge later and costs more than all that is done with them; all else is its own.
  const build = inner.streamBuilder
  inner.streamBuilder = (self) => {
    const stream = build(self)
    acks?.abandon()
    acks = undefined
    early = []
    stream.pipe = <T extends NodeJS.WritableStream>(sink: T): T => {
      const tap = createPublishTap(
        (packet) => {
          if (client.stream === stream) take(packet)
        },
        (bytes) => (sink as unknown as Writable).write(bytes),
      )
      stream.on('data', (chunk: Buffer) => tap.take(chunk))
      stream.once('end', () => sink.end())
      return sink
    }
    return stream
  }

  client.on('connect', (connack) => {
    const stream = client.stream
    acks?.abandon()
    acks = createDeferredAcks((packets) => {
      if (client.connected && client.stream === stream) stream.write(packets)
    })
    for (const packet of early.splice(0)) take(packet)
    if (knownBefore && !connack.sessionPresent) options.onSessionLost()
    knownBefore = true
    subscribe(connack.sessionPresent)
  })
  const subscribe = (sessionPresent: boolean): void => {
    const filters = [...options.filters()]
    client.subscribe(filters, { qos: 1, rh: 2 }, (failure, granted) => {
      const refused = failure?.message ?? (granted?.some(({ qos }) => qos >= 128) ? `broker refused ${filters.join(' ')}` : null)
      if (refused === null) attempts = 0
      ready = refused === null
      error = refused
      if (refused !== null) log.warn({ clientId, error: refused }, 'subscription at the broker failed')
      else log.info({ clientId, sessionPresent }, 'connected to the broker')
    })
  }
  client.on('close', () => {
    acks?.abandon()
    ready = false
    // Commands that were on their way must not be sent again on the next connection: they would act late.
    for (const id of Object.keys((client as unknown as { outgoing: Record<string, unknown> }).outgoing))
      client.removeOutgoingMessage(Number(id))
    error ??= 'connection closed'
    retry()
  })
  client.on('error', (failure) => {
    error = failure.message
    if (attempts % 20 === 1) log.warn({ clientId, error }, 'broker not reachable')
  })

  const connect = async (): Promise<void> => {
    try {
      if (closing || !(await options.mayConnect())) return
    } catch (failure) {
      error = String(failure)
      attempts++
      retry()
      return
    }
    attempts++
    if (connectedOnce) client.reconnect()
    else client.connect()
    connectedOnce = true
  }
  const retry = (): void => {
    if (closing) return
    clearTimeout(timer)
    const longest = Math.min(limits.reconnectMaxMs, 250 * 2 ** Math.min(attempts, 8))
    timer = setTimeout(() => void connect(), longest * (0.5 + Math.random() / 2))
  }
  void connect()

  return {
    subscribe() {
      if (client.connected) subscribe(true)
    },
    async publish(topic, payload, publishOptions) {
      if (!client.connected) throw new Error('no connection to the broker')
      return new Promise((resolve, reject) => {
        client.publish(topic, Buffer.from(payload), publishOptions, (failure) => {
          if (failure) reject(failure)
          else resolve(lastCode)
        })
      })
    },
    status: () => ({ connected: client.connected && ready, error: ready ? null : error, unacknowledged: acks?.waiting ?? 0 }),
    async close() {
      closing = true
      clearTimeout(timer)
      acks?.abandon()
      await client.endAsync(true)
    },
  }
}
