import type { Hono } from 'hono'
import { sql } from 'kysely'
import { findRecord, isMany, recordOf } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { demand, mayDo, visibleRows } from './access.ts'
import type { Records } from './engine.ts'
import { type FileStore, sha256, typeOf } from './file-store.ts'
import { answer, type HttpToolsParts } from './http-tools.ts'
import type { Actor, AnyService } from './types.ts'

/** Looks into a file before it is kept: null = clean, a text = what was found. Absent where no scanner is configured. */
export type VirusScan = (bytes: Uint8Array, name: string) => Promise<string | null>

export interface FileParts extends HttpToolsParts {
  readonly files: FileStore
  readonly scan?: VirusScan
  readonly services: readonly AnyService[]
  /** From the settings, bytes. */
  readonly maxBytes: () => number
  readonly newId: () => string
}

/** Upload for a field of a record, and download by whoever may see a row that holds the file. */
export function mountFiles(app: Hono, records: Records, parts: FileParts): void {
  app.post('/api/files', (context) =>
    answer(parts, context, 'file.create', async ({ actor }) => {
      const record = findRecord(context.req.query('record') ?? '')
      const fields = {
        ...record?.fields,
        ...Object.assign({}, ...Object.values(record?.lifecycle?.transitions ?? {}).map(({ input }) => input ?? {})),
      } as NonNullable<typeof record>['fields']
      const name = context.req.query('field') ?? ''
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (!record || (field?.type !== 'file' && field?.type !== 'image')) throw new Refusal('not-found')
      if (!mayDo(actor, record, 'operate')) demand(actor, record, 'administer')
      const title = decodeURIComponent(context.req.header('x-file-name') ?? '')
        .replaceAll(/[\p{Cc}\\/]/gu, '_')
        .slice(0, 200)
      if (title === '') throw new Refusal('invalid', { field: name, message: { zh: '缺少文件名', en: 'The file name is missing' } })
      const most = Math.min(field.maxBytes ?? Infinity, parts.maxBytes())
      const bytes = new Uint8Array(await context.req.arrayBuffer())
      if (bytes.length === 0) throw new Refusal('invalid', { field: name, message: { zh: '文件为空', en: 'The file is empty' } })
      if (bytes.length > most)
        throw new Refusal('too-large', { field: name, message: { zh: `文件超过 ${mb(most)} MB`, en: `Larger than ${mb(most)} MB` } })
      const mime = typeOf(bytes) ?? (context.req.header('content-type') ?? 'application/octet-stream').split(';')[0]?.trim() ?? ''
      const accepted = field.accept ?? (field.type === 'image' ? ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] : [])
      // A picture is one by its bytes, not by what it is called.
      const fits =
        accepted.length === 0 || accepted.some((type) => type === mime || (type.endsWith('/*') && mime.startsWith(type.slice(0, -1))))
      if (!fits || (field.type === 'image' && typeOf(bytes) === null))
        throw new Refusal('invalid', {
          field: name,
          message: { zh: `不支持的文件类型：${mime}`, en: `This type of file is not accepted: ${mime}` },
        })
      const found = (await parts.scan?.(bytes, title)) ?? null
      if (found !== null)
        throw new Refusal('invalid', {
          field: name,
          code: 'infected',
          message: { zh: `病毒扫描未通过：${found}`, en: `The virus scan found: ${found}` },
        })
      const id = parts.newId()
      await parts.files.put(id, bytes)
      const scan = parts.scan ? ('clean' as const) : ('unscanned' as const)
      const file = recordOf('file')
      const row = await records.run(actor, (turn) =>
        records.writer.create(turn, file, {
          id,
          name: title,
          mime,
          bytes: bytes.length,
          sha256: sha256(bytes),
          record: record.name,
          field: name,
          scan,
        }),
      )
      return { id: row.id, name: title, mime, bytes: bytes.length }
    }),
  )
  app.get('/api/files/:id', (context) =>
    answer(parts, context, null, async ({ actor }) => {
      const row = await records.db
        .selectFrom('storedFile')
        .select(['id', 'name', 'mime', 'record', 'field', 'createdBy'])
        .where('id', '=', context.req.param('id'))
        .where('org', '=', actor.org)
        .where('deletedAt', 'is', null)
        .executeTakeFirst()
      if (!row || !(await maySee(records, parts.services, row, actor))) throw new Refusal('not-found')
      const mime = String(row['mime'])
      // Only what a browser shows as a picture or a document is shown; the rest is a download.
      const inline = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'application/pdf'].includes(mime)
      return new Response(parts.files.open(String(row['id'])), {
        headers: {
          'content-type': inline ? mime : 'application/octet-stream',
          'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(String(row['name']))}`,
          'cache-control': 'private, max-age=3600',
        },
      })
    }),
  )
}
const mb = (bytes: number): number => Math.round((bytes / 1_048_576) * 10) / 10

/** Its uploader, or who may see a row that holds it. */
async function maySee(
  records: Records,
  services: readonly AnyService[],
  file: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<boolean> {
  if (file['createdBy'] === actor.id) return true
  const record = findRecord(String(file['record']))
  if (!record || !mayDo(actor, record, 'view')) return false
  const service = services.find((each) => each.record.name === record.name)
  const field = record.fields[String(file['field'])]
  // A file of a transition's input alone hangs on no column: its record's view permission is what counts.
  if (!field) return true
  const at = sql.ref(`${record.table}.${String(file['field'])}`)
  const holder = await records.db
    .selectFrom(record.table)
    .select('id')
    .where(visibleRows(record, service, actor))
    .where(isMany(field) ? sql<boolean>`${String(file['id'])} = any(${at})` : sql<boolean>`${at} = ${String(file['id'])}`)
    .limit(1)
    .executeTakeFirst()
  return holder !== undefined
}
