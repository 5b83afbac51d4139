import { randomUUID } from 'node:crypto'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { commandMessageSchema, topicOf, type Envelope, type EventBody, type Watermark, type WireValue } from '@twin/models/wire'
import { actuate } from './actuate.ts'
import { CommandGuard, deviceSecret, REBIRTH, type CommandAck } from './command-guard.ts'
import { Connection } from './connection.ts'
import { decode, encode, type PayloadFormat } from './payload.ts'
import { Reporter } from './reporter.ts'
import type { StationSim } from './station-sim.ts'
import { Uplink, type Send } from './uplink.ts'

export interface AgentOptions {
  readonly url: string
  readonly org: string
  /** Demo master secret; null = anonymous. */
  readonly master: string | null
  readonly format: PayloadFormat
  readonly log: (text: string) => void
}

/** One device as the network knows it: births, samples, commands, acks; its physics lives in the station's simulation. */
export class Agent {
  readonly device: DeviceConfig
  readonly uplink: Uplink
  readonly boot: string
  readonly #sim: StationSim
  readonly #options: AgentOptions
  readonly #guard: CommandGuard
  readonly #reporter: Reporter
  #connection: Connection | null = null
  /** ms that the source clock is wrong, and whether it keeps silent. */
  clockSkew = 0
  silent = false
  /** Measures on, but commands do not get through to it. */
  deaf = false
  online = false
  #coldTold = false

  constructor(sim: StationSim, device: DeviceConfig, options: AgentOptions) {
    this.device = device
    this.#sim = sim
    this.#options = options
    this.boot = randomUUID().slice(0, 8)
    this.uplink = new Uplink({
      org: options.org,
      station: sim.config.id,
      device: device.id,
      boot: this.boot,
      format: options.format,
      now: () => this.now(),
    })
    this.#guard = new CommandGuard(options.master === null ? null : deviceSecret(options.master, device.id), this.boot)
    this.#reporter = new Reporter(sim.declared(device.id))
  }

  now(): number {
    return Date.now() + this.clockSkew
  }

