import { setTimeout as delay } from 'node:timers/promises'

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
