export { createLiveHub, type LiveHub, type LiveHubOptions, type LiveMetrics, type LiveRuntime } from './live-hub.ts'
