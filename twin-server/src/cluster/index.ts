export { createCluster, type Cluster, type News } from './start.ts'
export { type ClusterSettings, readClusterSettings } from './settings.ts'
