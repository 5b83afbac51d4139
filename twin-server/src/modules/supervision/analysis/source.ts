import type { AnalysisRow, Step } from '@twin/models/analysis'
import { bucketEdges, dayStart } from '@twin/models/energy'
import type { StationConfig } from '@twin/models/stations'
import type { HttpStore } from '../../../http/parts.ts'

/** What is asked of a source: whose rows, of what time. */
export interface Asked {
  readonly org: string
  /** Zone of months and days that belong to no station. */
  readonly zone: string
  /** First and last local day, `2026-01-31`. */
  readonly from: string
  readonly to: string
  readonly step: Step
  readonly periods: number
  readonly now: number
  /** Stations the person may see and the filter lets through. */
  readonly stations: readonly StationConfig[]
  /** The person sees everything, also what stands at no station. */
  readonly everything: boolean
  /** Only these devices; null = all. */
  readonly devices: ReadonlySet<string> | null
  readonly measures: readonly string[]
  readonly split: string | null
}
/** Gives the rows of an analysis. `keys.region` is the id of a region, whatever its level. */
export type Source = (store: HttpStore, asked: Asked) => Promise<readonly AnalysisRow[]>

/** Edges of the periods in a zone: one more than there are periods. */
export function edgesIn({ from, to, step }: Pick<Asked, 'from' | 'to' | 'step'>, zone: string): number[] {
  return bucketEdges(dayStart(from, zone), dayStart(to, zone) + 1, step, zone)
}

/** Index of the period a time lies in; -1 outside. */
export function periodOf(edges: readonly number[], at: number): number {
  if (at < (edges[0] ?? Infinity) || at >= (edges.at(-1) ?? -Infinity)) return -1
  let [low, high] = [0, edges.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((edges[middle] ?? Infinity) <= at) low = middle
    else high = middle - 1
  }
  return low
}
