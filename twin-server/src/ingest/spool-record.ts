import { crc32 } from 'node:zlib'

/** A message as it lies in the spool. */
export interface SpoolRecord {
  /** Server time of its first arrival, epoch ms. */
  readonly received: number
  readonly topic: string
  /** Who sent it and what is known of it, as JSON; '' = nothing to say. */
  readonly note: string
  readonly payload: Uint8Array
}

/** Length of what follows the header, and its CRC32. */
const HEADER = 8
const FIXED = 12

/** `length u32 | crc32 u32 | received f64 | topic length u16 | note length u16 | topic | note | payload`, big-endian. */
export function encodeRecord({ received, topic, note, payload }: SpoolRecord): Buffer {
  const [topicBytes, noteBytes] = [Buffer.byteLength(topic), Buffer.byteLength(note)]
  const length = FIXED + topicBytes + noteBytes + payload.length
  const bytes = Buffer.allocUnsafe(HEADER + length)
  bytes.writeUInt32BE(length, 0)
  bytes.writeDoubleBE(received, HEADER)
  bytes.writeUInt16BE(topicBytes, HEADER + 8)
  bytes.writeUInt16BE(noteBytes, HEADER + 10)
  bytes.write(topic, HEADER + FIXED)
  bytes.write(note, HEADER + FIXED + topicBytes)
  bytes.set(payload, HEADER + FIXED + topicBytes + noteBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(HEADER)), 4)
  return bytes
}

/** The record at `offset` and where the next one begins; undefined = what stands there is not a whole record. */
export function recordAt(bytes: Buffer, offset: number): { readonly record: SpoolRecord; readonly next: number } | undefined {
  if (bytes.length < offset + HEADER + FIXED) return undefined
  const length = bytes.readUInt32BE(offset)
  const next = offset + HEADER + length
  if (length < FIXED || next > bytes.length) return undefined
  const body = bytes.subarray(offset + HEADER, next)
  if (crc32(body) !== bytes.readUInt32BE(offset + 4)) return undefined
  const topicEnd = FIXED + body.readUInt16BE(8)
  const noteEnd = topicEnd + body.readUInt16BE(10)
  if (noteEnd > body.length) return undefined
  const record = {
    received: body.readDoubleBE(0),
    topic: body.toString('utf8', FIXED, topicEnd),
    note: body.toString('utf8', topicEnd, noteEnd),
    payload: body.subarray(noteEnd),
  }
  return { record, next }
}
