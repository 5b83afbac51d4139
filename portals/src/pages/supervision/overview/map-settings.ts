import type { Feature, FeatureCollection, MultiPolygon } from 'geojson'

/** `geo/map.json`, replaced at deployment together with the boundaries. */
export interface MapSettings {
  readonly boundaries: string
  /** Frame of the base map: markers follow it. */
  readonly crs: 'WGS-84' | 'GCJ-02'
  /** 审图号 of the boundaries; null for the demonstration map. */
  readonly approval: string | null
}
export interface Boundaries extends FeatureCollection<
  MultiPolygon,
  { readonly adcode: string; readonly name: string; readonly cp: [number, number] }
> {
  /** Outline of the South China Sea inset in a 64 × 93 drawing. */
  readonly inset?: readonly (readonly (readonly [number, number])[])[]
}
export type Province = Feature<MultiPolygon, { readonly adcode: string; readonly name: string; readonly cp: [number, number] }>

export async function loadMap(): Promise<{ readonly settings: MapSettings; readonly boundaries: Boundaries }> {
  const settings = (await (await fetch('/geo/map.json')).json()) as MapSettings
  const boundaries = (await (await fetch(settings.boundaries)).json()) as Boundaries
  return { settings, boundaries }
}
