/**
 * PUBACKs of one connection, sent in the order the messages arrived (MQTT 5, 4.6), each when its message is durable.
 * A new connection gets a new queue: an acknowledgement that is late must not go out on the next connection, where its id means another message.
 */
export interface DeferredAcks {
  /** Returns what to call when the message is durable. */
  arrived(messageId: number): () => void
  /** The connection is gone: nothing is sent any more, the broker delivers again. */
  abandon(): void
  readonly waiting: number
}

export function createDeferredAcks(send: (messageId: number) => void): DeferredAcks {
  let queue: { readonly id: number; ready: boolean }[] = []
  let head = 0
  let open = true
  const flush = (): void => {
    while (head < queue.length && queue[head]?.ready) send((queue[head++] as { id: number }).id)
    if (head > 1024) {
      queue = queue.slice(head)
      head = 0
    }
  }
  return {
    arrived(id) {
      const entry = { id, ready: false }
      queue.push(entry)
      return () => {
        if (entry.ready || !open) return
        entry.ready = true
        if (queue[head] === entry) flush()
      }
    },
    abandon() {
      open = false
      queue = []
      head = 0
    },
    get waiting() {
      return queue.length - head
    },
  }
}
