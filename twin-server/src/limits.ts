import { z } from 'zod'

const whole = (value: number, least: number, most: number) => z.coerce.number().int().min(least).max(most).default(value)

/**
 * Timers and limits of one node that no installation has to touch; those between nodes are in cluster/settings.ts, those of overload in
 * config.ts. docs/cluster.md lists them all, and a test compares it.
 */
export const limitsEnvironment = z.object({
  /** Pause between the starts of two commits while much comes in, ms; without load TWIN_COMMIT_MS. */
  TWIN_COMMIT_BUSY_MS: whole(50, 1, 1000),
  /** Messages in a commit from which on that counts as much. */
  TWIN_COMMIT_BUSY_MESSAGES: whole(32, 1, 100_000),
  /** First and longest wait before a commit that failed is tried again, ms; doubled in between, with jitter. */
  TWIN_COMMIT_RETRY_MS: whole(50, 1, 60_000),
  TWIN_COMMIT_RETRY_MAX_MS: whole(1000, 1, 600_000),
  /** Failures of an actor within a minute that put it into quarantine. */
  TWIN_ACTOR_FAILURES: whole(5, 1, 1000),
  /** A station without messages, viewers, alarms and orders leaves memory after so long, ms. */
  TWIN_PASSIVATE_MS: whole(1_800_000, 1000, 86_400_000),
  /** Unread bytes of a viewer from which on it gets nothing, and below which it starts again with a snapshot, kB. */
  TWIN_VIEWER_PAUSE_KB: whole(256, 1, 1_048_576),
  TWIN_VIEWER_RESUME_KB: whole(16, 1, 1_048_576),
  /** Unread kB, or time behind in ms, that close its connection. */
  TWIN_VIEWER_CLOSE_KB: whole(4096, 1, 1_048_576),
  TWIN_VIEWER_CLOSE_MS: whole(30_000, 100, 3_600_000),
  /** Sessions with an external broker: keepalive and how long the broker keeps them for the next owner, s. */
  TWIN_MQTT_KEEPALIVE_S: whole(30, 1, 3600),
  TWIN_MQTT_SESSION_EXPIRY_S: whole(7200, 10, 4_294_967),
  /** Longest pause between attempts to connect to it, ms; from 250 on, doubled, with jitter. */
  TWIN_MQTT_RECONNECT_MAX_MS: whole(30_000, 250, 3_600_000),
  /** Devices are told this often how far their data is durable, ms. */
  TWIN_WATERMARK_MS: whole(10_000, 100, 3_600_000),
  /** Devices asked for their birth after a lost session, per second. */
  TWIN_REBIRTHS_PER_SECOND: whole(50, 1, 10_000),
})

export interface Limits {
  readonly commit: {
    readonly commitBusyMs: number
    readonly commitBusyMessages: number
    readonly commitRetryMs: number
    readonly commitRetryMaxMs: number
  }
  readonly maxFailures: number
  readonly passivateAfterMs: number
  /** Bytes and ms. */
  readonly viewer: { readonly pauseAbove: number; readonly resumeBelow: number; readonly closeAbove: number; readonly closeAfterMs: number }
  readonly session: { readonly keepaliveS: number; readonly expiryS: number; readonly reconnectMaxMs: number }
  readonly devices: { readonly watermarkMs: number; readonly rebirthsPerSecond: number }
}

/** Throws an Error that names the setting when one is out of range or two contradict each other. */
export function readLimits(env: NodeJS.ProcessEnv): Limits {
  const parsed = limitsEnvironment.safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const e = parsed.data
  if (e.TWIN_VIEWER_RESUME_KB >= e.TWIN_VIEWER_PAUSE_KB || e.TWIN_VIEWER_PAUSE_KB >= e.TWIN_VIEWER_CLOSE_KB)
    throw new Error('TWIN_VIEWER_RESUME_KB must be less than TWIN_VIEWER_PAUSE_KB, and that less than TWIN_VIEWER_CLOSE_KB.')
  if (e.TWIN_COMMIT_RETRY_MS > e.TWIN_COMMIT_RETRY_MAX_MS)
    throw new Error('TWIN_COMMIT_RETRY_MS must not be more than TWIN_COMMIT_RETRY_MAX_MS.')
  return {
    commit: {
      commitBusyMs: e.TWIN_COMMIT_BUSY_MS,
      commitBusyMessages: e.TWIN_COMMIT_BUSY_MESSAGES,
      commitRetryMs: e.TWIN_COMMIT_RETRY_MS,
      commitRetryMaxMs: e.TWIN_COMMIT_RETRY_MAX_MS,
    },
    maxFailures: e.TWIN_ACTOR_FAILURES,
    passivateAfterMs: e.TWIN_PASSIVATE_MS,
    viewer: {
      pauseAbove: e.TWIN_VIEWER_PAUSE_KB * 1024,
      resumeBelow: e.TWIN_VIEWER_RESUME_KB * 1024,
      closeAbove: e.TWIN_VIEWER_CLOSE_KB * 1024,
      closeAfterMs: e.TWIN_VIEWER_CLOSE_MS,
    },
    session: {
      keepaliveS: e.TWIN_MQTT_KEEPALIVE_S,
      expiryS: e.TWIN_MQTT_SESSION_EXPIRY_S,
      reconnectMaxMs: e.TWIN_MQTT_RECONNECT_MAX_MS,
    },
    devices: { watermarkMs: e.TWIN_WATERMARK_MS, rebirthsPerSecond: e.TWIN_REBIRTHS_PER_SECOND },
  }
}
