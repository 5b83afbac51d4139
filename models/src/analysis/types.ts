import type { Label } from '../kinds/types.ts'

/** Adds up over rows, or is one sum over another; `scale` turns the quotient into its unit. */
export type Measure =
  | { readonly label: Label; readonly unit: string; readonly value: string }
  | {
      readonly label: Label
      readonly unit: string
      readonly over: readonly [numerator: string, denominator: string]
      readonly scale?: number
    }

/** An analysis as people pick it: what is measured, split and filtered by what, over which steps of time. Everything else is derived. */
export interface Analysis {
  readonly name: string
  readonly label: Label
  readonly help: Label
  readonly permission: string
  readonly steps: readonly Step[]
  /** Rows may be filtered and split by these. */
  readonly dimensions: Readonly<Record<string, Dimension>>
  readonly measures: Readonly<Record<string, Measure>>
  /** Shown until people choose. */
  readonly chosen: readonly string[]
  /** Name of the sum of the chosen measures; null where a sum means nothing. */
  readonly total: Label | null
  /** How the lines are drawn: on each other or side by side. */
  readonly chart: 'stack' | 'line'
  /** Values of a row besides those that are measured, for the detail table. */
  readonly details: Readonly<Record<string, { readonly label: Label; readonly unit: string }>>
}
export type Step = 'day' | 'month'
export interface Dimension {
  readonly label: Label
  /** Names of its values; without it they are looked up (regions, stations, devices). */
  readonly words?: Readonly<Record<string, Label>>
  /** Lines may be split by it. */
  readonly split: boolean
}

/** What an analysis adds up: one booked record, one machine in one period … */
export interface AnalysisRow {
  /** Index of its period. */
  readonly period: number
  readonly keys: Readonly<Record<string, string | null>>
  /** null = not known, which is not zero. */
  readonly values: Readonly<Record<string, number | null>>
  readonly title: string
  /** When it was booked, epoch ms. */
  readonly at?: number
  /** What a click opens. */
  readonly opens?: { readonly record: string; readonly id: string }
}

export interface AnalysisPoint {
  readonly value: number | null
  /** Of a ratio: the sums it is made of. */
  readonly numerator?: number | null
  readonly denominator?: number | null
  /** Rows behind it. */
  readonly count: number
  /** Ids of the records summed, where rows are records. */
  readonly ids?: readonly string[]
}
export interface AnalysisLine {
  /** Value of the split dimension, `''` where it has none; null = all rows. */
  readonly key: string | null
  /** Name of the measure; null = sum of all chosen. */
  readonly measure: string | null
  readonly points: readonly AnalysisPoint[]
}

/** Amounts, and what an amount could be worked out from. */
export const isMoneyUnit = (unit: string): boolean => unit === 'fen' || unit.includes('¥')
