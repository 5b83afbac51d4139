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
