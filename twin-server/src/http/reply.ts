import type { Reply, Runtime } from '@twin/actors/runtime'
import { type RefusalReason, Refusal } from './api-error.ts'

const reasons: Readonly<Record<Exclude<Reply, { readonly ok: true }>['reason'], RefusalReason>> = {
  'not-found': 'not-found',
  conflict: 'conflict',
  invalid: 'invalid',
  'not-permitted': 'not-permitted',
  quarantined: 'unavailable',
  overloaded: 'throttled',
  moved: 'unavailable',
}

/** Asks the actors; a refusal becomes the API's answer. Their details are words for people, in both languages. */
export async function ask(runtime: Runtime, request: Parameters<Runtime['ask']>[0]): Promise<Extract<Reply, { readonly ok: true }>> {
  const reply = await runtime.ask(request)
  if (reply.ok) return reply
  throw refusalOf(reply)
}

export function refusalOf(reply: Exclude<Reply, { readonly ok: true }>): Refusal {
  const reason = reasons[reply.reason]
  const told = reason === 'conflict' || reason === 'invalid' || reason === 'not-permitted'
  return new Refusal(reason, {
    ...(reply.code === undefined ? {} : { code: reply.code }),
    ...(reply.field === undefined ? {} : { field: reply.field }),
    ...(told && reply.detail ? { message: { zh: reply.detail, en: reply.detail } } : {}),
    ...(reason === 'throttled' ? { retryAfter: 1 } : {}),
  })
}
