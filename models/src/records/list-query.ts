import { allFields, reservedNames } from './define.ts'
import type { Field } from './field-types.ts'
import type { RecordModel } from './record-types.ts'
import { fieldSchema, isMany } from './schema.ts'

export const filterOperators = ['is', 'not', 'gte', 'lte', 'contains', 'empty'] as const
export type FilterOperator = (typeof filterOperators)[number]

/** `state=a,b` · `price.gte=100` · `name.contains=水` · `customer.empty=true` */
export interface Filter {
  readonly field: string
  readonly operator: FilterOperator
  readonly values: readonly (string | number | boolean)[]
}
export interface Sort {
  readonly field: string
  readonly descending: boolean
}
export interface ListQuery {
  readonly q: string
  readonly filters: readonly Filter[]
  readonly sort: readonly Sort[]
  readonly page: number
  readonly size: number
  /** Continues after the row where the last page ended: as fast on the last page as on the first. */
  readonly after: string | null
}
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly field: string; readonly zh: string; readonly en: string }

/** Reads the words of an address; also what the portals write. */
export function parseListQuery(record: RecordModel, words: Readonly<Record<string, string | readonly string[]>>): Parsed<ListQuery> {
  const fields: Readonly<Record<string, Field>> = { ...allFields(record), id: idField }
  const one = (name: string): string | undefined => [words[name]].flat().at(-1)
  const filters: Filter[] = []
  for (const [name, value] of Object.entries(words)) {
    if ((reservedNames as readonly string[]).includes(name)) continue
    const [field = '', operator = 'is'] = name.split('.')
    const known = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (!known || known.sensitivity === 'secret' || !(filterOperators as readonly string[]).includes(operator))
      return fault(name, '没有这个筛选条件', 'There is no such filter')
    const texts = [value].flat().flatMap((text) => (operator === 'contains' ? [text] : text.split(',')))
    const values = operator === 'empty' ? [texts[0] !== 'false'] : texts.map((text) => valueOf(known, text))
    const usable = values.filter((item) => item !== undefined)
    if (usable.length < values.length || usable.length === 0) return fault(name, '筛选值无效', 'This value does not fit the filter')
    if (operator === 'contains' && known.type !== 'text') return fault(name, '只有文本可以用包含', 'Only texts can contain')
    filters.push({ field, operator: operator as FilterOperator, values: usable })
  }
  const sort: Sort[] = []
  for (const part of (one('sort') || record.views.sort).split(',')) {
    const field = part.replace(/^-/, '')
    const known = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (!known || isMany(known) || known.type === 'geo' || known.sensitivity)
      return fault('sort', '不能按此字段排序', 'Cannot be sorted by this field')
    sort.push({ field, descending: part.startsWith('-') })
  }
  const page = Number(one('page') ?? 1)
  const size = Number(one('size') ?? 50)
  if (!Number.isInteger(page) || page < 1 || page > 100_000) return fault('page', '页码无效', 'Not a page number')
  if (!Number.isInteger(size) || size < 1 || size > 500) return fault('size', '每页 1–500 行', '1 to 500 rows a page')
  return { ok: true, value: { q: (one('q') ?? '').slice(0, 200), filters, sort, page, size, after: one('after') ?? null } }
}

const idField: Field = { type: 'text', label: { zh: '标识', en: 'Id' }, required: true }
const fault = (field: string, zh: string, en: string): Parsed<never> => ({ ok: false, field, zh, en })

function valueOf(field: Field, text: string): string | number | boolean | undefined {
  switch (field.type) {
    case 'number':
    case 'money':
    case 'time':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'date':
      return fieldSchema({ ...field, required: true }).safeParse(text).success ? text : undefined
    case 'rows':
    case 'geo':
      return undefined
    default:
      return text
  }
}
