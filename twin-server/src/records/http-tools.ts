import type { Context } from 'hono'
import { checkScreen } from '../http/access.ts'
import { Refusal, errorResponse } from '../http/api-error.ts'
import { type Principal, originAllowed, type Security } from '../security/index.ts'
import type { Actor } from './types.ts'

export interface HttpToolsParts {
  readonly security: Security
  readonly allowedOrigins: readonly string[]
  readonly log: { error(detail: object, message: string): void }
  /** Address of the client, seen through trusted proxies. */
  readonly from: (context: Context) => string
  /** Throws when the menu closes this address to the person. */
  readonly gate: (principal: Principal, path: string) => void
}
export interface Request {
  readonly context: Context
  readonly actor: Actor
  readonly principal: Principal
}
export type Answer = Response | object

/** Runs one request of the records: origin, sign-in, menu, handler, log of refusals, answer. */
export async function answer(
  parts: HttpToolsParts,
  context: Context,
  kind: string | null,
  work: (request: Request) => Promise<Answer>,
): Promise<Response> {
  const raw = context.req.raw
  let actor: Actor | undefined
  try {
    if (raw.method !== 'GET' && !originAllowed(raw.headers, parts.allowedOrigins)) throw new Refusal('cross-site')
    const principal = await parts.security.authenticate(raw.headers)
    if (!principal) throw new Refusal('not-signed-in')
    checkScreen(principal, raw.method)
    if (principal.mustChangePassword) throw new Refusal('must-change-password')
    actor = { id: principal.id, name: principal.username, from: parts.from(context), org: principal.org, principal }
    parts.gate(principal, context.req.path)
    const result = await work({ context, actor, principal })
    return result instanceof Response
      ? result
      : new Response(JSON.stringify(result), {
          headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
        })
  } catch (error) {
    if (error instanceof Refusal) {
      if (kind !== null && actor)
        await parts.security.audit.append({
          user: actor.id,
          userName: actor.name,
          from: actor.from,
          kind,
          target: context.req.param('id') ?? null,
          result: error.options.code ?? error.reason,
        })
      return errorResponse(error.reason, error.options)
    }
    const code = (error as { code?: unknown } | null)?.code
    parts.log.error({ path: context.req.path, err: error }, 'request failed')
    // The database gave a lock up: somebody else is at it, trying again helps.
    return errorResponse(code === '55P03' || code === '40P01' || code === '40001' ? 'unavailable' : 'internal')
  }
}

export async function jsonBody(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text()
  let body: unknown
  try {
    body = text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw new Refusal('invalid', { field: 'body', message: { zh: '请求体不是有效的 JSON', en: 'The body is not valid JSON' } })
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Refusal('invalid', { field: 'body' })
  // Postgres text knows no NUL.
  if (text.includes(String.raw`\u0000`))
    throw new Refusal('invalid', { message: { zh: '输入包含非法字符', en: 'The input holds a NUL character' } })
  return body as Record<string, unknown>
}
