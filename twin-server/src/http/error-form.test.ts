import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

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

it('every route answers bad input, a stranger and what is not there in one form: code, text in both languages, field', async () => {
  const document = (await (await world.call('GET', '/api/openapi.json', 'admin')).json()) as {
    paths: Record<string, Record<string, Described>>
  }
  const faults: string[] = []
  let refused = 0
  const ask = async (method: string, path: string, as: string | undefined, body?: unknown): Promise<void> => {
    const response = await world.call(method, path, as, body)
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
      // Signing out ends the session of the test itself.
      if (path.startsWith('/api/auth/sign-out')) continue
      const bad = new URLSearchParams(parameters.filter((one) => one.in === 'query').map(({ name }) => [name, '\u2603 not this']))
      await ask(method, address, undefined, requestBody ? {} : undefined)
      await ask(
        method,
        bad.size > 0 ? `${address}?${bad.toString()}` : address,
        'admin',
        requestBody ? { nothing: { like: 'this' } } : undefined,
      )
      if (requestBody) await ask(method, address, 'admin', [1, 2])
    }
  expect(refused).toBeGreaterThan(400)
  expect(faults).toEqual([])
}, 240_000)
