import { isExactPrice } from '@twin/models/energy'
import { gasContract, type RowOf } from '@twin/models/records'
import { defineService, type Turn } from '../../records/types.ts'
import { conflict, invalid, numbered, sign } from '../document-tools.ts'
import { standingStation } from './standing.ts'

type GasContract = RowOf<typeof gasContract>

export const gasContractService = defineService({
  record: gasContract,
  async beforeSave({ turn, before, after }) {
    if (after.ends < after.starts) throw invalid('ends', '结束不能早于开始', 'It cannot end before it starts')
    if (!isExactPrice(after.price)) throw invalid('price', '单价最多五位小数', 'At most five decimals')
    if (after.outlet !== null) await demandOutlet(turn, after.outlet, after.station)
    return numbered(turn, before, gasContract, 'GQ')
  },
  guards: {
    async free({ turn, row }) {
      await standingStation(turn, row.station)
      if (row.outlet !== null) await refuseOverlap(turn, row, row.outlet)
    },
  },
  effects: {
    sign,
    end({ row, input }) {
      if (input.endedOn < row.starts) throw invalid('endedOn', '不能早于合同开始', 'It cannot be before the contract starts')
      return Promise.resolve({ endedOn: input.endedOn, reason: input.reason })
    },
  },
})

async function demandOutlet(turn: Turn, outlet: string, station: string): Promise<void> {
  const row = await turn.tables.selectFrom('device').select(['station', 'kind']).where('id', '=', outlet).executeTakeFirst()
  if (row?.station !== station || row.kind !== 'outlet') throw invalid('outlet', '不是该站点的用户出口', 'It is no outlet of this station')
}

/** The station's lock keeps two that are signed at once apart. */
async function refuseOverlap(turn: Turn, row: GasContract, outlet: string): Promise<void> {
  const other = await turn.tables
    .selectFrom('gas_contract')
    .select('document')
    .where('org', '=', turn.actor.org)
    .where('outlet', '=', outlet)
    .where('id', '!=', row.id)
    .where('state', '=', 'active')
    .where('deletedAt', 'is', null)
    .where('starts', '<=', row.ends)
    .where('ends', '>=', row.starts)
    .executeTakeFirst()
  if (other)
    throw conflict('overlaps', `该出口的有效期与 ${other.document} 重叠`, `Overlaps with ${other.document} at this outlet`, {
      field: 'outlet',
    })
}
