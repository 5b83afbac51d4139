import type { z } from 'zod'
import type { schemas } from '@twin/models/api'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { shardOf } from '@twin/actors/runtime'
import { ask } from '../reply.ts'

type Quarantined = z.output<typeof schemas.quarantined>

export function clusterHandlers(parts: HttpParts): Pick<Handlers, 'cluster' | 'drainNode' | 'releaseQuarantine'> {
  const { cluster, clock, runtime, poison, spool } = parts

  const quarantine = async (): Promise<Quarantined[]> => {
    const nameOf = (station: string): string => runtime.station(station)?.name ?? station
    const actors = cluster ? await cluster.quarantined() : runtime.metrics().quarantined.map((actor) => ({ actor, node: 'local' }))
    await poison?.refresh()
    return [
      ...actors.map(({ actor, node }): Quarantined => {
        const [kind, id = ''] = actor.split(':')
        const station = kind === 'station' ? id : (runtime.stationOf(id)?.id ?? '')
        return { kind: 'actor', station, stationName: nameOf(station), what: actor, deaths: 0, how: 'throws', node, at: null }
      }),
      ...(poison?.aside ?? []).map(({ station, key, deaths, how, node, lastAt }): Quarantined => ({
        kind: 'turn',
        station,
        stationName: nameOf(station),
        what: key,
        deaths,
        how,
        node,
        at: Math.trunc(lastAt),
      })),
    ]
  }

  return {
    cluster: async () => {
      const aside = { quarantine: await quarantine(), careful: poison?.carefulShards ?? 0 }
      if (cluster) {
        const { hottest, ...status } = await cluster.status()
        const all = runtime.stations()
        return {
          ...status,
          ...aside,
          hottest: hottest.map((hot) => ({
            ...hot,
            stationName: runtime.station(hot.station)?.name ?? hot.station,
            together: all.filter(({ id }) => id !== hot.station && shardOf(id) === hot.shard).map(({ name }) => name),
          })),
        }
      }
      const { stations, devices, pending, pendingBytes, commitMs } = runtime.metrics()
      const all = 4096
      const kept = spool?.()
      const self = {
        node: 'local',
        address: '',
        state: 'live' as const,
        silentMs: 0,
        redis: false,
        shards: all,
        load: 0,
        viewers: 0,
        commitP99Ms: commitMs.p99,
        loopLagP99Ms: 0,
        rssBytes: process.memoryUsage.rss(),
        sessions: { all: 0, connected: 0, unacknowledged: 0 },
        claimed: all,
        handedOver: 0,
        fenced: 0,
        selfFenced: 0,
        lastHandOverMs: 0,
        skewMs: 0,
        spool: { messages: kept?.messages ?? 0, bytes: kept?.bytes ?? 0, oldest: kept?.oldest ?? null },
      }
      return {
        clustered: false,
        at: Math.trunc(clock.now()),
        shards: { all, owned: all, moving: 0, orphaned: 0 },
        ...aside,
        hottest: [],
        nodes: [{ ...self, stations, devices, pending, pendingBytes }],
      }
    },
    drainNode: async ({ params, body, note }) => {
      note({ target: params.node, after: { draining: body.on } })
      if (!cluster)
        refuse('conflict', { message: { zh: '单节点运行，无法排空', en: 'This is a single node: nobody could take its stations' } })
      if (!(await cluster.drain(params.node, body.on))) refuse('not-found')
      return { ok: true }
    },
    releaseQuarantine: async ({ body, note }) => {
      if (!runtime.station(body.station)) refuse('not-found')
      note({ target: body.station, before: { quarantined: body.what } })
      await ask(runtime, { type: 'actor.release', station: body.station, actor: body.what })
      return { ok: true }
    },
  }
}
