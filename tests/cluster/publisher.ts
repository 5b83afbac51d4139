import mqtt, { type MqttClient } from 'mqtt'
import type { StationConfig } from '../../models/src/stations/index.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'

interface Stream {
  readonly station: StationConfig
  readonly device: string
  seq: number
  /** How many messages the broker took over, and the highest number among them. */
  acked: number
  last: number
  /** Store and forward: what the watermark does not cover yet, and the last of it that the broker took over in this connection. */
  readonly kept: { readonly seq: number; readonly payload: string }[]
  sent: number
  busy: boolean
  /** The newest that was acknowledged: its number, and its time, which no other of the device has. */
  newest: { readonly seq: number; readonly ts: number } | null
}

/**
 * Devices that send one value with every message and remember what was acknowledged. `keeps`: they also keep what the watermark of the
 * server does not cover, one message under way at a time, and send it again in order: what survives the loss of a broker.
 */
export class Publisher {
  readonly #keeps: boolean
  /** Of MQTT: 4 is 3.1.1, which the embedded broker speaks. */
  version: 4 | 5 = 5
  #url = ''
  #stopping = false
  #code = 0
  readonly streams: readonly Stream[]
  readonly #boot: string
  #client: MqttClient | undefined
  #timer: NodeJS.Timeout | undefined
  #at = 0
  #startedAt = 0

  /** Of each station `units` compressors, from the one numbered `unit`. */
  constructor(stations: readonly StationConfig[], boot: string, keeps = false, unit = 0, units = 1) {
    this.#keeps = keeps
    this.#boot = boot
    this.streams = stations.flatMap((station) =>
      station.devices
        .filter(({ kind }) => kind === 'compressor')
        .slice(unit, unit + units)
        .map((device) => ({ station, device: device.id, seq: 0, acked: 0, last: 0, kept: [], sent: 0, busy: false, newest: null })),
    )
  }

  get acked(): number {
    return this.streams.reduce((sum, { acked }) => sum + acked, 0)
  }

