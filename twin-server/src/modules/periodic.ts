import { setTimeout as delay } from 'node:timers/promises'
import type { Records } from '../records/engine.ts'
import type { LivePort } from './live-port.ts'

/** Work that time brings, at `now` (epoch ms). It stands being stopped anywhere and running on several servers at once. */
export interface PeriodicWork {
  /** Pause between two runs, ms. */
  readonly everyMs: number
  readonly run: (records: Records, live: LivePort, org: string, now: number) => Promise<void>
}

/** Repeats a work with a pause until the signal; what fails is told and tried again. Resolves when the last run has ended. */
export async function repeat(
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): Promise<void> {
  for (;;) {
    const goOn = await delay(everyMs, true, { signal, ref: false }).catch(() => false)
    if (!goOn) return
    await work().catch(failed)
  }
}
