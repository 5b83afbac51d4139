import type { StationConfig } from '@twin/models/stations'
import type { Position, StationFact, StationState } from '@twin/models/twin'

const EARTH_M = 6_371_008.8

/** Great-circle distance, m. */
export function distance(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const rad = Math.PI / 180
  const dLat = (b.lat - a.lat) * rad
  const dLng = (b.lng - a.lng) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLng / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** One fact when the site is left and one when it is reached again (or the site or its fence was moved). A cell fix counts less its inaccuracy. */
export function stepFence(
  config: StationConfig,
  fence: StationState['fence'],
  position: Position | null,
  now: number,
): readonly StationFact[] {
  const said = (body: StationState['fence']): readonly StationFact[] => [{ kind: 'fence.changed', v: 1, at: now, body }]
  if (config.position === null || config.fenceRadius === null || position === null) return fence === null ? [] : said(null)
  const doubt = position.source === 'cell' ? (position.accuracy ?? 0) : 0
  const away = distance(config.position, position)
  const outside = away - doubt > config.fenceRadius
  if (outside === (fence !== null)) return []
  return said(outside ? { outsideSince: now, distance: Math.round(away) } : null)
}
