import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findEmbeddedPostgres } from '../twin-server/src/store/index.ts'
import { startProduct, until } from './harness/product.ts'

it('goes on when its embedded database is killed', { timeout: 120_000 }, async () => {
  const product = await startProduct('')
  try {
    const admin = await product.signIn('admin', 'Admin#2026')
    const dir = join(product.dir, 'postgres')
    const home = findEmbeddedPostgres(dir)
    expect(home).not.toBeNull()
    const place = (() => {
      try {
        return readFileSync(join(dir, 'location'), 'utf8').trim()
      } catch {
        return dir
      }
    })()
    const pid = Number(readFileSync(join(place, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
    process.kill(pid, 'SIGKILL')
    await until(
      'another postmaster',
      async () => {
        const now = Number(readFileSync(join(place, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
        return now !== pid && findEmbeddedPostgres(dir) !== null
      },
      60,
    )
    await until('the API answers again', async () => (await admin.call('GET', '/api/audit')).status === 200, 60)
    expect((await fetch(`${product.url}/api/health`)).status).toBe(200)
    expect(product.server.alive).toBe(true)
  } finally {
    await product.stop()
  }
})
