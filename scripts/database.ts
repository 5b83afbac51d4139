import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '@twin/server/store'

const data = process.env.TWIN_DATA_DIR ?? join(import.meta.dirname, '..', '.data')

export function fail(zh: string, en: string): void {
  console.error(`${zh}\n${en}`)
  process.exitCode = 1
}

/**
 * Runs on the database the server uses: DATABASE_URL, else the embedded one of the data folder, started for the time if it does not run.
 * Errors end the process with one sentence.
 */
export async function withDatabase(use: (url: string, data: string) => Promise<void>): Promise<void> {
  const dir = join(data, 'postgres')
  try {
    const given = process.env.DATABASE_URL
    const running = given ?? (existsSync(dir) ? findEmbeddedPostgres(dir) : null)
    if (running) return await use(running, data)
    const embedded = await startEmbeddedPostgres({ dir })
    try {
      await use(embedded.url, data)
    } finally {
      await embedded.stop()
    }
  } catch (error) {
    fail('操作未完成，数据未改动。', error instanceof Error ? error.message : 'unknown error')
  }
}
