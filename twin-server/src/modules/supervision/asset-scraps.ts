import { asset, assetScrap } from '@twin/models/records'
import { defineService } from '../../records/types.ts'
import { lockProjectsOf, recountPlan } from './asset-installations.ts'
import { isGone, lockAssets, partsOf, startMoves, takeOff } from './asset-ledger.ts'
import { assetOf, assetsWhere, conflict, invalid, nameOf, namesOf, numbered, refuseIfHeld, sign } from './asset-tools.ts'

export const assetScrapService = defineService({
  record: assetScrap,
  async beforeSave({ turn, before, after }) {
    const { id, kind } = await assetOf(turn, after.asset)
    const numberOf = await numbered(turn, before, assetScrap, 'SF')
    if (kind !== 'smartStation' && kind !== 'centralStation') return { ...numberOf, kind }
    const present = (await assetsWhere(turn, { parent: id })).filter((unit) => !isGone(unit))
    const stray = after.decisions.find((line) => !present.some((unit) => unit.id === line.asset))
    if (stray) throw invalid('decisions', '不是该站的部件', 'It is not a component of this station')
    const said = new Map(after.decisions.map((line) => [line.asset, line.decision]))
    const decisions = present.map((unit) => ({ asset: unit.id, decision: said.get(unit.id) ?? null }))
    if (decisions.some(({ decision }) => decision === 'salvage') && after.warehouse === null)
      throw invalid('warehouse', '请选择拆用件入库仓库', 'Choose where the salvage goes')
    return { ...numberOf, kind, decisions }
  },
  effects: {
    async scrap(act) {
      const { turn, row, records } = act
      const parts = await assetsWhere(turn, { parent: row.asset })
      const projects = await lockProjectsOf(turn, records, [row.asset, ...parts.map(({ id }) => id)])
      const locked = await lockAssets(turn, [row.asset])
      const whole = locked.get(row.asset) ?? (await assetOf(turn, row.asset))
      const present = partsOf(locked, whole.id).filter((unit) => !isGone(unit))
      await refuseIfHeld(turn, [whole, ...present])
      const said = new Map(row.decisions.map((line) => [line.asset, line.decision]))
      const undecided = whole.kind === 'smartStation' ? present.filter(({ id }) => !said.get(id)) : []
      if (undecided.length > 0)
        throw conflict('undecided', `尚未决定：${namesOf(undecided)}`, `Not decided: ${namesOf(undecided)}`, {
          field: 'decisions',
          detail: { units: undecided.map((unit) => ({ id: unit.id, name: nameOf(unit) })) },
        })
      const moves = startMoves(turn, records)
      for (const unit of [...present, whole]) {
        if (said.get(unit.id) === 'salvage' && row.warehouse !== null) {
          const kept = await records.transit(turn, asset, unit.id, 'salvage')
          moves.into(kept, row.warehouse, null, { parent: null, condition: 'used', installation: null })
        } else {
          const gone = await records.transit(turn, asset, unit.id, 'scrap')
          await takeOff(turn, records, unit, `报废 ${row.document}`)
          moves.out(gone, { holder: null, installation: null, device: null })
        }
      }
      await moves.finish(row.document)
      for (const id of projects) await recountPlan(turn, records, id)
      return { ...(await sign(act)), units: present.map(({ id }) => id) }
    },
    sign,
  },
})
