import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import mqtt, { type MqttClient } from 'mqtt'
import { findKind } from '@twin/models/kinds'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { deviceSecret } from '../../twin-server/src/ingest/index.ts'
import type { Product } from './product.ts'

/** Environment of a program whose clock can be put forward. */
export const movingClock = {
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'moving-clock.ts')).href}`,
} as const

/** Puts the clock of a process forward; answers how far it is ahead of the real one, ms. */
export async function forward(child: ChildProcess, ms: number): Promise<number> {
  return new Promise((resolve) => {
    const heard = (message: unknown): void => {
      const { forwarded } = message as { readonly forwarded?: number }
      if (forwarded === undefined) return
      child.off('message', heard)
      resolve(forwarded)
    }
    child.on('message', heard)
    child.send({ forward: ms })
  })
}

/** A device that says what the test tells it to, each message until it is acknowledged, which is when it is durable. */
export class HandDevice {
  readonly #client: MqttClient
  readonly #topic: (channel: 't' | 'e') => string
  readonly #boot = `hand-${Date.now()}`
  #seq = 0

  private constructor(client: MqttClient, station: StationConfig, device: string) {
    this.#client = client
    this.#topic = (channel) => `tw/${station.org}/${station.id}/${channel}/${device}`
  }

  static async connect(
    product: Pick<Product, 'env' | 'mqtt'>,
    station: StationConfig,
    { id, kind }: DeviceConfig,
    at = Date.now(),
  ): Promise<HandDevice> {
    const master = product.env['TWIN_DEVICE_MASTER'] ?? ''
    const client = await mqtt.connectAsync(product.mqtt, {
      clientId: id,
      username: id,
      password: deviceSecret(master, id, 1),
      protocolVersion: 4,
    })
    const device = new HandDevice(client, station, id)
    const points = (findKind(kind)?.points ?? []).filter(({ sampleMs }) => sampleMs > 0).map(({ name }) => name)
    await device.#publish('e', { type: 'birth', kind, points }, at)
    return device
  }

  /** One sample; `at` is its source time. */
  async say(values: Readonly<Record<string, number | boolean | string>>, at: number): Promise<void> {
    await this.#publish('t', { p: values }, at)
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true)
  }

  async #publish(channel: 't' | 'e', body: object, ts: number): Promise<void> {
    const payload = JSON.stringify({ v: 1, boot: this.#boot, seq: ++this.#seq, ts, body })
    await this.#client.publishAsync(this.#topic(channel), payload, { qos: 1 })
  }
}
