import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Runtime } from '@twin/actors/runtime'
import type { StationConfig } from '@twin/models/stations'
import type { Ingest, Log, SpoolRecord } from '../ingest/index.ts'
import type { LiveHub } from '../live/index.ts'
import type { PoisonGuard } from '../poison/index.ts'
import type { Store } from '../store/index.ts'
import { Catalogue } from './catalogue.ts'
import { ClusterNode } from './cluster-node.ts'
import { ClusterRuntime } from './cluster-runtime.ts'
import { LiveExchange } from './live-exchange.ts'
import { LoadMeter } from './load-meter.ts'
import { pack, Peers } from './peers.ts'
import { RedisLink } from './redis-link.ts'
import type { ClusterSettings } from './settings.ts'
import { clusterStatus, HOTTEST, quarantinedActors } from './status.ts'

/** News that every node should hear at once; who misses one learns it by looking at the database a little later. */
export type News =
  | { readonly type: 'station'; readonly id: string }
  | { readonly type: 'principal'; readonly id: string }
  | { readonly type: 'secret'; readonly device: string; readonly generation: number }

export interface ClusterOptions {
  readonly store: Store
  readonly local: Runtime
  readonly redisUrl: string
  /** Where the other nodes reach this one. */
  readonly addr: string
  readonly authSecret: string
  readonly settings: ClusterSettings
  readonly log: Log
  readonly poison: Pick<PoisonGuard, 'collect' | 'refresh'>
  readonly ingest: () => Pick<Ingest, 'shards' | 'spool' | 'takeSpooled'> | undefined
  readonly hub: () => LiveHub
  readonly onNews: (news: Exclude<News, { type: 'station' }>) => void
  /** Stations are read again before a request is answered that came after a change. */
  readonly fresh?: { renew(rows: 'stations', work: () => Promise<void>): void }
}

export interface Cluster {
  /** What everything but ingest's sessions works with. */
  readonly runtime: ClusterRuntime
  readonly node: ClusterNode
  readonly catalogue: Catalogue
  readonly exchange: LiveExchange
  tell(news: News): void
  /** Who owns a station, to the best of this node's knowledge. */
  place(station: string): 'here' | 'nowhere' | { readonly addr: string }
  /** As far as is known by the last heartbeats. */
  othersReachPostgres(): boolean
  /** Spooled messages to their owner; true = durable there. */
  handOn(addr: string, records: readonly SpoolRecord[]): Promise<boolean>
  /** For the cluster page. */
  status(): ReturnType<typeof clusterStatus>
  quarantined(): ReturnType<typeof quarantinedActors>
  /** Requests of other nodes. */
  internal(request: Request): Promise<Response>
  /** Drain of any node, asked anywhere. false = no such node, or it did not answer. */
  drain(inc: string, on: boolean): Promise<boolean>
  start(): Promise<void>
  /** Gives all shards to the others and goes on answering for them. */
  leave(): Promise<void>
  stop(): Promise<void>
}

const NEWS = 'tw:news'
const LOOK_MS = 5000

