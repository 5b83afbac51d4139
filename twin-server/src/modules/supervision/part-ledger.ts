import { part, partMovement, partStock } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { sql } from 'kysely'
import type { Turn, Writer } from '../../records/types.ts'
import { announce } from '../foundation/index.ts'

interface Move {
  readonly part: string
  readonly warehouse: string
  readonly kind: 'receipt' | 'reversal' | 'issue' | 'scrap'
  /** What comes in is positive. */
  readonly quantity: number
  /** Fen; null = at the average price of the moment. */
  readonly amount: number | null
  readonly document: string
}

/**
 * The only way stock changes: a line of the ledger, and the figures that are its sums, in one turn. The part's row is locked first,
 * so that of two who take the last piece one is refused. Answers the amount.
 */
export async function move(turn: Turn, records: Writer, { quantity, warehouse, kind, document, ...asked }: Move): Promise<number> {
  const item = await records.lock(turn, part, asked.part)
  if (item.state === 'disabled' && kind === 'receipt')
    throw new Refusal('conflict', { code: 'disabled', message: { zh: '配件已停用', en: 'This part is disabled' } })
  const place = await stockAt(turn, asked.part, warehouse)
  const left = (place?.quantity ?? 0) + quantity
  if (left < 0)
    throw new Refusal('conflict', {
      code: 'not-enough',
      field: 'quantity',
      message: {
        zh: `库存不足：现有 ${place?.quantity ?? 0} ${item.unit}`,
        en: `Not enough: ${place?.quantity ?? 0} ${item.unit} on hand`,
      },
    })
  const onHand = item.onHand + quantity
  // The last piece takes the rest of the value with it, so that nothing is left over from rounding.
  const amount = asked.amount ?? (onHand === 0 ? -item.value : Math.round((item.value * quantity) / item.onHand))
  const value = item.value + amount
  if (value < 0)
    throw new Refusal('conflict', { code: 'not-enough', message: { zh: '库存金额不足以冲销', en: 'The value on hand does not cover it' } })
  if (place) await records.patch(turn, partStock, place.id, { quantity: left })
  else await records.create(turn, partStock, { part: asked.part, warehouse, quantity: left })
  await records.create(turn, partMovement, { part: asked.part, warehouse, kind, quantity, amount, document })
  const short = onHand < item.minimum
  await records.patch(turn, part, item.id, {
    onHand,
    value,
    averagePrice: onHand === 0 ? item.averagePrice : Math.round(value / onHand),
    short,
  })
  if (short && !item.short) await warn(turn, records, `${item.code} ${item.name}`, onHand, item.minimum, item.unit)
  return amount
}

async function stockAt(
  turn: Turn,
  part: string,
  warehouse: string,
): Promise<{ readonly id: string; readonly quantity: number } | undefined> {
  return (await turn.trx
    .selectFrom('partStock')
    .select(['id', 'quantity'])
    .where('part', '=', part)
    .where('warehouse', '=', warehouse)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()) as { id: string; quantity: number } | undefined
}

/** Once, when it falls below its minimum: to everyone whose role receives parts. */
async function warn(turn: Turn, records: Writer, name: string, onHand: number, minimum: number, unit: string): Promise<void> {
  const roles = await turn.trx
    .selectFrom('accessRole')
    .select('id')
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where(sql<boolean>`'partReceipt:operate' = any(permissions)`)
    .execute()
  await announce(turn, records, {
    title: `配件缺货：${name} / Short of ${name}`,
    body: `库存 ${onHand} ${unit}，最低 ${minimum} ${unit}。On hand ${onHand}, minimum ${minimum}.`,
    roles: roles.map((row) => String(row['id'])),
  })
}
