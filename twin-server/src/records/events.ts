import type { Context } from 'hono'
import postgres from 'postgres'
import { findRecord } from '@twin/models/records'
import { inScope } from '../security/index.ts'
import { mayDo } from './access.ts'
import { answer, type HttpToolsParts } from './http-tools.ts'
import { bellChannel } from './turns.ts'
import type { Actor } from './types.ts'

export interface Bells {
  /** Hears every bell of every server: `record:<name>`, `user:<id>`, `roles`, `menu` … */
  on(listener: (bell: string) => void): () => void
  /** Rings on every server, for what no turn rings: the twin of a station took its new master data (`live:<id>`). */
  ring(bell: string): Promise<void>
  stop(): Promise<void>
}

/**
 * One connection of its own listens; the database rings only what was committed. `follow` renews what this server keeps in memory: in the
 * order of the bells, and before any listener hears, so that a page that asks at once is not told the old.
 */
export async function listenBells(url: string, follow: (bell: string) => Promise<void>, failed: (error: unknown) => void): Promise<Bells> {
  const pool = postgres(url, { max: 1, onnotice: () => undefined })
  const listeners = new Set<(bell: string) => void>()
  const tell = async (before: Promise<void>, bell: string): Promise<void> => {
    await before
    await follow(bell).catch(failed)
    for (const listener of listeners) listener(bell)
  }
  let last = Promise.resolve()
  await pool.listen(bellChannel, (payload) => {
    for (const bell of JSON.parse(payload) as string[]) last = tell(last, bell).catch(failed)
  })
  return {
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ring: async (bell) => void (await pool.notify(bellChannel, JSON.stringify([bell]))),
    stop: () => pool.end({ timeout: 1 }),
  }
}

/** Bells a person may hear: his own, and names of records he may view; never what is in them. */
function hears(actor: Actor, bell: string): boolean {
  if (bell === 'menu' || bell === 'roles') return true
  if (bell.startsWith('live:')) return actor.principal !== null && inScope(actor.principal, bell.slice('live:'.length))
  if (bell.startsWith('user:')) return bell === `user:${actor.id ?? ''}`
  const record = findRecord(bell.replace('record:', ''))
  return record !== undefined && mayDo(actor, record, 'view')
}

/** Server-sent events for open pages: what changed, so that they ask again. */
export function eventStream(parts: HttpToolsParts, bells: Bells, context: Context): Promise<Response> {
  return answer(parts, context, null, async ({ actor, principal }) => {
    const encoder = new TextEncoder()
    let end = (): void => undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (text: string): void => {
          // A page that does not read loses bells, not the server its memory; it asks again when it reconnects.
          if ((controller.desiredSize ?? 0) > -1000) controller.enqueue(encoder.encode(text))
        }
        send('retry: 3000\n\n: open\n\n')
        const off = bells.on((bell) => {
          if (hears(actor, bell)) send(`data: ${bell.startsWith('user:') ? 'inbox' : bell}\n\n`)
        })
        const beat = setInterval(() => send(': beat\n\n'), 20_000)
        const stopChanged = parts.security.onPrincipalChanged((user) => {
          // Rights changed: the page comes back with the new ones, or is refused.
          if (user === principal.id) {
            end()
            controller.close()
          }
        })
        end = () => {
          clearInterval(beat)
          off()
          stopChanged()
        }
      },
      cancel: () => end(),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } })
  })
}
