import { Map as LibreMap, NavigationControl, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { usePreferences } from '../../../ui/preferences.ts'
import { paletteOf, type Palette } from '../../../ui/theme.ts'
import { Nothing } from '../../../ui/widgets/index.ts'
import { circleAround, type LngLat } from './geometry.ts'

setWorkerUrl(workerUrl)

interface Point {
  readonly lat: number
  readonly lng: number
}
interface PositionMapProps {
  readonly site: Point | null
  /** m; null = no fence. */
  readonly fenceRadius: number | null
  readonly current: Point | null
  readonly track: readonly Point[]
}

function styleFor(palette: Palette): StyleSpecification {
  const nothing = { type: 'geojson' as const, data: { type: 'FeatureCollection' as const, features: [] } }
  return {
    version: 8,
    sources: { fence: nothing, track: nothing, points: nothing },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': palette.land } },
      { id: 'fence', type: 'fill', source: 'fence', paint: { 'fill-color': palette.P2, 'fill-opacity': 0.12 } },
      { id: 'fence-line', type: 'line', source: 'fence', paint: { 'line-color': palette.P2, 'line-width': 2, 'line-dasharray': [3, 2] } },
      { id: 'track', type: 'line', source: 'track', paint: { 'line-color': palette.primary, 'line-width': 2.5 } },
      {
        id: 'points',
        type: 'circle',
        source: 'points',
        paint: {
          'circle-radius': ['match', ['get', 'role'], 'current', 8, 'site', 6, 3],
          'circle-color': ['match', ['get', 'role'], 'current', palette.running, 'site', palette.P2, palette.primary],
          'circle-stroke-color': palette.surface,
          'circle-stroke-width': 2,
        },
      },
      {
        id: 'labels',
        type: 'symbol',
        source: 'points',
        filter: ['has', 'name'],
        layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-offset': [0, 1.2], 'text-anchor': 'top' },
        paint: { 'text-color': palette.text, 'text-halo-color': palette.land, 'text-halo-width': 1.4 },
      },
    ],
  }
}

/** Site, fence, track and last fix; true to scale, without a base map. */
export function PositionMap({ site, fenceRadius, current, track }: PositionMapProps) {
  const { t } = useText()
  const theme = usePreferences((state) => state.theme)
  const box = useRef<HTMLDivElement>(null)
  const map = useRef<LibreMap | null>(null)
  const [ready, setReady] = useState(0)
  const anything = site !== null || current !== null || track.length > 0

  useEffect(() => {
    if (!box.current || !anything) return
    const made = new LibreMap({
      container: box.current,
      style: styleFor(paletteOf(theme)),
      attributionControl: false,
      dragRotate: false,
      localIdeographFontFamily: 'sans-serif',
      maxZoom: 19,
    })
    made.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    made.on('load', () => setReady((n) => n + 1))
    map.current = made
    return () => {
      made.remove()
      map.current = null
    }
  }, [theme, anything])

  const fitted = useRef(0)
  useEffect(() => {
    const made = map.current
    if (!made || ready === 0) return
    const ring = site && fenceRadius ? circleAround(site, fenceRadius) : []
    const line: LngLat[] = track.map((fix) => [fix.lng, fix.lat])
    const point = (place: Point, role: string, name?: string) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [place.lng, place.lat] },
      properties: { role, ...(name ? { name } : {}) },
    })
    const points = [
      ...track.map((fix) => point(fix, 'track')),
      ...(site ? [point(site, 'site', t('position.site'))] : []),
      ...(current ? [point(current, 'current', t('position.current'))] : []),
    ]
    const write = (source: string, features: readonly object[]): void => {
      const data = { type: 'FeatureCollection', features } as unknown as Parameters<GeoJSONSource['setData']>[0]
      void made.getSource<GeoJSONSource>(source)?.setData(data)
    }
    write('fence', ring.length > 0 ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }] : [])
    write('track', line.length > 1 ? [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: line } }] : [])
    write('points', points)
    if (fitted.current === ready) return
    fitted.current = ready
    const all: LngLat[] = [...ring, ...line, ...[site, current].flatMap((place): LngLat[] => (place ? [[place.lng, place.lat]] : []))]
    const lngs = all.map(([lng]) => lng)
    const lats = all.map(([, lat]) => lat)
    made.fitBounds(
      [
        [Math.min(...lngs), Math.min(...lats)],
        [Math.max(...lngs), Math.max(...lats)],
      ],
      { padding: 40, maxZoom: 17, duration: 0 },
    )
  }, [ready, site, fenceRadius, current, track, t])

  if (!anything) return <Nothing text={t('position.none')} />
  return <div ref={box} className="fleet-map" data-testid="position-map" role="application" aria-label={t('position.track')} />
}
