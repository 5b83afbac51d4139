import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@twin/server/store'
import { freePort, until } from '../../tests/harness/product.ts'
import { serverFlags } from '../server-flags.ts'

const root = join(import.meta.dirname, '..', '..')
const mosquitto = '/usr/sbin/mosquitto'

export type BrokerKind = 'embedded' | 'mosquitto'

export interface ProductUnderTest {
  readonly http: string
  readonly ws: string
  readonly mqtt: string
  readonly master: string
  readonly databaseUrl: string
  readonly pid: number
  readonly postgresPid: number
  /** Null with the embedded broker. */
  readonly brokerPid: number | null
  /** kill -9; `restart` starts it again on the same data. */
  kill(): Promise<void>
  restart(): Promise<void>
}
export interface StraightLine {
  readonly http: string
  readonly ws: string
  readonly mqtt: string
  readonly pid: number
  readonly postgresPid: number
  readonly brokerPid: number
}

/** Processes and folders of a benchmark; `stop` ends them all. Each database is a cluster of its own: neither pays for the other's data. */
export class World {
  readonly #dir = mkdtempSync(join(tmpdir(), 'twin-bench-'))
  readonly #children = new Set<ChildProcess>()
  readonly #databases: EmbeddedPostgres[] = []

  constructor() {
    // Interrupted, it leaves nothing behind either.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void this.stop().finally(() => process.exit(1)))
  }

  async product(broker: BrokerKind, extra: NodeJS.ProcessEnv = {}): Promise<ProductUnderTest> {
    const { url, pid: postgresPid } = await this.#postgres('product')
    const [http, mqtt] = [await freePort(), await freePort()]
    const outside = broker === 'mosquitto' ? await this.#mosquitto() : null
    const master = randomBytes(32).toString('base64url')
    const env = {
      TWIN_MODE: 'demo',
      TWIN_DATA_DIR: join(this.#dir, 'data'),
      DATABASE_URL: url,
      TWIN_HTTP_PORT: String(http),
      TWIN_MQTT_PORT: String(mqtt),
      TWIN_DEVICE_MASTER: master,
      TWIN_AUTH_SECRET: randomBytes(32).toString('base64url'),
      ...(outside && { MQTT_URL: outside.url }),
      ...extra,
    }
    const base = `http://127.0.0.1:${http}`
    const begin = async (): Promise<ChildProcess> => {
      const child = this.#node('twin-server/src/main.ts', [], env)
      await until('the product', async () => alive(child) && (await fetch(`${base}/api/health`)).ok, 180)
      return child
    }
    let child = await begin()
    return {
      http: base,
      ws: `ws://127.0.0.1:${http}`,
      mqtt: outside?.url ?? `mqtt://127.0.0.1:${mqtt}`,
      master,
      databaseUrl: url,
      get pid() {
        return child.pid ?? 0
      },
      postgresPid,
      brokerPid: outside?.pid ?? null,
      kill: () => this.#end(child, 'SIGKILL'),
      async restart() {
        child = await begin()
      },
    }
  }

  async straightLine(): Promise<StraightLine> {
    const { url, pid: postgresPid } = await this.#postgres('straight')
    const broker = await this.#mosquitto()
    const ws = await freePort()
    const child = this.#node('loadtest/src/bench/straight-line.ts', ['--url', broker.url, '--database', url, '--ws', String(ws)])
    const http = `http://127.0.0.1:${ws}`
    await until('the straight-line program', async () => (await fetch(http)).ok, 120)
    return { http, ws: `ws://127.0.0.1:${ws}`, mqtt: broker.url, pid: child.pid ?? 0, postgresPid, brokerPid: broker.pid }
  }

  /** A database with nothing in it. */
  async database(name: string): Promise<string> {
    return (await this.#postgres(name)).url
  }

  /** A yardstick of the repository that answers HTTP on the port given. */
  async yardstick(path: string, port: number, args: readonly string[]): Promise<{ readonly pid: number; readonly ws: string }> {
    const child = this.#node(path, ['--port', String(port), ...args])
    await until(path, async () => (await fetch(`http://127.0.0.1:${port}`)).ok, 120)
    return { pid: child.pid ?? 0, ws: `ws://127.0.0.1:${port}` }
  }

  async stop(): Promise<void> {
    for (const child of this.#children) await this.#end(child, 'SIGTERM')
    await Promise.all(this.#databases.map((database) => database.stop()))
    rmSync(this.#dir, { recursive: true, force: true })
  }

  async #postgres(name: string): Promise<{ url: string; pid: number }> {
    const dir = join(this.#dir, name)
    const database = await startEmbeddedPostgres({ dir })
    this.#databases.push(database)
    return { url: database.url, pid: postmasterOf(dir) }
  }

  async #mosquitto(): Promise<{ url: string; pid: number }> {
    if (!existsSync(mosquitto)) throw new Error('Mosquitto is needed: apt-get install mosquitto, then run this again.')
    const port = await freePort()
    const file = join(this.#dir, `mosquitto-${port}.conf`)
    // As in deploy/mosquitto.conf, but open to all on loopback.
    writeFileSync(
      file,
      `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 2000\nmax_queued_messages 16000\nset_tcp_nodelay true\nuser root\n`,
    )
    const child = this.#keep(spawn(mosquitto, ['-c', file], { stdio: 'ignore' }))
    return { url: `mqtt://127.0.0.1:${port}`, pid: child.pid ?? 0 }
  }

  #node(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    return this.#keep(
      // The yardsticks get the server's flags, too.
      spawn(process.execPath, [...serverFlags, join(root, script), ...args], {
        cwd: root,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    )
  }

  #keep(child: ChildProcess): ChildProcess {
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }

  async #end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (!alive(child)) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    // A server that does not stop in time must not keep the next benchmark waiting.
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await gone
    clearTimeout(late)
  }
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

/** Its folder may lie elsewhere, as `location` in it says. */
export function postmasterOf(dir: string): number {
  const home = existsSync(join(dir, 'location')) ? readFileSync(join(dir, 'location'), 'utf8').trim() : dir
  return Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
}
