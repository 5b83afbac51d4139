/**
 * WGS-84 to the grid of Chinese public maps (GCJ-02). Stored coordinates stay WGS-84; only what is handed to such a map is converted.
 * Formula as published in open map tools; good to about a metre. Outside the mainland the two agree.
 */
const semiMajor = 6_378_245
const eccentricity2 = 0.006_693_421_622_965_943

export interface LatLng {
  readonly lat: number
  readonly lng: number
}

export function wgs84ToGcj02({ lat, lng }: LatLng): LatLng {
  if (outsideChina(lat, lng)) return { lat, lng }
  const x = lng - 105
  const y = lat - 35
  const radLat = (lat / 180) * Math.PI
  const magic = 1 - eccentricity2 * Math.sin(radLat) ** 2
  const root = Math.sqrt(magic)
  const dLat = (shiftLat(x, y) * 180) / (((semiMajor * (1 - eccentricity2)) / (magic * root)) * Math.PI)
  const dLng = (shiftLng(x, y) * 180) / ((semiMajor / root) * Math.cos(radLat) * Math.PI)
  return { lat: lat + dLat, lng: lng + dLng }
}

/** Inverse by iteration, to better than 1e-7 degrees. */
export function gcj02ToWgs84(target: LatLng): LatLng {
  let guess = target
  for (let round = 0; round < 5; round++) {
    const seen = wgs84ToGcj02(guess)
    guess = { lat: guess.lat + target.lat - seen.lat, lng: guess.lng + target.lng - seen.lng }
  }
  return guess
}

const outsideChina = (lat: number, lng: number): boolean => lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271

function shiftLat(x: number, y: number): number {
  return (
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    waves(x, 6, 20, 2, 20) +
    (2 / 3) * (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) +
    (2 / 3) * (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30))
  )
}
function shiftLng(x: number, y: number): number {
  return (
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    waves(x, 6, 20, 2, 20) +
    (2 / 3) * (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) +
    (2 / 3) * (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI))
  )
}
const waves = (x: number, f1: number, a1: number, f2: number, a2: number): number =>
  (2 / 3) * (a1 * Math.sin(f1 * x * Math.PI) + a2 * Math.sin(f2 * x * Math.PI))
