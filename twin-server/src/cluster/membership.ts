import type { Log } from '../ingest/index.ts'
import type { ClusterStore, NodeRow } from '../store/index.ts'
import type { DirectoryMark, NodeLife, RedisLink } from './redis-link.ts'
import type { ClusterSettings } from './settings.ts'

export interface MembershipOptions {
  readonly store: ClusterStore
  readonly redis: RedisLink
  readonly settings: ClusterSettings
  readonly addr: string
  readonly log: Log
  /** What the cluster page shows of this node. */
  readonly info: () => object
  readonly draining: () => boolean
  /** Told with every heartbeat in Redis. */
  readonly onDirectory: (mark: DirectoryMark) => void
  /** Renewed in neither store for too long. */
  readonly onCutOff: () => void
}

/** Milliseconds of the monotonic clock: no change of the wall clock makes a lease longer. */
const now = (): number => performance.now()

/** Signs of life of this node in both stores, and what they say of the others. */
export class Membership {
  readonly #options: MembershipOptions
  #rows: readonly NodeRow[] = []
  #rowsAt = -Infinity
  #alive: ReadonlyMap<string, NodeLife> = new Map()
  #timers: NodeJS.Timeout[] = []
  #busy = { pg: false, redis: false }
  /** When the last renewal that succeeded was sent. */
  pgAt = -Infinity
  redisAt = -Infinity
  /** How far the wall clock here is ahead of the database's, ms; give or take half of a round trip. */
  skewMs = 0
  /** While set, this node does not renew its lease in Redis: it has given up its shards for want of Postgres. */
  withdrawn = false

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.beat()
    const { heartbeatMs } = this.#options.settings
    this.#timers = [setInterval(() => void this.beat(), heartbeatMs), setInterval(() => this.#watch(), 200)]
  }
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  async beat(): Promise<void> {
    await Promise.all([this.#beatPostgres(), this.#beatRedis()])
  }

  /** Checked before anything that must not happen under a lease that may be over, e.g. first thing after a pause of the process. */
  get cutOff(): boolean {
    return now() - Math.max(this.pgAt, this.redisAt) > this.#options.settings.selfFenceMs
  }
  get postgresOk(): boolean {
    return now() - this.pgAt < this.#options.settings.staleMs
  }
  get redisOk(): boolean {
    return now() - this.redisAt < this.#options.settings.staleMs
  }
  get nodes(): readonly NodeRow[] {
    return this.#rows
  }

  /** Incarnations that may own shards: alive in either store, and not draining. */
  live(): ReadonlyMap<string, { readonly addr: string; readonly settled: boolean }> {
    const { staleMs, joinDebounceMs } = this.#options.settings
    const found = new Map<string, { addr: string; settled: boolean }>()
    for (const row of this.#rows) {
      const life = this.#redisLife(row.inc)
      if ((this.#age(row) < staleMs || life) && !row.draining && !life?.draining)
        found.set(row.inc, { addr: row.addr, settled: row.unbrokenMs >= joinDebounceMs })
    }
    return found
  }

  /** Both stores agree that it is gone, and this node has watched long enough to say so. */
  dead(inc: string, me: string): boolean {
    const { staleMs } = this.#options.settings
    const mine = this.#rows.find((row) => row.inc === me)
    if (inc === me || !mine || mine.unbrokenMs < staleMs || this.#age(mine) > staleMs) return false
    const row = this.#rows.find((each) => each.inc === inc)
    return (!row || this.#age(row) >= staleMs) && !this.#redisLife(inc)
  }

  /** Does another living node still have what this one lost? */
  peerHas(what: 'postgres' | 'redis', me: string): boolean {
    if (what === 'postgres') return [...this.#alive].some(([inc, life]) => inc !== me && life.pgOk)
    return this.#rows.some((row) => row.inc !== me && this.#age(row) < this.#options.settings.staleMs && row.info.redisOk === true)
  }

  /** Is the clock here wrong, and not that of the database? Then a living node agrees with the database. */
  clockWrong(me: string): boolean {
    const { skewLimitMs, staleMs } = this.#options.settings
    const skewOf = (row: NodeRow): number => Math.abs(typeof row.info.skewMs === 'number' ? row.info.skewMs : Infinity)
    const right = (row: NodeRow): boolean => row.inc !== me && this.#age(row) < staleMs && skewOf(row) <= skewLimitMs
    return Math.abs(this.skewMs) > skewLimitMs && this.#rows.some(right)
  }

  #age(row: NodeRow): number {
    return row.ageMs + (now() - this.#rowsAt)
  }
  #redisLife(inc: string): NodeLife | undefined {
    return this.redisOk ? this.#alive.get(inc) : undefined
  }

  async #beatPostgres(): Promise<void> {
    if (this.#busy.pg) return
    this.#busy.pg = true
    const sent = now()
    const { store, addr, draining, info, settings, log } = this.#options
    try {
      const status = { ...info(), redisOk: this.redisOk, skewMs: Math.round(this.skewMs) }
      this.#rows = await store.heartbeat(addr, draining(), status, settings.heartbeatGapMs)
      this.#rowsAt = now()
      const dbAt = this.#rows.find((row) => row.inc === store.inc)?.dbAt
      if (dbAt !== undefined) this.skewMs = Date.now() - (this.#rowsAt - sent) / 2 - dbAt
      this.pgAt = sent
    } catch (error) {
      log.warn({ error: String(error) }, 'no heartbeat in Postgres')
    } finally {
      this.#busy.pg = false
    }
  }

  async #beatRedis(): Promise<void> {
    if (this.#busy.redis) return
    this.#busy.redis = true
    const sent = now()
    const { store, redis, addr, draining, settings, log, onDirectory } = this.#options
    try {
      const life = { addr, pgOk: this.postgresOk, draining: draining() }
      const { directory, alive } = await redis.heartbeat(this.withdrawn ? null : store.inc, life, settings.redisTtlMs)
      this.#alive = alive
      if (!this.withdrawn) this.redisAt = sent
      onDirectory(directory)
    } catch (error) {
      log.info({ error: String(error) }, 'no heartbeat in Redis')
    } finally {
      this.#busy.redis = false
    }
  }

  #watch(): void {
    if (this.cutOff) this.#options.onCutOff()
  }
}
