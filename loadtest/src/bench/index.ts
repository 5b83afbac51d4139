export { openLoad, type Load, type LoadResult } from './publishers.ts'
export { openViewers, type Viewers } from './viewers.ts'
export { syntheticFleet } from '../fleet/synthetic.ts'
export { putStations, signIn } from '../rest.ts'
