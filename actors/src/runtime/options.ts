import type { Clock, CommitPort, EffectPort, IdSource, PoisonPort, RecoveryPort } from '../ports.ts'

/** Calls back later; the only way this package waits. Adapter: timers of the host, or a test's own hands. */
export interface Scheduler {
  /** Runs `fn` once in `ms` milliseconds at the earliest; returns its cancellation. */
  after(ms: number, fn: () => void): () => void
}

export interface RuntimeOptions {
  readonly commit: CommitPort
  readonly recovery: RecoveryPort
  readonly effects: EffectPort
  readonly clock: Clock
  readonly ids: IdSource
  readonly scheduler: Scheduler
  /** Watches turns for those that end the process. Without it only those that throw are contained. */
  readonly poison?: PoisonPort
  /** all: claims every shard at start (default). given: holds what `acquire` brings. */
  readonly ownership?: 'all' | 'given'
  /** The runtime has stopped: another owner holds its shards, or a bug in the gate. The host should exit. */
  readonly onFatal?: (error: Error) => void
  /** Things an operator of the server should know: quarantine, failed commits. */
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, detail?: Readonly<Record<string, unknown>>) => void
  /** At least this long between the starts of two commits, ms. */
  readonly commitEveryMs?: number
  /** The same while much comes in: fewer and larger commits cost less, and nobody waits long for one. */
  readonly commitBusyMs?: number
  /** Messages in a commit from which on it counts as much. */
  readonly commitBusyMessages?: number
  /** First and longest wait before a commit that failed is tried again, ms; doubled in between. */
  readonly commitRetryMs?: number
  readonly commitRetryMaxMs?: number
  /** How often due deadlines are looked for, ms. 0 = never by itself; call `tick`. */
  readonly tickMs?: number
  readonly snapshotEveryMs?: number
  readonly passivateAfterMs?: number
  /** Bytes waiting for their commit beyond which no more is taken. */
  readonly maxPendingBytes?: number
  /** Failures of an actor within a minute after which it is quarantined. */
  readonly maxFailures?: number
}

export interface Settings {
  readonly commitEveryMs: number
  readonly commitBusyMs: number
  readonly commitBusyMessages: number
  readonly commitRetryMs: number
  readonly commitRetryMaxMs: number
  readonly tickMs: number
  readonly snapshotEveryMs: number
  readonly passivateAfterMs: number
  readonly maxPendingBytes: number
  readonly maxFailures: number
}

export const settingsOf = (options: RuntimeOptions): Settings => ({
  commitEveryMs: options.commitEveryMs ?? 20,
  commitBusyMs: Math.max(options.commitEveryMs ?? 20, options.commitBusyMs ?? 50),
  commitBusyMessages: options.commitBusyMessages ?? 32,
  commitRetryMs: options.commitRetryMs ?? 50,
  commitRetryMaxMs: options.commitRetryMaxMs ?? 1000,
  tickMs: options.tickMs ?? 250,
  snapshotEveryMs: options.snapshotEveryMs ?? 10_000,
  passivateAfterMs: options.passivateAfterMs ?? 30 * 60_000,
  maxPendingBytes: options.maxPendingBytes ?? 64 * 1024 * 1024,
  maxFailures: options.maxFailures ?? 5,
})
