import { poissonUpper } from './chi-square.ts'

/** 平均无故障工作时间: what the specification asks for, h. */
export const targetHours = 16_000
export const confidences = [60, 90] as const
/** Percent, one-sided. */
export type Confidence = (typeof confidences)[number]

export interface Demonstrated {
  /** Operating hours per failure; null while there was none. */
  readonly mtbf: number | null
  /** Degrees of freedom of the chi-square distribution, 2·failures + 2, and its quantile at the confidence. */
  readonly degrees: number
  readonly chiSquare: number
  /** Hours that the mean time between failures has at least, with the confidence. */
  readonly lowerBound: number
  readonly met: boolean
  /** Further hours without a failure until the bound reaches the target; 0 = met. */
  readonly hoursNeeded: number
}

/**
 * What a record of `hours` in operation with `failures` failures demonstrates, for a test that ended by time and not by a failure and a
 * constant failure rate (IEC 60605-4): bound = 2·hours / χ²(confidence; 2·failures + 2).
 */
export function demonstrated(hours: number, failures: number, confidence: Confidence, target = targetHours): Demonstrated {
  const expected = poissonUpper(failures, confidence / 100)
  const lowerBound = hours / expected
  return {
    mtbf: failures === 0 ? null : hours / failures,
    degrees: 2 * failures + 2,
    chiSquare: 2 * expected,
    lowerBound,
    met: lowerBound >= target,
    hoursNeeded: Math.max(0, target * expected - hours),
  }
}
