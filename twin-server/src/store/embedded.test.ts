import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { findEmbeddedPostgres, openPool, startEmbeddedPostgres, type EmbeddedPostgres } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'twin-embedded-'))
chmodSync(root, 0o755)
const dir = join(root, 'pg')
let running: EmbeddedPostgres | null = null
afterEach(async () => {
  await running?.stop()
  running = null
  if (existsSync(join(dir, 'location'))) rmSync(readFileSync(join(dir, 'location'), 'utf8').trim(), { recursive: true })
  rmSync(dir, { recursive: true, force: true })
})

async function ask(url: string, statement: string): Promise<object[]> {
  const sql = openPool(url, { max: 1 })
  try {
    return [...(await sql.unsafe(statement))]
  } finally {
    await sql.end()
  }
}

it('[ST18] starts, keeps its data and password over a stop, asks for the password, and stays durable', async () => {
  running = await startEmbeddedPostgres({ dir })
  await ask(running.url, 'create table t as select 1 as x')
  const settings = await ask(
    running.url,
    `select name, setting from pg_settings where name in ('synchronous_commit', 'fsync', 'listen_addresses') order by 1`,
  )
  expect(settings).toEqual([
    { name: 'fsync', setting: 'on' },
    { name: 'listen_addresses', setting: '127.0.0.1' },
    { name: 'synchronous_commit', setting: 'on' },
  ])
  expect(findEmbeddedPostgres(dir)).toBe(running.url)
  expect(statSync(join(dir, 'password')).mode & 0o777).toBe(0o600)
  const wrong = new URL(running.url)
  wrong.password = 'x'
  await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
  await running.stop()
  expect(findEmbeddedPostgres(dir)).toBeNull()
  running = await startEmbeddedPostgres({ dir })
  expect(await ask(running.url, 'select x from t')).toEqual([{ x: 1 }])
})

it('[ST19] after kill -9 of the parent the next start takes the running database over; after kill -9 of both it recovers', async () => {
  const script = join(root, 'parent.ts')
  writeFileSync(
    script,
    `import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}
    await startEmbeddedPostgres({ dir: ${JSON.stringify(dir)} }); console.log('up'); setInterval(() => {}, 1000)`,
  )
  const start = async () => {
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(parent.stdout, 'data')
    return parent
  }
  const first = await start()
  await expect(startEmbeddedPostgres({ dir })).rejects.toThrow(`process ${first.pid}`)
  first.kill('SIGKILL')
  await once(first, 'exit')
  running = await startEmbeddedPostgres({ dir })
  expect(running.adopted).toBe(true)
  await ask(running.url, 'create table kept as select 2 as x')
  const postmaster = Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  process.kill(postmaster, 'SIGKILL')
  // It ends a moment after the signal.
  await vi.waitFor(() => expect(() => process.kill(postmaster, 0)).toThrow('ESRCH'), 10_000)
  running = await startEmbeddedPostgres({ dir })
  expect(running.adopted).toBe(false)
  expect(await ask(running.url, 'select x from kept')).toEqual([{ x: 2 }])
  // A pid file that names a process which is not ours (pids come again after a reboot) blocks nothing.
  await running.stop()
  writeFileSync(join(dir, 'data', 'postmaster.pid'), `${process.pid}\n${dir}/data\n1\n5432\n\n127.0.0.1\n\nready\n`)
  running = await startEmbeddedPostgres({ dir })
  expect(running.adopted).toBe(false)
})

it('[ST20] a folder under one that nobody else may enter works, and nobody gets to enter it', async () => {
  const closed = join(root, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const inner = join(closed, 'pg')
  const inside = await startEmbeddedPostgres({ dir: inner })
  await ask(inside.url, 'create table t as select 3 as x')
  await inside.stop()
  expect(statSync(closed).mode & 0o777).toBe(0o700)
  const again = await startEmbeddedPostgres({ dir: inner })
  expect(await ask(again.url, 'select x from t')).toEqual([{ x: 3 }])
  await again.stop()
  if (existsSync(join(inner, 'location'))) rmSync(readFileSync(join(inner, 'location'), 'utf8').trim(), { recursive: true })
})

it('[ST21] says in one sentence what is wrong: port taken, damaged data, missing password', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(startEmbeddedPostgres({ dir, port })).rejects.toThrow(`Port ${port} for the database is taken`)
  server.close()
  running = await startEmbeddedPostgres({ dir })
  await running.stop()
  const control = join(dir, 'data', 'global', 'pg_control')
  const whole = readFileSync(control)
  truncateSync(control, 100)
  await expect(startEmbeddedPostgres({ dir })).rejects.toThrow('is damaged')
  writeFileSync(control, whole)
  rmSync(join(dir, 'password'))
  await expect(startEmbeddedPostgres({ dir })).rejects.toThrow('password is missing')
})
