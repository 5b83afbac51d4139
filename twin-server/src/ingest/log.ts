/** The part of pino that ingest and live use. */
export interface Log {
  info(details: object, text: string): void
  warn(details: object, text: string): void
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined }

/** At most one line per `intervalMs` and key; tells how many were left out. Keys beyond 1,000 share one. */
export function quietLog(log: Log, intervalMs: number, now: () => number): (key: string, details: object, text: string) => void {
  const seen = new Map<string, { at: number; skipped: number }>()
  return (key, details, text) => {
    const at = now()
    const slot = seen.size >= 1000 && !seen.has(key) ? '*' : key
    const last = seen.get(slot)
    if (last && at - last.at < intervalMs) {
      last.skipped++
      return
    }
    log.warn({ ...details, leftOut: last?.skipped ?? 0 }, text)
    seen.set(slot, { at, skipped: 0 })
  }
}
