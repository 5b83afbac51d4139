import { customerRequest } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService } from '../../records/types.ts'
import { nextNumber } from '../document-number.ts'
import { serviceDepartmentOf } from '../foundation/index.ts'

export const customerRequestService: AnyService = defineService({
  record: customerRequest,
  async beforeSave({ turn, before, after }) {
    const at = await turn.tables.selectFrom('region').select(['level', 'state']).where('id', '=', after.region).executeTakeFirst()
    if (before?.region !== after.region && (at?.level === 'province' || at?.state !== 'enabled'))
      throw new Refusal('invalid', {
        field: 'region',
        message: { zh: '请选择启用的市或区县', en: 'Choose a city or district that is enabled' },
      })
    const number = before ? {} : { number: await nextNumber(turn, customerRequest, 'number', 'FW') }
    // Chosen by hand it stays; else it follows the region.
    const byHand =
      after.department !== null && (before === null || before.department !== after.department || before.departmentRegion === null)
    const proposed = await serviceDepartmentOf(turn.trx, turn.actor.org, after.region)
    if (byHand && after.department !== proposed?.department) return { ...number, departmentRegion: null }
    return { ...number, department: proposed?.department ?? null, departmentRegion: proposed?.region.id ?? null }
  },
  effects: {
    noteAccepted: ({ turn }) => Promise.resolve({ acceptedBy: turn.actor.id, acceptedAt: turn.now }),
    noteClosed: ({ turn, input }) => Promise.resolve({ result: input.result, closedAt: turn.now }),
  },
})
