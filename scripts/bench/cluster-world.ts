import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StationConfig } from '@twin/models/stations'
import { createStore, type EmbeddedPostgres, openPool, type Sql, startEmbeddedPostgres } from '@twin/server/store'
import { type Child, clusterSecrets, freePort, startMosquitto, startNode, startRedis, until } from '../cluster-lab.ts'
import { cpuSeconds, treeSeconds } from './cpu.ts'
import { durable } from './ingest.ts'
import { postmasterOf } from './world.ts'

/** CPU seconds since its start. */
export interface Used {
  readonly servers: number
  readonly database: number
  readonly broker: number
  readonly redis: number
}

export interface Node {
  readonly url: string
  readonly child: Child
}

/** Nodes over a durable Postgres, a Mosquitto and, unless it is a single node without one, a Redis of their own. */
export class ClusterWorld {
  readonly #dir = mkdtempSync(join(tmpdir(), 'twin-bench-cluster-'))
  readonly #secrets = clusterSecrets()
  readonly nodes: Node[] = []
  #postgres: EmbeddedPostgres | undefined
  #postmaster = 0
  #redis: Child | undefined
  #broker: Child | undefined
  #mqttPort = 0
  #profiled = false
  sql!: Sql

  constructor() {
    // Interrupted, it leaves nothing behind either.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void this.stop().finally(() => process.exit(1)))
  }

  get mqtt(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`
  }

  async start(count: number, stations: readonly StationConfig[], env: NodeJS.ProcessEnv, redis = true): Promise<this> {
    this.#profiled = env.NODE_OPTIONS?.includes('cpu-prof') ?? false
    const folder = join(this.#dir, 'postgres')
    this.#postgres = await startEmbeddedPostgres({ dir: folder })
    this.#postmaster = postmasterOf(folder)
    const { url } = this.#postgres
    this.sql = openPool(url, { max: 2, name: 'bench' })
    // Before anybody lives: what a server is told at its start costs it no turns.
    const store = await createStore({ url })
    for (const station of stations) await store.stations.save(station)
    await store.close()
    this.#mqttPort = await freePort()
    this.#broker = await startMosquitto(this.#dir, this.#mqttPort)
    const redisPort = await freePort()
    if (redis) this.#redis = await startRedis(redisPort)
    for (let i = 0; i < count; i++) {
      const httpPort = await freePort()
      const child = await startNode(`n${i}`, {
        databaseUrl: url,
        redisUrl: `redis://127.0.0.1:${redisPort}`,
        mqttUrl: this.mqtt,
        httpPort,
        dataDir: join(this.#dir, `n${i}`),
        // Stations are spread at once; what a drain and a death cost does not depend on it.
        env: { ...this.#secrets, TWIN_CLUSTER_MOVE_SHARE: '1', ...env, ...(!redis && { REDIS_URL: undefined }) },
      })
      this.nodes.push({ url: `http://127.0.0.1:${httpPort}`, child })
    }
    if (redis) await this.settled(stations.length)
    return this
  }

  /** All shards have owners among the nodes that live, and nothing has moved for a while. */
  async settled(stations: number, seconds = 240): Promise<void> {
    let last = ''
    let since = performance.now()
    await until(
      'stations are spread',
      async () => {
        const rows = await this.sql<{ addr: string; n: number; moving: number }[]>`
          select n.addr, count(*)::int as n, count(*) filter (where s.state <> 'open')::int as moving
          from tw_shard s join tw_node n on n.inc = s.owner group by 1 order by 1`
        const text = JSON.stringify(rows)
        if (text !== last) [last, since] = [text, performance.now()]
        const alive = this.nodes.filter(({ child }) => child.alive)
        const owned = rows.filter(({ addr, moving }) => moving === 0 && alive.some(({ url }) => url === addr))
        const still = performance.now() - since > 12_000
        return owned.reduce((sum, { n }) => sum + n, 0) === 4096 && owned.length === Math.min(alive.length, Math.max(1, stations)) && still
      },
      seconds,
    )
  }

  /** Stations by the address of the node that holds them. */
  async stationsOf(shardOf: (station: string) => number, stations: readonly StationConfig[]): Promise<Map<string, string[]>> {
    const rows = await this.sql<{ shard: number; addr: string }[]>`
      select s.shard, n.addr from tw_shard s join tw_node n on n.inc = s.owner where s.state = 'open'`
    const owners = new Map(rows.map(({ shard, addr }) => [shard, addr]))
    const found = new Map<string, string[]>()
    for (const { id } of stations) {
      const addr = owners.get(shardOf(id)) ?? ''
      found.set(addr, [...(found.get(addr) ?? []), id])
    }
    return found
  }

  /** Messages that are durable, of all nodes since their start. */
  async taken(): Promise<number> {
    const counts = await Promise.all(this.nodes.filter(({ child }) => child.alive).map(({ url }) => durable(url)))
    return counts.reduce((a, b) => a + b, 0)
  }

  used(): Used {
    const of = (child: Child | undefined): number => (child?.alive ? cpuSeconds(child.process.pid ?? 0) : 0)
    return {
      servers: this.nodes.reduce((sum, { child }) => sum + of(child), 0),
      database: treeSeconds(this.#postmaster),
      broker: of(this.#broker),
      redis: of(this.#redis),
    }
  }

  async stop(): Promise<void> {
    // One that is profiled writes down what it saw at its end.
    await Promise.all(this.nodes.map(({ child }) => child.end(this.#profiled ? 'SIGTERM' : 'SIGKILL')))
    await this.#broker?.end('SIGKILL')
    await this.#redis?.end('SIGKILL')
    await this.sql?.end().catch(() => undefined)
    await this.#postgres?.stop()
    // As root it keeps its data elsewhere, and says where.
    const location = join(this.#dir, 'postgres', 'location')
    if (existsSync(location)) rmSync(readFileSync(location, 'utf8').trim(), { recursive: true, force: true })
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
