import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net'
import type { Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import { WebSocketServer, createWebSocketStream } from 'ws'
import { createAcceptGate } from './accept-gate.ts'
import { ConnectionAcks } from './connection-acks.ts'
import type { Credentials, Identity } from './credentials.ts'
import type { DownTransport, PublishOutcome } from './downlink.ts'
import { createFloodGuard, defaultFloodLimits, type FloodLimits } from './flood-guard.ts'
import type { Intake } from './intake.ts'
import { quietLog, type Log } from './log.ts'
import type { IngestMetrics } from './metrics.ts'
import { createPacketGuard, type OversizePublish } from './packet-guard.ts'
import { MAX_PAYLOAD } from './decode.ts'
import { parseTopic } from '@twin/models/wire'

export interface EmbeddedBrokerOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** MQTT over WebSocket at `/mqtt` of this server. */
  readonly http?: HttpServer
  readonly intake: Intake
  readonly credentials: Credentials
  readonly metrics: IngestMetrics
  readonly log: Log
  readonly maxConnections?: number
  readonly acceptPerSecond?: number
  readonly flood?: FloodLimits
  /** Largest packet, bytes. */
  readonly maxPacket?: number
  readonly now?: () => number
}

export interface EmbeddedBroker extends DownTransport {
  readonly port: number
  /** Cuts the sessions of a device, for example after its secret changed. */
  disconnect(device: string): void
  /** Stops taking messages, cuts all connections without their last wills. */
  close(): Promise<void>
}

/** Nobody can subscribe to it: what devices publish goes to the intake and nowhere else. */
const SINK = '$taken'
const NOTHING = Buffer.alloc(0)

type MutableClient = Omit<Client, 'id'> & { id: string; subscriptions: Record<string, { readonly qos: number } | undefined> }

/** The broker inside the server: MQTT 3.1.1 over TCP and WebSocket, acknowledging only what is durable. Rejects when the port can't be opened. */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { intake, credentials, metrics, log } = options
  const now = options.now ?? Date.now
  const maxConnections = options.maxConnections ?? 20_000
  const flood = createFloodGuard(options.flood ?? defaultFloodLimits)
  const quiet = quietLog(log, 10_000, now)
  const identities = new WeakMap<object, Identity>()
  const clientsOf = new Map<string, Set<MutableClient>>()
  const acknowledgements = new WeakMap<object, ConnectionAcks>()
  const acksOf = (client: Client): ConnectionAcks => {
    let acks = acknowledgements.get(client)
    if (!acks) acknowledgements.set(client, (acks = new ConnectionAcks(client.conn)))
    return acks
  }
  let closing = false

  const broker = await Aedes.createBroker({
    heartbeatInterval: 3_600_000,
    connectTimeout: 10_000,
    maxTopicLevels: 8,
    maxClientsIdLength: 128,
    preConnect(_client, packet, done) {
      // Sessions are always clean: a command kept for a device that is away would act hours later.
      packet.clean = true
      done(null, !closing)
    },
    authenticate(client, username, password, done) {
      const address = remoteAddress(client)
      const identity = credentials.verify(username, password, isLoopback(client, address))
      if (!identity) {
        metrics.authFailures++
        quiet(`auth ${address}`, { username: username?.slice(0, 40), address }, 'device sign-in refused')
        return done(null, false)
      }
      identities.set(client, identity)
      // Within the name of its owner, so that nobody can take over the session of another device.
      if (identity.kind !== 'anonymous') (client as MutableClient).id = `${identity.id}/${client.id}`
      done(null, true)
    },
    authorizePublish(client, packet, done) {
      const identity = client && identities.get(client)
      if (closing || !identity) return done(new Error('not taken'))
      const { topic, payload, qos, messageId } = packet
      packet.topic = SINK
      packet.payload = NOTHING
      packet.retain = false
      // The broker acknowledges message by message; we do it commit by commit.
      packet.qos = qos === 1 ? 0 : qos
      const acks = qos === 1 && messageId !== undefined ? acksOf(client) : undefined
      const acknowledge = (): void => {
        if (acks && messageId !== undefined) acks.send(messageId, () => done(null))
        else done(null)
      }
      const named = identity.kind === 'device' ? undefined : parseTopic(topic)?.device
      const sender = named !== undefined && credentials.knows(named) ? named : identity.id
      const hold = flood.take(sender, now())
      if (hold > 0) countThrottled(metrics, sender)
      intake.take({ topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, from: identity }, () => {
        // A held acknowledgement also stops the reading of this connection, and of no other.
        if (hold > 0) setTimeout(acknowledge, hold).unref()
        else acknowledge()
      })
    },
    authorizeSubscribe(client, subscription, done) {
      const identity = identities.get(client)
      if (identity && credentials.maySubscribe(identity, subscription.topic)) return done(null, subscription)
      metrics.subscriptionsRefused++
      quiet(`subscribe ${identity?.id}`, { device: identity?.id, topic: subscription.topic.slice(0, 200) }, 'subscription refused')
      done(null, null)
    },
  })

  // What devices publish is with the intake already; the broker's own way would look for subscribers, twice.
  const publish = broker.publish.bind(broker)
  broker.publish = ((packet: Parameters<typeof publish>[0], ...rest: unknown[]) => {
    if (packet.topic !== SINK) return (publish as (...all: unknown[]) => void)(packet, ...rest)
    const done = rest.at(-1)
    if (typeof done === 'function') done(null)
  }) as typeof broker.publish

  broker.on('client', (client) => {
    const id = identities.get(client)?.id
    if (id === undefined) return
    const set = clientsOf.get(id) ?? new Set()
    clientsOf.set(id, set.add(client as unknown as MutableClient))
  })
  broker.on('clientDisconnect', (client) => {
    const id = identities.get(client)?.id
    const set = id === undefined ? undefined : clientsOf.get(id)
    set?.delete(client as unknown as MutableClient)
    if (id !== undefined && set?.size === 0) clientsOf.delete(id)
  })
  const onClientError = (client: Client, error: Error): void =>
    quiet(`error ${error.message}`, { client: client.id, error: error.message }, 'device connection ended')
  broker.on('clientError', onClientError)
  broker.on('connectionError', onClientError)

  const gate = createAcceptGate({
    perSecond: options.acceptPerSecond ?? 500,
    queue: 10_000,
    onDelayed: () => metrics.connectionsDelayed++,
  })
  const admit = (stream: Duplex, open: () => Client): void => {
    if (closing || metrics.connections >= maxConnections || !gate.enter(start)) {
      metrics.connectionsRefused++
      stream.destroy()
    }
    function start(): void {
      if (stream.destroyed) return
      metrics.connections++
      stream.once('close', () => metrics.connections--)
      let client: Client | undefined
      guardReads(stream, options.maxPacket ?? MAX_PAYLOAD + 1024, (packet) => {
        const from = client && identities.get(client)
        if (from)
          intake.refuse({ topic: packet.topic, payload: NOTHING, from }, 'oversize', `${packet.size} bytes`, () =>
            acknowledge(stream, packet),
          )
        else stream.destroy()
      })
      client = open()
    }
  }

  // All of them, also those the gate keeps waiting and those that never said CONNECT: the broker does not know them.
  const sockets = new Set<Socket>()
  const tcp = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, pauseOnConnect: false }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    admit(socket, () => broker.handle(socket))
  })
  await listen(tcp, options.port, options.host)
  const detach = options.http && attachWebSocket(options.http, admit, (stream, request) => broker.handle(stream, request))
  const { port } = tcp.address() as { port: number }

  /** A connected client that asked for this topic: the device itself or a gateway of its station. */
  const listenerOf = (topic: string): MutableClient | undefined => {
    const parsed = parseTopic(topic)
    const pattern = topic.replace(/[^/]+$/, '+')
    for (const id of parsed ? credentials.listenersOf(parsed) : [])
      for (const client of clientsOf.get(id) ?? [])
        if (client.connected && (client.subscriptions[topic] || client.subscriptions[pattern])) return client
    return undefined
  }

  return {
    port,
    async send(topic, payload, { qos }) {
      const client = listenerOf(topic)
      if (!client || closing) return { ok: false, reason: 'not-connected', detail: 'no connected device listens' }
      return new Promise<PublishOutcome>((resolve) => {
        const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: false, dup: false } as const
        client.publish(packet, (error) => resolve(error ? { ok: false, reason: 'failed', detail: error.message } : { ok: true }))
      })
    },
    disconnect(device) {
      for (const client of clientsOf.get(device) ?? []) client.close()
    },
    async close() {
      closing = true
      gate.close()
      detach?.()
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()))
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function countThrottled(metrics: IngestMetrics, device: string): void {
  metrics.throttled++
  if (metrics.throttledDevices.size < 1000 || metrics.throttledDevices.has(device))
    metrics.throttledDevices.set(device, (metrics.throttledDevices.get(device) ?? 0) + 1)
}

