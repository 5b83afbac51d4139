import { connect } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Child,
  clusterSecrets,
  freePort,
  startMosquitto,
  startNode,
  startRedis,
  type NodeOptions,
  spawnNode,
  until,
} from '../../scripts/cluster-lab.ts'
import { OwnPostgres } from './own-postgres.ts'
import { TcpProxy } from './tcp-proxy.ts'
import type { Desk } from './cashier.ts'
import { type Call, callerOf, cookieOf } from './cookie.ts'
import { Viewer } from './viewer.ts'
import { openPool, type Sql } from '../../twin-server/src/store/connection.ts'
import { startTestPostgres } from '../../twin-server/src/testing/postgres.ts'

export interface LabNode {
  readonly name: string
  readonly url: string
  process: Child
  options: NodeOptions
}

/** A cluster of real processes over one database, one Redis and one Mosquitto, all its own. */
export class Lab {
  readonly dir = mkdtempSync(join(tmpdir(), 'twin-lab-'))
  readonly nodes: LabNode[] = []
  readonly #secrets = clusterSecrets()
  readonly #cleanup: (() => Promise<unknown>)[] = []
  #stopping = false
  sql!: Sql
  databaseUrl = ''
  postgres: OwnPostgres | undefined
  redisPort = 0
  redisLine!: TcpProxy
  mqttPort = 0
  redis!: Child
  broker!: Child

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.mqttPort}`
  }

  /** `own`: a Postgres of its own in this folder, which may be killed, frozen and starved, and a line to Redis. */
  async start(nodes: number, env: NodeJS.ProcessEnv = {}, own?: string): Promise<this> {
    if (own === undefined) {
      const postgres = await startTestPostgres()
      this.#cleanup.push(() => postgres.stop())
      this.databaseUrl = postgres.url
    } else {
      this.postgres = new OwnPostgres(own)
      const { postgres } = this
      this.databaseUrl = await postgres.start()
      this.#cleanup.push(() => postgres.stop())
    }
    this.sql = openPool(this.databaseUrl, { max: 2, name: 'lab' })
    this.#cleanup.push(() => this.sql.end())
    this.redisPort = await freePort()
    this.mqttPort = await freePort()
    this.redis = await startRedis(this.redisPort)
    this.redisLine = await new TcpProxy(this.redisPort).start()
    this.#cleanup.push(() => this.redisLine.stop())
    this.#cleanup.push(() => this.redis.end('SIGKILL'))
    this.broker = await startMosquitto(this.dir, this.mqttPort)
    this.#cleanup.push(() => this.broker.end('SIGKILL'))
    for (let i = 0; i < nodes; i++) await this.addNode(env)
    return this
  }

  /** `databaseUrl`, `mqttUrl` through a proxy of the lab where a fault needs one. */
  async addNode(
    env: NodeJS.ProcessEnv = {},
    through: Partial<Pick<NodeOptions, 'databaseUrl' | 'mqttUrl' | 'redisUrl' | 'host' | 'wrap'>> = {},
  ): Promise<LabNode> {
    const port = await freePort()
    const name = `n${this.nodes.length}`
    const options = {
      databaseUrl: this.databaseUrl,
      redisUrl: `redis://127.0.0.1:${this.redisLine.port}`,
      mqttUrl: this.mqttUrl,
      ...through,
      httpPort: port,
      dataDir: join(this.dir, name),
      env: { ...this.#secrets, TWIN_LOG: 'info', TWIN_ROLLUPS: 'off', TWIN_LEAVE_MS: '0', ...env },
    }
    const process = await startNode(name, options)
    const node = { name, url: `http://${through.host ?? '127.0.0.1'}:${port}`, process, options }
    this.nodes.push(node)
    return node
  }

  /** Starts a node again, in its place, whenever its process ends, as a process manager does. */
  keep(node: LabNode): { deaths(): number } {
    let deaths = 0
    const watch = (): void => {
      node.process.process.once('exit', () => {
        if (this.#stopping) return
        deaths++
        node.process = spawnNode(node.name, node.options)
        watch()
      })
    }
    watch()
    return { deaths: () => deaths }
  }

  /** Shards by the address of their owner, those on the move under ''. */
  async owners(): Promise<Map<string, number>> {
    const rows = await this.sql<{ addr: string | null; n: number }[]>`
      select case when s.state = 'open' then n.addr end as addr, count(*)::int as n
      from tw_shard s left join tw_node n on n.inc = s.owner group by 1`
    return new Map(rows.map(({ addr, n }) => [addr ?? '', n]))
  }

  /** All shards belong to nodes that live, and none has more than `most`. */
  async balanced(seconds = 60): Promise<Map<string, number>> {
    return until(
      'balanced',
      async () => {
        const owners = await this.owners()
        const alive = this.nodes.filter(({ process }) => process.alive)
        const total = alive.reduce((sum, { url }) => sum + (owners.get(url) ?? 0), 0)
        return total === 4096 && alive.every(({ url }) => (owners.get(url) ?? 0) > 4096 / alive.length / 2) && owners
      },
      seconds,
    )
  }

  async ownerOf(shard: number): Promise<LabNode | undefined> {
    const [row] = await this.sql<{ addr: string }[]>`
      select n.addr from tw_shard s join tw_node n on n.inc = s.owner where s.shard = ${shard} and s.state = 'open'`
    return this.nodes.find(({ url }) => url === row?.addr)
  }

  /** A word to Redis, e.g. FLUSHALL. */
  async tellRedis(words: string, port = this.redisPort): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`${words}\r\n`))
      socket.once('data', () => {
        socket.destroy()
        resolve()
      })
      socket.once('error', reject)
    })
  }

  /** A replica that lags behind takes over from a master that dies: what the master said last is forgotten. */
  async promoteReplica(lagMs: number): Promise<void> {
    const port = await freePort()
    const replica = await startRedis(port)
    await this.tellRedis(`REPLICAOF 127.0.0.1 ${this.redisPort}`, port)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    replica.signal('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, lagMs))
    await this.redis.end('SIGKILL')
    replica.signal('SIGCONT')
    await this.tellRedis('REPLICAOF NO ONE', port)
    this.redis = replica
    this.redisPort = port
    this.redisLine.target = port
    this.redisLine.cut()
  }

  async incOf(node: LabNode): Promise<string> {
    const rows = await this.sql<{ inc: string }[]>`select inc from tw_node where addr = ${node.url} order by hb_at desc limit 1`
    return rows[0]?.inc ?? ''
  }

  /** A demo user; the administrator sees everything. */
  async administrator(node: LabNode, username = 'admin'): Promise<{ username: string; password: string }> {
    const health = (await (await fetch(`${node.url}/api/health`)).json()) as { parts: { demo: { detail: string } } }
    const users = JSON.parse(health.parts.demo.detail) as { username: string; password: string }[]
    const user = users.find((each) => each.username === username) ?? users[0]
    if (!user) throw new Error('no demo users')
    return user
  }

  readonly #callers = new Map<string, Promise<Call>>()
  /** Signs in once per node and person. */
  caller(node: LabNode, username = 'admin'): Promise<Call> {
    const name = `${node.url} ${username}`
    const known = this.#callers.get(name) ?? this.signIn(node, username)
    this.#callers.set(name, known)
    known.catch(() => this.#callers.delete(name))
    return known
  }

  /** Asks the living nodes in turn. */
  readonly desk: Desk = {
    call: (attempt, person) => {
      const alive = this.nodes.filter(({ process }) => process.alive)
      const node = alive[attempt % alive.length]
      return node ? this.caller(node, person) : Promise.reject(new Error('no node lives'))
    },
  }

  readonly #cookies = new Map<string, Promise<string>>()
  #cookie(node: LabNode, username: string, password: string): Promise<string> {
    const name = `${node.url} ${username}`
    const known = this.#cookies.get(name) ?? cookieOf(node.url, username, password)
    this.#cookies.set(name, known)
    known.catch(() => this.#cookies.delete(name))
    return known
  }
  /** The administrator looks at a topic through a node. */
  async view(node: LabNode, topic: string): Promise<Viewer> {
    const { username, password } = await this.administrator(node)
    return new Viewer(topic).enter(node.url, await this.#cookie(node, username, password))
  }

  /** A caller of the REST API of a node. */
  async signIn(node: LabNode, username = 'admin', password?: string): Promise<Call> {
    const user = await this.administrator(node, username)
    return callerOf(node.url, await this.#cookie(node, user.username, password ?? user.password))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.nodes.map(({ process }) => process.end('SIGKILL')))
    for (const clean of this.#cleanup.toReversed()) await clean().catch(() => undefined)
    rmSync(this.dir, { recursive: true, force: true })
  }
}
