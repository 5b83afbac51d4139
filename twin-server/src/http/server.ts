import type { IncomingMessage, Server } from 'node:http'
import { isIP } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { type Operation, type OperationName, operations } from '@twin/models/api'
import { clientAddress, proxyList } from '../security/index.ts'
import { errorResponse } from './api-error.ts'
import { authRoute } from './auth-routes.ts'
import { docsFile } from './docs-page.ts'
import { createHandlers } from './handlers/index.ts'
import { createHttpMetrics } from './http-metrics.ts'
import { openApiDocument, type Paths } from './openapi.ts'
import { mapFile } from './map-files.ts'
import type { HttpParts } from './parts.ts'
import { failure, runOperation } from './pipeline.ts'
import { runtimeSamples } from './runtime-metrics.ts'
import { secureHeaders } from './secure-headers.ts'
import { staticFile } from './static-files.ts'

interface Bindings {
  readonly incoming?: IncomingMessage
}
export type App = Hono<{ Bindings: Bindings }>

export interface Http {
  /** For tests: `app.request('/api/…')`. */
  readonly app: App
  /** Not listening yet; live transports and MQTT over WebSocket attach to it. */
  serveNode(): Server
}

/** Registers every operation of the table, sign-in, documents, metrics and the portals. */
export function createHttp(parts: HttpParts): Http {
  const { config, security } = parts
  const app: App = new Hono<{ Bindings: Bindings }>()
  const handlers = createHandlers(parts)
  const shedSamples = () =>
    Object.entries(parts.overload?.shed ?? {}).map(([reason, value]) => ({
      name: 'twin_http_shed',
      help: 'Requests turned away since start, by reason',
      labels: { reason },
      value,
    }))
  const metrics = createHttpMetrics([() => runtimeSamples(parts.runtime), shedSamples, ...(parts.metrics ?? [])])
  const proxies = proxyList(config.trustedProxies)
  const headers = Object.entries(secureHeaders(config.publicUrl.startsWith('https:')))

  // In-process requests have no peer; they come from this machine.
  const peer = (context: Context<{ Bindings: Bindings }>): string => context.env?.incoming?.socket.remoteAddress ?? '127.0.0.1'
  const from = (context: Context<{ Bindings: Bindings }>): string =>
    clientAddress(peer(context), context.req.header('x-forwarded-for') ?? null, proxies)

  app.onError((error) => failure(parts, error, {}))
  app.notFound(() => errorResponse('not-found'))
  app.use(async (context, next) => {
    await next()
    for (const [name, value] of headers) context.res.headers.set(name, value)
    // A connection kept for the next request would be cut with it.
    if (parts.phase?.() === 'leaving') context.res.headers.set('connection', 'close')
  })
  app.use('/api/*', (context, next) => (parts.closed?.(context.req.path) ? Promise.resolve(errorResponse('not-found')) : next()))
  const { overload } = parts
  if (overload)
    app.use('/api/*', async (context, next) => {
      const against = overload.refusal(context.req.method, context.req.path)
      if (against) return errorResponse(against.reason, against.options)
      const leave = overload.enter()
      try {
        return await next()
      } finally {
        leave()
      }
    })
  const limit = (maxSize: number) => bodyLimit({ maxSize, onError: () => errorResponse('too-large') })
  const usual = limit(4 * 1024 * 1024)
  const larger = (parts.extensions ?? []).flatMap(({ bodies }) =>
    Object.entries(bodies ?? {}).map(([path, bytes]) => ({ path, check: limit(bytes) })),
  )
  app.use('/api/*', (context, next) => (larger.find(({ path }) => context.req.path.startsWith(path))?.check ?? usual)(context, next))
  app.use('/api/*', compress({ threshold: 2048 }))

  for (const [name, operation] of fixedPathsFirst()) {
    app.on(operation.method.toUpperCase(), operation.path, async (context) => {
      const began = performance.now()
      const response = await runOperation(name, parts, handlers, context, { from: from(context) })
      metrics.observe(name, response.status, (performance.now() - began) / 1000)
      return response
    })
  }
  for (const extension of parts.extensions ?? []) extension.mount(app as unknown as Hono, { from: (context) => from(context) })
  app.all('/api/auth/*', async (context) => {
    const began = performance.now()
    const response = (await authRoute(parts, context.req.raw, from(context))) ?? errorResponse('not-found')
    metrics.observe('auth', response.status, (performance.now() - began) / 1000)
    return response
  })
  // What is logged stays logged: there is no way to change a line, and asking for one says so.
  for (const path of ['/api/audit', '/api/audit/*'])
    app.on(['PUT', 'DELETE', 'PATCH', 'POST'], path, () => errorResponse('method-not-allowed'))

  const further = Object.assign({}, ...(parts.extensions ?? []).map(({ paths }) => paths)) as Paths
  const document = openApiDocument(config.version, further, parts.closed)
  app.get('/api/openapi.json', (context) => context.json(document))
  app.get('/api/docs', (context) => context.redirect('/api/docs/'))
  app.get('/api/docs/*', async (context) => {
    const file = await docsFile(context.req.path.slice('/api/docs/'.length))
    return file ? new Response(file.body, { headers: { 'content-type': file.type } }) : errorResponse('not-found')
  })
  app.get('/metrics', async (context) => {
    const direct = context.req.header('x-forwarded-for') === undefined && isLoopback(peer(context))
    if (!direct && !(await security.authenticate(context.req.raw.headers))) return errorResponse('not-signed-in')
    return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } })
  })
  const { internal } = parts
  if (internal) {
    app.use('/internal/*', bodyLimit({ maxSize: 8 * 1024 * 1024, onError: () => errorResponse('too-large') }))
    app.post('/internal/*', (context) => internal(context.req.raw))
  }
  app.all('/api/*', (context) => otherMethod(context.req.path, context.req.method))
  app.get('*', async (context) => {
    const map = config.map && (await mapFile(config.map, context.req.path))
    if (map) return map
    const file = config.portals === null ? undefined : await staticFile(config.portals, context.req.path, context.req.raw.headers)
    return file ?? errorResponse('not-found')
  })

  return {
    app,
    serveNode() {
      const server = createAdaptorServer({ fetch: app.fetch }) as Server
      server.keepAliveTimeout = 65_000
      server.headersTimeout = 70_000
      server.requestTimeout = 120_000
      return server
    },
  }
}

/** `/api/alarms/kpi` must not be taken for the occurrence `kpi`. */
function fixedPathsFirst(): [OperationName, Operation][] {
  const entries = Object.entries(operations) as [OperationName, Operation][]
  return entries.toSorted(([, a], [, b]) => Number(a.path.includes(':')) - Number(b.path.includes(':')))
}

/** A path of the table asked with another method is 405; anything else is not there. */
function otherMethod(path: string, method: string): Response {
  const known = Object.values(operations).filter((operation) => matcher(operation.path).test(path))
  if (known.length === 0 || known.some((operation) => operation.method.toUpperCase() === method)) return errorResponse('not-found')
  const response = errorResponse('method-not-allowed')
  response.headers.set('allow', known.map((operation) => operation.method.toUpperCase()).join(', '))
  return response
}
const matcher = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+')}$`)

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}
