import type { Label } from '../kinds/types.ts'
import type { Field } from './field-types.ts'
import { isMany } from './schema.ts'

export type CellValue = string | number | boolean | null
export type Language = 'zh' | 'en'
type CellResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: Label }

/** A value as people read it in a table; money in yuan, times as ISO text. `titles` names what references point to. */
export function toCell(field: Field, value: unknown, language: Language, titles: Readonly<Record<string, string>> = {}): CellValue {
  if (value === null || value === undefined) return null
  if (field.type === 'rows') return JSON.stringify(value)
  if (isMany(field)) return (value as readonly unknown[]).map((item) => String(one(field, item, language, titles) ?? '')).join('; ')
  return one(field, value, language, titles)
}

function one(field: Field, value: unknown, language: Language, titles: Readonly<Record<string, string>>): CellValue {
  switch (field.type) {
    case 'money':
      return Number(value) / 100
    case 'time':
      return new Date(Number(value)).toISOString()
    case 'flag':
      return yesNo(value === true)[language]
    case 'choice':
      return field.options[String(value)]?.[language] ?? String(value)
    case 'reference':
      return titles[String(value)] ?? String(value)
    case 'geo': {
      const { lat, lng } = value as { lat: number; lng: number }
      return `${lat}, ${lng}`
    }
    default:
      return value as CellValue
  }
}
export const yesNo = (value: boolean): Label => (value ? { zh: '是', en: 'Yes' } : { zh: '否', en: 'No' })

/** The reverse, for import: what people type, in either language. `find` looks up what a reference means. */
export function fromCell(field: Field, cell: CellValue, find: (to: string, text: string) => string | undefined): CellResult {
  if (cell === null || (typeof cell === 'string' && cell.trim() === ''))
    return { ok: true, value: isMany(field) ? [] : field.type === 'flag' ? false : null }
  if (field.type === 'rows') {
    try {
      return { ok: true, value: JSON.parse(String(cell)) }
    } catch {
      return no('应为 JSON 列表', 'Should be a JSON list')
    }
  }
  if (!isMany(field)) return parse(field, cell, find)
  const items = String(cell)
    .split(/[;；]/)
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => parse(field, item, find))
  const bad = items.find((item) => !item.ok)
  return bad ?? { ok: true, value: items.map((item) => (item.ok ? item.value : null)) }
}

function parse(field: Field, cell: string | number | boolean, find: (to: string, text: string) => string | undefined): CellResult {
  const text = String(cell).trim()
  const number = typeof cell === 'number' ? cell : Number(text.replaceAll(',', ''))
  switch (field.type) {
    case 'number':
      return Number.isFinite(number) ? yes(number) : no('应为数字', 'Should be a number')
    case 'money':
      return Number.isFinite(number) ? yes(Math.round(number * 100)) : no('应为金额（元）', 'Should be an amount in yuan')
    case 'time': {
      const at = Date.parse(text)
      return Number.isFinite(at) ? yes(at) : no('应为时间', 'Should be a time')
    }
    case 'date':
      return /^\d{4}-\d{2}-\d{2}/.test(text) ? yes(text.slice(0, 10)) : no('应为日期 2026-01-31', 'Should be a date 2026-01-31')
    case 'flag':
      if (/^(是|yes|true|1)$/i.test(text)) return yes(true)
      return /^(否|no|false|0)$/i.test(text) ? yes(false) : no('应为是或否', 'Should be yes or no')
    case 'choice': {
      const found = Object.entries(field.options).find(([code, label]) => [code, label.zh, label.en].includes(text))
      return found ? yes(found[0]) : no(`不在选项中：${text}`, `Not one of the options: ${text}`)
    }
    case 'reference': {
      const id = find(field.to, text)
      return id === undefined ? no(`找不到：${text}`, `Not found: ${text}`) : yes(id)
    }
    case 'geo': {
      const [lat, lng] = text.split(',').map(Number)
      return Number.isFinite(lat) && Number.isFinite(lng) ? yes({ lat, lng }) : no('应为 纬度, 经度', 'Should be latitude, longitude')
    }
    default:
      return yes(text)
  }
}
const yes = (value: unknown): CellResult => ({ ok: true, value })
const no = (zh: string, en: string): CellResult => ({ ok: false, why: { zh, en } })
