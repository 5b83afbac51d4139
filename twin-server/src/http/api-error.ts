import { rejectLabels } from '@twin/models/commands'
import type { Label } from '@twin/models/kinds'
import type { RejectCode } from '@twin/models/twin'

/** Why a request was not done. One table gives status and words; handlers only name the reason. */
export const refusals = {
  'not-signed-in': { status: 401, zh: '请先登录', en: 'Sign in first' },
  'sign-in-failed': { status: 401, zh: '用户名或密码错误', en: 'Wrong user name or password' },
  'must-change-password': { status: 403, zh: '请先修改初始密码', en: 'Change your password first' },
  'not-permitted': { status: 403, zh: '没有权限', en: 'Not permitted' },
  'cross-site': { status: 403, zh: '请求来源不被信任', en: 'The request comes from a site that is not trusted' },
  'not-found': { status: 404, zh: '不存在或不在您的范围内', en: 'Not there, or not yours' },
  'method-not-allowed': { status: 405, zh: '不允许此操作', en: 'This method is not allowed' },
  conflict: { status: 409, zh: '与当前状态冲突', en: 'Conflicts with the present state' },
  'too-large': { status: 413, zh: '请求内容过大', en: 'The request is too large' },
  invalid: { status: 422, zh: '输入无效', en: 'Invalid input' },
  throttled: { status: 429, zh: '请求过多，请稍后再试', en: 'Too many requests, try again later' },
  locked: { status: 429, zh: '失败次数过多，帐号已暂时锁定，请 15 分钟后再试', en: 'Too many failures: locked for 15 minutes' },
  internal: { status: 500, zh: '服务器内部错误', en: 'Internal error' },
  unavailable: { status: 503, zh: '服务暂时不可用', en: 'Temporarily unavailable' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly zh: string; readonly en: string }>>
export type RefusalReason = keyof typeof refusals

export interface RefusalOptions {
  /** Stable code in the answer; the reason itself unless a finer one is known. */
  readonly code?: string
  readonly message?: Label
  readonly field?: string
  readonly detail?: unknown
  /** Seconds after which a throttled caller may try again. */
  readonly retryAfter?: number
}

/** Thrown by handlers and checks, answered in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reason: RefusalReason
  readonly options: RefusalOptions
  constructor(reason: RefusalReason, options: RefusalOptions = {}) {
    super(options.code ?? reason)
    this.reason = reason
    this.options = options
  }
}

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: Label; readonly field?: string; readonly detail?: unknown }
}

export function errorBody(reason: RefusalReason, options: RefusalOptions = {}): ErrorBody {
  const { zh, en } = refusals[reason]
  return {
    error: {
      code: options.code ?? reason,
      message: options.message ?? { zh, en },
      ...(options.field === undefined ? {} : { field: options.field }),
      ...(options.detail === undefined ? {} : { detail: options.detail }),
    },
  }
}

export function errorResponse(reason: RefusalReason, options: RefusalOptions = {}): Response {
  const headers = new Headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  if (options.retryAfter !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(options.retryAfter))))
  return new Response(JSON.stringify(errorBody(reason, options)), { status: refusals[reason].status, headers })
}

export function isRejectCode(code: string | undefined): code is RejectCode {
  return code !== undefined && code in rejectLabels
}

/** What people read when a command was refused. */
export function rejectMessage(code: string): Label {
  return (rejectLabels as Readonly<Record<string, Label>>)[code] ?? { zh: refusals.conflict.zh, en: refusals.conflict.en }
}
