import { asset, mandatoryUnits, purchase, type RowOf, unitTypes } from '@twin/models/records'
import { defineService, type Turn } from '../../records/types.ts'
import { lockAssets, refreshStation } from './asset-ledger.ts'
import { conflict, invalid, numbered, sign } from './asset-tools.ts'

type Purchase = RowOf<typeof purchase>
const total = (prices: readonly (number | null)[]): number => prices.reduce<number>((sum, price) => sum + (price ?? 0), 0)

async function refuseTaken(turn: Turn, serials: readonly string[], field: string): Promise<void> {
  const twice = serials.find((serial, i) => serials.indexOf(serial) < i)
  if (twice !== undefined) throw invalid(field, `序列号 ${twice} 重复`, `Serial number ${twice} is there twice`)
  const taken = await turn.trx
    .selectFrom('asset')
    .select('serial')
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where('serial', 'in', [...serials])
    .executeTakeFirst()
  const serial = String(taken?.['serial'])
  if (taken) throw conflict('duplicate', `序列号 ${serial} 已登记`, `Serial number ${serial} is registered`, { field })
}

/** What can be said at once; what is still missing is said at the approval. */
function checkPrices({ kind, price, components, lots }: Purchase): void {
  const prices = components.map((component) => component.price)
  if (kind === 'smartStation' && prices.some((each) => each !== null) && total(prices) !== price)
    throw invalid('components', '部件价格合计须等于购入价', 'The prices of the components do not add up to the purchase price')
  if (kind === 'centralStation' && lots.length > 0 && total(lots.map((lot) => lot.price)) !== price)
    throw invalid('lots', '批次价格合计须等于合同总价', 'The prices of the lots do not add up to the contract total')
}

export const purchaseService = defineService({
  record: purchase,
  async beforeSave({ turn, before, after }) {
    const parts = after.kind === 'smartStation' ? after.components.map(({ serial }) => serial) : []
    await refuseTaken(turn, [after.serial], 'serial')
    if (parts.length > 0) await refuseTaken(turn, [after.serial, ...parts], 'components')
    checkPrices(after)
    const lots = after.lots.map((lot) => ({ ...lot, delivered: 0 }))
    return { ...(await numbered(turn, before, purchase, 'GR')), ...(after.kind === 'centralStation' ? { lots } : {}) }
  },
  effects: {
    async acquire(act) {
      const { turn, row, records } = act
      const { kind, model, serial, ratedPower, ratedFlow, ratedPressure, supplier, price, components, lots } = row
      const whole = { kind, model, serial, ratedPower, ratedFlow, ratedPressure, supplier, purchase: row.id }
      if (kind === 'singleModule') {
        await records.create(turn, asset, { ...whole, unitType: 'compressor', price, netValue: price })
        return { ...(await sign(act)), state: 'approved' as const }
      }
      if (kind === 'centralStation') {
        if (lots.length === 0) throw invalid('lots', '请填写批次', 'There are no lots')
        const station = await records.create(turn, asset, whole)
        await refreshStation(turn, records, station.id)
        const ordered = lots.reduce((sum, { quantity }) => sum + quantity, 0)
        return { ...(await sign(act)), state: 'partial' as const, ordered, delivered: 0 }
      }
      const lacking = mandatoryUnits.filter((type) => !components.some(({ unitType }) => unitType === type))
      if (lacking.length > 0) {
        const say = (at: 0 | 1): string => lacking.map((type) => unitTypes[type][at]).join(at === 0 ? '、' : ', ')
        throw invalid('components', `缺少部件：${say(0)}`, `Components are missing: ${say(1)}`)
      }
      // The money lies with the components if they have prices, else with the station: it is counted once.
      const priced = components.some((component) => component.price !== null)
      const station = await records.create(turn, asset, { ...whole, ...(priced ? {} : { price, netValue: price }) })
      for (const component of components)
        await records.create(turn, asset, {
          ...component,
          kind: 'unit',
          supplier,
          parent: station.id,
          purchase: row.id,
          netValue: component.price,
        })
      await refreshStation(turn, records, station.id)
      return { ...(await sign(act)), state: 'approved' as const }
    },
    async deliver({ turn, row, input, records }) {
      const serials = input.units.map(({ serial }) => serial)
      await refuseTaken(turn, serials, 'units')
      const lots = row.lots.map((lot) => ({ ...lot, delivered: lot.delivered ?? 0 }))
      if (!lots.some(({ lot }) => lot === input.lot)) throw invalid('lot', '没有这一批次', 'There is no such lot')
      const station = (
        await turn.tables
          .selectFrom('asset')
          .select('id')
          .where('purchase', '=', row.id)
          .where('kind', '=', 'centralStation')
          .where('deletedAt', 'is', null)
          .executeTakeFirstOrThrow()
      ).id
      await lockAssets(turn, [station])
      for (const { unitType, serial } of input.units) {
        const lot = lots.find((each) => each.lot === input.lot && each.unitType === unitType && each.delivered < each.quantity)
        const [zh, en] = unitTypes[unitType]
        if (!lot)
          throw conflict('over-delivered', `${input.lot} 批次的${zh}已到齐`, `Lot ${input.lot} has no more of ${en} to come`, {
            field: 'units',
          })
        const { delivered, quantity, price } = lot
        // Shares of a lot's price in whole fen that add up to it exactly.
        const share = Math.floor((price * (delivered + 1)) / quantity) - Math.floor((price * delivered) / quantity)
        lot.delivered = delivered + 1
        const { model, supplier, ratedPower, ratedFlow, ratedPressure } = lot
        await records.create(turn, asset, {
          ...{ kind: 'unit', serial, unitType, model, supplier, ratedPower, ratedFlow, ratedPressure },
          ...{ parent: station, purchase: row.id, price: share, netValue: share },
        })
      }
      const delivered = lots.reduce((sum, lot) => sum + lot.delivered, 0)
      await records.patch(turn, purchase, row.id, { lots, delivered })
      await refreshStation(turn, records, station)
      return { state: delivered === row.ordered ? ('delivered' as const) : ('partial' as const) }
    },
    sign,
  },
})
