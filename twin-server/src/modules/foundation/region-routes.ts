import type { Hono } from 'hono'
import { region } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { demand } from '../../records/access.ts'
import type { Records } from '../../records/engine.ts'
import { answer, type HttpToolsParts } from '../../records/http-tools.ts'
import type { LivePort } from '../live-port.ts'
import { serviceDepartmentOf } from './service-departments.ts'

/** What is asked of regions beyond their rows. */
export function mountRegions(app: Hono, records: Records, _live: LivePort, tools: HttpToolsParts): void {
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
export const regionPaths = {
  '/api/regions/{id}/service-department': operation('region_service_department', '区域的服务部门', 'service department of a region', [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
  ]),
}
