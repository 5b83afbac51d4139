/**
 * Watches the bytes of an MQTT 3.1.1 connection before the broker's parser, which would collect a packet of any size in memory.
 * A PUBLISH above the limit is skipped byte by byte and told to `onOversize` when it has passed; other packets that large are a fault.
 */
export interface OversizePublish {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  /** 0 for QoS 0. */
  readonly messageId: number
  readonly size: number
}

export interface PacketGuard {
  /** What the parser may see of this chunk; 'fault' = close the connection. */
  filter(chunk: Uint8Array): Uint8Array | 'fault'
}

const PUBLISH = 3
/** Longest topic told of an oversize packet, bytes. */
const HEAD = 1024

export function createPacketGuard(limit: number, onOversize: (packet: OversizePublish) => void): PacketGuard {
  /** Bytes of the present packet that may still pass, or that are still to be skipped. */
  let passing = 0
  let skipping = 0
  let header: number[] = []
  let skipped: { flags: number; size: number; head: number[] } | undefined

  const readHeader = (byte: number): 'more' | 'whole' | 'fault' => {
    header.push(byte)
    if (header.length < 2) return 'more'
    if ((byte & 0x80) !== 0) return header.length < 5 ? 'more' : 'fault'
    return 'whole'
  }
  const finishSkipped = (): void => {
    const packet = skipped
    skipped = undefined
    if (!packet) return
    const topicLength = ((packet.head[0] ?? 0) << 8) | (packet.head[1] ?? 0)
    const qos = ((packet.flags >> 1) & 3) as 0 | 1 | 2
    const at = 2 + topicLength
    const messageId = qos === 0 ? 0 : ((packet.head[at] ?? 0) << 8) | (packet.head[at + 1] ?? 0)
    onOversize({ topic: Buffer.from(packet.head.slice(2, at)).toString('utf8'), qos, messageId, size: packet.size })
  }

  const filter = (chunk: Uint8Array): Uint8Array | 'fault' => {
    const kept: Uint8Array[] = []
    let from = 0
    let at = 0
    const keep = (to: number): void => {
      if (to > from) kept.push(chunk.subarray(from, to))
      from = to
    }
    while (at < chunk.length) {
      if (passing > 0) {
        const step = Math.min(passing, chunk.length - at)
        passing -= step
        at += step
      } else if (skipped) {
        const step = Math.min(skipping, chunk.length - at)
        const wanted = HEAD + 4 - skipped.head.length
        if (wanted > 0) skipped.head.push(...chunk.subarray(at, at + Math.min(step, wanted)))
        skipping -= step
        at += step
        from = at
        if (skipping === 0) finishSkipped()
      } else {
        // Header bytes are held back until it is clear whether the packet may pass.
        if (header.length === 0) keep(at)
        const state = readHeader(chunk[at] as number)
        at++
        if (state === 'fault') return 'fault'
        if (state === 'more') {
          if (at === chunk.length) from = at
          continue
        }
        const size = header.slice(1).reduce((sum, byte, i) => sum + (byte & 0x7f) * 128 ** i, 0)
        const flags = header[0] as number
        const whole = header.length <= at - from
        if (size > limit) {
          if (flags >> 4 !== PUBLISH) return 'fault'
          skipped = { flags, size, head: [] }
          skipping = size
          from = at
        } else {
          // The header began in an earlier chunk: its bytes held back go first.
          if (!whole) {
            kept.push(Uint8Array.from(header))
            from = at
          }
          passing = size
        }
        header = []
      }
    }
    keep(chunk.length)
    return kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept)
  }
  return { filter }
}
