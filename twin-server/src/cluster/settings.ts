import { z } from 'zod'

const ms = (value: number) => z.coerce.number().int().min(50).max(86_400_000).default(value)

/**
 * Every timer and limit of the cluster, with the environment variable that sets it. All nodes need the same values. What must hold:
 * selfFence < redisTtl and selfFence < stale, so that a cut-off owner is silent before anybody may take its shards; heartbeat × 3 < selfFence.
 */
export const clusterEnvironment = z.object({
  /** Between two signs of life of a node, in Redis and in Postgres. */
  TWIN_CLUSTER_HEARTBEAT_MS: ms(2000),
  /** Life of the node's key in Redis. */
  TWIN_CLUSTER_REDIS_TTL_MS: ms(8000),
  /** Age of the heartbeat in Postgres from which an owner counts as dead, if Redis agrees or is away. */
  TWIN_CLUSTER_STALE_MS: ms(8000),
  /** A node that renewed in neither store for this long lets all shards go. Counted by its monotonic clock from sending. */
  TWIN_CLUSTER_SELF_FENCE_MS: ms(6000),
  /** A pause between heartbeats after which a node counts as newly come; such a node takes nothing from others for `stale`. */
  TWIN_CLUSTER_HEARTBEAT_GAP_MS: ms(4000),
  /** A node gets shards of living owners only after it has been there this long. */
  TWIN_CLUSTER_JOIN_DEBOUNCE_MS: ms(10_000),
  /** How often shards to take or to give are looked for; plus up to a quarter of jitter. A doorbell comes earlier. */
  TWIN_CLUSTER_CLAIM_POLL_MS: ms(1000),
  /** lock_timeout of a claim; then the writers of the dead owner are ended once more. */
  TWIN_CLUSTER_LOCK_TIMEOUT_MS: ms(4000),
  /** idle_in_transaction_session_timeout of writers. */
  TWIN_CLUSTER_IDLE_TX_MS: ms(3000),
  /** Shards with stations that a node hands over at once. */
  TWIN_CLUSTER_MOVES: z.coerce.number().int().min(1).max(4096).default(4),
  /** Share of all shards with stations that one node moves within `moveWindow` while rebalancing. Empty shards and drains are free. */
  TWIN_CLUSTER_MOVE_SHARE: z.coerce.number().min(0.01).max(1).default(0.1),
  TWIN_CLUSTER_MOVE_WINDOW_MS: ms(10_000),
  /** How far a node's load may be from the mean, as a multiple of it: the most and the least loaded differ by twice the excess at most. */
  TWIN_CLUSTER_LOAD_CAP: z.coerce.number().min(1).max(4).default(1.1),
  /** Time over which the rate of a station is taken for the load of its node. */
  TWIN_CLUSTER_LOAD_WINDOW_MS: ms(60_000),
  /** A shard's weight is put on record anew when what is measured differs by more than this factor. */
  TWIN_CLUSTER_LOAD_CHANGE: z.coerce.number().min(1.05).max(4).default(1.25),
  /** Instead of TWIN_COMMIT_BUSY_MS: nodes share one database, and a commit has a price whatever is in it. */
  TWIN_CLUSTER_COMMIT_BUSY_MS: ms(100),
  /** Instead of TWIN_COMMIT_BUSY_MESSAGES. */
  TWIN_CLUSTER_COMMIT_BUSY_MESSAGES: z.coerce.number().int().min(1).max(100_000).default(12),
  /** Postgres lost this long while a peer still has it: the shards are let go. */
  TWIN_CLUSTER_POSTGRES_LOST_MS: ms(10_000),
  /** Redis lost this long while a peer still has it: the node drains itself until it is back. */
  TWIN_CLUSTER_REDIS_LOST_MS: ms(15_000),
  /** A node whose clock is further from the database's than this drains itself, if another node's clock is right. */
  TWIN_CLUSTER_SKEW_MS: ms(5000),
  /** A drain at SIGTERM takes at most this long; leftovers are offered to everybody. */
  TWIN_CLUSTER_DRAIN_MS: ms(60_000),
  /** Share of the heap limit from which a node takes no more shards. */
  TWIN_CLUSTER_HEAP_SHARE: z.coerce.number().min(0.1).max(1).default(0.8),
  /** How long a request waits for a station that is on the move. */
  TWIN_CLUSTER_PATIENCE_MS: ms(15_000),
  /** A gateway's interest in a live topic; renewed at a third of it. */
  TWIN_CLUSTER_INTEREST_MS: ms(30_000),
  /** Unacknowledged messages per MQTT session of a shard: events, telemetry. */
  TWIN_CLUSTER_EVENT_WINDOW: z.coerce.number().int().min(1).max(65_535).default(256),
  TWIN_CLUSTER_TELEMETRY_WINDOW: z.coerce.number().int().min(1).max(65_535).default(2048),
})

