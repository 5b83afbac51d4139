import { type RowOf, withdrawal } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { defineService, type Turn, type Writer } from '../../records/types.ts'
import { conflict, numbered } from '../document-tools.ts'
import { freeInvestor } from './investments.ts'
import { balanceOf, post } from './ledger.ts'

type Withdrawal = RowOf<typeof withdrawal>

export const withdrawalService = defineService({
  record: withdrawal,
  async beforeSave({ turn, before, after, records }) {
    if (before !== null) return {}
    // The investor's lock makes requests that meet take turns: none sees a balance that another is about to use up.
    await freeInvestor(turn, records, after.investor)
    const balance = await balanceOf(turn, after.investor)
    if (after.amount > balance)
      throw conflict('over-balance', `可提余额为 ${balance / 100} 元`, `The balance is CNY ${balance / 100}`, {
        field: 'amount',
        detail: { balance },
      })
    return numbered(turn, before, withdrawal, 'TX')
  },
  async afterSave({ turn, before, after, records }) {
    if (before !== null) return
    await post(turn, records, { kind: 'withdraw', document: after.document }, [
      { account: 'income', amount: -after.amount, investor: after.investor },
      { account: 'payout', amount: after.amount, investor: after.investor },
    ])
  },
  guards: {
    another({ turn, row }) {
      if (turn.actor.id !== null && turn.actor.id === row.createdBy)
        throw new Refusal('not-permitted', {
          code: 'own-request',
          message: { zh: '申请人不能审批自己的提现', en: 'Nobody approves a withdrawal of their own making' },
        })
      return Promise.resolve()
    },
  },
  effects: {
    sign: ({ turn }) => Promise.resolve({ approver: turn.actor.id }),
    async release({ turn, row, input, records }) {
      await giveBack(turn, records, row)
      return { reason: input.reason }
    },
    async payOut({ turn, row, records }) {
      await freeInvestor(turn, records, row.investor)
      await post(turn, records, { kind: 'payout', document: row.document }, [
        { account: 'payout', amount: -row.amount, investor: row.investor },
        { account: 'bank', amount: row.amount },
      ])
    },
  },
})

const giveBack = (turn: Turn, records: Writer, row: Withdrawal): Promise<void> =>
  post(turn, records, { kind: 'release', document: row.document }, [
    { account: 'payout', amount: -row.amount, investor: row.investor },
    { account: 'income', amount: row.amount, investor: row.investor },
  ])