/** This process as one node of several. Reads the catalogue; `start` joins. */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const { store, local, settings, log, addr, hub, ingest } = options
  if (!store.cluster) throw new Error('the store was not opened for a cluster')
  const { inc } = store.cluster
  const clusterStore = store.cluster
  const redis = new RedisLink(options.redisUrl, log)
  const peers = new Peers(options.authSecret)
  const catalogue = new Catalogue()
  let seenAt = Date.now()
  for (const config of await store.stations.list()) catalogue.put(config)
  const delays = monitorEventLoopDelay({ resolution: 20 })
  delays.enable()

  const meter = new LoadMeter({ windowMs: settings.loadWindowMs, change: settings.loadChange })
  local.onCommitted((committed) => meter.take(committed))

  const node: ClusterNode = new ClusterNode({
    store: clusterStore,
    redis,
    runtime: local,
    poison: options.poison,
    settings,
    addr,
    log,
    catalogue,
    meter,
    info() {
      const { stations, devices, pending, pendingBytes, commitMs, quarantined } = local.metrics()
      const info = {
        shards: node.held.size,
        stations,
        devices,
        pending,
        pendingBytes,
        // In a heartbeat, so not more than a page shows.
        quarantined: quarantined.slice(0, 100),
        commitP99Ms: commitMs.p99,
        loopLagP99Ms: Math.round(delays.percentile(99) / 1e6),
        rss: process.memoryUsage.rss(),
        mqtt: ingest()?.shards?.status() ?? null,
        spool: ingest()?.spool?.status() ?? null,
        viewers: hub().metrics().clients,
        hottest: meter.hottest(HOTTEST),
        ...node.counts,
      }
      delays.reset()
      return info
    },
    behind: () => ingest()?.spool?.status().active ?? false,
    opened: (claimed) => ingest()?.shards?.open(claimed),
    closing: async (shards) => ingest()?.shards?.closeShards(shards),
  })
  const runtime = new ClusterRuntime({
    local,
    catalogue,
    directory: node.directory,
    peers,
    inc,
    patienceMs: settings.patienceMs,
    async announce(id) {
      // Also for a change of its devices alone: by this the other nodes see it, whether or not the message arrives.
      await clusterStore.touch(id)
      tell({ type: 'station', id })
    },
    follow: (station) => ingest()?.shards?.follow(station),
  })
  const exchange = new LiveExchange({
    redis,
    directory: node.directory,
    runtime: local,
    inc,
    interestMs: settings.interestMs,
    hub,
    heard: (summaries, patches) => runtime.heard(summaries, patches),
  })
  const tell = (news: News): void => redis.publish(NEWS, JSON.stringify({ ...news, from: inc }))

  node.directory.onChange((shards) => {
    hub().moved([...shards].flatMap((shard) => catalogue.inShard(shard).map(({ id }) => id)))
    exchange.ownersChanged(shards)
  })

  async function reread(id: string): Promise<void> {
    const config = await store.stations.get(id)
    if (!config) {
      catalogue.remove(id)
      if (runtime.owns(id)) await local.retire(id)
    } else if (JSON.stringify(config) !== JSON.stringify(catalogue.station(id))) {
      catalogue.put(config)
      // The node that stored it may have died before it told the owner.
      if (runtime.owns(id) && JSON.stringify(local.station(id)) !== JSON.stringify(config)) await runtime.configureHere(config)
    } else return
    hub().refresh(id)
  }
  const hear = (payload: Buffer): void => {
    const news = JSON.parse(payload.toString()) as News & { readonly from: string }
    if (news.from === inc) return
    if (news.type === 'station') void reread(news.id).catch(() => undefined)
    else options.onNews(news)
  }
  const look = async (): Promise<void> => {
    // A transaction may show up a little after the time it carries.
    for (const { id, at } of await clusterStore.changedStations(seenAt - 2 * LOOK_MS)) {
      await reread(id)
      seenAt = Math.max(seenAt, at)
    }
  }
  let looking: NodeJS.Timeout | undefined
  options.fresh?.renew('stations', look)

  const answers: Readonly<Record<string, (body: unknown) => Promise<unknown>>> = {
    async ask(body) {
      const request = body as Parameters<Runtime['ask']>[0]
      const reply = await local.ask(request)
      return !reply.ok && reply.reason === 'moved' ? undefined : reply
    },
    async configure(body) {
      const config = body as StationConfig
      if (!runtime.owns(config.id)) return undefined
      await runtime.configureHere(config)
      hub().refresh(config.id)
      return true
    },
    async view(body) {
      if (!runtime.owns(String(body))) return undefined
      return new Promise((resolve) => local.snapshot(String(body), resolve))
    },
    async spooled(body) {
      return (await ingest()?.takeSpooled(body as readonly SpoolRecord[])) === true ? true : undefined
    },
    async drain(body) {
      // Answered at once: the shards leave one after the other.
      void node.drain(body === true)
      return true
    },
  }

  return {
    runtime,
    node,
    catalogue,
    exchange,
    tell,
    place(station) {
      if (runtime.owns(station) || !catalogue.station(station)) return 'here'
      const owner = node.directory.ofStation(station)
      return owner && owner.inc !== inc ? { addr: owner.addr } : 'nowhere'
    },
    othersReachPostgres: () => node.membership.peerHas('postgres', inc),
    handOn: async (addr, records) => (await peers.post(addr, 'spooled', records, 35_000)).ok,
    status: () => clusterStatus(clusterStore, settings.staleMs),
    quarantined: () => quarantinedActors(clusterStore, settings.staleMs),
    async internal(request) {
      const path = new URL(request.url).pathname.slice('/internal/'.length)
      const signed = await peers.read(request, path)
      if (!signed) return new Response(null, { status: 403 })
      const answer = answers[path]
      if (!answer) return new Response(null, { status: 404 })
      const value = await answer(signed.body)
      if (value === undefined) return new Response(null, { status: 409 })
      return new Response(Uint8Array.from(pack(value)), { headers: { 'content-type': 'application/msgpack' } })
    },
    async drain(target, on) {
      if (target === inc) {
        void node.drain(on)
        return true
      }
      const found = (await clusterStore.nodes()).find((row) => row.inc === target)
      return found !== undefined && (await peers.post(found.addr, 'drain', on, 5000)).ok
    },
    async start() {
      void redis.subscribe(NEWS, hear).catch(() => undefined)
      await node.start()
      exchange.start()
      looking = setInterval(() => void look().catch(() => undefined), LOOK_MS)
    },
    leave: () => node.leave(),
    async stop() {
      clearInterval(looking)
      await node.stop()
      exchange.stop()
      delays.disable()
    },
  }
}
