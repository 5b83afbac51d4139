interface Progress {
  done: number
  readonly total: number
  /** Who asked: nobody else sees it. */
  readonly user: string | null
}

const MOST = 500

/** How far the exports are that this server writes now, by the ticket the asker chose. Kept until written or given up. */
export function createExportProgress() {
  const running = new Map<string, Progress>()
  return {
    /** Counts rows as they are written; the ticket is gone when the file is. */
    async *counted<T>(ticket: string, user: string | null, total: number, rows: AsyncIterable<T>): AsyncGenerator<T> {
      const progress: Progress = { done: 0, total, user }
      // Somebody who asks without end gets his files, but no progress.
      if (ticket !== '' && running.size < MOST && !running.has(ticket)) running.set(ticket, progress)
      try {
        for await (const row of rows) {
          yield row
          progress.done++
        }
      } finally {
        if (running.get(ticket) === progress) running.delete(ticket)
      }
    },
    of(ticket: string, user: string | null): { readonly done: number; readonly total: number } | undefined {
      const found = running.get(ticket)
      return found && found.user === user ? { done: found.done, total: found.total } : undefined
    },
  }
}
