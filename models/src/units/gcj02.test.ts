import { expect, it } from 'vitest'
import { gcj02ToWgs84, wgs84ToGcj02 } from './gcj02.ts'

// Pairs published with open converters: WGS-84 lat, lng → GCJ-02 lat, lng.
const pairs = [
  [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
  [22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
  [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
  [39.915, 116.404, 39.91640428150164, 116.41024449916938],
] as const

it.each(pairs)('converts %f, %f as published', (lat, lng, gcjLat, gcjLng) => {
  const converted = wgs84ToGcj02({ lat, lng })
  expect(converted.lat).toBeCloseTo(gcjLat, 5)
  expect(converted.lng).toBeCloseTo(gcjLng, 5)
  const back = gcj02ToWgs84(converted)
  expect(back.lat).toBeCloseTo(lat, 7)
  expect(back.lng).toBeCloseTo(lng, 7)
})

it('leaves places outside China where they are', () => {
  expect(wgs84ToGcj02({ lat: 51.5, lng: -0.12 })).toEqual({ lat: 51.5, lng: -0.12 })
})
