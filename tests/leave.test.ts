import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../twin-server/src/testing/postgres.ts'
import { type Product, startProduct, until } from './harness/product.ts'

let database: TestPostgres
let product: Product
beforeAll(async () => {
  database = await startTestPostgres()
  product = await startProduct(database.url, { TWIN_LEAVE_MS: '1500' })
}, 120_000)
afterAll(async () => {
  await product?.stop()
  await database?.stop()
}, 60_000)

it('a server that is told to end says so to load balancers first, serves on meanwhile, and answers what was under way', async () => {
  const status = async (path: string): Promise<number> => (await fetch(`${product.url}${path}`)).status
  expect(await status('/api/ready')).toBe(200)

  // A sign-in whose last bytes come when the server has stopped listening.
  const { port } = new URL(product.url)
  const body = JSON.stringify({ username: 'admin', password: 'Admin#2026' })
  let answer = ''
  const slow = connect(Number(port), '127.0.0.1')
  const ended = new Promise<void>((resolve) => slow.once('close', () => resolve()))
  slow.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  slow.write(`POST /api/auth/sign-in/username HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: ${product.url}\r\n`)
  slow.write(`content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`)
  const idle = connect(Number(port), '127.0.0.1')
  const dropped = new Promise<void>((resolve) => idle.once('close', () => resolve()))
  await until('a connection that waits for nothing', async () => idle.readyState === 'open')

  const gone = product.server.end('SIGTERM')
  await until('it says that it leaves', async () => (await status('/api/ready')) === 503)
  const last = await fetch(`${product.url}/api/health`)
  expect([last.status, last.headers.get('connection')]).toEqual([200, 'close'])
  await dropped
  expect(await status('/api/health').catch(() => 'nobody')).toBe('nobody')
  slow.write(body.slice(10))
  await ended
  expect(answer).toMatch(/^HTTP\/1.1 200/)
  await gone
  expect(product.server.child.exitCode).toBe(0)
}, 60_000)
