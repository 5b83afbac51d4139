import mqtt, { type MqttClient } from 'mqtt'
import type { Send } from './uplink.ts'

export interface ConnectionOptions {
  /** Broker, or several separated by commas: where one does not take the device, it tries the next. */
  readonly url: string
  /** Absent = anonymous. */
  readonly username?: string
  readonly password?: string
  readonly clientId: string
  readonly will: { readonly topic: string; readonly payload: Buffer }
  readonly subscribe: readonly string[]
  readonly onUp: (send: Send) => void
  readonly onDown: (reason: string) => void
  readonly onMessage: (topic: string, payload: Buffer) => void
  /** Longest wait before trying again, ms. */
  readonly maxBackoffMs?: number
}

/** One MQTT session with a clean start each time; tries again with full jitter, so that thousands do not come back at once. */
export class Connection {
  readonly #options: ConnectionOptions
  #client: MqttClient | null = null
  #timer: NodeJS.Timeout | null = null
  #failures = 0
  #stopped = true
  readonly #urls: readonly string[]
  /** Which of the brokers it is with, or tries next. */
  #at = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#urls = options.url.split(',')
  }

  start(): void {
    this.#stopped = false
    this.#open()
  }

  /** Ends without the last will: the device said good-bye by itself. */
  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    const client = this.#client
    this.#client = null
    if (client) await client.endAsync().catch(() => undefined)
  }

  /** Drops the socket as a power cut would: the broker sends the last will. `quietMs` = stay away that long. */
  cut(quietMs: number): void {
    const client = this.#client
    this.#client = null
    client?.end(true)
    client?.stream?.destroy()
    this.#options.onDown('cut')
    this.#again(quietMs)
  }

  #open(): void {
    const { username, password, clientId, will, subscribe } = this.#options
    const client = mqtt.connect(this.#urls[this.#at % this.#urls.length] ?? '', {
      clientId,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      keepalive: 60,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      will: { topic: will.topic, payload: will.payload, qos: 1, retain: false },
    })
    this.#client = client
    client.on('connect', () => {
      client.subscribeAsync([...subscribe], { qos: 1 }).then(
        () => this.#up(client),
        (error: unknown) => this.#down(client, String(error)),
      )
    })
    client.on('message', (topic, payload) => this.#options.onMessage(topic, payload))
    client.on('error', (error) => this.#down(client, error.message))
    client.on('close', () => this.#down(client, 'closed'))
  }

  #up(client: MqttClient): void {
    if (this.#client !== client) return
    this.#failures = 0
    this.#options.onUp(
      (topic, payload) =>
        new Promise((resolve) => {
          if (this.#client !== client || !client.connected) return resolve(false)
          client.publish(topic, payload, { qos: 1 }, (error) => resolve(!error))
          return undefined
        }),
    )
  }

  #down(client: MqttClient, reason: string): void {
    if (this.#client !== client) return
    this.#client = null
    this.#at++
    // Its store of unacknowledged packets goes with it: the uplink sends again what matters.
    client.end(true)
    this.#options.onDown(reason)
    this.#again(0)
  }

  #again(atLeastMs: number): void {
    if (this.#stopped) return
    const cap = Math.min(this.#options.maxBackoffMs ?? 30_000, 1000 * 2 ** this.#failures++)
    this.#timer = setTimeout(() => this.#open(), atLeastMs + 100 + Math.random() * cap)
  }
}
