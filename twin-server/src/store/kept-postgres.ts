import { type EmbeddedOptions, type EmbeddedPostgres, findEmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts'

const LOOK_MS = 1000

/** Embedded Postgres that comes back on the same port when its process dies; commits meanwhile wait, devices are not acknowledged. */
export async function keepEmbeddedPostgres(
  options: EmbeddedOptions,
  onRestart: (problem: string | null) => void = () => undefined,
): Promise<Pick<EmbeddedPostgres, 'url' | 'recovery' | 'stop'>> {
  let present = await startEmbeddedPostgres(options)
  const { url, recovery } = present
  const port = Number(new URL(url).port)
  let looking: Promise<void> | null = null
  const look = async (): Promise<void> => {
    if (findEmbeddedPostgres(options.dir) !== null) return
    try {
      present = await startEmbeddedPostgres({ ...options, port })
      onRestart(null)
    } catch (error) {
      onRestart(error instanceof Error ? error.message : String(error))
    }
  }
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = null
    })
  }, LOOK_MS)
  return {
    url,
    recovery,
    async stop() {
      clearInterval(timer)
      await looking
      await present.stop()
    },
  }
}
