import mqtt, { type MqttClient } from 'mqtt'
import type { StationConfig } from '../../models/src/stations/index.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'

interface Stream {
  readonly station: StationConfig
  readonly device: string
  seq: number
  /** Sequence numbers that the broker took over. */
  readonly acked: number[]
}

/** Devices that send one value with every message and remember what was acknowledged. */
export class Publisher {
  readonly streams: readonly Stream[]
  readonly #boot: string
  #client: MqttClient | undefined
  #timer: NodeJS.Timeout | undefined
  #at = 0
  #startedAt = 0

  constructor(stations: readonly StationConfig[], boot: string) {
    this.#boot = boot
    this.streams = stations.flatMap((station) =>
      station.devices
        .filter(({ kind }) => kind === 'compressor')
        .slice(0, 1)
        .map((device) => ({ station, device: device.id, seq: 0, acked: [] })),
    )
  }

  get acked(): number {
    return this.streams.reduce((sum, { acked }) => sum + acked.length, 0)
  }

  async start(url: string, perSecond: number): Promise<void> {
    this.#client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 500, clientId: `lab-${this.#boot}` })
    const every = 20
    let owed = 0
    this.#startedAt = Date.now()
    this.#timer = setInterval(() => {
      owed += (perSecond * every) / 1000
      for (; owed >= 1; owed--) this.#send()
    }, every)
  }

  #send(): void {
    const stream = this.streams[this.#at++ % this.streams.length]
    if (!stream) return
    const seq = ++stream.seq
    const { org, id } = stream.station
    const body = { v: 1, boot: this.#boot, seq, ts: Date.now(), body: { p: { dischargePressure: 6 + (seq % 100) / 100 } } }
    this.#client?.publish(`tw/${org}/${id}/t/${stream.device}`, JSON.stringify(body), { qos: 1 }, (error, packet) => {
      const code = (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0
      if (!error && code === 0) stream.acked.push(seq)
    })
  }

  /** Stops sending and waits for the last acknowledgements. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
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
    for (const { device, acked } of this.streams) {
      const rows = await sql<{ value: number }[]>`
        select v as value from (select seq, (select x from unnest("values") x where x between 6 and 6.995 limit 1) as v
          from sample where device = ${device} and origin = 0 and received >= ${this.#startedAt}) s where v is not null order by seq`
      total += rows.length
      let expected = 1
      for (const { value } of rows) {
        const got = Math.round((value - 6) * 100)
        if (got === expected % 100) expected++
        else if (got === (expected - 1) % 100) doubled++
        else {
          disordered++
          expected++
        }
      }
      lost += Math.max(0, Math.max(0, ...acked) - (expected - 1))
    }
    return { lost, doubled, disordered, rows: total }
  }
}
