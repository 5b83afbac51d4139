import type { StationSummary } from '@twin/models/live'
import { wgs84ToGcj02 } from '@twin/models/units'
import { Map as LibreMap, NavigationControl, setWorkerUrl, type GeoJSONSource, type MapLayerMouseEvent } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
// The library ships its worker as a file of its own; without this address the map stays blank.
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { usePreferences } from '../../../ui/preferences.ts'
import type { Regions } from '../../../ui/regions.ts'
import { paletteOf } from '../../../ui/theme.ts'
import { Failed, Loading } from '../../../ui/widgets/index.ts'
import { MapFooter } from './map-footer.tsx'
import { loadMap, type Boundaries, type MapSettings } from './map-settings.ts'
import { drawnMarks } from './drawn-marks.ts'
import { clusterColour, clusterCounts, mapStyle, markerImage, provinceNames } from './map-style.ts'
import { PlantOverlay } from './plant-overlay.tsx'

setWorkerUrl(workerUrl)
const CHINA: [[number, number], [number, number]] = [
  [73, 17.5],
  [135.5, 54],
]

interface FleetMapProps {
  readonly regions: Regions
  readonly stations: readonly StationSummary[]
  readonly selected: string | null
  readonly onSelect: (station: string) => void
  /** Central stations with lines to their outlets, sized by rated flow. */
  readonly plants: boolean
}

export function FleetMap(props: FleetMapProps) {
  const [base, setBase] = useState<{ readonly settings: MapSettings; readonly boundaries: Boundaries }>()
  const [failure, setFailure] = useState<Error | null>(null)
  const theme = usePreferences((state) => state.theme)
  const { lang } = useText()
  useEffect(() => {
    loadMap().then(setBase, (error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))))
  }, [])
  if (failure) return <Failed error={failure} />
  if (!base) return <Loading />
  return <DrawnMap key={`${theme}-${lang}`} {...props} {...base} />
}

/** Stored places are WGS-84; the base map may stand on the grid of Chinese public maps. */
const onGrid = (place: NonNullable<StationSummary['position']>, crs: MapSettings['crs']): NonNullable<StationSummary['position']> =>
  crs === 'GCJ-02' ? wgs84ToGcj02(place) : place

/** Camera kept over a change of theme or language, which draws the map anew. */
let camera: { center: [number, number]; zoom: number } | undefined

function featuresOf(stations: readonly StationSummary[], crs: MapSettings['crs'], name: (station: StationSummary) => string) {
  return {
    type: 'FeatureCollection' as const,
    features: stations.flatMap((station) => {
      if (!station.position) return []
      const { lat, lng } = onGrid(station.position, crs)
      return [
        {
          type: 'Feature' as const,
          geometry: { type: 'Point' as const, coordinates: [lng, lat] },
          properties: { id: station.id, state: station.state, name: name(station) },
        },
      ]
    }),
  }
}

