import { isAscii } from 'node:buffer'
import { Unpackr } from 'msgpackr'
import { type Envelope, type EventBody, readEnvelope, readEvent, type Refusal, type TelemetryBody } from '@twin/models/wire'

/** Payloads above this are not looked at, bytes. */
export const MAX_PAYLOAD = 256 * 1024

export type Decoded = { readonly ok: true; readonly envelope: Envelope<TelemetryBody> | Envelope<EventBody> } | Refusal

const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' })
const OPEN_BRACE = 0x7b

/** Bytes of a device → envelope, or why not. Never throws. */
export function decodePayload(payload: Uint8Array, channel: 't' | 'e'): Decoded {
  if (payload.length > MAX_PAYLOAD)
    return { ok: false, reason: 'oversize', detail: `${payload.length} bytes; at most ${MAX_PAYLOAD} are taken` }
  if (payload.length === 0) return { ok: false, reason: 'unreadable', detail: 'empty' }
  let value: unknown
  try {
    value = payload[0] === OPEN_BRACE ? JSON.parse(textOf(payload)) : unpackr.unpack(payload)
  } catch (error) {
    return { ok: false, reason: 'unreadable', detail: messageOf(error) }
  }
  try {
    const read = readEnvelope(value)
    if (!read.ok) return read
    const { envelope } = read
    // Telemetry goes on as it is: the runtime judges its values one by one, so that one bad value costs only itself.
    if (channel === 't') return { ok: true, envelope: envelope as Envelope<TelemetryBody> }
    const event = readEvent(envelope.body)
    return event.ok ? { ok: true, envelope: { ...envelope, body: event.body } } : event
  } catch (error) {
    // Objects of msgpack extensions may carry surprises; they are as unreadable as broken bytes.
    return { ok: false, reason: 'unreadable', detail: messageOf(error) }
  }
}

/** Nearly all payloads are plain ASCII, which needs no decoding; for the rest a wrong byte is an error. */
function textOf(payload: Uint8Array): string {
  if (Buffer.isBuffer(payload) && isAscii(payload)) return payload.toString('latin1')
  return text.decode(payload)
}

const text = new TextDecoder('utf-8', { fatal: true })
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200)
