import type { Operation } from '@twin/models/api'
import type { Label } from '@twin/models/kinds'
import type { z } from 'zod'

/** What every failed call rejects with: the API's own error, or `network` / `unreadable` where no API error came back. */
export class ApiFailure extends Error {
  readonly status: number
  readonly code: string
  readonly text: Label
  readonly field: string | undefined
  readonly detail: unknown
  constructor(status: number, code: string, text: Label, field?: string, detail?: unknown) {
    super(`${code}: ${text.en}`)
    this.name = 'ApiFailure'
    this.status = status
    this.code = code
    this.text = text
    this.field = field
    this.detail = detail
  }
}

/** A part an operation does not declare is typed `unknown` by zod: then it must not be given. */
type Part<Name extends string, S extends z.ZodType> =
  unknown extends z.input<S>
    ? { readonly [K in Name]?: never }
    : Partial<z.input<S>> extends z.input<S>
      ? { readonly [K in Name]?: z.input<S> }
      : { readonly [K in Name]: z.input<S> }
export type CallInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Part<'params', P> &
  Part<'query', Q> &
  Part<'body', B>

interface AnyInput {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
}

/** `/api/stations/:station` + params + query; arrays are joined by commas, absent values left out. */
export function addressOf(path: string, input: AnyInput): string {
  const params = (input.params ?? {}) as Record<string, unknown>
  const filled = path.replaceAll(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value === undefined || value === null || value === '') continue
    if (Array.isArray(value)) {
      if (value.length > 0) search.set(name, value.join(','))
    } else search.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  const text = search.toString()
  return text ? `${filled}?${text}` : filled
}

/** Reads the failure out of a response that is not 2xx. */
export function failureFrom(status: number, body: unknown): ApiFailure {
  const error = (body as { error?: { code?: unknown; message?: unknown; field?: string; detail?: unknown } } | null)?.error
  if (error && typeof error === 'object' && typeof error.code === 'string') {
    const message = error.message
    const text =
      typeof message === 'string' ? { zh: message, en: message } : ((message as Label | undefined) ?? { zh: error.code, en: error.code })
    return new ApiFailure(status, error.code, text, error.field, error.detail)
  }
  return new ApiFailure(status, 'unreadable', {
    zh: `服务器返回错误 ${status}`,
    en: `The server answered with error ${status}`,
  })
}

let whenSignedOut: () => void = () => {}
/** Called once a call is answered 401: the session is over. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener
}

const unexpected: Label = {
  zh: '出现意外错误，请重试；多次出现请告知管理员',
  en: 'Something unexpected went wrong: try again, and tell the administrator if it stays',
}
/** What people read about any failure: the server's own words, never the text of a program error. */
export const failureLabel = (error: unknown): Label => (error instanceof ApiFailure ? error.text : unexpected)

const noNetwork: Label = { zh: '连接不上服务器，请检查网络', en: 'The server cannot be reached; check the network' }

/** Sends JSON and reads JSON. Rejects with ApiFailure only (and AbortError when the signal fires). */
export async function send(method: string, address: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(address, {
      method: method.toUpperCase(),
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiFailure(0, 'network', noNetwork)
  }
  const text = await response.text()
  let json: unknown = null
  try {
    json = text ? JSON.parse(text) : null
  } catch {
    throw failureFrom(response.ok ? 502 : response.status, null)
  }
  if (response.ok) return json
  const failure = failureFrom(response.status, json)
  if (failure.status === 401 && failure.code === 'not-signed-in') whenSignedOut()
  throw failure
}

/** Calls one operation of `models/src/api/operations.ts`; input and result are typed by it. */
export async function call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  operation: Operation<P, Q, B, R>,
  input: CallInput<P, Q, B>,
  signal?: AbortSignal,
): Promise<z.output<R>> {
  const given = input as AnyInput
  const body = operation.method === 'get' ? undefined : (given.body ?? {})
  return (await send(operation.method, addressOf(operation.path, given), body, signal)) as z.output<R>
}

/** Address of a `file` operation, for a link or a download. */
export function fileAddress<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  operation: Operation<P, Q, B, R>,
  input: CallInput<P, Q, B>,
): string {
  return addressOf(operation.path, input)
}
