import mqtt, { type MqttClient } from 'mqtt'
import { CommandGuard } from '../../loadtest/src/fleet/command-guard.ts'
import type { StationConfig } from '../../models/src/stations/index.ts'
import type { CommandMessage } from '../../models/src/wire/index.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'
import type { Product } from './product.ts'

interface Answer {
  readonly status: number
  readonly code: string | null
  readonly retryAfter: string | null
  readonly body: unknown
}

/**
 * People and the devices they deal with, who write down what the server confirmed: orders to cameras, records, alarms raised by machines and
 * alarms acknowledged by people. What is turned away is written down, too, and not repeated.
 */
export class CheckedPeople {
  readonly #product: Product
  readonly #cookie: string
  readonly #boot: string
  readonly #cameras: readonly { readonly topic: string; readonly id: string; readonly gateway: string; readonly guard: CommandGuard }[]
  readonly #machines: readonly { readonly topic: string; readonly id: string }[]
  readonly #orders = new Map<string, string>()
  readonly #terms = new Map<string, { readonly id: string; readonly meaning: string }>()
  readonly #raised: string[] = []
  readonly #acks = new Map<string, string>()
  readonly #done = new Map<string, number>()
  readonly #seqs = new Map<string, number>()
  /** Answers by status and code. */
  readonly answers = new Map<string, number>()
  readonly turnedAway: Answer[] = []
  /** Answers that were neither a confirmation nor a refusal with a reason. */
  readonly odd: Answer[] = []
  #client: MqttClient | undefined
  #working: Promise<void> | undefined
  #alive: NodeJS.Timeout | undefined
  #stopped = false

