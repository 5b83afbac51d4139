export { live, liveFeed } from './connection.ts'
export type { StationFeed } from './feed.ts'
export { serverNow, useLive, type LinkState } from './store.ts'
export { useLiveFeed, useStationView, type ViewTick } from './use-view.ts'
