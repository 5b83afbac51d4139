import type { Context } from 'hono'
import { type Operation, type OperationName, operations } from '@twin/models/api'
import type { Person } from '@twin/models/twin'
import { type Principal, originAllowed } from '../security/index.ts'
import { checkPermission, checkScope, checkScreen } from './access.ts'
import { Refusal, type RefusalOptions, type RefusalReason, errorResponse } from './api-error.ts'
import { auditKinds } from './audit-kinds.ts'
import type { AuditNote, FileAnswer, Handlers } from './call.ts'
import type { HttpParts } from './parts.ts'
import { RollupsBehind } from '../store/index.ts'
import { readInput } from './request-input.ts'

export interface Incoming {
  /** Address of the client, seen through trusted proxies. */
  readonly from: string
}

/**
 * Runs one operation: origin, sign-in, permission, scope, input, handler, audit line, answer. Every check stands here once, before the
 * handlers; what they throw as a Refusal is logged for operations that change something and answered in the one error form.
 */
export async function runOperation(
  name: OperationName,
  parts: HttpParts,
  handlers: Handlers,
  context: Context,
  { from }: Incoming,
): Promise<Response> {
  const operation: Operation = operations[name]
  const request = context.req.raw
  let principal: Principal | undefined
  let note: AuditNote = {}
  try {
    if (operation.method !== 'get' && !originAllowed(request.headers, parts.config.allowedOrigins)) throw new Refusal('cross-site')
    principal = await parts.security.authenticate(request.headers)
    if (principal) checkScreen(principal, operation.method)
    checkPermission(name, operation, principal)
    if (principal) parts.gate?.(principal, context.req.path)
    const pathParams = context.req.param()
    if (principal) await checkScope(name, pathParams, principal, parts.runtime, parts.store.db)
    const input = await readInput(operation, request, pathParams)
    const signedIn = principal
    const call = {
      ...input,
      get principal(): Principal {
        if (!signedIn) throw new Refusal('not-signed-in')
        return signedIn
      },
      get person(): Person {
        return { id: this.principal.id, name: this.principal.name, from }
      },
      headers: request.headers,
      note: (more: AuditNote) => (note = { ...note, ...more }),
    }
    // The table types each handler; the loop over it cannot follow which one this is.
    const result = await handlers[name](call as never)
    await log('ok')
    return operation.result === 'file' ? fileResponse(result as FileAnswer) : jsonResponse(result)
  } catch (error) {
    if (error instanceof Refusal) {
      await log(error.options.code ?? error.reason)
      return errorResponse(error.reason, error.options)
    }
    return failure(parts, error, { operation: name })
  }

  async function log(result: string): Promise<void> {
    const kind = auditKinds[name]
    if (kind === null || !principal || note.written) return
    const { target = Object.values(context.req.param())[0] ?? null, before, after } = note
    await parts.security.audit.append({ user: principal.id, userName: principal.username, from, kind, target, result, before, after })
  }
}

/** A bug or a part that is down: logged in full, answered without a word of it. */
export function failure(parts: HttpParts, error: unknown, detail: object): Response {
  if (error instanceof RollupsBehind)
    return errorResponse('unavailable', {
      code: 'rollups-behind',
      message: {
        zh: '这段历史的汇总还在生成，请缩小范围或几分钟后再试',
        en: 'Rollups of this history are still being made: ask for less of it, or try again in some minutes',
      },
      retryAfter: 60,
    })
  parts.log.error({ ...detail, err: error }, 'request failed')
  if (!isDatabaseDown(error)) return errorResponse('internal')
  if (isDiskFull(error)) parts.overload?.refused()
  return errorResponse('unavailable', { retryAfter: 5 })
}

export function refuse(reason: RefusalReason, options?: RefusalOptions): never {
  throw new Refusal(reason, options)
}

function isDatabaseDown(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  // Connection refused, closed or shutting down (57P0x), too many connections, lock or statement given up.
  return typeof code === 'string' && /^(ECONN|CONNECTION_|CONNECT_TIMEOUT|57P0|53|55P03|08)/.test(code)
}

/** A write found no room, or a server that takes none. */
const isDiskFull = (error: unknown): boolean => /^(53100|25006)$/.test(String((error as { code?: unknown } | null)?.code))

function jsonResponse(result: unknown): Response {
  return new Response(JSON.stringify(result), {
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  })
}

function fileResponse({ name, type, body }: FileAnswer): Response {
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'cache-control': 'no-store',
    },
  })
}
