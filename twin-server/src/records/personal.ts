import { allFields, type ListQuery, type RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import type { Actor, Values } from './types.ts'

/** May this person see personal values in full, one at a time. */
export const mayShow = ({ principal }: Actor): boolean => principal === null || principal.permissions.has('personal:view')

/** Values with secrets left out and personal ones masked. */
export function withoutPersonal(record: RecordModel, values: Values): Values {
  const shown: Record<string, unknown> = { ...values }
  for (const [name, { sensitivity }] of Object.entries(allFields(record))) {
    if (sensitivity === 'secret') delete shown[name]
    else if (sensitivity === 'personal' && typeof shown[name] === 'string') shown[name] = masked(shown[name])
  }
  return shown
}

/** `13812341234` is `138****1234`; of other texts the first and last quarter stay. */
export function masked(text: string): string {
  const characters = Array.from(text)
  if (characters.length <= 2) return '*'.repeat(characters.length)
  const quarter = Math.max(1, Math.floor(characters.length / 4))
  const [head, tail] = /^\d{11}$/.test(text) ? [3, 4] : [quarter, quarter]
  return characters.map((character, i) => (i < head || i >= characters.length - tail ? character : '*')).join('')
}

/** Who may not see a value may not find it out by asking for it piece by piece either. */
export function refuseGuessing(record: RecordModel, query: Pick<ListQuery, 'filters'>, actor: Actor): void {
  const fields = allFields(record)
  const asked = query.filters.find(({ field }) => fields[field]?.sensitivity === 'personal')
  if (asked && (!mayShow(actor) || asked.operator !== 'is'))
    throw new Refusal('not-permitted', {
      field: asked.field,
      message: { zh: '不能按此个人信息筛选', en: 'Cannot be searched by this personal value' },
    })
}
