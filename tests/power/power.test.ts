import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { openPool, type Sql } from '../../twin-server/src/store/connection.ts'
import { findEmbeddedPostgres } from '../../twin-server/src/store/index.ts'
import { Cashier } from '../cluster/cashier.ts'
import { callerOf, cookieOf, type Call } from '../cluster/cookie.ts'
import { numbers, pause } from '../cluster/faults.ts'
import { settled } from '../cluster/invariants.ts'
import { brokenPostings } from '../cluster/ledger-check.ts'
import { family } from '../cluster/own-postgres.ts'
import { Publisher } from '../cluster/publisher.ts'
import { TcpProxy } from '../cluster/tcp-proxy.ts'
import { type Product, startProduct, until } from '../harness/product.ts'
import { noDisks, PowerDisk } from './power-disk.ts'

/** `npm run faults -- --power 100`; two in `npm test`. */
const cuts = Number(process.env.TWIN_POWER_CUTS ?? 2)
const seed = Number(process.env.TWIN_FAULTS_SEED ?? 1)
const why = await noDisks()
if (why !== null) console.warn(`no power cuts here: ${why}`)

interface Live {
  readonly points: readonly { readonly point: string; readonly value: number; readonly at: number | null }[]
}

describe.skipIf(why !== null || cuts === 0)(`${cuts} cuts, seed ${seed}`, () => {
  const stations = demoFleet().slice(0, 4)
  const publisher = new Publisher(stations, `power-${seed}`, true)
  publisher.version = 4
  const random = numbers(seed)
  let disk: PowerDisk
  let product: Product
  let line: TcpProxy
  let cashier: Cashier

  const folder = (): string => join(disk.mount, 'data', 'postgres')
  const postmaster = (): number => Number(readFileSync(join(folder(), 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  const everybody = (): number[] => [...(product.server.alive ? [product.server.child.pid ?? 0] : []), ...family(postmaster())]
  const tell = (pids: readonly number[], signal: NodeJS.Signals): void => {
    for (const pid of pids)
      try {
        process.kill(pid, signal)
      } catch {
        // Gone by itself: a backend whose client died.
      }
  }
  const people = { admin: 'Admin#2026', engineer: 'Engineer#2026' } as const
  const callers = new Map<string, Promise<Call>>()
  const desk = {
    call(_attempt: number, person: keyof typeof people): Promise<Call> {
      const known = callers.get(person) ?? cookieOf(product.url, person, people[person]).then((cookie) => callerOf(product.url, cookie))
      callers.set(person, known)
      known.catch(() => callers.delete(person))
      return known
    },
  }
  async function asked<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const sql = openPool(findEmbeddedPostgres(folder()) ?? '', { max: 1, name: 'lab' })
    try {
      return await work(sql)
    } finally {
      await sql.end()
    }
  }
  const newest = (): number => publisher.streams.reduce((sum, stream) => sum + (stream.newest?.seq ?? 0), 0)
  /** Lines of the start log with this text. */
  const said = (text: string): readonly Record<string, unknown>[] =>
    product.server.output
      .split('\n')
      .filter((each) => each.includes(text))
      .map((each) => JSON.parse(each) as Record<string, unknown>)

  beforeAll(async () => {
    disk = new PowerDisk(cuts > 10 ? 4000 : 1500)
    product = await startProduct('', { TWIN_DATA_DIR: join(disk.mount, 'data') })
    if (cuts > 10) {
      // Code that was compiled is kept by a process that ends in order only; a hundred starts are quicker with it.
      await product.server.end()
      await product.startServer()
    }
    line = await new TcpProxy(Number(new URL(product.mqtt).port)).start()
    const [station] = stations
    if (!station) throw new Error('no station')
    cashier = await asked((sql) => new Cashier(desk, `power-${seed}`).open(station, product.mqtt, sql))
    await publisher.start(`mqtt://127.0.0.1:${line.port}`, 100)
    cashier.start(10)
  }, 180_000)
  afterAll(async () => {
    line?.release()
    await cashier?.stop()
    await publisher.stop().catch(() => undefined)
    await line?.stop()
    await product?.stop()
    await disk?.remove()
  }, 120_000)

  /** Per device the newest message that was acknowledged, or one sent after it: by the API, with its value. */
  async function lostTwins(): Promise<readonly string[]> {
    const call = await desk.call(0, 'admin')
    const wrong: string[] = []
    for (const { device, newest, kept } of publisher.streams) {
      if (!newest) continue
      const { points } = (await call('GET', `/api/devices/${device}/live`)).body as Live
      const shown = points.find(({ point }) => point === 'dischargePressure')
      const sent = [newest, ...kept.map(({ seq, payload }) => ({ seq, ts: (JSON.parse(payload) as { ts: number }).ts }))]
      const fine = sent.some(({ seq, ts }) => seq >= newest.seq && ts === shown?.at && Math.abs(6 + (seq % 100) / 100 - shown.value) < 1e-6)
      if (!fine) wrong.push(`${device}: acknowledged ${JSON.stringify(newest)}, shown ${JSON.stringify(shown)}`)
    }
    return wrong
  }

  it(
    // The row asks for a hundred.
    `[CL18]${cuts >= 100 ? ' [P-014]' : ''} killed and with its power cut in the middle of writes, it comes back with the last acknowledged record of every twin, order and account, and says what it replayed`,
    async () => {
      onTestFailed(() => console.log(product.server.output.slice(-3000), '\n', disk.read('data/postgres/postgres.log')?.slice(-3000)))
      const startsMs: number[] = []
      const sums = {
        kills: 0,
        killsOfAll: 0,
        powerCuts: 0,
        nothingToReplay: 0,
        facts: 0,
        samples: 0,
        databaseReplays: 0,
        cutOff: 0,
        copiedMs: 0,
      }
      for (let i = 0; i < cuts; i++) {
        // New messages, not those that are sent again.
        const [messages, papers] = [newest(), cashier.done]
        await until('writes', async () => newest() > messages + 40 && cashier.done > papers + 3, 120)
        await pause(random() * 400)
        const power = i % 2 === 1
        const all = power || i % 4 === 2
        if (power) {
          disk.write(`kept-${i}`, `kept ${i}`.repeat(100), true)
          disk.write(`lost-${i}`, `lost ${i}`.repeat(100), false)
        }
        // Nothing of the devices comes in again before the checks.
        line.hold()
        const pids = all ? everybody() : [product.server.child.pid ?? 0]
        const killed = async (): Promise<void> => {
          tell([...pids, ...(all ? family(pids[1] ?? 0) : [])], 'SIGKILL')
          await until('all gone', async () => !product.server.alive && (!all || family(pids[1] ?? 0).length === 0))
        }
        if (power) {
          tell(pids, 'SIGSTOP')
          sums.copiedMs += (await disk.cut(killed)).copiedMs
          sums.powerCuts++
          expect(disk.read(`kept-${i}`)).toBe(`kept ${i}`.repeat(100))
          expect(disk.read(`lost-${i}`) ?? '').not.toContain('lost')
        } else {
          await killed()
          if (all) sums.killsOfAll++
          else sums.kills++
        }
        line.cut()
        const began = performance.now()
        await product.startServer()
        startsMs.push(performance.now() - began)

        const [replayed] = said('restored from the records')
        if (replayed) {
          expect(replayed).toMatchObject({ level: 40, stations: demoFleet().length })
          expect(Number(replayed['facts']) + Number(replayed['samples'])).toBeGreaterThan(0)
          sums.facts += Number(replayed['facts'])
          sums.samples += Number(replayed['samples'])
        } else sums.nothingToReplay++
        const [database] = said('replayed its log')
        expect(database !== undefined).toBe(all)
        if (database) {
          expect(database['from']).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
          sums.databaseReplays++
          if (database['cut'] !== null) sums.cutOff++
        }
        expect(await lostTwins()).toEqual([])
        expect(await cashier.returned(i, 20)).toEqual([])
        expect(await asked(brokenPostings)).toEqual([])
        line.release()
        if ((i + 1) % 10 === 0) console.log(JSON.stringify({ cuts: i + 1, messages: publisher.acked, documents: cashier.done }))
      }
      // A snapshot may have been saved right before; not often.
      expect(sums.nothingToReplay).toBeLessThanOrEqual(cuts / 10)
      await cashier.stop()
      await asked((sql) => settled(sql, publisher, 60))
      const order = startsMs.toSorted((a, b) => a - b)
      console.log(
        JSON.stringify({
          cuts,
          seed,
          ...sums,
          copiedMs: Math.round(sums.copiedMs / Math.max(1, sums.powerCuts)),
          backMs: { median: Math.round(order[order.length >> 1] ?? 0), most: Math.round(order.at(-1) ?? 0) },
          messages: publisher.acked,
          documents: cashier.done,
        }),
      )
      expect(await asked((sql) => publisher.verify(sql))).toMatchObject({ lost: 0, doubled: 0, disordered: 0 })
      expect(await cashier.returned(0)).toEqual([])
      expect(await asked((sql) => cashier.verify(sql))).toEqual([])
    },
    120_000 + cuts * 60_000,
  )
})
