import mqtt from 'mqtt'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { deviceSecret } from '../../twin-server/src/ingest/index.ts'
import { type Session, signInAt, until } from './product.ts'

/**
 * A device and a person who never stop: values and work orders, each remembered once it was acknowledged. Both go to the next address when
 * one fails, as the guide for devices says.
 */
export class Unceasing {
  readonly values = new Set<number>()
  readonly orders = new Set<string>()
  /** Last time something was acknowledged, epoch ms. */
  readonly #master: string
  readonly #station: StationConfig
  readonly #device: DeviceConfig
  readonly #began = Date.now()
  #running = true
  #work: Promise<unknown>

  constructor(master: string, station: StationConfig, device: DeviceConfig, brokers: readonly string[], addresses: readonly string[]) {
    this.#master = master
    this.#station = station
    this.#device = device
    this.#work = Promise.all([this.#measure(brokers), this.#order(addresses)])
  }

  async stop(): Promise<void> {
    this.#running = false
    await this.#work
  }

  async #measure(brokers: readonly string[]): Promise<void> {
    const { id } = this.#device
    const { org, id: station } = this.#station
    const boot = `unceasing-${this.#began}`
    let seq = 0
    for (let at = 0; this.#running; at++) {
      const client = mqtt.connect(brokers[at % brokers.length] ?? '', {
        clientId: id,
        username: id,
        password: deviceSecret(this.#master, id, 1),
        reconnectPeriod: 0,
        connectTimeout: 3000,
        protocolVersion: 4,
      })
      const gone = new Promise<false>((resolve) => client.once('close', () => resolve(false)))
      client.on('error', () => client.end(true))
      await Promise.race([gone, new Promise<true>((resolve) => client.once('connect', () => resolve(true)))])
      while (this.#running && client.connected) {
        const ts = Date.now()
        const payload = JSON.stringify({ v: 1, boot, seq: ++seq, ts, body: { p: { dischargePressure: 6 + (seq % 100) / 100 } } })
        const sent = client.publishAsync(`tw/${org}/${station}/t/${id}`, payload, { qos: 1 }).then(
          () => true,
          () => false,
        )
        if (await Promise.race([sent, gone])) this.values.add(ts)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      client.end(true)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async #order(addresses: readonly string[]): Promise<void> {
    for (let at = 0; this.#running; at++) {
      try {
        const session = await signInAt(addresses[at % addresses.length] ?? '', 'operator', 'Operator#2026')
        for (let n = 0; this.#running; n++) {
          const { status, body } = await session.call('POST', '/api/records/workOrder', {
            title: `连续 ${at}-${n}`,
            station: this.#station.id,
            priority: 'P2',
          })
          if (status !== 200) throw new Error(`${status}`)
          this.orders.add((body as { id: string }).id)
          await new Promise((resolve) => setTimeout(resolve, 40))
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  /** What was acknowledged and is not there. */
  async missing(session: Session): Promise<{ values: number[]; orders: string[] }> {
    const orders: string[] = []
    for (const id of this.orders) if ((await session.call('GET', `/api/records/workOrder/${id}`)).status !== 200) orders.push(id)
    const path = `/api/history?series=${this.#device.id}:dischargePressure&from=${this.#began}&to=${Date.now()}&resolution=raw&maxPoints=20000`
    const stored = await until('the history answers', async () => {
      const { status, body } = await session.call('GET', path)
      if (status !== 200) throw new Error(JSON.stringify(body))
      return new Set((body as { series: { t: number[] }[] }).series[0]?.t)
    })
    return { values: [...this.values].filter((at) => !stored.has(at)), orders }
  }
}
