interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: unknown
}

/** An answer that is no success, in the one form: code, text in both languages, and the field where there is one. */
function faultOf(where: string, status: number, text: string): string | null {
  let body: { error?: { code?: unknown; message?: { zh?: unknown; en?: unknown }; field?: unknown } }
  try {
    body = JSON.parse(text) as typeof body
  } catch {
    return `${where}: ${status} is no JSON: ${text.slice(0, 80)}`
  }
  const { code, message, field } = body.error ?? {}
  const words = [message?.zh, message?.en]
  if (typeof code !== 'string' || !/^[a-z][a-zA-Z0-9-]*$/.test(code)) return `${where}: ${status} code ${JSON.stringify(code)}`
  if (words.some((word) => typeof word !== 'string' || word.trim() === '')) return `${where}: ${status} text ${JSON.stringify(message)}`
  if (words.some((word) => /undefined|\[object|ZodError|at \/|SELECT |syntax error/i.test(String(word))))
    return `${where}: ${status} raw text ${JSON.stringify(message)}`
  if (!/[\u4e00-\u9fff]/.test(String(words[0]))) return `${where}: ${status} no Chinese: ${JSON.stringify(message)}`
  if (field !== undefined && (typeof field !== 'string' || field === '')) return `${where}: ${status} field ${JSON.stringify(field)}`
  if (status === 422 && field === undefined) return `${where}: ${status} ${code} names no field`
  return status >= 500 ? `${where}: ${status} ${code}` : null
}

type Ask = (method: string, path: string, signedIn: boolean, body?: unknown) => Promise<Response>

/**
 * Asks every route of the OpenAPI document as a stranger, with bad input and for what is not there; how often it was refused, and what
 * of that was not in the API's one form of errors.
 */
export async function walkErrors(ask: Ask): Promise<{ readonly refused: number; readonly faults: readonly string[] }> {
  const document = (await (await ask('GET', '/api/openapi.json', true)).json()) as { paths: Record<string, Record<string, Described>> }
  const faults: string[] = []
  let refused = 0
  const check = async (method: string, path: string, signedIn: boolean, body?: unknown): Promise<void> => {
    const response = await ask(method, path, signedIn, body)
    if (response.ok || (response.status >= 300 && response.status < 400)) {
      await response.body?.cancel()
      return
    }
    refused++
    const fault = faultOf(
      `${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`,
      response.status,
      await response.text(),
    )
    if (fault) faults.push(fault)
  }
  for (const [path, methods] of Object.entries(document.paths))
    for (const [verb, { parameters = [], requestBody }] of Object.entries(methods)) {
      const method = verb.toUpperCase()
      const address = path.replaceAll(/\{\w+\}/g, 'no-such-thing')
      // Signing out ends the session of the walk itself; a stream of bells does not end.
      if (path.startsWith('/api/auth/sign-out') || path === '/api/events') continue
      const bad = new URLSearchParams(parameters.filter((one) => one.in === 'query').map(({ name }) => [name, '\u2603 not this']))
      await check(method, address, false, requestBody ? {} : undefined)
      await check(
        method,
        bad.size > 0 ? `${address}?${bad.toString()}` : address,
        true,
        requestBody ? { nothing: { like: 'this' } } : undefined,
      )
      if (requestBody) await check(method, address, true, [1, 2])
    }
  return { refused, faults }
}
