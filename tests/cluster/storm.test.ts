import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { openPool, type Sql } from '../../twin-server/src/store/connection.ts'
import { startTestPostgres, type TestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { type Product, startProduct, until } from '../harness/product.ts'
import { numbers } from './faults.ts'
import { settled } from './invariants.ts'
import { Publisher } from './publisher.ts'

const seconds = Number(process.env.TWIN_FAULTS_SECONDS ?? 0)
const seed = Number(process.env.TWIN_FAULTS_SEED ?? 1)
const SOCKETS = 10_000
/** Devices wait a random time up to this before they connect again, ms. */
const JITTER = 20_000
const ANSWER_WITHIN = 15_000
/** What holding the sockets may cost a node beside its usual memory, bytes. */
const MOST_MEMORY = 1200 * 2 ** 20

/** MQTT 3.1.1 CONNECT: clean session, no keep-alive. */
function hello(id: string): Buffer {
  const name = Buffer.from(id)
  return Buffer.concat([Buffer.from([0x10, 12 + name.length, 0, 4]), Buffer.from('MQTT'), Buffer.from([4, 2, 0, 0, 0, name.length]), name])
}

/** Devices that hold a connection and come back when it breaks, each after a wait of its own. */
class Crowd {
  readonly #port: number
  readonly #random = numbers(seed)
  readonly #sockets = new Set<Socket>()
  readonly #waits = new Set<NodeJS.Timeout>()
  #stopped = false
  readonly connected = new Set<number>()
  refused = 0
  /** Connections that were given up because nobody answered in time. */
  unanswered = 0

  constructor(port: number) {
    this.#port = port
  }

  join(count: number, within: number): void {
    for (let i = 0; i < count; i++) this.#later(i, this.#random() * within)
  }

  #later(i: number, ms: number): void {
    if (this.#stopped) return
    const wait = setTimeout(() => {
      this.#waits.delete(wait)
      this.#connect(i)
    }, ms)
    this.#waits.add(wait)
  }

  #connect(i: number): void {
    const socket = connect(this.#port, '127.0.0.1')
    this.#sockets.add(socket)
    socket.setTimeout(ANSWER_WITHIN, () => {
      if (this.connected.has(i)) return
      this.unanswered++
      socket.destroy()
    })
    socket.on('connect', () => socket.write(hello(`crowd-${i}`)))
    socket.on('data', (bytes) => {
      if (bytes[0] === 0x20 && bytes[3] === 0) this.connected.add(i)
      else this.refused++
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.connected.delete(i)
      this.#later(i, this.#random() * JITTER)
    })
  }

  leave(): void {
    this.#stopped = true
    for (const wait of this.#waits) clearTimeout(wait)
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** `npm run faults`: what a power cut of the server looks like to a country of gateways. */
describe.runIf(seconds > 0)(`${SOCKETS} sockets`, () => {
  let database: TestPostgres
  let product: Product
  let sql: Sql
  let crowd: Crowd
  beforeAll(async () => {
    database = await startTestPostgres()
    product = await startProduct(database.url)
    sql = openPool(database.url, { max: 2, name: 'lab' })
    crowd = new Crowd(Number(new URL(product.mqtt).port))
  }, 120_000)
  afterAll(async () => {
    crowd.leave()
    await sql.end()
    await product.stop()
    await database.stop()
  }, 60_000)

  it('[CL16] come back at once after the server was killed: all are served, memory is bounded, nothing acknowledged is lost', async () => {
    const everybody = (): Promise<boolean> => Promise.resolve(crowd.connected.size === SOCKETS)
    const publisher = new Publisher(demoFleet(), 'storm')
    publisher.version = 4
    crowd.join(SOCKETS, JITTER)
    await until('all connected', everybody, 240)
    await publisher.start(product.mqtt, 100)
    await until('all devices on record', async () => (await publisher.progress(sql)).size === publisher.streams.length, 60)

    await product.server.end('SIGKILL')
    await until('all gone', () => Promise.resolve(crowd.connected.size === 0), 30)
    await product.startServer()
    const began = performance.now()
    await until('all connected again', everybody, 240)
    const backS = (performance.now() - began) / 1000
    const rss = Number(readFileSync(`/proc/${product.server.child.pid}/statm`, 'latin1').split(' ')[1]) * 4096
    await settled(sql, publisher, 60)
    const verdict = await publisher.verify(sql)
    console.log(
      JSON.stringify({
        sockets: SOCKETS,
        jitterS: JITTER / 1000,
        backS: Number(backS.toFixed(1)),
        rssMB: Math.round(rss / 2 ** 20),
        refused: crowd.refused,
        acknowledged: publisher.acked,
      }),
    )
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, disordered: 0 })
    expect(rss).toBeLessThan(MOST_MEMORY)
  }, 600_000)
})

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0)('ten thousand sockets', () => {
  it('need `npm run faults`', () => undefined)
})
