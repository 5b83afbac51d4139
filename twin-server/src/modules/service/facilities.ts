import { sql } from 'kysely'
import { facility, facilityEvent, type facilitySteps, type RowOf } from '@twin/models/records'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import { conflict, invalid } from '../document-tools.ts'

type Facility = RowOf<typeof facility>

export const facilityService: AnyService = defineService({
  record: facility,
  async beforeSave({ turn, before, after }) {
    if (after.mounting === 'rack') await demandSpace(turn, before?.id ?? null, after)
    return before === null ? { cost: after.price, stateSince: after.installedOn } : {}
  },
  async afterSave({ turn, before, after, records }) {
    if (before !== null) return
    await records.create(turn, facilityEvent, { facility: after.id, ordinal: 1, step: 'install', on: after.installedOn, cost: after.price })
  },
  effects: {
    async step({ turn, row, input, transition, records }) {
      // Later steps stand later: what the life adds up to is read in its order.
      if (input.on < (row.stateSince ?? '')) throw invalid('on', `不能早于 ${row.stateSince}`, `It cannot be before ${row.stateSince}`)
      const said: { readonly on: string; readonly detail?: string; readonly part?: string; readonly cost?: number } = input
      const { detail = null, part = null, cost = 0 } = said
      const ordinal = await nextOrdinal(turn, row.id)
      await records.create(turn, facilityEvent, {
        ...{ facility: row.id, ordinal, step: transition as keyof typeof facilitySteps, on: input.on, detail, part, cost },
      })
      const state = transition === 'exchange' ? { state: row.state } : {}
      return { ...state, stateSince: input.on, cost: (row.cost ?? 0) + cost } as Partial<Facility>
    },
  },
})

async function nextOrdinal(turn: Turn, id: string): Promise<number> {
  const { last } = await turn.tables
    .selectFrom('facility_event')
    .select(sql<number>`coalesce(max(ordinal), 0)`.as('last'))
    .where('facility', '=', id)
    .executeTakeFirstOrThrow()
  return last + 1
}

/** Two never stand in the same unit of a rack; the rack's name is the lock. */
async function demandSpace(turn: Turn, id: string | null, { rack, slot, height }: Facility): Promise<void> {
  if (rack === null || slot === null || height === null) return
  if (slot + height - 1 > 48) throw invalid('height', '超出 48U 机柜', 'Beyond the 48 units of a rack')
  await lockName(turn, `rack ${turn.actor.org} ${rack}`)
  const other = await turn.tables
    .selectFrom('facility')
    .select(['code', 'slot', 'height'])
    .where('org', '=', turn.actor.org)
    .where('rack', '=', rack)
    .where('state', '!=', 'scrapped')
    .where('deletedAt', 'is', null)
    .$if(id !== null, (query) => query.where('id', '!=', id ?? ''))
    .where(sql<boolean>`slot < ${slot + height} and slot + height > ${slot}`)
    .executeTakeFirst()
  if (other) throw conflict('occupied', `${rack} 的该位置已有 ${other.code}`, `${other.code} stands there in ${rack}`, { field: 'slot' })
}
