export {
  airPerKwh,
  barFromMpa,
  type FlowReference,
  flowReferences,
  kwhPerM3,
  mpaFromBar,
  normalFlow,
  specificEnergyOf,
  volumeFactor,
} from './convert.ts'
export { display, type Display, displayUnit, type DisplayOptions, formatNumber } from './display.ts'
export { gcj02ToWgs84, type LatLng, wgs84ToGcj02 } from './gcj02.ts'
