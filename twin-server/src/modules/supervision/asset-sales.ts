import { asset, type RowOf, sale, stockOut } from '@twin/models/records'
import { defineService, type Turn } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'
import { isGone, lockAssets, partsOf, startMoves } from './asset-ledger.ts'
import { type Asset, assetOf, conflict, invalid, nameOf, namesOf, numbered, refuseIfHeld, sign } from './asset-tools.ts'

type Sale = RowOf<typeof sale>
const sellable = ({ state }: Asset): boolean => state === 'inStock' || state === 'issued'

/** What is sold, and that its prices make the whole. Throws 422 for a wrong list, 409 for what cannot be sold now. */
function goods(row: Sale, locked: ReadonlyMap<string, Asset>, whole: Asset): Asset[] {
  const parent = whole.parent === null ? undefined : locked.get(whole.parent)
  if (parent?.kind === 'smartStation') throw conflict('part-of-station', `它是 ${nameOf(parent)} 的部件`, `It is part of ${nameOf(parent)}`)
  if (whole.kind !== 'smartStation' && whole.kind !== 'centralStation') return [whole]
  const present = partsOf(locked, whole.id).filter((unit) => !isGone(unit))
  const ids = row.lines.map((line) => line.asset)
  const stray = ids.find((id, i) => !present.some((unit) => unit.id === id) || ids.indexOf(id) < i)
  if (stray !== undefined)
    throw invalid('lines', '明细中有不属于该站或重复的设备', 'A line names what is not part of the station, or twice')
  const left = present.filter(({ id }) => !ids.includes(id))
  if (whole.kind === 'smartStation' && left.length > 0)
    throw invalid('lines', `明细缺少：${namesOf(left)}`, `The lines leave out: ${namesOf(left)}`)
  if (ids.length === 0) throw invalid('lines', '请列出卖出的设备', 'List what is sold')
  if (row.lines.reduce((sum, { price }) => sum + price, 0) !== row.price)
    throw invalid('lines', '明细合计须等于售价', 'The lines do not add up to the price')
  return present.filter(({ id }) => ids.includes(id))
}
async function refuseUnsellable(turn: Turn, whole: Asset, units: readonly Asset[]): Promise<void> {
  await refuseIfHeld(turn, whole.parent === null ? [whole, ...units] : [...units, await assetOf(turn, whole.parent)])
  const bound = units.filter((unit) => !sellable(unit) || (unit.installation !== null && unit.warehouse !== null))
  if (bound.length > 0)
    throw conflict(
      'not-sellable',
      `不能卖出（在租、维修中、未入库或已预留）：${namesOf(bound)}`,
      `Cannot be sold now (leased, in repair, not received or reserved): ${namesOf(bound)}`,
      {
        field: 'lines',
        detail: { units: bound.map(({ id, state }) => ({ id, state })) },
      },
    )
}

export const saleService = defineService({
  record: sale,
  async beforeSave({ turn, before, after }) {
    const whole = await assetOf(turn, after.asset)
    const { kind } = whole
    if (kind === 'smartStation' || kind === 'centralStation') {
      const locked = await lockAssets(turn, [whole.id])
      await refuseUnsellable(turn, whole, goods(after, locked, whole))
    }
    return { ...(await numbered(turn, before, sale, 'MC')), kind }
  },
  effects: {
    async sell(act) {
      const { turn, row, records } = act
      const locked = await lockAssets(turn, [row.asset])
      const whole = locked.get(row.asset) ?? (await assetOf(turn, row.asset))
      const units = goods(row, locked, whole)
      await refuseUnsellable(turn, whole, units)
      const kept = partsOf(locked, whole.id).filter((unit) => !isGone(unit) && !units.includes(unit))
      const sold = kept.length === 0 && !units.includes(whole) ? [...units, whole] : units
      const stood = sold.filter(({ warehouse }) => warehouse !== null)
      const moves = startMoves(turn, records)
      for (const { id } of sold) {
        // A central station itself stands in no warehouse and may have been on its way in.
        const gone = await records.transit(turn, asset, id, 'sell')
        moves.out(gone, { owner: row.buyer, holder: row.buyer })
      }
      const ids = sold.flatMap(({ id }) => (id === whole.id ? [] : [id]))
      // What is sold leaves stock at once, under an issue of its own.
      const document = stood.length > 0 ? await nextDocument(turn, stockOut, 'SC') : row.document
      if (stood.length > 0)
        await records.create(turn, stockOut, {
          ...{ document, kind: row.kind, asset: whole.id, units: ids.filter((id) => stood.some((unit) => unit.id === id)) },
          ...{ sale: row.id, recipient: row.buyer, postedAt: turn.now, state: 'posted' as const },
        })
      await moves.finish(document)
      return { ...(await sign(act)), units: ids }
    },
    sign,
  },
})
