import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'

export function clusterHandlers({ cluster, clock, runtime }: HttpParts): Pick<Handlers, 'cluster' | 'drainNode'> {
  return {
    cluster: async () => {
      if (cluster) return cluster.status()
      const { stations, devices, pending, pendingBytes, commitMs } = runtime.metrics()
      const all = 4096
      const self = {
        node: 'local',
        address: '',
        state: 'live' as const,
        silentMs: 0,
        redis: false,
        shards: all,
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
      }
      return {
        clustered: false,
        at: Math.trunc(clock.now()),
        shards: { all, owned: all, moving: 0, orphaned: 0 },
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
  }
}
