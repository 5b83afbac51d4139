import type { Committed, Reply, Request as Ask, Runtime } from '@twin/actors/runtime'
import type { Patch, StationSummary, StationView } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import type { Catalogue } from './catalogue.ts'
import type { Directory } from './directory.ts'
import type { PeerAnswer, Peers } from './peers.ts'

export interface ClusterRuntimeOptions {
  /** The runtime of this node, which knows only the stations it holds. */
  readonly local: Runtime
  readonly catalogue: Catalogue
  readonly directory: Directory
  readonly peers: Peers
  readonly inc: string
  readonly patienceMs: number
  /** Tells the other nodes that a station's master data changed. */
  readonly announce: (station: string) => Promise<void>
  /** This node's own sessions with the broker follow. */
  readonly follow: (station: string) => void
}

const MOVED: Reply = { ok: false, reason: 'moved', detail: '站点正在迁移，请稍后再试 The station is moving, try again' }
const POLL_MS = 250

/** The runtime of the whole cluster as every node shows it: what lives elsewhere is asked there. */
export class ClusterRuntime implements Runtime {
  readonly #options: ClusterRuntimeOptions
  readonly #committed = new Set<(committed: Committed) => void>()
  readonly #summaries = new Map<string, StationSummary>()
  /** The question under way, and the one that follows it. */
  readonly #asking = new Map<string, { readonly now: Promise<unknown>; next?: Promise<StationView | undefined> }>()

  constructor(options: ClusterRuntimeOptions) {
    this.#options = options
    options.local.onCommitted((committed) => {
      for (const listener of this.#committed) listener(committed)
    })
  }

  get #local(): Runtime {
    return this.#options.local
  }

  owns(station: string): boolean {
    return this.#local.epochOf(station) !== undefined
  }

  async ask(request: Ask): Promise<Reply> {
    const answer = await this.#routed(
      request.station,
      async () => {
        const reply = await this.#local.ask(request)
        return !reply.ok && reply.reason === 'moved' ? 'moved' : reply
      },
      { path: 'ask', body: request },
    )
    return answer === undefined ? MOVED : (answer as Reply)
  }

  async configure(config: StationConfig): Promise<void> {
    this.#options.catalogue.put(config)
    const done = await this.#routed(
      config.id,
      async () => {
        try {
          await this.configureHere(config)
        } catch (error) {
          if (this.owns(config.id)) throw error
          return 'moved'
        }
        return true
      },
      { path: 'configure', body: config },
    )
    await this.#options.announce(config.id)
    // It is stored: whoever takes the shard next reads it.
    if (done === undefined) return
  }

  /** As the owner. */
  async configureHere(config: StationConfig): Promise<void> {
    this.#options.catalogue.put(config)
    await this.#local.configure(config)
    this.#options.follow(config.id)
  }

  async retire(station: string): Promise<void> {
    await this.#local.retire(station)
    this.#options.catalogue.remove(station)
    await this.#options.announce(station)
  }

  snapshot(station: string, done: (view: StationView | undefined) => void): void {
    if (!this.owns(station)) {
      void (async () => done(await this.#remoteView(station)))()
      return
    }
    this.#local.snapshot(station, (view) => {
      // Gone in the meantime, and not because there is no such station.
      if (view === undefined && !this.owns(station) && this.#options.catalogue.station(station)) this.snapshot(station, done)
      else done(view)
    })
  }

  /** One question at a time for all who ask; never one that began before they did, which might not know what was acknowledged since. */
  #remoteView(station: string): Promise<StationView | undefined> {
    const asking = this.#asking.get(station)
    if (asking) return (asking.next ??= asking.now.then(() => this.#askView(station)))
    return this.#askView(station)
  }

  #askView(station: string): Promise<StationView | undefined> {
    const local = (): Promise<StationView | 'moved'> =>
      new Promise((resolve) => this.#local.snapshot(station, (view) => resolve(view ?? 'moved')))
    const asked = this.#options.catalogue.station(station)
      ? this.#routed(station, local, { path: 'view', body: station }).then((view) => view as StationView | undefined)
      : Promise.resolve(undefined)
    const mine = { now: asked.catch(() => undefined) }
    this.#asking.set(station, mine)
    void asked
      .finally(() => {
        if (this.#asking.get(station) === mine) this.#asking.delete(station)
      })
      .catch(() => undefined)
    return asked
  }

  /** Here or at the owner, again and again while the station is on the move. undefined = nobody took it in time. */
  async #routed(
    station: string,
    local: () => Promise<unknown>,
    remote: { readonly path: string; readonly body: unknown },
  ): Promise<unknown> {
    const { directory, peers, inc, patienceMs } = this.#options
    const deadline = performance.now() + patienceMs
    for (;;) {
      const left = deadline - performance.now()
      if (left <= 0) return undefined
      const owner = directory.ofStation(station)
      let answer: PeerAnswer | undefined
      if (this.owns(station)) {
        const value = await local()
        if (value !== 'moved') return value
      } else if (owner && owner.inc !== inc) {
        answer = await peers.post(owner.addr, remote.path, remote.body, Math.min(left, 10_000))
        if (answer.ok) return answer.value
        // It may have been done: asking again could do it twice.
        if (answer.reason === 'unknown' && remote.path === 'ask') return undefined
      }
      await directory.change(Math.min(POLL_MS, left))
    }
  }

  stations(): readonly StationConfig[] {
    return this.#options.catalogue.stations()
  }
  station(id: string): StationConfig | undefined {
    return this.#options.catalogue.station(id)
  }
  stationOf(device: string): StationConfig | undefined {
    return this.#options.catalogue.stationOf(device)
  }
  summary(station: string): StationSummary | undefined {
    return this.owns(station) ? this.#local.summary(station) : this.#summaries.get(station)
  }
  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#committed.add(listener)
    return () => this.#committed.delete(listener)
  }

  /** News of stations of other nodes: summaries, and what changed besides values. */
  heard(summaries: readonly StationSummary[], patches: readonly (readonly [string, readonly Patch[]])[]): void {
    const told = new Map<string, readonly Patch[]>(patches)
    for (const summary of summaries) {
      this.#summaries.set(summary.id, summary)
      if (!told.has(summary.id)) told.set(summary.id, [])
    }
    const batch = { samples: [], facts: [], cursors: [], deadLetters: [], rejects: [], timers: [] }
    for (const listener of this.#committed) listener({ epoch: 0, batch, patches: told })
  }

  start = (): Promise<void> => this.#local.start()
  stop = (): Promise<void> => this.#local.stop()
  settle = (): Promise<void> => this.#local.settle()
  acquire: Runtime['acquire'] = (claimed) => this.#local.acquire(claimed)
  release: Runtime['release'] = (shards) => this.#local.release(shards)
  drop: Runtime['drop'] = (shards) => this.#local.drop(shards)
  onLost: Runtime['onLost'] = (listener) => this.#local.onLost(listener)
  epochOf: Runtime['epochOf'] = (station) => this.#local.epochOf(station)
  deliver: Runtime['deliver'] = (input, done) => this.#local.deliver(input, done)
  bury: Runtime['bury'] = (letter, done) => this.#local.bury(letter, done)
  onProvisional: Runtime['onProvisional'] = (listener) => this.#local.onProvisional(listener)
  stateHash: Runtime['stateHash'] = (station) => this.#local.stateHash(station)
  watermarks: Runtime['watermarks'] = () => this.#local.watermarks()
  metrics: Runtime['metrics'] = () => this.#local.metrics()
}
