import { createHmac } from 'node:crypto'
import { type MqttClient, connect } from 'mqtt'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { composeStation } from '@twin/models/stations'
import { startTestPostgres, type TestPostgres } from '../twin-server/src/testing/postgres.ts'
import { type Product, startProduct, until } from './harness/product.ts'

/** A device as a stranger would write it: QoS 1, a few messages in flight, remembers what was acknowledged. */
class Publisher {
  readonly acked = new Set<number>()
  readonly #client: MqttClient
  readonly #topic: string
  readonly #start = Date.now() - 3_600_000
  readonly device: string
  #seq = 0
  #running = true

  constructor(url: string, station: string, device: string, password: string) {
    this.device = device
    this.#topic = `tw/main/${station}`
    this.#client = connect(url, {
      clientId: device,
      username: device,
      password,
      clean: false,
      reconnectPeriod: 150,
      keepalive: 60,
      protocolVersion: 4,
    })
    this.#client.on('error', () => undefined)
    this.#event({ type: 'birth', kind: 'compressor', points: ['dischargePressure', 'dischargeTemperature', 'activePower'] })
    for (let i = 0; i < 4; i++) void this.#loop()
  }

  #event(body: unknown): void {
    this.#client.publish(
      `${this.#topic}/e/${this.device}`,
      JSON.stringify({ v: 1, boot: 'kill', seq: ++this.#seq, ts: this.#start, body }),
      { qos: 1 },
    )
  }

  /** Source time tells the message apart in the history. */
  timeOf(seq: number): number {
    return this.#start + seq * 100
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      const seq = ++this.#seq
      const body = { s: [[this.timeOf(seq), [7 + (seq % 10) / 100, 80, 70 + (seq % 7)]]] }
      const payload = JSON.stringify({ v: 1, boot: 'kill', seq, ts: this.timeOf(seq), body })
      await new Promise<void>((resolve) => {
        this.#client.publish(`${this.#topic}/t/${this.device}`, payload, { qos: 1 }, (error) => {
          if (!error) this.acked.add(seq)
          resolve()
        })
      })
    }
  }

  stop(): void {
    this.#running = false
  }
  /** Not waited for: a client that is just reconnecting may never tell that it ended. */
  close(): void {
    this.#client.end(true)
  }
}

const stations = Array.from({ length: 4 }, (_, s) =>
  composeStation({
    id: `killtest000${s}`,
    kind: 'centralStation',
    code: `KILL-${s}`,
    name: `断电测试站 ${s}`,
    nameEn: `Kill test ${s}`,
    region: '310115',
    address: '',
    position: { lat: 31.2, lng: 121.5 },
    units: Array.from({ length: 50 }, () => ({ variant: 'fixed' as const, ratedPower: 75, ratedFlow: 12.5, ratedPressure: 8 })),
    tanks: [10],
    videoRequired: false,
  }),
)

let database: TestPostgres
let product: Product
let sql: postgres.Sql
let publishers: Publisher[] = []

beforeAll(async () => {
  database = await startTestPostgres()
  product = await startProduct(database.url)
  sql = postgres(database.url, { max: 2 })
}, 120_000)
afterAll(async () => {
  for (const publisher of publishers) publisher.stop()
  for (const publisher of publishers) publisher.close()
  await sql?.end()
  await product?.stop()
  await database?.stop()
}, 120_000)

it('keeps every acknowledged message exactly once through kill -9, and comes back with the same state', { timeout: 300_000 }, async () => {
  const admin = await product.signIn('admin', 'Admin#2026')
  for (const station of stations) expect((await admin.call('PUT', `/api/stations/${station.id}`, station)).status).toBe(200)
  const master = product.env.TWIN_DEVICE_MASTER ?? ''
  const devices = stations.flatMap((station) => station.devices.filter((device) => device.kind === 'compressor'))
  expect(devices).toHaveLength(200)
  publishers = devices.map(
    (device) =>
      new Publisher(
        product.mqtt,
        device.stationId,
        device.id,
        createHmac('sha256', master).update(`device:${device.id}:1`).digest('base64url'),
      ),
  )
  const ackedNow = (): number => publishers.reduce((sum, publisher) => sum + publisher.acked.size, 0)

  // Three kills in the middle of traffic.
  for (const goal of [3000, 6000, 9000]) {
    await until(`${goal} acknowledged`, async () => ackedNow() >= goal, 60)
    await product.server.end('SIGKILL')
    await product.startServer()
  }
  await until('all devices served again', async () => ackedNow() >= 12_000, 60)
  for (const publisher of publishers) publisher.stop()
  const before = await until('stream settles', async () => {
    const now = ackedNow()
    await new Promise((resolve) => setTimeout(resolve, 300))
    return now === ackedNow() && now
  })

  // Every acknowledged message is a row, none is two.
  const rows = await sql<{ device: string; at: string; n: number }[]>`
    SELECT device, (extract(epoch from at) * 1000)::bigint::text AS at, count(*)::int AS n FROM sample WHERE origin = 0 GROUP BY device, at`
  const stored = new Set(rows.map((row) => `${row.device}:${row.at}`))
  const lost = publishers.flatMap((p) =>
    [...p.acked].filter((seq) => !stored.has(`${p.device}:${p.timeOf(seq)}`)).map((seq) => `${p.device}:${seq}`),
  )
  expect(lost).toEqual([])
  expect(rows.filter((row) => row.n > 1)).toEqual([])
  expect(before).toBeGreaterThanOrEqual(12_000)

  // Live state equals the replayed one: same hash when nothing was committed between.
  const hashes = async (): Promise<unknown[]> =>
    Promise.all(
      stations.map(async (station) => {
        const { status, body } = await admin.call('GET', `/api/stations/${station.id}/hash`)
        expect(status).toBe(200)
        return body
      }),
    )
  const committed = async (): Promise<string | undefined> => (await sql<{ n: string }[]>`select sum(seq)::text as n from tw_fence`)[0]?.n
  const live = await until(
    'a quiet moment around the kill',
    async () => {
      const moment = await committed()
      const was = await hashes()
      await product.server.end('SIGKILL')
      await product.startServer()
      const is = await hashes()
      // A machine that is slow enough lets deadlines pass meanwhile.
      return (await committed()) === moment && { was, is }
    },
    150,
  )
  expect(live.is).toEqual(live.was)
})
