import { sql } from 'kysely'
import { investment, investor, type RowOf, station } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { installation } from '../../records/engine.ts'
import { defineService, defineWatch, type Turn, type Writer } from '../../records/types.ts'
import type { OutboxWork } from '../outbox-work.ts'
import { dayOfTime } from '../supervision/index.ts'
import { conflict, invalid, numbered } from '../document-tools.ts'
import { post } from './ledger.ts'
import { lockedStation, standingStation } from './standing.ts'

type Investor = RowOf<typeof investor>
/** States in which an investment takes up its share of the station. */
const reserving = ['applied', 'paid', 'active'] as const

export const investorService = defineService({
  record: investor,
  beforeSave: ({ turn, before }) => numbered(turn, before, investor, 'TR'),
})

/** Locked, so that what its state allows stays allowed until the turn ends. 403 for one who is frozen. */
export async function freeInvestor(turn: Turn, records: Writer, id: string): Promise<Investor> {
  const row = await records.lock(turn, investor, id)
  if (row.state === 'frozen')
    throw new Refusal('not-permitted', {
      code: 'frozen',
      field: 'investor',
      message: { zh: `投资人 ${row.name} 已冻结`, en: `Investor ${row.name} is frozen` },
    })
  return row
}

/** Percent of the whole, to four decimals. */
export const percentOf = (amount: number, whole: number): number => Math.round((amount / whole) * 1_000_000) / 10_000

/** Fen of a station's share value that others have applied for or hold. */
async function reserved(turn: Turn, station: string, except: string): Promise<number> {
  const { sum } = await turn.tables
    .selectFrom('investment')
    .select(sql<number>`coalesce(sum(amount), 0)::bigint`.as('sum'))
    .where('station', '=', station)
    .where('id', '!=', except)
    .where('state', 'in', reserving)
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return sum
}

export const investmentService = defineService({
  record: investment,
  async beforeSave({ turn, before, after, records }) {
    await freeInvestor(turn, records, after.investor)
    const { shareValue, name } = await standingStation(turn, after.station)
    if (shareValue === null || shareValue === 0)
      throw conflict('not-offered', `${name} 未设总股本`, `${name} has no share value`, { field: 'station' })
    const taken = await reserved(turn, after.station, before?.id ?? '')
    if (taken + after.amount > shareValue)
      throw conflict('over-shared', `最多还可投 ${(shareValue - taken) / 100} 元`, `At most CNY ${(shareValue - taken) / 100} are left`, {
        field: 'amount',
        detail: { shareValue, taken, left: shareValue - taken },
      })
    return { ...(await numbered(turn, before, investment, 'TZ')), share: percentOf(after.amount, shareValue) }
  },
  guards: {
    matches({ row, input }) {
      if (input.received !== row.amount)
        throw conflict('unmatched', '到账金额与投资金额不符', 'What was received is not the amount', {
          field: 'received',
          detail: { amount: row.amount, received: input.received },
        })
      return Promise.resolve()
    },
    async stands({ turn, row, records }) {
      await freeInvestor(turn, records, row.investor)
      await standingStation(turn, row.station)
    },
  },
  effects: {
    async receive({ turn, row, records }) {
      await post(turn, records, { kind: 'payment', document: row.document }, [
        { account: 'bank', amount: -row.amount },
        { account: 'deposit', amount: row.amount, ...of(row) },
      ])
    },
    async hold({ turn, row, records }) {
      await post(turn, records, { kind: 'confirm', document: row.document }, [
        { account: 'deposit', amount: -row.amount, ...of(row) },
        { account: 'capital', amount: row.amount, ...of(row) },
      ])
      return { heldFrom: dayOfTime(turn.now) }
    },
    async leave({ turn, row, input, records }) {
      if (row.heldFrom !== null && input.heldTo < row.heldFrom)
        throw invalid('heldTo', '不能早于持有开始', 'It cannot be before the holding began')
      await post(turn, records, { kind: 'redeem', document: row.document }, [
        { account: 'capital', amount: -row.amount, ...of(row) },
        { account: 'bank', amount: row.amount },
      ])
      return { heldTo: input.heldTo }
    },
    async giveBack({ turn, row, records }) {
      if (row.state === 'paid')
        await post(turn, records, { kind: 'refund', document: row.document }, [
          { account: 'deposit', amount: -row.amount, ...of(row) },
          { account: 'bank', amount: row.amount },
        ])
    },
  },
})
const of = ({ investor: who, station: where }: Pick<RowOf<typeof investment>, 'investor' | 'station'>) => ({
  investor: who,
  station: where,
})

/** A share value never falls below what is taken; what holders have of it follows after the commit. */
export const shareValueWatch = defineWatch({
  record: station,
  async beforeSave({ turn, before, after }) {
    if (before === null || before.shareValue === after.shareValue) return
    const taken = await reserved(turn, before.id, '')
    if ((after.shareValue ?? 0) < taken)
      throw conflict('over-shared', `已被认购 ${taken / 100} 元，不能低于此数`, `CNY ${taken / 100} are taken: it cannot be lower`, {
        field: 'shareValue',
        detail: { taken },
      })
    if (taken > 0) turn.emit('shares.changed', { station: before.id })
  },
})

/** Holders keep what they paid in; their percentages follow the station's share value. */
export const followShares: OutboxWork = async ({ body, org, records }) => {
  const { station: id } = body as { readonly station: string }
  const rows = await records.db
    .selectFrom('investment')
    .select('id')
    .where('org', '=', org)
    .where('station', '=', id)
    .where('state', 'in', [...reserving])
    .where('deletedAt', 'is', null)
    .execute()
  for (const row of rows)
    await records.run(installation(org), async (turn) => {
      const held = await records.writer.lock(turn, investment, String(row['id']))
      const { shareValue } = await lockedStation(turn, id)
      if (shareValue === null || !(reserving as readonly string[]).includes(held.state)) return
      const now = percentOf(held.amount, shareValue)
      if (now !== held.share) await records.writer.patch(turn, investment, held.id, { share: now })
    })
}