  get topics(): readonly string[] {
    return (['c', 'a'] as const).map((channel) => this.#topic(channel))
  }
  get will(): { readonly topic: string; readonly payload: Buffer } {
    const body: EventBody = { type: 'death', reason: 'connection lost' }
    // Without boot and number: the broker sends it in our name, out of our order, and anything we say afterwards takes it back.
    const envelope: Envelope<EventBody> = { v: 1, ts: Date.now(), body }
    return { topic: this.#topic('e'), payload: encode(envelope, this.#options.format) }
  }

  /** Opens a connection of its own; devices behind a gateway share one instead. */
  connect(): void {
    const { url, master } = this.#options
    const connection = new Connection({
      url,
      clientId: `sim-${this.device.id}-${this.boot}`,
      ...(master !== null && { username: this.device.id, password: deviceSecret(master, this.device.id) }),
      will: this.will,
      subscribe: this.topics,
      onUp: (send) => this.up(send),
      onDown: () => this.down(),
      onMessage: (topic, payload) => this.message(topic, payload),
    })
    this.#connection = connection
    connection.start()
  }

  up(send: Send): void {
    this.online = true
    this.#birth()
    this.#tellCold()
    this.uplink.connected(send)
    // The present first: what is late must find it there.
    this.sample()
  }
  down(): void {
    this.online = false
    this.uplink.disconnected()
  }
  cut(seconds: number): void {
    this.#connection?.cut(seconds * 1000)
  }
  async stop(): Promise<void> {
    await this.#connection?.stop()
  }

  /** Samples the sensors and reports what is news. */
  sample(): void {
    if (this.silent) return
    const at = this.now()
    const row = this.#reporter.row(at, this.#sim.read(this.device, this.#reporter.last))
    if (row) this.uplink.add(row)
  }
  /** That many messages at once, each with everything in it. */
  burst(count: number): void {
    const at = this.now()
    for (let i = 0; i < count; i++) this.uplink.upload([[at + i - count, this.#sim.read(this.device)]], () => undefined)
  }
  /** Values in declared order at this moment, for history. */
  values(): readonly WireValue[] {
    return this.#sim.read(this.device)
  }

  message(topic: string, payload: Buffer): void {
    const message = decode(payload)
    if (topic === this.#topic('a')) {
      const mark = message as Partial<Watermark> | undefined
      if (mark?.boot !== undefined && typeof mark.seq === 'number') this.uplink.durable({ ...mark, boot: mark.boot, seq: mark.seq })
      return
    }
    const parsed = commandMessageSchema.safeParse(message)
    if (topic !== this.#topic('c') || !parsed.success || this.deaf) return
    const command = parsed.data
    const verdict = this.#guard.check(command, this.now())
    switch (verdict.kind) {
      case 'forged':
        this.#options.log(`${this.device.code}: command with a wrong signature ignored`)
        return
      case 'known':
        return this.#ack(command.id, verdict.ack)
      case 'refuse':
        return this.#ack(command.id, { ok: false, reason: verdict.reason })
      case 'fresh': {
        if (command.kind === REBIRTH || command.kind === 'gateway.rebirth') this.#birth()
        const refusal = command.kind === REBIRTH ? null : actuate(this.#sim, this.device, command.kind, command.args)
        const ack: CommandAck = refusal === null ? { ok: true } : { ok: false, reason: refusal }
        this.#guard.remember(command.id, ack)
        this.#ack(command.id, ack)
        // What the command changed shows at once, not at the next tick, nor when its point would be due.
        if (refusal === null) this.#reporter.forget()
        this.sample()
        if (command.kind === 'gateway.restart') this.cut(1)
      }
    }
  }

  /** Once: since when the machine has been standing, or its restart delays would begin with our first word. */
  #tellCold(): void {
    const { coldSince } = this.#sim
    if (coldSince === null || this.#coldTold) return
    this.#coldTold = true
    this.uplink.upload([[coldSince, this.#sim.read(this.device)]], () => undefined)
  }
  #birth(): void {
    const points = this.#sim.declared(this.device.id).map((point) => point.name)
    this.#reporter.forget()
    this.uplink.event({ type: 'birth', kind: this.device.kind, points, firmware: '1.4.2' })
  }
  #ack(id: string, ack: CommandAck): void {
    this.uplink.event({ type: 'ack', id, ...ack })
  }
  #topic(channel: 't' | 'e' | 'c' | 'a'): string {
    return topicOf({ org: this.#options.org, station: this.#sim.config.id, channel, device: this.device.id })
  }
}

/** All devices of a station behind their gateway's one connection. */
export function connectGateway(config: StationConfig, agents: readonly Agent[], options: AgentOptions): Connection | null {
  const gateway = agents.find((agent) => agent.device.kind === 'gateway')
  if (!gateway) return null
  const byDevice = new Map(agents.map((agent) => [agent.device.id, agent]))
  const base = `tw/${options.org}/${config.id}`
  const connection = new Connection({
    url: options.url,
    clientId: `sim-${gateway.device.id}-${gateway.boot}`,
    ...(options.master !== null && { username: gateway.device.id, password: deviceSecret(options.master, gateway.device.id) }),
    will: gateway.will,
    // Anonymous connections may not use wildcards.
    subscribe: options.master === null ? agents.flatMap((agent) => agent.topics) : [`${base}/c/+`, `${base}/a/+`],
    onUp: (send) => {
      for (const agent of agents) agent.up(send)
    },
    onDown: () => {
      for (const agent of agents) agent.down()
    },
    onMessage: (topic, payload) => byDevice.get(topic.slice(topic.lastIndexOf('/') + 1))?.message(topic, payload),
  })
  connection.start()
  return connection
}
