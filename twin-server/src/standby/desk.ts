import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { pack } from '../cluster/peers.ts'
import { errorResponse } from '../http/api-error.ts'
import { secureHeaders } from '../http/secure-headers.ts'
import { Administrators } from './administrator.ts'
import { deskFile } from './desk-page.ts'
import { fileBytes } from './file-copy.ts'
import type { PeerLink } from './peer-link.ts'
import type { SiteSettings } from './settings.ts'
import { OrderError, type Site } from './site.ts'
import { viewOf } from './view.ts'

const wanted = z.object({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(128),
  /** alone: serve although the other site does not answer. */
  kind: z.enum(['site', 'network', 'alone']),
  drill: z.boolean().default(false),
  reason: z.string().trim().min(1).max(500),
  force: z.boolean().default(false),
})

/** Words for whoever knocks where nothing is served, by what this site is. */
const closed = {
  starting: ['starting', '系统正在启动', 'The system is starting'],
  standby: ['standby', '这里是备用站点，不提供服务', 'This is the standby site: nothing is served here'],
  moved: ['site-moved', '服务已切换到另一站点，本站点不再写入', 'The service moved to the other site: nothing is written here any more'],
  waiting: ['waiting', '正在确认另一站点是否已接管', 'Asking the other site whether it serves by now'],
  serving: ['site-moved', '服务在本站点的另一网络上', 'The service is on the other network of this site'],
} as const

export interface DeskParts {
  readonly site: Site
  readonly settings: SiteSettings
  readonly peer: PeerLink
}

/** The small server of a site: its page and orders, and 503 for everything that belongs to a service that is not here. */
export function createDesk({ site, settings, peer }: DeskParts): () => Server {
  const app = new Hono()
  const administrators = new Administrators()
  const headers = Object.entries(secureHeaders(false))
  const json = (context: Context, body: unknown, status = 200): Response =>
    context.newResponse(JSON.stringify(body), status as 200, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
  const notServed = (): Response => {
    const [code, zh, en] = closed[site.role]
    return errorResponse('unavailable', { code, message: { zh, en }, detail: { servedAt: site.servedAt }, retryAfter: 5 })
  }

  app.use(async (context, next) => {
    await next()
    for (const [name, value] of headers) context.res.headers.set(name, value)
  })
  app.use(bodyLimit({ maxSize: 64 * 1024, onError: () => errorResponse('too-large') }))
  app.get('/api/health', (context) => {
    const well = site.problem === null
    const parts = { site: { ok: well, detail: site.problem ?? site.role } }
    // Whoever looks for a place to send people to must not find one here.
    return json(context, { ok: false, status: site.role, at: Date.now(), parts }, 503)
  })
  app.get('/api/standby', async (context) => json(context, await viewOf(site, settings)))
  app.post('/api/standby/orders', async (context) => {
    const asked = wanted.safeParse(await context.req.json().catch(() => null))
    if (!asked.success) {
      const [issue] = asked.error.issues
      return errorResponse('invalid', {
        field: issue?.path.join('.') ?? '',
        message: { zh: '请填写此项', en: issue?.message ?? 'Invalid' },
      })
    }
    const { username, password, kind, drill, reason, force } = asked.data
    if (!site.sql) return notServed()
    const who = await administrators.check(site.sql, username, password)
    if (!who.ok) return errorResponse(who.reason)
    try {
      if (kind === 'alone') {
        site.goAlone()
        return json(context, { order: null }, 202)
      }
      const order = await site.give({ kind, drill, reason, force, by: { id: who.id, name: who.name } })
      return json(context, { order: { id: order.id, kind, at: order.at } }, 202)
    } catch (error) {
      if (!(error instanceof OrderError)) throw error
      return errorResponse('conflict', { code: error.code, message: { zh: error.zh, en: error.message } })
    }
  })
  app.post('/internal/site', async (context) => {
    const asked = await peer.read(context.req.raw)
    if (!asked) return errorResponse('not-permitted')
    const said = asked.ask === 'file' ? await fileBytes(settings.dataDir, asked.id) : await site.answer(asked)
    return new Response(Uint8Array.from(pack(said)), { headers: { 'content-type': 'application/msgpack' } })
  })
  app.all('/api/*', notServed)
  app.get('*', (context) => {
    const { body, type } = deskFile(context.req.path)
    return new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-cache' } })
  })
  app.all('*', notServed)
  return () => createAdaptorServer({ fetch: app.fetch }) as Server
}
