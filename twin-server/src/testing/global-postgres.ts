import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopTestCluster } from './postgres.ts'

/** vitest globalSetup: one PostgreSQL per run, started by the first test file that asks for it. */
export function setup(): () => Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'twin-test-'))
  process.env.TWIN_TEST_POSTGRES_DIR = dir
  // Servers, nodes and fleets are started some eighty times: what one has compiled the next need not.
  process.env.NODE_COMPILE_CACHE ??= join(dir, 'compiled')
  return async () => {
    await stopTestCluster(dir)
    rmSync(dir, { recursive: true, force: true })
  }
}
