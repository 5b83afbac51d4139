/**
 * Makes portals/public/geo/china.json from the map data of npm `echarts@4.9.0` (Apache-2.0): demonstration boundaries only.
 * Usage: npm pack echarts@4.9.0 && tar xzf echarts-4.9.0.tgz && node portals/scripts/make-boundaries.mjs package
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const source = process.argv[2]
if (!source) throw new Error('Usage: node make-boundaries.mjs <unpacked echarts 4.9.0 folder>')
const map = JSON.parse(readFileSync(join(source, 'map/json/china.json'), 'utf8'))

/** Delta and zigzag coding of echarts 4, 1/1024 degree. Two decimals (1 km) are enough for a national overview. */
function decodeRing(text, [offsetX, offsetY]) {
  const ring = []
  let px = offsetX
  let py = offsetY
  for (let i = 0; i + 1 < text.length; i += 2) {
    const x = text.charCodeAt(i) - 64
    const y = text.charCodeAt(i + 1) - 64
    px += (x >> 1) ^ -(x & 1)
    py += (y >> 1) ^ -(y & 1)
    const point = [round(px / 1024), round(py / 1024)]
    const last = ring.at(-1)
    if (!last || last[0] !== point[0] || last[1] !== point[1]) ring.push(point)
  }
  return ring
}
const round = (value) => Math.round(value * 100) / 100

function decode({ type, coordinates, encodeOffsets }) {
  const polygons = (type === 'Polygon' ? [coordinates] : coordinates).map((polygon, i) => {
    const offsets = type === 'Polygon' ? encodeOffsets : encodeOffsets[i]
    return polygon.map((ring, j) => decodeRing(ring, offsets[j] ?? offsets)).filter((ring) => ring.length >= 4)
  })
  return { type: 'MultiPolygon', coordinates: polygons.filter((polygon) => polygon.length > 0) }
}

const features = map.features.map(({ id, properties, geometry }) => ({
  type: 'Feature',
  properties: { adcode: id, name: properties.name, cp: properties.cp.map(round) },
  geometry: decode(geometry),
}))

/** echarts adds these two by code; the inset is in drawing units of a 64 x 93 box. */
const fix = (name) => readFileSync(join(source, 'lib/coord/geo/fix', name), 'utf8')
const literal = (text, name) => JSON.parse(new RegExp(`var ${name} = (\\[\\[.*\\]\\]);`).exec(text)[1])
const diaoyu = literal(fix('diaoyuIsland.js'), 'points')
features[0].geometry.coordinates.push(...diaoyu.map((ring) => [ring]))
const inset = literal(fix('nanhai.js'), 'points')

const out = resolve(import.meta.dirname, '../public/geo/china.json')
writeFileSync(out, JSON.stringify({ type: 'FeatureCollection', source: 'echarts@4.9.0 (Apache-2.0), demonstration only', inset, features }))
console.log(`${features.length} features, ${readFileSync(out).length} bytes`)
