import type { Hono } from 'hono'
import { z } from 'zod'
import { maintenancePlan } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { checked } from '../../http/request-input.ts'
import { demand } from '../../records/access.ts'
import type { Records } from '../../records/engine.ts'
import { answer, type HttpToolsParts } from '../../records/http-tools.ts'
import type { LivePort } from '../live-port.ts'
import { capacityOn } from './maintenance-capacity.ts'

const asked = z.strictObject({
  station: z.string().min(1),
  date: z.iso.date(),
  services: z
    .string()
    .default('')
    .transform((ids) => ids.split(',').filter(Boolean)),
  plan: z.string().optional(),
})

/** What the planning form asks before it saves: the capacity left on a day, m3/min, and the flow of this moment to compare with. */
export function mountMaintenance(app: Hono, records: Records, live: LivePort, tools: HttpToolsParts): void {
  app.get('/api/maintenance/capacity', (context) =>
    answer(tools, context, null, async ({ actor, principal }) => {
      demand(actor, maintenancePlan, 'view')
      const { station, date, services, plan } = checked(asked, context.req.query(), 'query')
      if (principal.stations && !principal.stations.has(station)) throw new Refusal('not-found')
      const capacity = await capacityOn({ trx: records.db, live }, station, date, services, plan ?? null)
      return { ...capacity, flow: live.summary(station)?.flow ?? null }
    }),
  )
}

const number = { type: 'number' }
export const maintenancePaths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/api/maintenance/capacity': {
    get: {
      operationId: 'maintenance_capacity',
      tags: [maintenancePlan.label.en],
      summary: '计划日剩余产能 / Capacity left on a planned day, m3/min',
      description: '权限 permission: `maintenancePlan:view`',
      parameters: ['station', 'date', 'services', 'plan'].map((name) => ({
        name,
        in: 'query',
        required: name === 'station' || name === 'date',
        description: name === 'services' ? '保养记录编号，逗号分隔 / ids of services, comma-separated' : name,
        schema: { type: 'string' },
      })),
      responses: {
        '200': {
          description: '成功 OK',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['capacity', 'capacityLeft', 'devices', 'flow'],
                properties: {
                  capacity: number,
                  capacityLeft: number,
                  devices: { type: 'array', items: { type: 'string' } },
                  flow: { type: ['number', 'null'] },
                },
              },
            },
          },
        },
        ...Object.fromEntries(['401', '403', '404', '422'].map((code) => [code, { $ref: '#/components/responses/Error' }])),
      },
    },
  },
}
