import type { operations } from '@twin/models/api'
import type { Analysis, Step } from '@twin/models/analysis'
import dayjs from 'dayjs'
import type { z } from 'zod'

export type Result = z.output<Exclude<(typeof operations.analysis)['result'], 'file'>>
export type Line = Result['lines'][number]
export type Rows = z.output<Exclude<(typeof operations.analysisRows)['result'], 'file'>>

/** What a person asks; kept in the address, so that a view can be sent to somebody. */
export interface Ask {
  readonly from: string
  readonly to: string
  readonly step: Step
  readonly measures: readonly string[]
  readonly split: string | null
  readonly filter: Readonly<Record<string, readonly string[]>>
}

/** Months end with the present one, days with today. */
export function presetOf(step: Step, now: number): { readonly from: string; readonly to: string } {
  const today = dayjs(now)
  const from = step === 'month' ? today.subtract(11, 'month').startOf('month') : today.subtract(29, 'day')
  return { from: from.format('YYYY-MM-DD'), to: today.format('YYYY-MM-DD') }
}

export function readAsk(analysis: Analysis, search: URLSearchParams, now: number): Ask {
  const step = analysis.steps.find((one) => one === search.get('step')) ?? analysis.steps[0] ?? 'month'
  const preset = presetOf(step, now)
  const list = (name: string): readonly string[] => search.get(name)?.split(',').filter(Boolean) ?? []
  const measures = list('measures').filter((name) => analysis.measures[name])
  const split = search.get('split')
  const byWhat = split !== null && analysis.dimensions[split]?.split ? split : null
  return {
    from: search.get('from') ?? preset.from,
    to: search.get('to') ?? preset.to,
    step,
    measures: together(analysis, measures.length > 0 ? measures : analysis.chosen, byWhat),
    split: byWhat,
    filter: Object.fromEntries(Object.keys(analysis.dimensions).flatMap((name) => (list(name).length > 0 ? [[name, list(name)]] : []))),
  }
}

/**
 * Measures that can be shown together, `last` being the one just chosen: lines that are split show one sum or one ratio, and a sum has no
 * ratios in it.
 */
export function together(analysis: Analysis, measures: readonly string[], split: string | null, last?: string): readonly string[] {
  if (split === null || measures.length < 2) return measures
  const ratio = (name: string): boolean => 'over' in (analysis.measures[name] ?? {})
  if (last !== undefined && ratio(last)) return [last]
  const sums = measures.filter((name) => !ratio(name))
  return sums.length > 0 ? sums : measures.slice(0, 1)
}

export function writeAsk({ from, to, step, measures, split, filter }: Ask): Record<string, string> {
  return {
    from,
    to,
    step,
    measures: measures.join(','),
    ...(split === null ? {} : { split }),
    ...Object.fromEntries(Object.entries(filter).flatMap(([name, values]) => (values.length > 0 ? [[name, values.join(',')]] : []))),
  }
}

/** The same for the API. */
export const queryOf = ({ from, to, step, measures, split, filter }: Ask) => ({
  from,
  to,
  step,
  measures: [...measures],
  ...(split === null ? {} : { split }),
  ...Object.fromEntries(Object.entries(filter).map(([name, values]) => [name, [...values]])),
})
