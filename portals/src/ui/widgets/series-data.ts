import type { AlignedData } from 'uplot'

export const seriesColours = {
  dark: ['#4db5ff', '#ffb454', '#5fd38d', '#f2788f', '#b59bff', '#4ad6d0', '#f0e068', '#ff8f5a', '#9fb4cc', '#e07be0'],
  light: ['#0b6bcb', '#b35c00', '#1b8f57', '#c2255c', '#6741d9', '#0b7285', '#8a6d00', '#d9480f', '#495d72', '#9c36b5'],
} as const

interface Columns {
  readonly t: readonly number[]
  readonly v: readonly (number | null)[]
}

/**
 * Puts several series on one time axis. At a time a series has no sample of its own it gets `undefined` (the line goes on),
 * at a gap of its own `null` (the line breaks).
 */
export function alignSeries(series: readonly Columns[]): AlignedData {
  const first = series[0]
  if (series.length === 1 && first) return [first.t.map((t) => t / 1000), [...first.v]]
  const times = [...new Set(series.flatMap((s) => s.t))].toSorted((a, b) => a - b)
  const places = new Map(times.map((t, i) => [t, i]))
  const columns = series.map((s) => {
    const column: (number | null | undefined)[] = Array.from({ length: times.length })
    s.t.forEach((t, i) => {
      column[places.get(t) ?? 0] = s.v[i] ?? null
    })
    return column
  })
  return [times.map((t) => t / 1000), ...columns]
}

export interface SeriesSummary {
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  readonly last: number | null
  readonly count: number
}

export function summarise({
  v,
  min,
  max,
}: {
  readonly v: readonly (number | null)[]
  readonly min?: readonly (number | null)[]
  readonly max?: readonly (number | null)[]
}): SeriesSummary {
  const numbers = v.filter((x) => x !== null)
  if (numbers.length === 0) return { min: null, max: null, mean: null, last: null, count: 0 }
  const low = (min ?? v).filter((x) => x !== null)
  const high = (max ?? v).filter((x) => x !== null)
  return {
    min: low.reduce((a, b) => Math.min(a, b), Infinity),
    max: high.reduce((a, b) => Math.max(a, b), -Infinity),
    mean: numbers.reduce((a, b) => a + b, 0) / numbers.length,
    last: numbers.at(-1) ?? null,
    count: numbers.length,
  }
}
