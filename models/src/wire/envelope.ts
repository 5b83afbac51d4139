import { eventBodySchema } from './schemas.ts'
import type { Envelope, EventBody, RejectReason } from './types.ts'

export type Refusal = { readonly ok: false; readonly reason: RejectReason; readonly detail: string }

const refuse = (reason: RejectReason, detail: string): Refusal => ({ ok: false, reason, detail })

const isTime = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * Checks what a payload decoded to, its body aside. By hand because every message passes here (a schema costs ten times as much);
 * a corpus test holds it against the schema.
 */
export function readEnvelope(message: unknown): { readonly ok: true; readonly envelope: Envelope<unknown> } | Refusal {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return refuse('wrong-type', 'no envelope')
  const envelope = message as { readonly [key: string]: unknown }
  const { v, ts, boot, seq, body } = envelope
  if (v !== 1) return refuse('wrong-version', `v ${typeof v === 'number' ? v : typeof v}`)
  if (!isTime(ts)) return refuse('wrong-type', 'ts is no epoch milliseconds')
  if ((boot === undefined) !== (seq === undefined)) return refuse('wrong-type', 'boot and seq go together')
  if (boot !== undefined) {
    const named = typeof boot === 'string' ? boot.length > 0 && boot.length <= 64 : Number.isFinite(boot)
    if (!named) return refuse('wrong-type', 'boot is neither short text nor a number')
    if (!Number.isSafeInteger(seq) || (seq as number) < 1) return refuse('wrong-type', 'seq counts from 1')
  }
  if (typeof body !== 'object' || body === null) return refuse('wrong-type', 'no body')
  return { ok: true, envelope: message as Envelope<unknown> }
}

/** Checks the body of an event; events are rare, so the schema does it. */
export function readEvent(body: unknown): { readonly ok: true; readonly body: EventBody } | Refusal {
  const result = eventBodySchema.safeParse(body)
  if (result.success) return { ok: true, body: result.data }
  const [issue] = result.error.issues
  return refuse('wrong-type', issue ? `${issue.path.join('.') || 'body'}: ${issue.message}`.slice(0, 200) : 'not an event')
}
