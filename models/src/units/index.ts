export { gcj02ToWgs84, wgs84ToGcj02, type LatLng } from './gcj02.ts'
