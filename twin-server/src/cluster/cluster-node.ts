import { getHeapStatistics } from 'node:v8'
import type { ClaimedShard, Runtime } from '@twin/actors/runtime'
import { SHARDS, shardOf } from '@twin/actors/runtime'
import type { Log } from '../ingest/index.ts'
import type { ClusterStore, ShardRow } from '../store/index.ts'
import type { Catalogue } from './catalogue.ts'
import { Directory } from './directory.ts'
import type { LoadMeter } from './load-meter.ts'
import { Membership } from './membership.ts'
import { placement } from './placement.ts'
import type { DirectoryMark, RedisLink } from './redis-link.ts'
import type { ClusterSettings } from './settings.ts'

export interface ClusterNodeOptions {
  readonly store: ClusterStore
  readonly redis: RedisLink
  readonly runtime: Pick<Runtime, 'acquire' | 'release' | 'drop' | 'onLost'>
  readonly settings: ClusterSettings
  /** Where the other nodes reach this one, e.g. http://10.0.0.5:8080. */
  readonly addr: string
  readonly log: Log
  readonly info: () => object
  /** Older telemetry of its stations waits on the disk: who took them over would be given it out of order. */
  readonly behind: () => boolean
  /** Turns that dead owners had under way are known before their shards come to life. */
  readonly poison: { collect(dead: readonly string[]): Promise<void>; refresh(): Promise<void> }
  /** Master data of all stations. Only shards with stations cost something, and something to move. */
  readonly catalogue: Pick<Catalogue, 'populated' | 'inShard'>
  /** What the stations held here cost. */
  readonly meter: LoadMeter
  /** Sessions with the broker follow the shards. */
  readonly opened: (claimed: ReadonlyMap<number, ClaimedShard>) => void
  readonly closing: (shards: ReadonlySet<number>) => Promise<void>
}

export interface ClusterCounts {
  claimed: number
  handedOver: number
  /** Shards that a commit found in other hands. */
  fenced: number
  selfFenced: number
  lastClaimMs: number
  lastHandOverMs: number
}

const WATCH_MS = 500

const bell = (inc: string): string => `tw:bell:${inc}`

/** Takes the shards this node should have, gives away those it should not, and lets go what it can no longer vouch for. */
export class ClusterNode {
  readonly directory = new Directory()
  readonly membership: Membership
  readonly counts: ClusterCounts = { claimed: 0, handedOver: 0, fenced: 0, selfFenced: 0, lastClaimMs: 0, lastHandOverMs: 0 }
  readonly #options: ClusterNodeOptions
  readonly #held = new Map<number, { readonly epoch: number }>()
  #rows: readonly ShardRow[] = []
  #version = ''
  #directoryVersion = ''
  #draining = false
  /** Redis is lost here only, or the clock is wrong here only; until that is over others do better. */
  #autoDraining = false
  #running = false
  #timer: NodeJS.Timeout | undefined
  #watcher: NodeJS.Timeout | undefined
  #turning: Promise<void> | undefined
  #again = false
  #weighedAt = -Infinity
  #wish: { readonly from: string; readonly rows: readonly ShardRow[]; readonly owners: readonly (string | null)[] } | undefined
  #moved: { readonly at: number; readonly count: number }[] = []

  constructor(options: ClusterNodeOptions) {
    this.#options = options
    const { store, redis, settings, addr, log } = options
    this.membership = new Membership({
      store,
      redis,
      settings,
      addr,
      log,
      info: options.info,
      draining: () => this.draining,
      onDirectory: (mark) => this.#heal(mark),
      onCutOff: () => this.#letGo('cut off from Postgres and Redis'),
    })
    options.runtime.onLost((shards) => {
      this.counts.fenced += shards.size
      this.#forget(shards)
      this.kick()
    })
  }

  get inc(): string {
    return this.#options.store.inc
  }
  get held(): ReadonlyMap<number, { readonly epoch: number }> {
    return this.#held
  }
  get draining(): boolean {
    return this.#draining || this.#autoDraining
  }

