/** Signs in; what the browser would send from then on. */
export async function cookieOf(url: string, username: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ username, password }),
  })
  if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
  return cookieFrom(response)
}

export const cookieFrom = ({ headers }: Response): string =>
  headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ')

/** One request of the REST API, given up after `withinMs`; `key` makes repeats of a creation the same one. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  withinMs?: number,
  key?: string,
) => Promise<{ readonly status: number; readonly body: unknown }>

export function callerOf(url: string, cookie: string): Call {
  return async (method, path, body, withinMs = 30_000, key) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(withinMs),
      headers: {
        cookie,
        origin: url,
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text ? (JSON.parse(text) as unknown) : null }
  }
}