  constructor(product: Product, cookie: string, stations: readonly StationConfig[], boot: string) {
    this.#product = product
    this.#cookie = cookie
    this.#boot = boot
    const topic = (station: StationConfig): string => `tw/${station.org}/${station.id}`
    this.#cameras = stations.flatMap((station) => {
      const [camera, gateway] = ['camera', 'gateway'].map((kind) => station.devices.find((device) => device.kind === kind)?.id)
      if (!camera || !gateway) return []
      return [{ topic: topic(station), id: camera, gateway, guard: new CommandGuard(null, boot) }]
    })
    this.#machines = stations.flatMap((station) =>
      station.devices.filter(({ kind }) => kind === 'compressor').map(({ id }) => ({ topic: topic(station), id })),
    )
  }

  get confirmed(): { readonly orders: number; readonly records: number; readonly raised: number; readonly acknowledged: number } {
    return { orders: this.#orders.size, records: this.#terms.size, raised: this.#raised.length, acknowledged: this.#acks.size }
  }

  async start(sql: Sql, everyMs: number): Promise<void> {
    const client = await mqtt.connectAsync(this.#product.mqtt, {
      protocolVersion: 4,
      reconnectPeriod: 500,
      clientId: `people-${this.#boot}`,
    })
    this.#client = client
    client.on('error', () => undefined)
    client.on('message', (topic, payload) => this.#told(topic, JSON.parse(payload.toString()) as CommandMessage))
    for (const camera of this.#cameras) await client.subscribeAsync(`${camera.topic}/c/${camera.id}`, { qos: 1 })
    this.#births()
    // A device that says nothing for long counts as off line, and takes no orders.
    this.#alive = setInterval(() => this.#births(), 2000)
    this.#working = this.#work(sql, everyMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#working
    clearInterval(this.#alive)
    this.#client?.end(true)
  }

  /** Each sort of work by itself: none waits for the answer of another. */
  async #work(sql: Sql, everyMs: number): Promise<void> {
    const again = async (work: (n: number) => Promise<void>): Promise<void> => {
      for (let n = 0; !this.#stopped; n++) {
        await work(n)
        await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
    }
    await Promise.all([
      again((n) => this.#order(this.#cameras[n % this.#cameras.length]?.id ?? '', `${this.#boot}-order-${n}`)),
      again((n) => this.#record(`${this.#boot} ${n}`)),
      again(async (n) => {
        if (n % 3 === 0) this.#raise(n / 3)
        await this.#acknowledge(sql, n)
      }),
    ])
  }

  #births(): void {
    for (const { topic, id, gateway } of this.#cameras) {
      void this.#say(`${topic}/e/${gateway}`, gateway, { type: 'birth', kind: 'gateway', points: ['signalStrength'] })
      void this.#say(`${topic}/e/${id}`, id, { type: 'birth', kind: 'camera', points: ['streamOpen'] })
    }
  }
  /** Resolves when it is acknowledged. */
  async #say(topic: string, device: string, body: object): Promise<void> {
    const seq = (this.#seqs.get(device) ?? 0) + 1
    this.#seqs.set(device, seq)
    const message = { v: 1, boot: this.#boot, seq, ts: Date.now(), body }
    await this.#client?.publishAsync(topic, JSON.stringify(message), { qos: 1 }).catch(() => undefined)
  }
  #told(topic: string, message: CommandMessage): void {
    const camera = this.#cameras.find(({ id }) => topic.endsWith(`/${id}`))
    if (!camera || message.kind === 'rebirth') return
    const verdict = camera.guard.check(message, Date.now())
    if (verdict.kind === 'fresh') {
      this.#done.set(message.id, (this.#done.get(message.id) ?? 0) + 1)
      camera.guard.remember(message.id, { ok: true })
    }
    void this.#say(`${camera.topic}/e/${camera.id}`, camera.id, { type: 'ack', id: message.id, ok: verdict.kind !== 'refuse' })
  }

  async #ask(method: string, path: string, body: unknown): Promise<Answer> {
    try {
      const answer = await fetch(`${this.#product.url}${path}`, {
        method,
        headers: { cookie: this.#cookie, origin: this.#product.url, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      })
      const text = await answer.text()
      const parsed = (text ? JSON.parse(text) : null) as { error?: { code?: string } } | null
      const told: Answer = {
        status: answer.status,
        code: parsed?.error?.code ?? null,
        retryAfter: answer.headers.get('retry-after'),
        body: parsed,
      }
      const key = `${told.status} ${told.code ?? ''}`
      this.answers.set(key, (this.answers.get(key) ?? 0) + 1)
      if (told.status === 429 || told.status === 503) this.turnedAway.push(told)
      else if (told.status >= 500) this.odd.push(told)
      return told
    } catch (error) {
      // Nobody knows whether it was taken: it is on no list.
      return { status: 0, code: String(error), retryAfter: null, body: null }
    }
  }
  async #order(device: string, idempotencyKey: string): Promise<void> {
    const { status, body } = await this.#ask('POST', `/api/devices/${device}/commands`, {
      code: 'camera.snapshot',
      args: {},
      idempotencyKey,
    })
    if (status === 200) this.#orders.set(idempotencyKey, (body as { id: string }).id)
  }
  async #record(name: string): Promise<void> {
    const meaning = `说明 ${name}`
    const { status, body } = await this.#ask('POST', '/api/records/term', { name, nameEn: `en ${name}`, meaning, meaningEn: meaning })
    if (status < 300 && status > 0) this.#terms.set(name, { id: (body as { id: string }).id, meaning })
  }
  #raise(n: number): void {
    const machine = this.#machines[n]
    if (!machine) return
    void this.#say(`${machine.topic}/t/${machine.id}`, machine.id, { p: { emergencyStop: true } }).then(() => this.#raised.push(machine.id))
  }
  async #acknowledge(sql: Sql, n: number): Promise<void> {
    const rows = await Promise.race([
      sql<{ occurrence: string }[]>`
        select occurrence from alarm_occurrence where code = 'CP-002' and acked_at is null and device = any(${this.#raised}::text[]) limit 1`,
      new Promise<readonly { readonly occurrence: string }[]>((resolve) => setTimeout(resolve, 2000, [])),
    ]).catch(() => [])
    const [row] = rows
    if (!row) return
    const note = `seen ${this.#boot} ${n}`
    const { status } = await this.#ask('POST', `/api/alarms/${row.occurrence}/ack`, { note })
    if (status === 200) this.#acks.set(row.occurrence, note)
  }

  /** Of what was confirmed: how much is not there or says something else, and what acted more than once. */
  async verify(sql: Sql): Promise<Readonly<Record<'orders' | 'records' | 'raised' | 'acknowledged' | 'twice', number>>> {
    const intake = await sql<{ key: string; command: string }[]>`
      select i.idem_key as key, i.command from command_intake i join command c on c.id = i.command where i.idem_key like ${`${this.#boot}-order-%`}`
    const orders = new Map(intake.map(({ key, command }) => [key, command]))
    const terms = await sql<{ id: string; name: string; meaning: string }[]>`
      select id, name, meaning from glossary_term where name like ${`${this.#boot} %`}`
    const filed = new Map(terms.map((row) => [row.name, row]))
    const alarms = await sql<{ device: string; occurrence: string; note: string | null; acked: boolean }[]>`
      select device, occurrence, note, acked_at is not null as acked from alarm_occurrence where code = 'CP-002'`
    const open = new Map(alarms.map((row) => [row.occurrence, row]))
    const devices = Map.groupBy(alarms, ({ device }) => device)
    return {
      orders: [...this.#orders].filter(([key, id]) => orders.get(key) !== id).length,
      records: [...this.#terms].filter(([name, { id, meaning }]) => filed.get(name)?.id !== id || filed.get(name)?.meaning !== meaning)
        .length,
      raised: this.#raised.filter((device) => devices.get(device)?.length !== 1).length,
      acknowledged: [...this.#acks].filter(([id, note]) => !open.get(id)?.acked || open.get(id)?.note !== note).length,
      twice: [...this.#done.values()].filter((times) => times > 1).length + (intake.length - orders.size) + (terms.length - filed.size),
    }
  }
}
