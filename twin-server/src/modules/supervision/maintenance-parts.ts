import type { Turn, Writer } from '../../records/types.ts'
import { move } from './part-ledger.ts'

export interface PartLine {
  readonly part: string
  readonly warehouse: string
  readonly quantity: number
}
/** Takes parts out of stock for a job, at the average price of the moment. Throws a conflict when there is not enough; then none leaves. */
export async function takeParts(
  turn: Turn,
  records: Writer,
  lines: readonly PartLine[],
  document: string,
): Promise<readonly (PartLine & { readonly amount: number })[]> {
  const taken: (PartLine & { amount: number })[] = []
  // In one order for everybody, so that two jobs do not wait for each other's parts.
  for (const { part, warehouse, quantity } of lines.toSorted((a, b) => (a.part < b.part ? -1 : 1))) {
    const amount = await move(turn, records, { part, warehouse, kind: 'issue', quantity: -quantity, amount: null, document })
    taken.push({ part, warehouse, quantity, amount: -amount })
  }
  return taken
}
