export { createLiveHub, type LiveHub, type LiveHubOptions, type LiveMetrics, type LiveRuntime, type RemoteTopics } from './live-hub.ts'
export type { Place, Subscriber } from './topic-stream.ts'