  async start(): Promise<void> {
    const { redis } = this.#options
    this.#running = true
    await redis.start()
    void redis.onMoved((shard, entry) => this.directory.learn([[shard, entry]])).catch(() => undefined)
    void redis.subscribe(bell(this.inc), () => this.kick()).catch(() => undefined)
    await this.membership.start()
    // By itself: a turn may wait for an answer of Postgres that never comes.
    this.#watcher = setInterval(() => this.#watchStores(), WATCH_MS)
    await this.#turn()
    this.#schedule()
  }

  /** Looks for work now. */
  kick(): void {
    if (this.#running) void this.#turn()
  }

  /** Gives all shards to the others; the node goes on serving requests and viewers. false = takes part again. */
  async drain(on: boolean): Promise<void> {
    this.#draining = on
    await this.membership.beat()
    await this.#turn()
  }

  /** Postgres, or Postgres and Redis, are out of reach here, and not for the others. */
  get outOfReach(): boolean {
    return this.membership.cutOff || this.membership.withdrawn
  }

  /** Before the end: drains within the grace time, and stays a member that answers for what now lives elsewhere. */
  async leave(): Promise<void> {
    const deadline = performance.now() + this.#options.settings.drainMs
    this.#draining = true
    while (this.#running && this.#held.size > 0 && performance.now() < deadline && this.membership.postgresOk) {
      await this.#turn()
      if (this.#held.size > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** At the end: offers what is left to everybody, says good-bye. */
  async stop(): Promise<void> {
    if (!this.#running) return
    const { store, redis, log } = this.#options
    await this.leave()
    this.#running = false
    clearTimeout(this.#timer)
    clearInterval(this.#watcher)
    this.membership.stop()
    await this.#turning
    await this.#options.closing(new Set(this.#held.keys()))
    await Promise.all([store.leave(), redis.leave(this.inc)]).catch((error: unknown) =>
      log.warn({ error: String(error) }, 'left without a word'),
    )
    redis.close()
  }

  #schedule(): void {
    const { claimPollMs } = this.#options.settings
    this.#timer = setTimeout(
      () => void this.#turn().finally(() => this.#running && this.#schedule()),
      claimPollMs * (1 + Math.random() / 4),
    )
  }

  /** One at a time; a call meanwhile makes it run once more. */
  async #turn(): Promise<void> {
    if (this.#turning) {
      this.#again = true
      return this.#turning
    }
    this.#turning = this.#work()
      .catch((error: unknown) => this.#options.log.warn({ error: String(error) }, 'claims and hand-overs wait'))
      .finally(() => {
        this.#turning = undefined
      })
    await this.#turning
    if (!this.#again) return
    this.#again = false
    await this.#turn()
  }

  async #work(): Promise<void> {
    this.#watchStores()
    if (this.membership.cutOff || this.membership.withdrawn || !this.membership.postgresOk) return
    const version = await this.#options.store.version()
    if (version !== this.#version) {
      this.#rows = await this.#options.store.shards()
      this.#version = version
      const { nodes } = this.membership
      const addresses = new Map(nodes.map(({ inc, addr }) => [inc, addr]))
      this.directory.learn(
        this.#rows.flatMap(({ shard, epoch, owner }): [number, { inc: string; epoch: number; addr: string }][] =>
          owner === null || !addresses.has(owner) ? [] : [[shard, { inc: owner, epoch, addr: addresses.get(owner) ?? '' }]],
        ),
      )
    }
    await this.#weigh()
    if (!this.draining) await this.#take()
    await this.#give()
  }

  /** By what the shards weigh and where they are; who came just now is given nothing that has an owner. */
  #wanted(): readonly (string | null)[] {
    const { settings, catalogue } = this.#options
    const live = this.membership.live()
    const members = [...live.keys()]
    const takers = [...live].filter(([, { settled }]) => settled).map(([inc]) => inc)
    const full = catalogue.populated()
    const from = JSON.stringify([members, takers, [...full]])
    if (this.#wish?.from === from && this.#wish.rows === this.#rows) return this.#wish.owners
    const shards = this.#rows.map(({ shard, owner, state, target, weight }) => ({
      owner: state === 'handoff' ? target : owner,
      weight: full.has(shard) ? Math.max(1, weight) : 0,
    }))
    const owners = placement(shards, members, settings.loadCap, takers)
    this.#wish = { from, rows: this.#rows, owners }
    return owners
  }

  /** Puts on record what the shards of this node weigh, as often as it gives a sign of life. */
  async #weigh(): Promise<void> {
    const { store, settings, catalogue, meter } = this.#options
    const at = performance.now()
    if (at - this.#weighedAt < settings.heartbeatMs) return
    this.#weighedAt = at
    meter.beat(at, (station) => this.#held.has(shardOf(station)))
    const weights = new Map<number, number>()
    for (const { shard, weight, owner, state } of this.#rows) {
      if (owner !== this.inc || state !== 'open' || !this.#held.has(shard)) continue
      const measured = meter.weigh(catalogue.inShard(shard), weight)
      if (measured !== weight) weights.set(shard, measured)
    }
    if (weights.size > 0) await store.weigh(weights)
  }

  async #take(): Promise<void> {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    if (used > limit * this.#options.settings.heapShare) return
    const live = this.membership.live()
    if (!live.has(this.inc)) return
    const want = this.#wanted()
    const dead = new Map<string, boolean>()
    const gone = (inc: string): boolean => {
      let known = dead.get(inc)
      if (known === undefined) dead.set(inc, (known = this.membership.dead(inc, this.inc)))
      return known
    }
    const candidates = new Map<number, number>()
    for (const { shard, epoch, owner, state, target } of this.#rows) {
      if (this.#held.get(shard)?.epoch === epoch && state === 'open') continue
      const offered = owner === null || state !== 'open' || owner === this.inc || gone(owner)
      const promised = state === 'handoff' && target !== null && live.has(target)
      // What is on record as ours and is not held, nobody else may take while we live.
      const mine = promised ? target === this.inc : owner === this.inc || want[shard] === this.inc
      if (offered && mine) candidates.set(shard, epoch)
    }
    if (candidates.size > 0)
      await this.#claim(
        candidates,
        [...dead].filter(([, is]) => is).map(([inc]) => inc),
      )
  }

  async #claim(candidates: ReadonlyMap<number, number>, dead: readonly string[]): Promise<void> {
    const { store, settings, runtime, redis, log, addr, opened, poison, catalogue, meter } = this.#options
    const began = performance.now()
    if (dead.length > 0) {
      await store.terminate(dead)
      await poison.collect(dead)
    }
    const claimed = await store.claim(candidates, settings.staleMs)
    this.#version = ''
    if (claimed.size === 0) return
    try {
      if (dead.length > 0) await poison.refresh()
      await runtime.acquire(claimed)
    } catch (error) {
      store.forget(claimed.keys())
      throw error
    }
    for (const [shard, { epoch }] of claimed) {
      this.#held.set(shard, { epoch })
      for (const { id, devices } of catalogue.inShard(shard)) meter.inherit(id, devices.length, this.#rows[shard]?.weight ?? 0)
    }
    if (this.membership.cutOff || this.membership.withdrawn) return this.#letGo('cut off while claiming')
    this.counts.claimed += claimed.size
    this.counts.lastClaimMs = Math.round(performance.now() - began)
    log.info({ shards: claimed.size, ms: this.counts.lastClaimMs, dead }, 'shards claimed')
    this.directory.learn([...claimed].map(([shard, { epoch }]) => [shard, { inc: this.inc, epoch, addr }]))
    opened(claimed)
    await redis.putOwn(this.inc, addr, claimed).catch(() => undefined)
  }

  async #give(): Promise<void> {
    if (this.#options.behind()) return
    const { settings, catalogue } = this.#options
    const want = this.#wanted()
    const full = catalogue.populated()
    const empty = new Map<string | null, number[]>()
    const costly: { shard: number; target: string | null }[] = []
    for (const shard of this.#held.keys()) {
      const target = want[shard] ?? null
      if (target === this.inc || (target === null && !this.draining)) continue
      if (full.has(shard)) costly.push({ shard, target })
      else empty.set(target, [...(empty.get(target) ?? []), shard])
    }
    for (const [target, shards] of empty) await this.#handOver(shards, target)
    const most = this.draining ? Infinity : Math.max(1, Math.floor(full.size * settings.moveShare))
    while (costly.length > 0 && this.#movedLately() < most && !this.membership.cutOff) {
      const target = costly[0]?.target ?? null
      const same = costly.filter((move) => move.target === target).slice(0, Math.min(settings.moves, most - this.#movedLately()))
      for (const move of same) costly.splice(costly.indexOf(move), 1)
      await this.#handOver(
        same.map(({ shard }) => shard),
        target,
      )
      this.#moved.push({ at: performance.now(), count: same.length })
    }
  }

  #movedLately(): number {
    const since = performance.now() - this.#options.settings.moveWindowMs
    this.#moved = this.#moved.filter(({ at }) => at > since)
    return this.#moved.reduce((sum, { count }) => sum + count, 0)
  }

  async #handOver(list: readonly number[], target: string | null): Promise<void> {
    const { store, runtime, redis, closing, log } = this.#options
    const began = performance.now()
    const epochs = new Map(list.flatMap((shard) => (this.#held.has(shard) ? [[shard, this.#held.get(shard)?.epoch ?? 0]] : [])))
    const shards = new Set(epochs.keys())
    if (shards.size === 0) return
    // From here on the broker keeps what comes for them; it goes to the next owner.
    await closing(shards)
    await runtime.release(shards)
    for (const shard of shards) this.#held.delete(shard)
    store.forget(shards)
    await store.handOver(epochs, target)
    if (target) redis.publish(bell(target), '')
    this.#version = ''
    this.counts.handedOver += shards.size
    this.counts.lastHandOverMs = Math.round(performance.now() - began)
    log.info({ shards: shards.size, target, ms: this.counts.lastHandOverMs }, 'shards handed over')
  }

  #letGo(why: string): void {
    if (this.#held.size === 0) return
    const shards = new Set(this.#held.keys())
    this.#options.log.warn({ shards: shards.size, why }, 'shards let go')
    this.counts.selfFenced++
    this.#options.runtime.drop(shards)
    this.#forget(shards)
  }

  #forget(shards: ReadonlySet<number>): void {
    for (const shard of shards) this.#held.delete(shard)
    this.#options.store.forget(shards)
    this.#version = ''
    this.#options.closing(shards).catch((error: unknown) => this.#options.log.warn({ error: String(error) }, 'sessions not closed'))
  }

  /** One store lost here, but not by the others: they do better with our shards. */
  #watchStores(): void {
    const { settings } = this.#options
    const { membership } = this
    const at = performance.now()
    const pgLost = at - membership.pgAt > settings.postgresLostMs
    if (pgLost && membership.peerHas('postgres', this.inc)) {
      membership.withdrawn = true
      this.#letGo('Postgres is out of reach here')
    } else if (!pgLost) membership.withdrawn = false
    const redisLost = at - membership.redisAt > settings.redisLostMs
    const wrong = membership.clockWrong(this.inc)
    if (wrong && !this.#autoDraining) this.#options.log.warn({ skewMs: Math.round(membership.skewMs) }, 'the clock is wrong here: draining')
    this.#autoDraining = wrong || (redisLost && membership.peerHas('redis', this.inc))
  }

  /** After a flush every owner writes its entries again; a node that missed news reads all of them. */
  #heal({ entries, version }: DirectoryMark): void {
    const { redis, addr } = this.#options
    void (async () => {
      if (entries < SHARDS && this.#held.size > 0) await redis.putOwn(this.inc, addr, this.#held)
      if (version === this.#directoryVersion) return
      this.directory.learn(await redis.owners())
      this.#directoryVersion = version
    })().catch(() => undefined)
  }
}
