import { Packr } from 'msgpackr'

export type PayloadFormat = 'json' | 'msgpack'

const packr = new Packr({ useRecords: false })

export function encode(message: unknown, format: PayloadFormat): Buffer {
  return format === 'json' ? Buffer.from(JSON.stringify(message)) : Buffer.from(packr.pack(message))
}

/** JSON or msgpack by the first byte, as devices and server both do; undefined when unreadable. */
export function decode(payload: Uint8Array): unknown {
  try {
    return payload[0] === 0x7b ? JSON.parse(Buffer.from(payload).toString('utf8')) : packr.unpack(payload)
  } catch {
    return undefined
  }
}
