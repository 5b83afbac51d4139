import { startMosquitto, startRedis } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import type { Lab } from './lab.ts'

/** Numbers that a seed repeats (mulberry32). */
export function numbers(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What may go wrong at any time, each with how long it lasts by chance. Each leaves the cluster able to heal. */
export function faultsOf(lab: Lab, random: () => number): Readonly<Record<string, () => Promise<void>>> {
  const victim = () => {
    const alive = lab.nodes.filter(({ process }) => process.alive)
    return alive[Math.floor(random() * alive.length)]
  }
  const { postgres } = lab
  return {
    async nodeKilled() {
      victim()?.process.signal('SIGKILL')
      await pause(500 + random() * 3000)
      await lab.addNode(quick)
    },
    async nodePaused() {
      const node = victim()
      node?.process.signal('SIGSTOP')
      await pause(500 + random() * 11_500)
      node?.process.signal('SIGCONT')
    },
    async nodeReplaced() {
      await victim()?.process.end('SIGTERM')
      await lab.addNode(quick)
    },
    async redisKilled() {
      await lab.redis.end('SIGKILL')
      await pause(random() * 5000)
      lab.redis = await startRedis(lab.redisPort)
    },
    async redisFlushed() {
      await lab.tellRedis('FLUSHALL')
    },
    async redisPaused() {
      lab.redis.signal('SIGSTOP')
      await pause(random() * 6000)
      lab.redis.signal('SIGCONT')
    },
    /** Out of memory: it answers reads and refuses writes, as with a full disk under its log. */
    async redisFull() {
      await lab.tellRedis('CONFIG SET maxmemory 1')
      await pause(random() * 6000)
      await lab.tellRedis('CONFIG SET maxmemory 0')
    },
    /** It wants replicas that are not there, and refuses writes with another word. */
    async redisAlone() {
      await lab.tellRedis('CONFIG SET min-replicas-to-write 1')
      await pause(random() * 6000)
      await lab.tellRedis('CONFIG SET min-replicas-to-write 0')
    },
    async replicaPromoted() {
      await lab.promoteReplica(500 + random() * 3000)
    },
    async brokerPaused() {
      lab.broker.signal('SIGSTOP')
      await pause(random() * 4000)
      lab.broker.signal('SIGCONT')
    },
    async brokerKilled() {
      // It keeps nothing on disk: sessions, subscriptions and queues are gone.
      await lab.broker.end('SIGKILL')
      await pause(random() * 2000)
      lab.broker = await startMosquitto(lab.dir, lab.mqttPort)
    },
    async writersEnded() {
      await lab.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tw:%'`
    },
    async connectionsEnded() {
      await lab.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    },
    ...(postgres && {
      async postgresRestarted() {
        await postgres.restart()
      },
      async postgresFrozen() {
        postgres.signal('SIGSTOP')
        await pause(1000 + random() * 8000)
        postgres.signal('SIGCONT')
      },
    }),
  }
}
