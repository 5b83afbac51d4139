import { isSearchable } from '@twin/models/records'
import type { Records } from './engine.ts'
import { mayDo } from './access.ts'
import type { Actor } from './types.ts'

export interface Found {
  readonly record: string
  readonly id: string
  readonly title: string
}

/** What people look for first; the rest follows as declared. */
const first = ['station', 'device', 'asset', 'workOrder', 'repair', 'purchase', 'lease', 'part']
function rank(name: string): number {
  const at = first.indexOf(name)
  return at < 0 ? first.length : at
}
const EACH = 5

/** Rows of every kind of record whose words begin with these, a few of each; only what the person may see. */
export async function searchEverywhere(records: Records, text: string, actor: Actor): Promise<readonly Found[]> {
  const words = text.trim()
  if (words === '') return []
  const found = await Promise.all(
    records.offered
      .filter((record) => !record.hidden && isSearchable(record) && mayDo(actor, record, 'view'))
      .toSorted((a, b) => rank(a.name) - rank(b.name))
      .map(async ({ name }) => {
        const rows = await records.options(name, words, [], actor, EACH)
        return rows.map((row) => ({ record: name, ...row }))
      }),
  )
  return found.flat()
}
