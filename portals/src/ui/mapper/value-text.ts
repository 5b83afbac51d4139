import type { PointDefinition } from '@twin/models/kinds'
import { wordLabel, type Language } from '../../i18n/index.ts'
import { DASH, formatNumber, unitSign } from '../format.ts'

/** Digits by what the point can resolve: a deadband of 0.05 needs two. */
export function digitsOf(point: PointDefinition): number | undefined {
  if (point.type === 'int') return 0
  if (point.counter) return 1
  const step = point.deadband
  if (step === null || step <= 0) return undefined
  return Math.min(4, Math.max(0, Math.ceil(-Math.log10(step))))
}

/** Value without its unit. */
export function valueText(point: PointDefinition, value: number | string | boolean | null, lang: Language): string {
  if (value === null) return DASH
  if (typeof value === 'boolean') return lang === 'zh' ? (value ? '是' : '否') : value ? 'Yes' : 'No'
  if (typeof value === 'number') return formatNumber(value, digitsOf(point))
  return point.type === 'enum' ? wordLabel(value)[lang] : value
}

export function valueWithUnit(point: PointDefinition, value: number | string | boolean | null, lang: Language): string {
  const text = valueText(point, value, lang)
  const sign = unitSign(point.unit)
  return sign && text !== DASH ? `${text} ${sign}` : text
}
