import type { ServerMessage } from '@twin/models/live'
import { Packr } from 'msgpackr'

const packr = new Packr({ useRecords: false, int64AsType: 'number' })

/** One buffer per message, shared by all who get it: never write into it. */
export function encode(message: ServerMessage): Buffer {
  return packr.pack(message)
}

/** What a client asks for; undefined = not understood. */
export type Operation =
  | { readonly op: 'subscribe' | 'unsubscribe' | 'sync'; readonly topic: string }
  | { readonly op: 'ping'; readonly t: number }

export function readOperation(op: unknown, body: unknown): Operation | undefined {
  const field = (name: string): unknown => (typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : body)
  if (op === 'ping') {
    const t = field('t')
    return typeof t === 'number' ? { op, t } : undefined
  }
  if (op !== 'subscribe' && op !== 'unsubscribe' && op !== 'sync') return undefined
  const topic = field('topic')
  return typeof topic === 'string' && topic.length <= 100 ? { op, topic } : undefined
}

/** A message of a plain WebSocket: JSON text or msgpack bytes. Never throws. */
export function decodeOperation(data: Buffer, isBinary: boolean): Operation | undefined {
  try {
    const value: unknown = isBinary ? packr.unpack(data) : JSON.parse(data.toString('utf8'))
    return readOperation((value as { op?: unknown } | null)?.op, value)
  } catch {
    return undefined
  }
}
