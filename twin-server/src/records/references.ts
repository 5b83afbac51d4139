import { sql } from 'kysely'
import { externals, type Fields, findRecord, type RecordModel, referrersOf } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { visibleRows } from './access.ts'
import { namesOf } from './titles.ts'
import type { AnyService, Turn, Values } from './types.ts'

/** Everything that a person's input points to must exist and be visible to him. */
export async function checkReferences(
  turn: Turn,
  record: RecordModel,
  fields: Fields,
  values: Values,
  services: ReadonlyMap<string, AnyService>,
): Promise<void> {
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name]
    if (value === null || value === undefined) continue
    if (field.type === 'rows') {
      for (const row of value as Values[]) await checkReferences(turn, record, field.fields, row, services)
      continue
    }
    const ids = [...new Set([value].flat().map(String))]
    if (ids.length === 0) continue
    const known =
      field.type === 'reference'
        ? await visible(turn, field.to, ids, services)
        : field.type === 'file' || field.type === 'image'
          ? await files(turn, record, ids)
          : ids.length
    if (known < ids.length)
      throw new Refusal('invalid', {
        field: name,
        message: { zh: `${field.label.zh}：引用的记录不存在`, en: `${field.label.en}: no such record` },
      })
  }
}

async function visible(turn: Turn, to: string, ids: readonly string[], services: ReadonlyMap<string, AnyService>): Promise<number> {
  const record = findRecord(to)
  const external = externals[to]
  const { actor, trx } = turn
  const among = sql<boolean>`id = any(${[...ids]}::text[])`
  const counted = sql<number>`count(*)`.as('n')
  if (record)
    return (
      await trx
        .selectFrom(record.table)
        .select(counted)
        .where(visibleRows(record, services.get(to), actor))
        .where(among)
        .executeTakeFirstOrThrow()
    ).n
  if (!external) return 0
  return (
    await trx
      .selectFrom(external.table)
      .select(counted)
      .where('org', '=', actor.org)
      .where('deletedAt', 'is', null)
      .where(among)
      .executeTakeFirstOrThrow()
  ).n
}

async function files(turn: Turn, record: RecordModel, ids: readonly string[]): Promise<number> {
  return (
    await turn.trx
      .selectFrom('storedFile')
      .select(sql<number>`count(*)`.as('n'))
      .where('org', '=', turn.actor.org)
      .where('record', '=', record.name)
      .where(sql<boolean>`id = any(${[...ids]}::text[])`)
      .executeTakeFirstOrThrow()
  ).n
}

/** 409 naming who still refers to a row that is to go. */
export async function refuseIfReferred(
  turn: Turn,
  record: RecordModel,
  id: string,
  services: ReadonlyMap<string, AnyService>,
): Promise<void> {
  const holders: { readonly record: string; readonly count: number; readonly examples: readonly string[] }[] = []
  for (const { record: other, field, many, belongs } of referrersOf(record.name)) {
    if (belongs) continue
    const at = sql.ref(`${other.table}.${field}`)
    // What nobody finds holds nothing.
    const hide = services.get(other.name)?.hide
    const rows = await turn.trx
      .selectFrom(other.table)
      .select(['id', sql<number>`count(*) over ()`.as('n')])
      .where(`${other.table}.deletedAt`, 'is', null)
      .where(many ? sql<boolean>`${id} = any(${at})` : sql<boolean>`${at} = ${id}`)
      .$if(hide !== undefined, (query) => query.where(`${other.table}.${hide?.field ?? ''}`, '!=', hide?.value))
      .limit(3)
      .execute()
    if (rows.length === 0) continue
    const names = await namesOf(
      turn.trx,
      other.name,
      rows.map((row) => String(row['id'])),
    )
    if (holders.some((holder) => holder.record === other.name)) continue
    holders.push({ record: other.name, count: rows[0]?.['n'] ?? 0, examples: Object.values(names) })
  }
  if (holders.length === 0) return
  const words = holders.map((holder) => ({ label: findRecord(holder.record)?.label ?? { zh: '', en: '' }, count: holder.count }))
  throw new Refusal('conflict', {
    code: 'in-use',
    message: {
      zh: `仍被引用：${words.map(({ label, count }) => `${label.zh} ${count}`).join('，')}`,
      en: `Still referred to by ${words.map(({ label, count }) => `${count} ${label.en.toLowerCase()}`).join(', ')}`,
    },
    detail: { referrers: holders },
  })
}
