import { part, partIssue, partReceipt, partScrap } from '@twin/models/records'
import { type AnyService, defineService } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'
import { move } from './part-ledger.ts'

export const partServices: readonly AnyService[] = [
  defineService({
    record: part,
    // A new part has nothing on hand; a new minimum may put it on the shortage list or take it off.
    beforeSave: ({ before, after }) =>
      Promise.resolve(before ? { short: before.onHand < after.minimum } : { onHand: 0, value: 0, short: after.minimum > 0 }),
  }),
  defineService({
    record: partReceipt,
    beforeSave: async ({ turn, before }) => (before ? undefined : { document: await nextDocument(turn, partReceipt, 'RK') }),
    effects: {
      async receive({ turn, row, records }) {
        await move(turn, records, { ...row, kind: 'receipt', amount: row.quantity * row.price })
      },
      async takeBack({ turn, row, records }) {
        await move(turn, records, { ...row, kind: 'reversal', quantity: -row.quantity, amount: -row.quantity * row.price })
      },
    },
  }),
  defineService({
    record: partIssue,
    beforeSave: async ({ turn, before }) => (before ? undefined : { document: await nextDocument(turn, partIssue, 'CK') }),
    effects: {
      async issue({ turn, row, records }) {
        await move(turn, records, { ...row, kind: 'issue', quantity: -row.quantity, amount: null })
      },
    },
  }),
  defineService({
    record: partScrap,
    beforeSave: async ({ turn, before }) => (before ? undefined : { document: await nextDocument(turn, partScrap, 'BF') }),
    effects: {
      async scrap({ turn, row, input, records }) {
        const amount = await move(turn, records, { ...row, kind: 'scrap', quantity: -row.quantity, amount: null })
        return { value: -amount, approver: turn.actor.id, opinion: input.opinion }
      },
      sign: ({ turn, input }) => Promise.resolve({ approver: turn.actor.id, opinion: input.opinion }),
    },
  }),
]
