import { NEVER } from '../twin/types.ts'

const CHUNK = 8192
let values = new Float64Array(0)
let quality = new Uint8Array(0)
let used = 0

/**
 * Room for one sample in which nothing was measured: NaN and 255. Cut from a common piece that is filled at once, because a buffer of its
 * own for every message costs more than reading it. No room is given out twice; a piece goes when its last sample goes.
 */
export function blankSample(points: number): { readonly values: Float64Array; readonly quality: Uint8Array } {
  if (used + points > values.length) {
    values = new Float64Array(Math.max(CHUNK, points)).fill(Number.NaN)
    quality = new Uint8Array(values.length).fill(NEVER)
    used = 0
  }
  const from = used
  used += points
  return { values: values.subarray(from, used), quality: quality.subarray(from, used) }
}
