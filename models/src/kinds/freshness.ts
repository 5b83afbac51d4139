import { NEVER, qualities } from '../twin/types.ts'
import type { PointDefinition } from './types.ts'

/** Upper limit of age for what interlocks look at, ms; a station may be stricter, never looser. */
export const INTERLOCK_MS = 10_000

/** When the device was last heard at all, and the station's limit for that (`StationPolicy.silenceMs`); epoch ms and ms. */
export interface Silence {
  readonly heardAt: number
  readonly limitMs: number
}

const STALE = qualities.indexOf('stale')
const BAD = qualities.indexOf('bad')

/** A point with a deadband, a bool or an enum speaks when it changes; the rest is sampled. */
export function reportsByException(point: PointDefinition): boolean {
  return point.deadband !== null || point.type === 'bool' || point.type === 'enum'
}

/** Age in ms after which a value of this point is stale, the silence of its device aside. */
export function staleAfterMs(point: PointDefinition): number {
  const rule = reportsByException(point) ? point.maxSilenceS * 1000 + 10_000 : Math.max(3 * point.sampleMs, 10_000)
  return point.interlock ? Math.min(rule, INTERLOCK_MS) : rule
}

/**
 * True when the value is too old to act on. Times in epoch ms. A silent device makes all it reports stale;
 * derived points are written by the twin itself (the age of a gateway's last message must grow while it is silent), so they only age.
 */
export function isStale(point: PointDefinition, sourceTime: number, now: number, silence?: Silence): boolean {
  if (now - sourceTime > staleAfterMs(point)) return true
  if (!silence || point.tier === 'derived') return false
  const limit = point.interlock ? Math.min(silence.limitMs, INTERLOCK_MS) : silence.limitMs
  return now - silence.heardAt > limit
}

/** Quality index as it counts now: never seen and bad stay, anything too old is stale. */
export function effectiveQuality(point: PointDefinition, quality: number, sourceTime: number, now: number, silence?: Silence): number {
  if (quality === NEVER || quality === BAD) return quality
  return isStale(point, sourceTime, now, silence) ? STALE : quality
}

/** Good enough to raise, clear or permit on: anything but never seen, bad or stale. */
export function isUsable(quality: number): boolean {
  return quality !== NEVER && quality !== BAD && quality !== STALE
}
