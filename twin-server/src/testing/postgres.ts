import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
// Not the index: every test run loads this, and the index brings the whole runtime.
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../store/embedded.ts'
import { openPool } from '../store/pool.ts'

export interface TestPostgres {
  /** An empty database of its own, owned by a superuser. */
  readonly url: string
  /** Drops the database (and ends the cluster if this file had to start one). */
  stop(): Promise<void>
}

const clusters = new Map<string, Promise<string>>()

/**
 * A fresh database for one test file: on TWIN_TEST_DATABASE_URL if given, else on the run's shared cluster (`global-postgres.ts`), else
 * on a cluster of this process. The cluster does not fsync.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const given = process.env.TWIN_TEST_DATABASE_URL
  const shared = process.env.TWIN_TEST_POSTGRES_DIR
  const own = given || shared ? null : mkdtempSync(join(tmpdir(), 'twin-test-'))
  const server = given ?? (await sharedCluster(shared ?? own ?? ''))
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = openPool(server, { max: 1 })
  await admin.unsafe(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async stop() {
      await admin.unsafe(`drop database ${name} with (force)`)
      await admin.end()
      if (own) {
        await stopTestCluster(own)
        rmSync(own, { recursive: true, force: true })
      }
    },
  }
}

function sharedCluster(dir: string): Promise<string> {
  const known = clusters.get(dir) ?? startOnce(dir)
  clusters.set(dir, known)
  return known
}

/** Whoever makes the folder `starting` starts the cluster; the others wait for it. */
async function startOnce(dir: string): Promise<string> {
  chmodSync(dir, 0o755)
  try {
    mkdirSync(join(dir, 'starting'))
  } catch {
    for (;;) {
      const url = findEmbeddedPostgres(dir)
      if (url) return url
      await delay(50)
    }
  }
  return (await startEmbeddedPostgres({ dir, durable: false })).url
}

export async function stopTestCluster(dir: string): Promise<void> {
  if (findEmbeddedPostgres(dir)) await (await startEmbeddedPostgres({ dir, durable: false })).stop()
}
