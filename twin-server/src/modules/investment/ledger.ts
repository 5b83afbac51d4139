import { sql } from 'kysely'
import { type AccountName, ledgerEntry, posting, type RowOf } from '@twin/models/records'
import type { Turn, Writer } from '../../records/types.ts'
import { nextDocument } from '../document-number.ts'

/** One side of a posting; `amount` above zero is a credit, below it a debit. */
export interface Side {
  readonly account: AccountName
  readonly amount: number
  readonly investor?: string
  readonly station?: string
}
export interface Cause {
  readonly kind: RowOf<typeof posting>['kind']
  /** Number of the document that it follows from; with the kind it is posted once. */
  readonly document: string
}

/** Writes a posting; sides of nothing are left out. Throws when its sides do not add up to nothing: the database refuses that too. */
export async function post(turn: Turn, records: Writer, cause: Cause, sides: readonly Side[]): Promise<void> {
  const real = sides.filter(({ amount }) => amount !== 0)
  if (real.reduce((sum, { amount }) => sum + amount, 0) !== 0) throw new Error(`posting of ${cause.document} does not add up`)
  if (real.length === 0) return
  const { id } = await records.create(turn, posting, {
    document: await nextDocument(turn, posting, 'PZ'),
    kind: cause.kind,
    cause: cause.document,
    key: `${cause.kind} ${cause.document}`,
    total: real.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0),
  })
  for (const { account, amount, investor = null, station = null } of real)
    await records.create(turn, ledgerEntry, {
      ...{ posting: id, account, investor, station },
      debit: Math.max(-amount, 0),
      credit: Math.max(amount, 0),
    })
}

/** Income that an investor may still take out, fen. Lock the investor first where something is decided by it. */
export async function balanceOf(turn: Turn, investor: string): Promise<number> {
  const { balance } = await turn.tables
    .selectFrom('ledger_entry')
    .select(sql<number>`coalesce(sum(credit - debit), 0)::bigint`.as('balance'))
    .where('org', '=', turn.actor.org)
    .where('account', '=', 'income')
    .where('investor', '=', investor)
    .executeTakeFirstOrThrow()
  return balance
}