export interface ClusterSettings {
  readonly heartbeatMs: number
  readonly redisTtlMs: number
  readonly staleMs: number
  readonly selfFenceMs: number
  readonly heartbeatGapMs: number
  readonly joinDebounceMs: number
  readonly claimPollMs: number
  readonly lockTimeoutMs: number
  readonly idleTransactionMs: number
  readonly moves: number
  readonly moveShare: number
  readonly moveWindowMs: number
  readonly loadCap: number
  readonly loadWindowMs: number
  readonly loadChange: number
  readonly commitBusyMs: number
  readonly commitBusyMessages: number
  readonly postgresLostMs: number
  readonly redisLostMs: number
  readonly skewLimitMs: number
  readonly drainMs: number
  readonly heapShare: number
  readonly patienceMs: number
  readonly interestMs: number
  readonly eventWindow: number
  readonly telemetryWindow: number
}

/** Throws an Error that names the setting when one is out of range or two contradict each other. */
export function readClusterSettings(env: NodeJS.ProcessEnv): ClusterSettings {
  const parsed = clusterEnvironment.safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const e = parsed.data
  if (e.TWIN_CLUSTER_SELF_FENCE_MS >= Math.min(e.TWIN_CLUSTER_STALE_MS, e.TWIN_CLUSTER_REDIS_TTL_MS))
    throw new Error('TWIN_CLUSTER_SELF_FENCE_MS must be less than TWIN_CLUSTER_STALE_MS and TWIN_CLUSTER_REDIS_TTL_MS.')
  if (e.TWIN_CLUSTER_HEARTBEAT_MS * 2 >= e.TWIN_CLUSTER_SELF_FENCE_MS)
    throw new Error('TWIN_CLUSTER_HEARTBEAT_MS must be less than half of TWIN_CLUSTER_SELF_FENCE_MS.')
  return {
    heartbeatMs: e.TWIN_CLUSTER_HEARTBEAT_MS,
    redisTtlMs: e.TWIN_CLUSTER_REDIS_TTL_MS,
    staleMs: e.TWIN_CLUSTER_STALE_MS,
    selfFenceMs: e.TWIN_CLUSTER_SELF_FENCE_MS,
    heartbeatGapMs: e.TWIN_CLUSTER_HEARTBEAT_GAP_MS,
    joinDebounceMs: e.TWIN_CLUSTER_JOIN_DEBOUNCE_MS,
    claimPollMs: e.TWIN_CLUSTER_CLAIM_POLL_MS,
    lockTimeoutMs: e.TWIN_CLUSTER_LOCK_TIMEOUT_MS,
    idleTransactionMs: e.TWIN_CLUSTER_IDLE_TX_MS,
    moves: e.TWIN_CLUSTER_MOVES,
    moveShare: e.TWIN_CLUSTER_MOVE_SHARE,
    moveWindowMs: e.TWIN_CLUSTER_MOVE_WINDOW_MS,
    loadCap: e.TWIN_CLUSTER_LOAD_CAP,
    loadWindowMs: e.TWIN_CLUSTER_LOAD_WINDOW_MS,
    loadChange: e.TWIN_CLUSTER_LOAD_CHANGE,
    commitBusyMs: e.TWIN_CLUSTER_COMMIT_BUSY_MS,
    commitBusyMessages: e.TWIN_CLUSTER_COMMIT_BUSY_MESSAGES,
    postgresLostMs: e.TWIN_CLUSTER_POSTGRES_LOST_MS,
    redisLostMs: e.TWIN_CLUSTER_REDIS_LOST_MS,
    skewLimitMs: e.TWIN_CLUSTER_SKEW_MS,
    drainMs: e.TWIN_CLUSTER_DRAIN_MS,
    heapShare: e.TWIN_CLUSTER_HEAP_SHARE,
    patienceMs: e.TWIN_CLUSTER_PATIENCE_MS,
    interestMs: e.TWIN_CLUSTER_INTEREST_MS,
    eventWindow: e.TWIN_CLUSTER_EVENT_WINDOW,
    telemetryWindow: e.TWIN_CLUSTER_TELEMETRY_WINDOW,
  }
}
