export { useFleet } from './overview/use-fleet.ts'
export { StationSelect } from './station-select.tsx'
