import { asset, assetScrap, lease, purchase, type RecordModel, sale, stockIn, stockOut, stocktake } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService, type Turn, type Values } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'
import { bringIn, takeOut } from './asset-ledger.ts'

/** Every document gets its number when it is first saved. */
const numbered =
  (record: RecordModel, prefix: string) =>
  async (turn: Turn, before: unknown): Promise<{ readonly document: string } | undefined> =>
    before === null ? { document: await nextDocument(turn, record, prefix) } : undefined
const sign = (turn: Turn, input: Values): { readonly approver: string | null; readonly opinion: string | null } => ({
  approver: turn.actor.id,
  opinion: (input['opinion'] ?? null) as string | null,
})

export const assetServices: readonly AnyService[] = [
  defineService({
    record: purchase,
    async beforeSave({ turn, before, after }) {
      const taken = await turn.trx
        .selectFrom('asset')
        .select('id')
        .where('org', '=', turn.actor.org)
        .where('serial', '=', after.serial)
        .executeTakeFirst()
      if (taken)
        throw new Refusal('conflict', {
          code: 'duplicate',
          field: 'serial',
          message: { zh: '序列号已登记', en: 'This serial number is registered' },
        })
      return numbered(purchase, 'GR')(turn, before)
    },
    effects: {
      async acquire({ turn, row, input, records }) {
        const { kind, model, serial, ratedPower, ratedFlow, ratedPressure, supplier, price } = row
        await records.create(turn, asset, {
          kind,
          unitType: 'compressor',
          model,
          serial,
          ratedPower,
          ratedFlow,
          ratedPressure,
          supplier,
          price,
          purchase: row.id,
        })
        return sign(turn, input)
      },
      sign: ({ turn, input }) => Promise.resolve(sign(turn, input)),
    },
  }),
  defineService({
    record: stockIn,
    beforeSave: ({ turn, before }) => numbered(stockIn, 'SR')(turn, before),
    effects: {
      async receive({ turn, row, records }) {
        const machine = await records.transit(turn, asset, row.asset, 'stockIn')
        await bringIn(turn, records, machine, row.warehouse, row.location, row.document)
        return { keeper: turn.actor.id, postedAt: turn.now }
      },
    },
  }),
  defineService({
    record: stockOut,
    beforeSave: ({ turn, before }) => numbered(stockOut, 'SC')(turn, before),
    effects: {
      async issue({ turn, row, records }) {
        const machine = await records.lock(turn, asset, row.asset)
        if (machine.warehouse === null)
          throw new Refusal('conflict', { code: 'not-in-stock', message: { zh: '设备不在库', en: 'It is not in stock' } })
        const contract = row.lease === null ? null : await records.lock(turn, lease, row.lease)
        const covered = contract ? contract.asset === row.asset && contract.state === 'active' : row.installation !== null
        if (!covered)
          throw new Refusal('conflict', {
            code: 'no-document',
            message: { zh: '没有已批准的租赁单或安装单', en: 'No approved lease or installation covers it' },
          })
        if (!contract) await records.transit(turn, asset, row.asset, 'issue')
        await takeOut(turn, records, machine, row.recipient, row.document)
        return { postedAt: turn.now }
      },
    },
  }),
  defineService({
    record: lease,
    async beforeSave({ turn, before, after }) {
      if (after.ends < after.starts)
        throw new Refusal('invalid', { field: 'ends', message: { zh: '结束不能早于开始', en: 'It cannot end before it starts' } })
      return numbered(lease, 'ZL')(turn, before)
    },
    guards: {
      async doesNotOverlap({ turn, row, records }) {
        // The asset's lock keeps two approvals apart.
        await records.lock(turn, asset, row.asset)
        const other = await turn.trx
          .selectFrom('lease')
          .select('document')
          .where('asset', '=', row.asset)
          .where('state', '=', 'active')
          .where('deletedAt', 'is', null)
          .where('starts', '<=', row.ends)
          .where('ends', '>=', row.starts)
          .executeTakeFirst()
        const number = String(other?.['document'])
        if (other)
          throw new Refusal('conflict', { code: 'overlaps', message: { zh: `租期与 ${number} 重叠`, en: `Overlaps with ${number}` } })
      },
    },
    effects: {
      async begin({ turn, row, input, records }) {
        await records.transit(turn, asset, row.asset, 'lease')
        await records.patch(turn, asset, row.asset, { holder: row.customer })
        return sign(turn, input)
      },
      async end({ turn, row, input, records }) {
        const machine = await records.transit(turn, asset, row.asset, 'return')
        // One that never left its warehouse is there already.
        if (machine.warehouse === null) await bringIn(turn, records, machine, input.warehouse, null, row.document)
        else await records.patch(turn, asset, row.asset, { holder: null })
        return { returnedOn: input.returnedOn, inspection: input.inspection }
      },
      sign: ({ turn, input }) => Promise.resolve(sign(turn, input)),
    },
  }),
  defineService({
    record: sale,
    beforeSave: ({ turn, before }) => numbered(sale, 'MC')(turn, before),
    effects: {
      async sell({ turn, row, input, records }) {
        const machine = await records.transit(turn, asset, row.asset, 'sell')
        // What is sold is no longer ours to have in stock.
        await takeOut(turn, records, machine, row.buyer, row.document)
        return sign(turn, input)
      },
      sign: ({ turn, input }) => Promise.resolve(sign(turn, input)),
    },
  }),
  defineService({
    record: stocktake,
    beforeSave: ({ turn, before }) => numbered(stocktake, 'PD')(turn, before),
    effects: {
      async adjust({ turn, row, input, records }) {
        if (row.finding === 'missing')
          await takeOut(turn, records, await records.transit(turn, asset, row.asset, 'lose'), null, row.document)
        else await bringIn(turn, records, await records.transit(turn, asset, row.asset, 'find'), row.warehouse, null, row.document)
        return sign(turn, input)
      },
      sign: ({ turn, input }) => Promise.resolve(sign(turn, input)),
    },
  }),
  defineService({
    record: assetScrap,
    beforeSave: ({ turn, before }) => numbered(assetScrap, 'SF')(turn, before),
    effects: {
      async scrap({ turn, row, input, records }) {
        await takeOut(turn, records, await records.transit(turn, asset, row.asset, 'scrap'), null, row.document)
        return sign(turn, input)
      },
      sign: ({ turn, input }) => Promise.resolve(sign(turn, input)),
    },
  }),
]
