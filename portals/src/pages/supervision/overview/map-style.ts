import type { FeatureCollection } from 'geojson'
import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'
import type { Palette } from '../../../ui/theme.ts'
import type { Boundaries } from './map-settings.ts'

/** Names of provinces where they stand on the map, as regions are called at the moment. */
export function provinceNames(boundaries: Boundaries, nameOf: (region: string) => string): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: boundaries.features.map(({ properties }) => ({
      type: 'Feature',
      properties: { name: nameOf(properties.adcode) },
      geometry: { type: 'Point', coordinates: properties.cp },
    })),
  }
}

/** A style without any server: land, borders and names come from one file, glyphs from the browser's own fonts. */
export function mapStyle(boundaries: Boundaries, palette: Palette, nameOf: (region: string) => string): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: boundaries },
      names: { type: 'geojson', data: provinceNames(boundaries, nameOf) },
    },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': palette.water } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': palette.land } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': palette.coast, 'line-width': 0.8 } },
      {
        id: 'names',
        type: 'symbol',
        source: 'names',
        layout: { 'text-field': ['get', 'name'], 'text-size': 11, 'text-padding': 6 },
        paint: { 'text-color': palette.muted, 'text-halo-color': palette.land, 'text-halo-width': 1.2, 'text-opacity': 0.8 },
      },
    ],
  }
}

/** Worst state inside a cluster decides its colour, as it would for one marker. */
export const clusterCounts = Object.fromEntries(
  (['alarm', 'offline', 'running'] as const).map((state) => [
    state,
    ['+', ['case', ['==', ['get', 'state'], state], 1, 0]] as unknown as ExpressionSpecification,
  ]),
)
export function clusterColour(palette: Palette): ExpressionSpecification {
  return [
    'case',
    ['>', ['get', 'alarm'], 0],
    palette.alarm,
    ['>', ['get', 'offline'], 0],
    palette.offline,
    ['>', ['get', 'running'], 0],
    palette.running,
    palette.standby,
  ]
}

/** Marker of a state as an image: the same shapes as in lists, with a rim that keeps it apart from the land. */
export function markerImage(state: 'running' | 'standby' | 'alarm' | 'offline', palette: Palette): ImageData {
  const size = 44
  const canvas = new OffscreenCanvas(size, size)
  const draw = canvas.getContext('2d')
  if (!draw) throw new Error('no 2d canvas')
  const shapes = {
    running: () => draw.arc(22, 22, 12, 0, Math.PI * 2),
    offline: () => draw.arc(22, 22, 11, 0, Math.PI * 2),
    standby: () => draw.rect(11, 11, 22, 22),
    alarm: () => {
      draw.moveTo(22, 6)
      draw.lineTo(38, 34)
      draw.lineTo(6, 34)
      draw.closePath()
    },
  }
  draw.lineJoin = 'round'
  draw.beginPath()
  shapes[state]()
  if (state === 'offline') {
    draw.lineWidth = 11
    draw.strokeStyle = palette.surface
    draw.stroke()
    draw.lineWidth = 6
    draw.strokeStyle = palette.offline
    draw.stroke()
  } else {
    draw.lineWidth = 6
    draw.strokeStyle = palette.surface
    draw.stroke()
    draw.fillStyle = palette[state]
    draw.fill()
  }
  return draw.getImageData(0, 0, size, size)
}
