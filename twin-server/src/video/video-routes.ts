import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { videoCamera, videoRecording } from '@twin/models/records'
import type { HttpExtension } from '../http/index.ts'
import { Refusal } from '../http/api-error.ts'
import { answer, demand, type Gate, type HttpToolsParts, type Records, type Request } from '../modules/index.ts'
import { inScope, type Security } from '../security/index.ts'
import type { Camera } from './camera.ts'
import type { VideoSession } from './sessions.ts'
import type { VideoEngine } from './video-engine.ts'

export interface VideoRoutesParts {
  readonly video: VideoEngine
  readonly records: Records
  readonly security: Security
  readonly allowedOrigins: readonly string[]
  readonly log: HttpToolsParts['log']
  readonly gate: Gate
  readonly clock: { readonly now: () => number }
}

const offline = { zh: '摄像头没有画面：离线或地址、口令有误', en: 'No picture: the camera is offline, or its address or password is wrong' }
const missing = { zh: '服务器没有安装 ffmpeg，不能取流', en: 'The server has no ffmpeg and cannot take streams in' }

const shown = ({ id, camera, user, userName, since }: VideoSession): object => ({
  ...{ id, camera: camera.row.id, station: camera.row.station, user, userName, since },
  playlist: `/api/video/sessions/${id}/index.m3u8`,
})

/** Live pictures and recordings. Every view is in the log; a station outside of one's scope is refused (403). */
export function videoRoutes({ video, records, security, allowedOrigins, log, gate, clock }: VideoRoutesParts): HttpExtension {
  function camera({ actor, principal }: Request, id: string): Camera {
    demand(actor, videoCamera, 'view')
    const found = video.camera(id)
    if (!found) throw new Refusal('not-found')
    if (!inScope(principal, found.row.station)) throw new Refusal('not-permitted')
    return found
  }
  return {
    paths: {},
    mount(app, { from }) {
      const tools: HttpToolsParts = { security, allowedOrigins, log, from, gate }
      app.get('/api/video', (context) => answer(tools, context, null, () => Promise.resolve({ engine: video.engine })))
      app.get('/api/video/sessions', (context) =>
        answer(tools, context, null, ({ actor, principal }) => {
          demand(actor, videoCamera, 'view')
          const which = context.req.query('camera')
          const open = video
            .sessions()
            .filter(({ camera: { row } }) => (which === undefined || row.id === which) && inScope(principal, row.station))
          return Promise.resolve({ items: open.map(shown) })
        }),
      )
      app.post('/api/video/cameras/:id/sessions', (context) =>
        answer(tools, context, 'video.view', async (request) => {
          const one = camera(request, context.req.param('id'))
          if (video.engine === null) throw new Refusal('unavailable', { code: 'no-engine', message: missing })
          const session = await video.view(one, { id: request.principal.id, name: request.principal.username, from: request.actor.from })
          if (!session) throw new Refusal('unavailable', { code: 'camera-offline', message: offline })
          return shown(session)
        }),
      )
      app.delete('/api/video/sessions/:id', (context) =>
        answer(tools, context, null, async ({ actor, principal }) => {
          const session = video.sessions().find(({ id }) => id === context.req.param('id'))
          if (!session) throw new Refusal('not-found')
          if (session.user !== principal.id) demand(actor, videoCamera, 'approve')
          await video.end(session.id)
          return { closed: session.id }
        }),
      )
      app.get('/api/video/sessions/:id/:file', (context) =>
        answer(tools, context, null, ({ principal }) => {
          const { id, file } = context.req.param()
          const session = video.session(id, principal.id)
          const stream = session?.camera.stream
          if (!stream || !/^(?:index\.m3u8|\d+\.ts)$/.test(file)) throw new Refusal('not-found')
          return sendFile(join(stream.dir, file), file.endsWith('.ts') ? 'video/mp2t' : 'application/vnd.apple.mpegurl', undefined)
        }),
      )
      app.post('/api/video/cameras/:id/recordings', (context) =>
        answer(tools, context, 'video.record', async (request) => {
          demand(request.actor, videoCamera, 'approve')
          const one = camera(request, context.req.param('id'))
          if (video.engine === null) throw new Refusal('unavailable', { code: 'no-engine', message: missing })
          return { id: await video.recorder.record(one, { reason: 'manual', source: request.principal.username }, clock.now()) }
        }),
      )
      app.get('/api/video/recordings/:id/file', (context) =>
        answer(tools, context, null, async ({ actor, principal }) => {
          demand(actor, videoRecording, 'view')
          const row = await records.db
            .selectFrom('videoRecording')
            .select(['id', 'station', 'camera', 'status'])
            .where('id', '=', context.req.param('id'))
            .where('org', '=', actor.org)
            .where('deletedAt', 'is', null)
            .executeTakeFirst()
          if (!row) throw new Refusal('not-found')
          if (!inScope(principal, String(row['station']))) throw new Refusal('not-permitted')
          if (row['status'] !== 'ready')
            throw new Refusal('conflict', { code: 'not-ready', message: { zh: '录像还不能回放', en: 'It cannot be played yet' } })
          const range = context.req.header('range')
          // A player asks for a recording piece by piece; looking at it begins with the first.
          if (range === undefined || range.startsWith('bytes=0-'))
            await security.audit.append({
              ...{
                user: principal.id,
                userName: principal.username,
                from: actor.from,
                kind: 'video.playback',
                target: String(row['id']),
                result: 'ok',
              },
              after: { camera: row['camera'], station: row['station'] },
            })
          return sendFile(video.recorder.file(String(row['id'])), 'video/mp4', range)
        }),
      )
    },
  }
}

/** A file, or the one range of bytes that was asked for (RFC 9110). */
async function sendFile(path: string, type: string, range: string | undefined): Promise<Response> {
  const found = await stat(path).catch(() => null)
  if (!found) throw new Refusal('not-found')
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  const headers = { 'content-type': type, 'cache-control': 'no-store', 'accept-ranges': 'bytes' }
  if (first === undefined) {
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream
    return new Response(body, { headers: { ...headers, 'content-length': String(found.size) } })
  }
  const start = Number(first)
  const end = Math.min(last ? Number(last) : found.size - 1, found.size - 1)
  if (start > end) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${found.size}` } })
  return new Response(Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream, {
    status: 206,
    headers: { ...headers, 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/${found.size}` },
  })
}
