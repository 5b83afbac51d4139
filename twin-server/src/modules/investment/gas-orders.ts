import { gasMoney, isExactPrice } from '@twin/models/energy'
import { gasOrder, stationOffer, type RowOf } from '@twin/models/records'
import { defineService, type Turn } from '../../records/types.ts'
import { conflict, invalid, numbered, sign } from '../document-tools.ts'
import { dayOfTime } from '../supervision/index.ts'

type GasOrder = RowOf<typeof gasOrder>

export const stationOfferService = defineService({
  record: stationOffer,
  beforeSave({ after }) {
    if (after.validTo !== null && after.validTo < after.validFrom)
      throw invalid('validTo', '不能早于有效开始', 'It cannot end before it begins')
    if (!isExactPrice(after.price)) throw invalid('price', '单价最多五位小数', 'At most five decimals')
    if (after.kind === 'gasSale' && after.unit !== 'm3') throw invalid('unit', '供气按立方米计价', 'Gas is priced per m³')
    return Promise.resolve({})
  },
})

export const gasOrderService = defineService({
  record: gasOrder,
  async beforeSave({ turn, before, after }) {
    // The price of the moment of ordering stays, whatever becomes of the service.
    const price = before === null ? await priceNow(turn, after) : before.price
    return { ...(await numbered(turn, before, gasOrder, 'QD')), price, amount: gasMoney(after.volume, price ?? 0) }
  },
  effects: { sign },
})

async function priceNow(turn: Turn, order: GasOrder): Promise<number> {
  const offer = await turn.tables
    .selectFrom('station_offer')
    .select(['station', 'kind', 'state', 'price', 'validFrom', 'validTo'])
    .where('id', '=', order.offer)
    .where('deletedAt', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (offer?.station !== order.station || offer.kind !== 'gasSale')
    throw invalid('offer', '不是该站点的供气服务', 'It is no gas service of this station')
  if (offer.state !== 'enabled') throw invalid('offer', '该服务已停用', 'This service is disabled')
  const today = dayOfTime(turn.now)
  if (today < offer.validFrom || (offer.validTo !== null && today > offer.validTo))
    throw invalid('offer', '该服务不在有效期内', 'This service is not valid today')
  return order.contract === null ? offer.price : contractPrice(turn, order, order.contract)
}

async function contractPrice(turn: Turn, order: GasOrder, id: string): Promise<number> {
  const contract = await turn.tables
    .selectFrom('gas_contract')
    .select(['station', 'customer', 'state', 'price', 'starts', 'ends'])
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (contract?.station !== order.station || contract.customer !== order.customer)
    throw invalid('contract', '不是该客户与该站点的合同', 'It is no contract of this customer with this station')
  if (contract.state !== 'active' || order.from < contract.starts || order.from > contract.ends)
    throw conflict('not-in-force', '合同在供气日期未生效', 'The contract is not in force on that day', { field: 'contract' })
  return contract.price
}
