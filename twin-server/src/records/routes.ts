import type { Hono } from 'hono'
import { z } from 'zod'
import { type ListQuery, parseListQuery, type RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { checked, queryOf } from '../http/request-input.ts'
import type { Records } from './engine.ts'
import { answer, type Answer, type HttpToolsParts, jsonBody, type Request } from './http-tools.ts'
import { createExportProgress } from './export-progress.ts'
import { exportTable } from './tables.ts'

const version = z.number().int().min(1)
const bulkBody = z.strictObject({
  ids: z.array(z.string()).min(1).max(500),
  act: z.union([
    z.strictObject({ transition: z.string(), input: z.record(z.string(), z.unknown()).optional() }),
    z.strictObject({ change: z.record(z.string(), z.unknown()) }),
    z.strictObject({ remove: z.literal(true) }),
  ]),
})

/** REST of every record, from their declarations: one set of routes, whatever their number. */
export function mountRecords(
  app: Hono,
  records: Records,
  parts: HttpToolsParts & { readonly zone: string; readonly maxExportRows: () => number },
): void {
  type Work = (request: Request, record: RecordModel) => Promise<Answer>
  const on = (method: string, path: string, verb: string | null, work: Work): void => {
    app.on(method, `/api/records/:record${path}`, (context) => {
      const record = records.find(context.req.param('record') ?? '')
      // `POST …/:id/:transition` is logged under the transition's name.
      const kind = verb === null ? null : `${context.req.param('record') ?? ''}.${context.req.param('transition') ?? verb}`
      return answer(parts, context, record ? kind : null, async (request) => {
        if (!record) throw new Refusal('not-found')
        return work(request, record)
      })
    })
  }
  const progress = createExportProgress()
  const query = ({ context }: Request, record: RecordModel): ListQuery => {
    const words = queryOf(new URL(context.req.url))
    const parsed = parseListQuery(record, words)
    if (!parsed.ok) throw new Refusal('invalid', { field: parsed.field, message: { zh: parsed.zh, en: parsed.en } })
    return parsed.value
  }
  const id = ({ context }: Request): string => context.req.param('id') ?? ''

  on('GET', '', null, (request, record) => records.list(record, query(request, record), request.actor))
  on('POST', '', 'create', async (request, record) => {
    const key = request.context.req.header('idempotency-key')
    if (key !== undefined && !/^[\x21-\x7e]{1,100}$/.test(key)) throw new Refusal('invalid', { field: 'Idempotency-Key' })
    return records.create(record, await jsonBody(request.context), request.actor, key)
  })
  on('GET', '/statistics', null, async (request, record) => {
    const by = (request.context.req.query('by') ?? '').split(',').filter(Boolean)
    return records.statistics(record, query(request, record), by, parts.zone, request.actor)
  })
  on('GET', '/export', null, async (request, record) => {
    const asked = query(request, record)
    const total = await records.count(record, asked, request.actor)
    if (total > parts.maxExportRows())
      throw new Refusal('invalid', { message: { zh: `最多导出 ${parts.maxExportRows()} 行`, en: `At most ${parts.maxExportRows()} rows` } })
    const format = request.context.req.query('format') === 'csv' ? 'csv' : 'xlsx'
    const language = request.context.req.query('lang') === 'en' ? 'en' : 'zh'
    const { name, type, body } = exportTable(records, record, asked, format, language, request.actor, (lines) =>
      progress.counted(request.context.req.query('ticket') ?? '', request.actor.id, total, lines),
    )
    const { actor } = request
    await parts.security.audit.append({
      user: actor.id,
      userName: actor.name,
      from: actor.from,
      kind: `${record.name}.export`,
      target: null,
      result: 'ok',
      after: { rows: total, format },
    })
    return new Response(body, {
      headers: {
        'content-type': type,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'cache-control': 'no-store',
        // A download shows its progress by it.
        'x-total-rows': String(total),
      },
    })
  })
  on('POST', '/import', 'import', async ({ context, actor }, record) =>
    records.import(record, new Uint8Array(await context.req.arrayBuffer()), context.req.query('dry') !== 'false', actor),
  )
  on('POST', '/bulk', 'bulk', async ({ context, actor }, record) => {
    const { ids, act } = checked(bulkBody, await jsonBody(context), 'body')
    return { results: await records.bulk(record, ids, act, actor) }
  })
  on('GET', '/:id', null, (request, record) => records.detail(record, id(request), request.actor))
  on('GET', '/:id/history', null, async (request, record) => ({ lines: await records.history(record, id(request), request.actor) }))
  on('GET', '/:id/related', null, async (request, record) => ({ related: await records.related(record, id(request), request.actor) }))
  on('PUT', '/:id', 'update', async (request, record) => {
    const { version: expected, ...change } = await jsonBody(request.context)
    return records.change(record, id(request), checked(version, expected, 'version'), change, request.actor)
  })
  on('DELETE', '/:id', 'delete', async (request, record) => {
    const expected = request.context.req.query('version')
    await records.remove(record, id(request), expected === undefined ? null : checked(version, Number(expected), 'version'), request.actor)
    return { ok: true }
  })
  on('POST', '/:id/show/:field', 'show', async (request, record) => {
    const { actor, context } = request
    const field = context.req.param('field') ?? ''
    const { title, value } = await records.show(record, id(request), field, actor)
    // Logged first: what cannot be logged is not shown.
    const line = { user: actor.id, userName: actor.name, from: actor.from, kind: `${record.name}.show`, target: id(request), title }
    await parts.security.audit.append({ ...line, result: 'ok', after: { field } })
    return { value }
  })
  on('POST', '/:id/:transition', 'transit', async (request, record) => {
    const { version: expected, input } = await jsonBody(request.context)
    const name = request.context.req.param('transition') ?? ''
    return records.transit(
      record,
      id(request),
      name,
      expected === undefined ? null : checked(version, expected, 'version'),
      input,
      request.actor,
    )
  })
  // How far an export is that this server writes for the asker.
  app.get('/api/exports/:ticket', (context) =>
    answer(parts, context, null, ({ actor }) => {
      const found = progress.of(context.req.param('ticket'), actor.id)
      if (!found) throw new Refusal('not-found', { field: 'ticket' })
      return Promise.resolve(found)
    }),
  )
  // Choices for references, also to what is kept elsewhere: users, stations, devices. Filters as in a list.
  app.get('/api/options/:to', (context) =>
    answer(parts, context, null, async (request) => {
      const to = context.req.param('to')
      const record = records.find(to)
      const filters = record ? query(request, record).filters : []
      return { options: await records.options(to, context.req.query('q') ?? '', filters, request.actor) }
    }),
  )
}
