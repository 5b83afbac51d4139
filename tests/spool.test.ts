import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest'
import { demoFleet } from '../models/src/stations/index.ts'
import { openPool, type Sql } from '../twin-server/src/store/connection.ts'
import { OwnPostgres } from './cluster/own-postgres.ts'
import { CheckedDevices } from './harness/checked-devices.ts'
import { type Product, startProduct, until } from './harness/product.ts'

const dir = mkdtempSync(join(tmpdir(), 'twin-spool-'))
const postgres = new OwnPostgres(join(dir, 'postgres'))
let sql: Sql
let product: Product
beforeAll(async () => {
  const url = await postgres.start()
  sql = openPool(url, { max: 2, name: 'test' })
  product = await startProduct(url, { TWIN_TELEMETRY_OUTAGE: 'spool', TWIN_ROLLUPS: 'off' })
}, 120_000)
afterAll(async () => {
  // Where the test ended in the middle of an outage, the server has to be able to stop.
  postgres.signal('SIGCONT')
  await product.stop()
  await sql.end()
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
}, 60_000)

const get = (path: string): Promise<Response> => fetch(`${product.url}${path}`, { signal: AbortSignal.timeout(10_000) })
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^twin_${name} (\\S+)`, 'm').exec(await (await get('/metrics')).text())?.[1])

it('[SP1] telemetry of an outage is acknowledged from the disk, survives kill -9 with a torn tail, and is on record exactly once', async () => {
  onTestFailed(() => console.log(product.server.output.slice(-4000)))
  const devices = new CheckedDevices(demoFleet().slice(0, 6), Number(new URL(product.mqtt).port), 'outage')
  devices.start(300)
  await until('all devices acknowledged', async () => devices.ackedBeyond(new Map()), 30)

  postgres.signal('SIGSTOP')
  const before = devices.acked
  await until('acknowledged from the disk', async () => devices.acked > before + 600, 30)
  const health = (await (await get('/api/health')).json()) as { parts: Record<string, { ok: boolean }> }
  expect([health.parts['database']?.ok, health.parts['spool']?.ok]).toEqual([false, false])
  expect(await metric('spool_messages')).toBeGreaterThan(500)

  await product.server.end('SIGKILL')
  const folder = join(product.dir, 'spool', 'single')
  const newest = readdirSync(folder).toSorted().at(-1) ?? ''
  appendFileSync(join(folder, newest), Buffer.from([0, 0, 1, 0, 1, 2, 3, 4, 5]))
  postgres.signal('SIGCONT')
  await product.startServer()
  expect(await metric('spool_torn')).toBe(1)
  await until('the spool is empty', async () => (await metric('spool_active')) === 0, 30)
  expect(readdirSync(folder)).toEqual([])

  // Once more, and this time the process lives through it.
  const marks = devices.marks
  await until('all devices acknowledged again', async () => devices.ackedBeyond(marks), 30)
  postgres.signal('SIGSTOP')
  const again = devices.acked
  await until('acknowledged from the disk', async () => devices.acked > again + 600, 30)
  postgres.signal('SIGCONT')
  await until('the spool is empty again', async () => (await metric('spool_active')) === 0, 30)
  await devices.finish(30)
  expect(await devices.verify(sql)).toEqual({ lost: 0, doubled: 0, disordered: 0, wrong: 0 })
}, 120_000)
