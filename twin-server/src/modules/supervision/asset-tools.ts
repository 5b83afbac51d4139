import { asset, referrersOf, type RowOf, type SettingName, settings } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { columnNames } from '../../records/columns.ts'
import { titleOf } from '../../records/titles.ts'
import type { Turn } from '../../records/types.ts'
import { conflict } from '../document-tools.ts'

export { conflict, invalid, numbered, sign } from '../document-tools.ts'

export type Asset = RowOf<typeof asset>

export const nameOf = ({ model, serial }: Pick<Asset, 'model' | 'serial'>): string => titleOf(asset, { model, serial })
/** A document is about the kind of thing that its asset is. */
export const kindFrom = async (turn: Turn, id: string): Promise<Pick<Asset, 'kind'>> => ({ kind: (await assetOf(turn, id)).kind })

export const namesOf = (rows: readonly Asset[]): string => rows.map(nameOf).join('、')

export async function assetOf(turn: Turn, id: string): Promise<Asset> {
  const [row] = await assetsWhere(turn, { id })
  if (!row) throw new Refusal('not-found')
  return row
}
/** Rows as they are, not locked. */
export async function assetsWhere(
  turn: Turn,
  where: Partial<Pick<Asset, 'id' | 'parent' | 'installation' | 'purchase'>>,
): Promise<Asset[]> {
  let query = turn.trx.selectFrom('asset').select(columnNames(asset)).where('org', '=', turn.actor.org).where('deletedAt', 'is', null)
  for (const [field, value] of Object.entries(where)) query = query.where(field, '=', value)
  return (await query.orderBy('serial').execute()) as unknown as Asset[]
}

/** A number that people may set, as it counts in this turn. */
export async function settingIn(turn: Turn, name: SettingName): Promise<number> {
  const row = await turn.trx
    .selectFrom('settingValue')
    .select('value')
    .where('org', '=', turn.actor.org)
    .where('code', '=', name)
    .executeTakeFirst()
  return row ? Number(row['value']) : settings[name].standard
}

export const isStation = ({ kind }: Pick<Asset, 'kind'>): boolean => kind === 'smartStation' || kind === 'centralStation'

/**
 * Refuses while anything in a state that `holds` refers to one of these assets, or, where a whole station is among them, to the
 * places they serve: 409 with the list. One machine of several may go while a contract over their place runs on.
 */
export async function refuseIfHeld(turn: Turn, rows: readonly Asset[]): Promise<void> {
  const ids = rows.map(({ id }) => id)
  const stations = rows.some(isStation) ? rows.flatMap(({ station }) => (station === null ? [] : [station])) : []
  const targets = [
    { to: 'asset', ids },
    { to: 'station', ids: [...new Set(stations)] },
  ]
  const blockers: { readonly record: string; readonly label: { readonly zh: string; readonly en: string }; readonly title: string }[] = []
  for (const { to, ids: wanted } of targets) {
    if (wanted.length === 0) continue
    for (const { record, field, many } of referrersOf(to)) {
      const holding = Object.entries(record.lifecycle?.states ?? {}).flatMap(([state, { holds }]) => (holds ? [state] : []))
      if (many || holding.length === 0) continue
      const found = await turn.trx
        .selectFrom(record.table)
        .select([...new Set(['id', ...record.title])])
        .where('org', '=', turn.actor.org)
        .where('deletedAt', 'is', null)
        .where('state', 'in', holding)
        .where(field, 'in', wanted)
        .execute()
      blockers.push(...found.map((row) => ({ record: record.name, label: record.label, title: titleOf(record, row) })))
    }
  }
  if (blockers.length === 0) return
  const say = (language: 'zh' | 'en'): string => blockers.map(({ label, title }) => `${label[language]} ${title}`).join('; ')
  throw conflict('held', `仍有生效的：${say('zh')}`, `Still in force: ${say('en')}`, { detail: { blockers } })
}
