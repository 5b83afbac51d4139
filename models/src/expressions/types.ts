/** Whose point an expression names: the device itself, its station's own device, or its gateway. */
export type Owner = 'self' | 'station' | 'gateway'

/**
 * What a compiled expression may look at. Points go by index in their kind's table, so that a reading is an array access.
 * Every function answers NaN for "unknown": missing, bad or stale.
 */
export interface Readings {
  /** Slab form: bool 0/1, enum index. */
  value(owner: Owner, index: number): number
  /** Seconds since the value last changed; for enums the time in the state. */
  stuckS(owner: Owner, index: number): number
  avg(owner: Owner, index: number, windowS: number): number
  /** Slope per minute. */
  rate(owner: Owner, index: number, windowS: number): number
  /** Increase of a counter. */
  count(owner: Owner, index: number, windowS: number): number
  /** false = the device never declared nor reported it, so that its absence is no fault; without this every point is expected. */
  expected?(owner: Owner, index: number): boolean
  /** More about a value that is a judgement, kept with what it raises: how far outside the fence, in m. */
  detail?(owner: Owner, index: number): Readonly<Record<string, number>> | undefined
  cfg(name: string): number
  param(name: string): number | string | boolean | undefined
}

/** Three-valued: undefined = UNKNOWN, which neither raises nor clears nor permits. */
export type Condition = (readings: Readings) => boolean | undefined

export interface PointUse {
  readonly owner: Owner
  readonly index: number
  readonly point: string
}
export interface WindowUse extends PointUse {
  readonly fn: 'avg' | 'rate' | 'count' | 'stuckS'
  readonly windowS: number
}
export interface CompiledCondition {
  readonly source: string
  readonly test: Condition
  /** Points it reads, for dependency tracking and for the values kept with an occurrence. */
  readonly uses: readonly PointUse[]
  /** Windows it needs, so that the slab keeps just these. */
  readonly windows: readonly WindowUse[]
}
