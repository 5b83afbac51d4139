import { setTimeout as delay } from 'node:timers/promises'

export interface Rounds {
  /** A round that sees everything up to now; resolves when it is over. What asks while one runs shares the next. */
  now(): Promise<void>
  /** A round every `everyMs` until the signal; one that fails is told and made up for by the next. */
  start(signal: AbortSignal, failed?: (error: unknown) => void): void
}

/** Work over what waits in the database, never twice at the same time in this process. */
export function inRounds(everyMs: number, round: () => Promise<void>): Rounds {
  let running: Promise<void> | null = null
  let again = false
  async function all(): Promise<void> {
    while (again) {
      again = false
      await round()
    }
  }
  const rounds: Rounds = {
    async now() {
      again = true
      running ??= all().finally(() => (running = null))
      await running
    },
    start(signal, failed) {
      const loop = async (): Promise<void> => {
        while (!signal.aborted) {
          // The database may be away for a while; what waits is still there when it is back.
          await rounds.now().catch((error: unknown) => failed?.(error))
          await delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
        }
      }
      void loop()
    },
  }
  return rounds
}
