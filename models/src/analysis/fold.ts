import type { Analysis, AnalysisLine, AnalysisPoint, AnalysisRow, Measure } from './types.ts'

export interface FoldQuery {
  readonly periods: number
  /** Measures to show; several that add up, or ratios. */
  readonly measures: readonly string[]
  /** Dimension to split by; null = none. */
  readonly split: string | null
}

const isRatio = (measure: Measure | undefined): measure is Extract<Measure, { over: unknown }> => measure !== undefined && 'over' in measure

/** Rows that a point of a measure (null: of all chosen) is made of. Of a ratio only those that know both sides. */
export function rowsOf(
  analysis: Analysis,
  rows: readonly AnalysisRow[],
  measures: readonly string[],
  measure: string | null,
): AnalysisRow[] {
  const wanted = (measure === null ? measures : [measure]).flatMap((name) => analysis.measures[name] ?? [])
  return rows.filter(({ values }) =>
    wanted.some((one) => (isRatio(one) ? one.over.every((name) => known(values[name])) : known(values[one.value]))),
  )
}
const known = (value: number | null | undefined): value is number => value !== null && value !== undefined

function pointOf(analysis: Analysis, rows: readonly AnalysisRow[], measures: readonly string[], measure: string | null): AnalysisPoint {
  const counted = rowsOf(analysis, rows, measures, measure)
  const sum = (name: string): number => counted.reduce((all, { values }) => all + (values[name] ?? 0), 0)
  const one = measure === null ? undefined : analysis.measures[measure]
  const opened = counted.flatMap(({ opens }) => (opens ? [opens.id] : []))
  const behind = { count: counted.length, ...(opened.length > 0 ? { ids: opened } : {}) }
  if (isRatio(one)) {
    const [numerator, denominator] = one.over.map((name) => (counted.length > 0 ? sum(name) : null))
    // Without input there is no ratio: neither zero nor infinity.
    const value = known(numerator) && known(denominator) && denominator > 0 ? (numerator / denominator) * (one.scale ?? 1) : null
    return { value, numerator: numerator ?? null, denominator: denominator ?? null, ...behind }
  }
  const names = (measure === null ? measures : [measure]).flatMap((name) => {
    const found = analysis.measures[name]
    return found && !isRatio(found) ? [found.value] : []
  })
  return { value: names.reduce((all, name) => all + sum(name), 0), ...behind }
}

/**
 * Lines of an analysis. Not split: one per measure, and their sum where the analysis has one. Split: one per value of the dimension, of the
 * sum of the chosen measures (or of the one ratio), and the line of all, which they add up to.
 */
export function foldAnalysis(analysis: Analysis, rows: readonly AnalysisRow[], { periods, measures, split }: FoldQuery): AnalysisLine[] {
  const byPeriod = (own: readonly AnalysisRow[]): AnalysisRow[][] => {
    const cut: AnalysisRow[][] = Array.from({ length: periods }, () => [])
    for (const row of own) cut[row.period]?.push(row)
    return cut
  }
  const line = (key: string | null, measure: string | null, own: readonly AnalysisRow[]): AnalysisLine => ({
    key,
    measure,
    points: byPeriod(own).map((part) => pointOf(analysis, part, measures, measure)),
  })
  const additive = measures.filter((name) => !isRatio(analysis.measures[name]))
  if (split === null) {
    const lines = measures.map((name) => line(null, name, rows))
    return analysis.total && additive.length > 0 ? [...lines, line(null, null, rows)] : lines
  }
  const measure = additive.length > 0 && additive.length === measures.length && analysis.total ? null : (measures[0] ?? null)
  const groups = new Map<string, AnalysisRow[]>()
  for (const row of rows) {
    const key = row.keys[split] ?? ''
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const keys = [...groups.keys()].toSorted()
  return [...keys.map((key) => line(key, measure, groups.get(key) ?? [])), line(null, measure, rows)]
}
