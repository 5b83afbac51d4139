import { asset, lease, type RowOf } from '@twin/models/records'
import { isExactPrice } from '@twin/models/energy'
import { defineService, type Turn, type Writer } from '../../records/types.ts'
import { isGone, lockAssets, partsOf, startMoves } from './asset-ledger.ts'
import { assetOf, conflict, invalid, kindFrom, nameOf, numbered, settingIn, sign } from './asset-tools.ts'
import { addDays, dayOfTime } from './asset-months.ts'

type Lease = RowOf<typeof lease>
type Overlapping = Pick<Lease, 'id' | 'document' | 'starts' | 'ends' | 'share'>

async function activeBeside(turn: Turn, row: Lease, ends: string): Promise<readonly Overlapping[]> {
  return turn.tables
    .selectFrom('lease')
    .select(['id', 'document', 'starts', 'ends', 'share'])
    .where('asset', '=', row.asset)
    .where('id', '!=', row.id)
    .where('state', '=', 'active')
    .where('deletedAt', 'is', null)
    .where('starts', '<=', ends)
    .where('ends', '>=', row.starts)
    .execute()
}

/** Refuses terms that overlap; of a central station, shares that would exceed the whole on any day. The asset's lock keeps two apart. */
async function refuseOverlap(turn: Turn, row: Lease, ends: string): Promise<void> {
  await lockAssets(turn, [row.asset])
  const others = await activeBeside(turn, row, ends)
  if (row.kind !== 'centralStation') {
    const [other] = others
    if (other) throw conflict('overlaps', `租期与 ${other.document} 重叠`, `Overlaps with ${other.document}`)
    return
  }
  // The sum can only rise on a day on which a contract starts.
  for (const day of [row.starts, ...others.map(({ starts }) => starts)]) {
    if (day < row.starts) continue
    const then = others.filter(({ starts, ends: last }) => starts <= day && day <= last)
    const taken = then.reduce((sum, { share }) => sum + Math.round((share ?? 0) * 100), 0)
    if (taken + Math.round((row.share ?? 0) * 100) > 10_000)
      throw conflict('over-shared', `${day} 起已租出 ${taken / 100}%`, `${taken / 100} % are leased from ${day}`, {
        field: 'share',
        detail: { day, taken: taken / 100, contracts: then.map(({ document }) => document) },
      })
  }
}

/** A contract is on the renewal list in its last days, by the setting. */
export const isRenewalDue = (ends: string, now: number, days: number): boolean => addDays(dayOfTime(now), days) >= ends

export const leaseService = defineService({
  record: lease,
  async beforeSave({ turn, before, after }) {
    if (after.ends < after.starts) throw invalid('ends', '结束不能早于开始', 'It cannot end before it starts')
    if (after.gasPrice !== null && !isExactPrice(after.gasPrice)) throw invalid('gasPrice', '单价最多五位小数', 'At most five decimals')
    const { kind } = await kindFrom(turn, after.asset)
    if (kind === 'centralStation' && after.meter === null) throw invalid('meter', '请选择计量表或用户出口', 'Choose the meter or outlet')
    return { ...(await numbered(turn, before, lease, 'ZL')), kind }
  },
  guards: {
    fits: ({ turn, row }) => refuseOverlap(turn, row, row.ends),
    async prolongs({ turn, row, input }) {
      if (input.ends <= row.ends) throw invalid('ends', '须晚于现在的结束日期', 'It must be later than the present end')
      await refuseOverlap(turn, row, input.ends)
    },
  },
  effects: {
    async begin(act) {
      const { turn, row, records } = act
      const locked = await lockAssets(turn, [row.asset])
      const whole = locked.get(row.asset) ?? (await assetOf(turn, row.asset))
      const parent = whole.parent === null ? undefined : locked.get(whole.parent)
      if (parent?.kind === 'smartStation')
        throw conflict('part-of-station', `它是 ${nameOf(parent)} 的部件`, `It is part of ${nameOf(parent)}`)
      if (whole.missing.length > 0)
        throw conflict('incomplete', `缺少部件：${whole.missing.join('、')}`, `Components are missing: ${whole.missing.join(', ')}`)
      if (whole.kind === 'centralStation') {
        // Shares of what it delivers are leased, not the machines: they stay where they are.
        if (isGone(whole)) throw conflict('wrong-state', '该站已售或已报废', 'It is sold or scrapped')
      } else {
        const moves = startMoves(turn, records)
        for (const unit of [whole, ...partsOf(locked, whole.id).filter((each) => !isGone(each))]) {
          if (unit.installation !== null && unit.warehouse !== null)
            throw conflict('reserved', `${nameOf(unit)} 已预留`, `${nameOf(unit)} is reserved`)
          moves.touch(await records.transit(turn, asset, unit.id, 'lease'), { holder: row.customer })
        }
        await moves.finish(row.document)
      }
      return { ...(await sign(act)), renewalDue: isRenewalDue(row.ends, turn.now, await settingIn(turn, 'lease.renewalDays')) }
    },
    async prolong({ turn, input }) {
      return { ends: input.ends, renewalDue: isRenewalDue(input.ends, turn.now, await settingIn(turn, 'lease.renewalDays')) }
    },
    async end({ turn, row, input, records }) {
      const { returnedOn, inspection, warehouse } = input
      if (returnedOn < row.starts) throw invalid('returnedOn', '不能早于租期开始', 'It cannot be before the lease starts')
      await refuseBilled(turn, row, returnedOn)
      if (row.kind !== 'centralStation') {
        if (warehouse === null) throw invalid('warehouse', '请选择入库仓库', 'Choose the warehouse')
        await bringBack(turn, records, row, warehouse)
      }
      return { returnedOn, inspection, renewalDue: false }
    },
    sign,
  },
})

/** What was billed stays billed: a return is not dated back into it. */
async function refuseBilled(turn: Turn, row: Lease, returnedOn: string): Promise<void> {
  const line = await turn.tables
    .selectFrom('rent_line')
    .select('month')
    .where('lease', '=', row.id)
    .where('ends', '>', returnedOn)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (line) throw conflict('billed', `${line.month} 的租金已结算`, `The rent of ${line.month} is settled`, { field: 'returnedOn' })
}

async function bringBack(turn: Turn, records: Writer, row: Lease, warehouse: string): Promise<void> {
  const locked = await lockAssets(turn, [row.asset])
  const moves = startMoves(turn, records)
  for (const { id } of [...locked.values()].filter(({ id, parent }) => id === row.asset || parent === row.asset)) {
    const unit = await records.transit(turn, asset, id, 'return')
    // One that never left its warehouse is there already.
    if (unit.warehouse === null) moves.into(unit, warehouse, null)
    else moves.touch(unit, { holder: null })
  }
  await moves.finish(row.document)
}
