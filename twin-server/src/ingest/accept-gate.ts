/** Lets connections in at a rate, the rest wait in order; beyond the queue they are refused. Keeps a reconnect storm from starving the connected. */
export interface AcceptGate {
  /** true = taken (now or soon), false = refuse it. */
  enter(open: () => void): boolean
  close(): void
}

export function createAcceptGate(options: {
  readonly perSecond: number
  readonly queue: number
  readonly onDelayed: () => void
}): AcceptGate {
  const { perSecond, queue, onDelayed } = options
  const perSlice = Math.max(1, Math.round(perSecond / 20))
  const waiting: (() => void)[] = []
  let used = 0
  let timer: NodeJS.Timeout | undefined
  const slice = (): void => {
    used = 0
    for (const open of waiting.splice(0, perSlice)) {
      used++
      open()
    }
    timer = used > 0 ? setTimeout(slice, 50) : undefined
  }
  return {
    enter(open) {
      if (used < perSlice && waiting.length === 0) {
        used++
        timer ??= setTimeout(slice, 50)
        open()
        return true
      }
      if (waiting.length >= queue) return false
      waiting.push(open)
      onDelayed()
      return true
    },
    close() {
      clearTimeout(timer)
      waiting.length = 0
    },
  }
}
