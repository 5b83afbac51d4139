export type * from './types.ts'
export { applyPatches, type Patch } from './patch.ts'
export { createLiveState, liveStep, type LiveState, type LiveStep, type LiveTopic, type LiveView } from './client.ts'