function DrawnMap({
  regions,
  stations,
  selected,
  onSelect,
  plants,
  settings,
  boundaries,
}: FleetMapProps & { readonly settings: MapSettings; readonly boundaries: Boundaries }) {
  const box = useRef<HTMLDivElement>(null)
  const map = useRef<LibreMap | null>(null)
  const [ready, setReady] = useState(false)
  const { t, lang, name } = useText()
  const theme = usePreferences((state) => state.theme)
  const names = useRef((region: string): string => regions.label(region)[lang])
  names.current = (region) => regions.label(region)[lang]
  const select = useRef(onSelect)
  select.current = onSelect

  useEffect(() => {
    if (!box.current) return
    const palette = paletteOf(theme)
    const made = new LibreMap({
      container: box.current,
      style: mapStyle(boundaries, palette, names.current),
      ...(camera ?? { bounds: CHINA, fitBoundsOptions: { padding: 12 } }),
      minZoom: 2,
      maxZoom: 15,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif",
    })
    map.current = made
    made.touchZoomRotate.disableRotation()
    made.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    made.on('load', () => {
      for (const state of ['running', 'standby', 'alarm', 'offline'] as const)
        made.addImage(`mark-${state}`, markerImage(state, palette), { pixelRatio: 2 })
      made.addSource('stations', {
        type: 'geojson',
        data: { type: 'FeatureCollection', features: [] },
        cluster: true,
        clusterRadius: 34,
        clusterMaxZoom: 11,
        clusterProperties: clusterCounts,
      })
      made.addLayer({
        id: 'clusters',
        type: 'circle',
        source: 'stations',
        filter: ['has', 'point_count'],
        paint: {
          'circle-color': clusterColour(palette),
          'circle-radius': ['step', ['get', 'point_count'], 15, 10, 19, 100, 25],
          'circle-stroke-color': palette.surface,
          'circle-stroke-width': 3,
        },
      })
      made.addLayer({
        id: 'counts',
        type: 'symbol',
        source: 'stations',
        filter: ['has', 'point_count'],
        layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-size': 13, 'text-allow-overlap': true },
        paint: { 'text-color': theme === 'dark' ? '#08111c' : '#ffffff' },
      })
      made.addLayer({
        id: 'marks',
        type: 'symbol',
        source: 'stations',
        filter: ['!', ['has', 'point_count']],
        layout: {
          'icon-image': ['concat', 'mark-', ['get', 'state']],
          'icon-allow-overlap': true,
          'text-field': ['get', 'name'],
          'text-size': 12,
          'text-offset': [0, 1.1],
          'text-anchor': 'top',
          'text-optional': true,
        },
        paint: { 'text-color': palette.text, 'text-halo-color': palette.bg, 'text-halo-width': 1.4 },
      })
      setReady(true)
    })
    // Tests and assistive tools cannot look into the canvas: what is drawn, and where, stands on the element.
    made.on('idle', () => made.getContainer().setAttribute('data-marks', JSON.stringify(drawnMarks(made))))
    made.on('click', 'marks', (event: MapLayerMouseEvent) => {
      const id = event.features?.[0]?.properties['id'] as string | undefined
      if (id) select.current(id)
    })
    made.on('click', 'clusters', (event: MapLayerMouseEvent) => void openCluster(made, event))
    for (const layer of ['marks', 'clusters']) {
      made.on('mouseenter', layer, () => (made.getCanvas().style.cursor = 'pointer'))
      made.on('mouseleave', layer, () => (made.getCanvas().style.cursor = ''))
    }
    made.on('moveend', () => {
      const { lng, lat } = made.getCenter()
      camera = { center: [lng, lat], zoom: made.getZoom() }
    })
    return () => {
      made.remove()
      map.current = null
    }
  }, [boundaries, theme, lang])

  useEffect(() => {
    if (ready) void map.current?.getSource<GeoJSONSource>('names')?.setData(provinceNames(boundaries, names.current))
  }, [ready, boundaries, regions, lang])

  useEffect(() => {
    if (!ready) return
    // Tests and screen readers cannot look into the canvas: the same states stand on the element.
    box.current?.setAttribute(
      'data-stations',
      JSON.stringify(Object.fromEntries(stations.filter((s) => s.position).map((s) => [s.id, s.state]))),
    )
    void map.current?.getSource<GeoJSONSource>('stations')?.setData(featuresOf(stations, settings.crs, name))
  }, [ready, stations, settings, name])

  const place = useRef<StationSummary['position']>(null)
  place.current = stations.find((station) => station.id === selected)?.position ?? null
  useEffect(() => {
    const chosen = selected ? place.current : null
    if (chosen) map.current?.easeTo({ center: [chosen.lng, chosen.lat], zoom: Math.max(map.current.getZoom(), 6), duration: 400 })
    // Only a new choice moves the map, not every frame of the chosen station.
  }, [selected])

  return (
    <>
      <div ref={box} className="fleet-map" data-testid="fleet-map" role="application" aria-label={t('overview.map')} />
      {plants && ready && map.current ? (
        <PlantOverlay map={map.current} plants={stations} place={({ position }) => position && onGrid(position, settings.crs)} />
      ) : null}
      <MapFooter settings={settings} inset={boundaries.inset} onFit={() => map.current?.fitBounds(CHINA, { padding: 12 })} />
    </>
  )
}

async function openCluster(map: LibreMap, event: MapLayerMouseEvent): Promise<void> {
  const feature = event.features?.[0]
  const source = map.getSource<GeoJSONSource>('stations')
  const cluster = feature?.properties['cluster_id'] as number | undefined
  if (!source || cluster === undefined) return
  const zoom = await source.getClusterExpansionZoom(cluster)
  map.easeTo({ center: event.lngLat, zoom: zoom + 0.3 })
}
