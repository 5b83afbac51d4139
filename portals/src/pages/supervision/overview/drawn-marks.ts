import type { Map as LibreMap } from 'maplibre-gl'

/** A marker or a cluster as it is drawn: place on the map, place in the element in px. */
export interface DrawnMark {
  readonly id?: string
  readonly state?: string
  /** Of a cluster: how many stations it stands for. */
  readonly count?: number
  readonly lng: number
  readonly lat: number
  readonly x: number
  readonly y: number
}

export function drawnMarks(map: LibreMap): DrawnMark[] {
  if (!map.getLayer('marks')) return []
  const seen = new Set<string>()
  return map.queryRenderedFeatures(undefined, { layers: ['clusters', 'marks'] }).flatMap(({ geometry, properties }): DrawnMark[] => {
    if (geometry.type !== 'Point') return []
    const [lng = 0, lat = 0] = geometry.coordinates
    const key = String(properties['cluster_id'] ?? properties['id'])
    // A mark on the edge of two tiles is found twice.
    if (seen.has(key)) return []
    seen.add(key)
    const { x, y } = map.project([lng, lat])
    const what = properties['cluster']
      ? { count: properties['point_count'] as number }
      : { id: properties['id'] as string, state: properties['state'] as string }
    return [{ ...what, lng, lat, x: Math.round(x), y: Math.round(y) }]
  })
}