/** The broker reads with `read()`; what it gets has passed the guard. */
function guardReads(stream: Duplex, limit: number, onOversize: (packet: OversizePublish) => void): void {
  const guard = createPacketGuard(limit, onOversize)
  const read = stream.read.bind(stream)
  stream.read = (size?: number): unknown => {
    if (size === 0) return read(0)
    // The broker reads once per 'readable', but a WebSocket gives one small frame at a time: all of them have to go at once.
    const chunks: Buffer[] = []
    for (let chunk = read() as Buffer | null; chunk !== null; chunk = read() as Buffer | null) chunks.push(chunk)
    if (chunks.length === 0) return null
    const chunk = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    const kept = guard.filter(chunk)
    if (kept !== 'fault') return kept
    stream.destroy(new Error('packet too large or malformed'))
    return null
  }
}

/** PUBACK or PUBREC for a PUBLISH the broker never saw; QoS 0 wants none. */
function acknowledge(stream: Duplex, { qos, messageId }: OversizePublish): void {
  if (qos > 0 && stream.writable) stream.write(Buffer.from([qos === 1 ? 0x40 : 0x50, 2, messageId >> 8, messageId & 0xff]))
}

function attachWebSocket(
  http: HttpServer,
  admit: (stream: Duplex, open: () => Client) => void,
  handle: (stream: Duplex, request: import('node:http').IncomingMessage) => Client,
): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 2 * MAX_PAYLOAD,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  })
  const onUpgrade = (request: import('node:http').IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== '/mqtt') return
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const stream = createWebSocketStream(ws)
      stream.on('error', () => ws.terminate())
      admit(stream, () => handle(stream, request))
    })
  }
  http.on('upgrade', onUpgrade)
  return () => {
    http.off('upgrade', onUpgrade)
    for (const ws of sockets.clients) ws.terminate()
    sockets.close()
  }
}

function remoteAddress(client: Client): string {
  return client.req?.socket.remoteAddress ?? (client.conn as Socket).remoteAddress ?? ''
}

/** A reverse proxy on this machine makes every peer look local; its forwarding header gives it away. */
function isLoopback(client: Client, address: string): boolean {
  if (client.req && (client.req.headers['x-forwarded-for'] ?? client.req.headers.forwarded) !== undefined) return false
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

async function listen(server: TcpServer, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
