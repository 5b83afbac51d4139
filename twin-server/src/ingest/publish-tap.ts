/**
 * Takes the PUBLISH packets out of the bytes a broker sends, before the client library, which spends more on each than all that is done with it
 * afterwards. What is not a well-formed PUBLISH of QoS 0 or 1 goes on to the library as it is: it stays the judge of the protocol.
 */
export interface TappedPublish {
  readonly topic: string
  /** A view of the socket's chunk. */
  readonly payload: Buffer
  readonly dup: boolean
  /** undefined = QoS 0. */
  readonly messageId: number | undefined
}

export interface PublishTap {
  take(chunk: Buffer): void
}

const PUBLISH = 3
/** Bytes of a fixed header: type and up to four of length. */
const HEADER = 5

/** For MQTT 5. `pass` gets all other packets whole and in order. */
export function createPublishTap(onPublish: (packet: TappedPublish) => void, pass: (bytes: Buffer) => void): PublishTap {
  let parts: Buffer[] = []
  let have = 0
  /** Bytes without which the packet begun in `parts` can't be read on. */
  let need = 0
  let broken = false

  const keep = (chunk: Buffer, from: number, wanted: number): void => {
    parts = [chunk.subarray(from)]
    have = chunk.length - from
    need = wanted
  }

  const read = (chunk: Buffer): void => {
    let at = 0
    while (at < chunk.length) {
      let head = at + 1
      let size = 0
      for (let weight = 1; ; weight *= 128) {
        if (head === chunk.length) return keep(chunk, at, head - at + 1)
        const byte = chunk[head++] as number
        size += (byte & 0x7f) * weight
        if (byte < 0x80) break
        if (head - at < HEADER) continue
        broken = true
        return pass(chunk.subarray(at))
      }
      const end = head + size
      if (end > chunk.length) return keep(chunk, at, end - at)
      const first = chunk[at] as number
      const packet = first >> 4 === PUBLISH ? readPublish(chunk, first, head, end) : null
      if (packet === null) pass(chunk.subarray(at, end))
      else onPublish(packet)
      at = end
    }
  }

  return {
    take(chunk) {
      if (broken) return pass(chunk)
      if (have === 0) return read(chunk)
      parts.push(chunk)
      have += chunk.length
      if (have < need) return
      const whole = Buffer.concat(parts, have)
      parts = []
      have = 0
      read(whole)
    },
  }
}

/** The variable header and payload between `head` and `end`; null = not ours to read. */
function readPublish(chunk: Buffer, first: number, head: number, end: number): TappedPublish | null {
  const qos = (first >> 1) & 3
  if (qos > 1 || head + 2 > end) return null
  const topicAt = head + 2
  const topicEnd = topicAt + (((chunk[head] as number) << 8) | (chunk[head + 1] as number))
  let at = topicEnd + 2 * qos
  // Without a topic it stands for an alias, which only the library could know.
  if (topicEnd === topicAt || at >= end) return null
  let properties = 0
  for (let weight = 1; ; weight *= 128) {
    if (at === end) return null
    const byte = chunk[at++] as number
    properties += (byte & 0x7f) * weight
    if (byte < 0x80) break
    if (weight === 2_097_152) return null
  }
  at += properties
  if (at > end) return null
  const messageId = qos === 0 ? undefined : ((chunk[topicEnd] as number) << 8) | (chunk[topicEnd + 1] as number)
  if (messageId === 0) return null
  return { topic: chunk.toString('utf8', topicAt, topicEnd), payload: chunk.subarray(at, end), dup: (first & 8) !== 0, messageId }
}
