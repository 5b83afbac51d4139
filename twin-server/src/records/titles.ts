import { sql } from 'kysely'
import { allFields, externals, findRecord, type RecordModel } from '@twin/models/records'
import type { AnyDb, Row, Values } from './types.ts'

export type Titles = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Names of everything that these rows point to, by target and id: one query per target, whatever the number of rows. */
export async function titlesOf(db: AnyDb, record: RecordModel, rows: readonly Values[]): Promise<Titles> {
  const wanted = new Map<string, Set<string>>()
  collect(wanted, allFields(record), rows)
  const found = await Promise.all([...wanted].map(async ([to, ids]) => [to, await namesOf(db, to, [...ids])] as const))
  return Object.fromEntries(found)
}

function collect(wanted: Map<string, Set<string>>, fields: RecordModel['fields'], rows: readonly Values[]): void {
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === 'rows')
      collect(
        wanted,
        field.fields,
        rows.flatMap((row) => (row[name] ?? []) as Values[]),
      )
    const to = field.type === 'reference' ? field.to : field.type === 'file' || field.type === 'image' ? 'file' : null
    if (to === null) continue
    const ids = wanted.get(to) ?? new Set<string>()
    for (const row of rows) for (const id of [row[name]].flat()) if (typeof id === 'string') ids.add(id)
    if (ids.size > 0) wanted.set(to, ids)
  }
}

const targetOf = (to: string): { readonly table: string; readonly title: readonly string[] } | undefined => findRecord(to) ?? externals[to]

export async function namesOf(db: AnyDb, to: string, ids: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const target = targetOf(to)
  if (!target || ids.length === 0) return {}
  const rows = await db
    .selectFrom(target.table)
    .select(['id', ...target.title])
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
  return Object.fromEntries(rows.map((row) => [String(row['id']), titleOf(target, row)]))
}
export const titleOf = ({ title }: { readonly title: readonly string[] }, row: Values | Row): string =>
  title
    .map((field) => row[field])
    .filter((part) => part !== null && part !== '')
    .join(' ')
