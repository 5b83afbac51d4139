/** The product's own settings, about half as long: what counts here is the order of events. */
export const quick = {
  TWIN_CLUSTER_HEARTBEAT_MS: '1000',
  TWIN_CLUSTER_REDIS_TTL_MS: '4500',
  TWIN_CLUSTER_STALE_MS: '4500',
  TWIN_CLUSTER_SELF_FENCE_MS: '3500',
  TWIN_CLUSTER_HEARTBEAT_GAP_MS: '2500',
  TWIN_CLUSTER_JOIN_DEBOUNCE_MS: '1000',
  TWIN_CLUSTER_CLAIM_POLL_MS: '200',
  TWIN_CLUSTER_MOVE_SHARE: '1',
}
