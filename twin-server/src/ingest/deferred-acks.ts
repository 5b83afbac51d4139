/**
 * PUBACKs of one connection, sent in the order the messages arrived (MQTT 5, 4.6), each when its message is durable; those that become
 * durable together go together. A new connection gets a new queue: an acknowledgement that is late must not go out on the next connection,
 * where its id means another message.
 */
export interface DeferredAcks {
  /** Returns what to call when the message is durable. */
  arrived(messageId: number): () => void
  /** The connection is gone: nothing is sent any more, the broker delivers again. */
  abandon(): void
  readonly waiting: number
}

/** `send` gets PUBACK packets, one behind the other: without a reason code they mean success and are the same in MQTT 3.1.1 and 5. */
export function createDeferredAcks(send: (packets: Buffer) => void): DeferredAcks {
  let queue: { readonly id: number; ready: boolean }[] = []
  let head = 0
  let open = true
  let scheduled = false
  const flush = (): void => {
    scheduled = false
    if (!open) return
    let end = head
    while (end < queue.length && queue[end]?.ready) end++
    if (end === head) return
    const packets = pubacks(end - head, (i) => queue[head + i]?.id ?? 0)
    head = end
    if (head > 1024) {
      queue = queue.slice(head)
      head = 0
    }
    send(packets)
  }
  return {
    arrived(id) {
      const entry = { id, ready: false }
      queue.push(entry)
      return () => {
        if (entry.ready || !open) return
        entry.ready = true
        // A commit releases many in one go.
        if (queue[head] !== entry || scheduled) return
        scheduled = true
        queueMicrotask(flush)
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

/** So many PUBACKs in one buffer. */
export function pubacks(count: number, idOf: (index: number) => number): Buffer {
  const packets = Buffer.allocUnsafe(count * 4)
  for (let i = 0; i < count; i++) {
    packets.writeUInt16BE(0x40_02, i * 4)
    packets.writeUInt16BE(idOf(i), i * 4 + 2)
  }
  return packets
}
