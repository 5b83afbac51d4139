import type { z } from 'zod'
import type { schemas } from '@twin/models/api'
import { SHARDS } from '@twin/actors/runtime'
import type { ClusterStore, NodeRow } from '../store/index.ts'
import type { HotStation } from './load-meter.ts'

/** Stations in the list of those with most to do, of a node and of all. */
export const HOTTEST = 10

export interface HottestStation extends HotStation {
  readonly node: string
  readonly address: string
}

/** Stations with the most rows a second of all nodes that live. */
function hottest(nodes: readonly NodeRow[]): readonly HottestStation[] {
  return nodes
    .flatMap(({ inc: node, addr: address, info }) => {
      const list: unknown = info.hottest
      return Array.isArray(list) ? (list as readonly HotStation[]).map((hot) => ({ ...hot, node, address })) : []
    })
    .toSorted((a, b) => b.rate - a.rate)
    .slice(0, HOTTEST)
}

/** The cluster as Postgres knows it, so that every node shows the same. */
export async function clusterStatus(
  store: ClusterStore,
  staleMs: number,
): Promise<
  Omit<z.output<typeof schemas.clusterStatus>, 'careful' | 'quarantine' | 'hottest'> & { readonly hottest: readonly HottestStation[] }
> {
  const [nodes, shards] = await Promise.all([store.nodes(), store.shards()])
  const held = new Map<string, number>()
  let moving = 0
  const weights = new Map<string, number>()
  for (const { owner, state, weight } of shards) {
    if (state !== 'open') moving++
    else if (owner !== null) {
      held.set(owner, (held.get(owner) ?? 0) + 1)
      weights.set(owner, (weights.get(owner) ?? 0) + weight)
    }
  }
  const live = nodes.filter(({ ageMs }) => ageMs < staleMs)
  const owned = live.reduce((sum, { inc }) => sum + (held.get(inc) ?? 0), 0)
  return {
    clustered: true,
    at: Date.now(),
    shards: { all: SHARDS, owned, moving, orphaned: SHARDS - owned - moving },
    nodes: nodes.map((row) => nodeStatus(row, held.get(row.inc) ?? 0, weights.get(row.inc) ?? 0, staleMs)),
    hottest: hottest(live),
  }
}

/** Actors that living nodes have put aside. */
export async function quarantinedActors(store: ClusterStore, staleMs: number) {
  const nodes = await store.nodes()
  return nodes
    .filter(({ ageMs }) => ageMs < staleMs)
    .flatMap(({ inc, info }) => {
      const actors: unknown = info.quarantined
      return Array.isArray(actors) ? actors.map((actor) => ({ node: inc, actor: String(actor) })) : []
    })
}

function nodeStatus({ inc, addr, ageMs, draining, info }: NodeRow, shards: number, load: number, staleMs: number) {
  const number = (name: string, from: Readonly<Record<string, unknown>> = info): number => {
    const value = from[name]
    return typeof value === 'number' && Number.isFinite(value) ? value : 0
  }
  const count = (name: string, from?: Readonly<Record<string, unknown>>): number => Math.trunc(number(name, from))
  const spool = (info.spool ?? {}) as Readonly<Record<string, unknown>>
  const mqtt = (info.mqtt ?? {}) as Readonly<Record<string, unknown>>
  return {
    node: inc,
    address: addr,
    state: ageMs >= staleMs ? ('gone' as const) : draining ? ('draining' as const) : ('live' as const),
    silentMs: Math.round(ageMs),
    redis: info.redisOk === true,
    shards,
    load,
    stations: count('stations'),
    devices: count('devices'),
    viewers: count('viewers'),
    pending: count('pending'),
    pendingBytes: count('pendingBytes'),
    commitP99Ms: number('commitP99Ms'),
    loopLagP99Ms: number('loopLagP99Ms'),
    rssBytes: count('rss'),
    sessions: { all: count('sessions', mqtt), connected: count('connected', mqtt), unacknowledged: count('unacknowledged', mqtt) },
    claimed: count('claimed'),
    handedOver: count('handedOver'),
    fenced: count('fenced'),
    selfFenced: count('selfFenced'),
    lastHandOverMs: number('lastHandOverMs'),
    skewMs: number('skewMs'),
    spool: { messages: count('messages', spool), bytes: count('bytes', spool), oldest: count('oldest', spool) || null },
  }
}
