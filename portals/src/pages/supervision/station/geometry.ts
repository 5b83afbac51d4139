export type LngLat = [number, number]
const EARTH_M = 6_371_000

/** Closed ring of a circle on the ground, radius in metres. */
export function circleAround({ lat, lng }: { readonly lat: number; readonly lng: number }, radius: number, steps = 64): LngLat[] {
  const dLat = (radius / EARTH_M) * (180 / Math.PI)
  const dLng = dLat / Math.cos((lat * Math.PI) / 180)
  return Array.from({ length: steps + 1 }, (_, i): LngLat => {
    const angle = (i / steps) * 2 * Math.PI
    return [lng + dLng * Math.cos(angle), lat + dLat * Math.sin(angle)]
  })
}
