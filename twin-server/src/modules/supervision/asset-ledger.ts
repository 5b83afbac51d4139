import { asset, assetMovement, assetStock, type RowOf } from '@twin/models/records'
import type { Turn, Writer } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'

type Asset = RowOf<typeof asset>

/**
 * One machine into or out of a warehouse: a line of the ledger and the figure that is its sum, in one turn. The asset is locked by its
 * transition before, so it cannot be counted twice; the figure of a model in a warehouse has one writer at a time.
 */
async function count(
  turn: Turn,
  records: Writer,
  { id, model }: Asset,
  warehouse: string,
  quantity: 1 | -1,
  document: string,
): Promise<void> {
  await lockName(turn, `stock ${turn.actor.org} ${model} ${warehouse}`)
  await records.create(turn, assetMovement, { asset: id, model, warehouse, quantity, document })
  const place = await turn.trx
    .selectFrom('assetStock')
    .select(['id', 'quantity'])
    .where('model', '=', model)
    .where('warehouse', '=', warehouse)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (place) await records.patch(turn, assetStock, String(place['id']), { quantity: Number(place['quantity']) + quantity })
  else await records.create(turn, assetStock, { model, warehouse, quantity })
}

/** Comes to stand in a warehouse. */
export async function bringIn(
  turn: Turn,
  records: Writer,
  row: Asset,
  warehouse: string,
  location: string | null,
  document: string,
): Promise<void> {
  await count(turn, records, row, warehouse, 1, document)
  await records.patch(turn, asset, row.id, { warehouse, location, holder: null })
}

/** Leaves its warehouse, if it stands in one. */
export async function takeOut(turn: Turn, records: Writer, row: Asset, holder: string | null, document: string): Promise<void> {
  if (row.warehouse !== null) await count(turn, records, row, row.warehouse, -1, document)
  await records.patch(turn, asset, row.id, { warehouse: null, location: null, holder })
}
