import type { Hono } from 'hono'
import { sql } from 'kysely'
import { z } from 'zod'
import { region } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { checked } from '../../http/request-input.ts'
import { demand } from '../../records/access.ts'
import type { Records } from '../../records/engine.ts'
import { answer, type HttpToolsParts } from '../../records/http-tools.ts'
import type { LivePort } from '../live-port.ts'
import { type NamedRegion, regionsAt } from './region-tree.ts'
import { serviceDepartmentOf } from './service-departments.ts'

const asked = z.strictObject({
  /** A month or a day, Beijing time; as it was at its end. Default: now. */
  at: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$/, 'YYYY-MM or YYYY-MM-DD')
    .optional(),
  id: z.string().optional(),
  level: z.enum(['province', 'city', 'district', 'organisation']).optional(),
  /** Only provinces and the regions that hold stations. */
  used: z.enum(['true', 'false']).default('false'),
})
/** Nothing is written ahead: the far end of time stands for now. */
const now = Date.UTC(9999, 0)
/** The last millisecond of a month or day. Throws for a day that is none. */
function endOf(at: string): number {
  const begin = Date.parse(`${at.length === 7 ? `${at}-01` : at}T00:00:00+08:00`)
  if (Number.isNaN(begin)) throw new Refusal('invalid', { field: 'at', message: { zh: '没有这一天', en: 'There is no such day' } })
  if (at.length === 10) return begin + 86_399_999
  const [year = 0, month = 0] = at.split('-').map(Number)
  return Date.UTC(year, month, 1) - 8 * 3_600_000 - 1
}

/** What is asked of regions beyond their rows: their names at a time, and who serves them. */
export function mountRegions(app: Hono, records: Records, _live: LivePort, tools: HttpToolsParts): void {
  app.get('/api/regions', (context) =>
    answer(tools, context, null, async ({ actor, principal }) => {
      const { at, id, level, used } = checked(asked, context.req.query(), 'query')
      // What one's own stations stand in belongs to seeing them.
      if (used === 'false') demand(actor, region, 'view')
      let found = await regionsAt(records.db, actor.org, at === undefined ? now : endOf(at))
      if (used === 'true') found = await usedOf(records, found, principal.stations)
      const ids = id === undefined ? null : new Set(id.split(','))
      return { regions: found.filter((one) => (ids === null || ids.has(one.id)) && (level === undefined || one.level === level)) }
    }),
  )
  app.get('/api/regions/:id/service-department', (context) =>
    answer(tools, context, null, async ({ actor }) => {
      demand(actor, region, 'view')
      const id = context.req.param('id')
      const known = await records.db.selectFrom('region').select('id').where('org', '=', actor.org).where('id', '=', id).executeTakeFirst()
      if (!known) throw new Refusal('not-found')
      const found = await serviceDepartmentOf(records.db, actor.org, id)
      return { region: id, department: found?.department ?? null, from: found?.region ?? null }
    }),
  )
}

/** Provinces, and the way down to each region that holds a station of his. */
async function usedOf(
  records: Records,
  all: readonly NamedRegion[],
  stations: ReadonlySet<string> | null,
): Promise<readonly NamedRegion[]> {
  const rows = await records.db
    .selectFrom('station')
    .select('region')
    .distinct()
    .where('deletedAt', 'is', null)
    .$if(stations !== null, (q) => q.where(sql<boolean>`id = any(${[...(stations ?? [])]}::text[])`))
    .execute()
  const byId = new Map(all.map((one) => [one.id, one]))
  const kept = new Set<string>()
  for (const row of rows)
    for (let at = byId.get(String(row['region'])); at && !kept.has(at.id); at = byId.get(at.parent ?? '')) kept.add(at.id)
  return all.filter(({ id, level }) => level === 'province' || kept.has(id))
}

const operation = (id: string, zh: string, en: string, parameters: readonly object[]) => ({
  get: {
    operationId: id,
    tags: ['Regions'],
    summary: `${zh} / ${en}`,
    description: '权限 permission: `region:view`',
    parameters,
    responses: { '200': { description: '成功 OK' }, '401': { description: 'Unauthorized' }, '404': { description: 'Not found' } },
  },
})
const query = (name: string, description: string) => ({ name, in: 'query', description, schema: { type: 'string' } })
export const regionPaths = {
  '/api/regions': operation('regions_at', '某时的区域名称及其现在的区域', 'names of regions at a time, with what they are today', [
    query('at', '2026-01 | 2026-01-31'),
    query('id', 'a,b'),
    query('level', 'province | city | district | organisation'),
    query('used', 'true: only provinces and regions that hold stations'),
  ]),
  '/api/regions/{id}/service-department': operation('region_service_department', '区域的服务部门', 'service department of a region', [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
  ]),
}