  async start(url: string, perSecond: number): Promise<void> {
    this.#url = url
    this.#stopping = false
    if (this.#keeps) await this.#connect()
    else this.#client = await mqtt.connectAsync(url, { protocolVersion: this.version, reconnectPeriod: 500, clientId: `lab-${this.#boot}` })
    const every = 20
    let owed = 0
    let before = performance.now()
    this.#startedAt = Date.now()
    this.#timer = setInterval(() => {
      // By the clock: a busy machine calls late. What it missed for longer than half a second is not made up for.
      const now = performance.now()
      owed += (perSecond * Math.min(500, now - before)) / 1000
      before = now
      for (; owed >= 1; owed--) this.#send()
    }, every)
  }

  #send(): void {
    const stream = this.streams[this.#at++ % this.streams.length]
    if (!stream) return
    const seq = ++stream.seq
    const { org, id } = stream.station
    const body = { v: 1, boot: this.#boot, seq, ts: Date.now(), body: { p: { dischargePressure: 6 + (seq % 100) / 100 } } }
    if (this.#keeps) {
      stream.kept.push({ seq, payload: JSON.stringify(body) })
      this.#pump(stream)
      return
    }
    this.#client?.publish(`tw/${org}/${id}/t/${stream.device}`, JSON.stringify(body), { qos: 1 }, (error, packet) => {
      const code = (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0
      if (!error && code === 0) taken(stream, seq)
    })
  }

  async #connect(): Promise<void> {
    const client = mqtt.connect(this.#url, {
      protocolVersion: this.version,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      clientId: `lab-${this.#boot}`,
    })
    client.on('error', () => undefined)
    // A connection that closes before it is answered is no error to the library, and no end.
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('close', () => reject(new Error('closed')))
    }).catch((error: unknown) => {
      client.end(true)
      throw error
    })
    this.#client = client
    client.on('close', () => this.#again(client))
    // The library tells a publisher only of failures; the code is read as the packet passes, just before its callback.
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback') this.#code = packet.reasonCode ?? 0
    })
    client.on('message', (topic, payload) => {
      const { boot, seq, t = 0 } = JSON.parse(payload.toString()) as { boot: string; seq: number; t?: number }
      const stream = this.streams.find(({ device }) => topic.endsWith(`/${device}`))
      if (!stream || String(boot) !== this.#boot) return
      const done = stream.kept.findIndex((message) => message.seq > Math.max(seq, t))
      stream.kept.splice(0, done < 0 ? stream.kept.length : done)
    })
    // One by one: the embedded broker lets nobody listen to all.
    await client.subscribeAsync(
      this.streams.map(({ station: { org, id }, device }) => `tw/${org}/${id}/a/${device}`),
      { qos: 1 },
    )
    for (const stream of this.streams) {
      stream.sent = 0
      stream.busy = false
      this.#pump(stream)
    }
  }
  /** The connection is over, or the broker had nobody to give a message to: from the watermark on, all over again. */
  #again(client: MqttClient): void {
    if (this.#client !== client) return
    this.#client = undefined
    client.end(true)
    const retry = (): void => {
      if (!this.#stopping || this.streams.some(({ kept }) => kept.length > 0)) this.#connect().catch(() => setTimeout(retry, 500))
    }
    setTimeout(retry, 500)
  }
  #pump(stream: Stream): void {
    const client = this.#client
    const message = stream.kept.find(({ seq }) => seq > stream.sent)
    if (!client?.connected || stream.busy || !message) return
    stream.busy = true
    const { org, id } = stream.station
    client.publish(`tw/${org}/${id}/t/${stream.device}`, message.payload, { qos: 1 }, (error) => {
      if (this.#client !== client) return
      stream.busy = false
      // 16: nobody subscribes to it now.
      if (error || this.#code !== 0) return this.#again(client)
      stream.sent = message.seq
      taken(stream, message.seq)
      if (message.seq > (stream.newest?.seq ?? 0))
        stream.newest = { seq: message.seq, ts: (JSON.parse(message.payload) as { ts: number }).ts }
      this.#pump(stream)
    })
  }

  /** Stops sending and waits for the last acknowledgements. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping = true
    // What is kept goes out first; nobody waits for the watermark that frees it.
    const end = Date.now() + 60_000
    while (this.#keeps && Date.now() < end && this.streams.some(({ seq, last }) => last < seq))
      await new Promise((resolve) => setTimeout(resolve, 50))
    for (const { kept } of this.streams) kept.length = 0
    const client = this.#client
    this.#client = undefined
    await client?.endAsync()
  }

  /** Highest sequence number on record, per stream. */
  async progress(sql: Sql): Promise<Map<string, number>> {
    const rows = await sql<{ device: string; seq: number }[]>`
      select device, seq from device_cursor where channel = 't' and boot = ${this.#boot}`
    return new Map(rows.map(({ device, seq }) => [device, seq]))
  }

  /**
   * What was acknowledged and what is on record. The value sent tells the number within a hundred, the order of the rows the rest:
   * rows of a device must carry 1, 2, 3 … up to its last acknowledged one.
   */
  async verify(sql: Sql): Promise<{ readonly lost: number; readonly doubled: number; readonly disordered: number; readonly rows: number }> {
    let [lost, doubled, disordered, total] = [0, 0, 0, 0]
    for (const { device, last } of this.streams) {
      // In the database: after hours there are too many to look at one by one here.
      const [row] = await sql<{ rows: number; same: number; other: number }[]>`
        with s as (select seq, round((select x from unnest("values") x where x between 6 and 6.995 limit 1) * 100)::int % 100 as code
            from sample where device = ${device} and origin = 0 and received >= ${this.#startedAt}),
          d as (select (code - coalesce(lag(code) over (order by seq), 0) + 100) % 100 as step from s where code is not null)
        select count(*)::int as rows, count(*) filter (where step = 0)::int as same, count(*) filter (where step > 1)::int as other from d`
      total += row?.rows ?? 0
      doubled += row?.same ?? 0
      disordered += row?.other ?? 0
      lost += Math.max(0, last - ((row?.rows ?? 0) - (row?.same ?? 0)))
    }
    return { lost, doubled, disordered, rows: total }
  }
}

function taken(stream: Stream, seq: number): void {
  stream.acked++
  stream.last = Math.max(stream.last, seq)
}
