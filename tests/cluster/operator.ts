import mqtt, { type MqttClient } from 'mqtt'
import { CommandGuard } from '../../loadtest/src/fleet/command-guard.ts'
import { legalPath } from '../../models/src/commands/index.ts'
import type { StationConfig } from '../../models/src/stations/index.ts'
import type { CommandPhase } from '../../models/src/twin/index.ts'
import type { CommandMessage, EventBody } from '../../models/src/wire/index.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'
import type { Lab } from './lab.ts'

/** Cameras that do what they are told once per order, and a person who gives orders through any node and repeats those nobody answered. */
export class Operator {
  readonly #cameras: { readonly station: StationConfig; readonly device: string; readonly guard: CommandGuard; seq: number }[]
  readonly #gateways: { readonly station: StationConfig; readonly device: string; seq: number }[]
  readonly #boot: string
  readonly #done = new Map<string, number>()
  readonly #keys = new Set<string>()
  #client: MqttClient | undefined
  #stopped = false
  #working: Promise<void> | undefined
  accepted = 0

  constructor(stations: readonly StationConfig[], boot: string) {
    this.#boot = boot
    this.#cameras = stations.flatMap((station) =>
      station.devices
        .filter(({ kind }) => kind === 'camera')
        .slice(0, 1)
        .map(({ id }) => ({ station, device: id, guard: new CommandGuard(null, boot), seq: 0 })),
    )
    // Without its gateway a device counts as off line.
    this.#gateways = stations.flatMap((station) =>
      station.devices.filter(({ kind }) => kind === 'gateway').map(({ id }) => ({ station, device: id, seq: 0 })),
    )
  }

  async start(lab: Lab, everyMs: number): Promise<void> {
    const client = await mqtt.connectAsync(lab.mqttUrl, { protocolVersion: 5, reconnectPeriod: 500, clientId: `operator-${this.#boot}` })
    this.#client = client
    client.on('error', () => undefined)
    client.on('message', (topic, payload) => this.#told(topic, JSON.parse(payload.toString()) as CommandMessage))
    await client.subscribeAsync('tw/+/+/c/+', { qos: 1 })
    this.#working = this.#work(lab, everyMs)
  }

  async #work(lab: Lab, everyMs: number): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      // Births again and again: a broker that lost its sessions lost them, too.
      if (n % 10 === 0) {
        for (const gateway of this.#gateways) this.#say(gateway, 'e', { type: 'birth', kind: 'gateway', points: ['signalStrength'] })
        for (const camera of this.#cameras) this.#say(camera, 'e', { type: 'birth', kind: 'camera', points: ['streamOpen'] })
      }
      const camera = this.#cameras[n % this.#cameras.length]
      if (camera) await this.#order(lab, camera.device, `${n}-${this.#boot}`).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  /** The same order to one node after the other until one answers; the key makes it one order. */
  async #order(lab: Lab, device: string, idempotencyKey: string): Promise<void> {
    this.#keys.add(idempotencyKey)
    for (let attempt = 0; attempt < 6 && !this.#stopped; attempt++) {
      const alive = lab.nodes.filter(({ process }) => process.alive)
      const node = alive[(attempt + this.#keys.size) % alive.length]
      if (!node) return
      try {
        const call = await lab.caller(node)
        const body = { code: 'camera.snapshot', args: {}, idempotencyKey }
        const { status } = await call('POST', `/api/devices/${device}/commands`, body, 5000)
        if (status < 300) this.accepted++
        if (status < 500 && status !== 429) return
      } catch {
        // Nobody knows whether it was taken.
      }
    }
  }

  #say(camera: { readonly station: StationConfig; readonly device: string; seq: number }, channel: 't' | 'e', body: object): void {
    const envelope = { v: 1, boot: this.#boot, seq: ++camera.seq, ts: Date.now(), body }
    const { org, id } = camera.station
    this.#client?.publish(`tw/${org}/${id}/${channel}/${camera.device}`, JSON.stringify(envelope), { qos: 1 })
  }

  #told(topic: string, message: CommandMessage): void {
    const camera = this.#cameras.find(({ device }) => topic.endsWith(`/${device}`))
    if (!camera) return
    const verdict = camera.guard.check(message, Date.now())
    if (verdict.kind === 'forged' || message.kind === 'rebirth') return
    if (verdict.kind === 'fresh') {
      this.#done.set(message.id, (this.#done.get(message.id) ?? 0) + 1)
      camera.guard.remember(message.id, { ok: true })
    }
    const ok = verdict.kind !== 'refuse'
    const ack: EventBody = { type: 'ack', id: message.id, ok, ...(verdict.kind === 'refuse' && { reason: verdict.reason }) }
    this.#say(camera, 'e', ack)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#working
    await this.#client?.endAsync()
  }

  /** (5) Orders that became two, that left the machine, or were carried out without being sent. */
  async verify(
    sql: Sql,
  ): Promise<{ readonly commands: number; readonly twice: number; readonly illegal: number; readonly unsent: number }> {
    const intake = await sql<{ key: string; command: string }[]>`
      select idem_key as key, command from command_intake where right(idem_key, length(${this.#boot})) = ${this.#boot}`
    const facts = await sql<{ id: string; kind: string; phase: CommandPhase | null }[]>`
      select body->>'id' as id, kind, body->>'phase' as phase from journal
      where kind in ('command.requested', 'command.moved') and body->>'id' = any(${intake.map(({ command }) => command)}::text[])
      order by shard, seq`
    const paths = new Map<string, { readonly phase: CommandPhase }[]>()
    for (const { id, phase } of facts) if (phase !== null) paths.set(id, [...(paths.get(id) ?? []), { phase }])
    const keys = new Set(intake.map(({ key }) => key))
    const known = new Set(intake.map(({ command }) => command))
    return {
      commands: intake.length,
      twice: intake.length - keys.size + [...this.#done.values()].filter((times) => times > 1).length,
      illegal: [...paths.values()].filter((path) => !legalPath(path)).length,
      unsent: [...this.#done.keys()].filter((id) => known.has(id) && !paths.get(id)?.some(({ phase }) => phase === 'DISPATCHED')).length,
    }
  }
}
