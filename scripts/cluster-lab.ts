/** Redis, Mosquitto and nodes of a cluster as child processes on free ports: for `npm run cluster` and for the fault lab. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, until } from '../tests/harness/product.ts'
import { serverFlags } from './server-flags.ts'

export { freePort, until }

const root = join(import.meta.dirname, '..')

const answers = (port: number): Promise<true> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', reject)
  })

/** A child process whose output is kept, so that a failure can show it. */
export class Child {
  readonly name: string
  readonly process: ChildProcess
  output = ''

  constructor(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env, ipc = false) {
    this.name = name
    this.process = spawn(command, args, {
      cwd: root,
      env,
      stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in a terminal reaches the parent alone, which stops all in order.
      detached: process.platform !== 'win32',
    })
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-200_000)
    }
    this.process.stdout?.on('data', keep)
    this.process.stderr?.on('data', keep)
  }
  get alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }
  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.process.kill(signal)
  }
  async end(signal: NodeJS.Signals = 'SIGTERM', graceMs = 90_000): Promise<void> {
    if (!this.alive) return
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()))
    this.process.kill('SIGCONT')
    this.process.kill(signal)
    const timer = setTimeout(() => this.process.kill('SIGKILL'), graceMs)
    await gone
    clearTimeout(timer)
  }
}

/** Any Redis ≥ 7 does; this one keeps nothing. */
export async function startRedis(port: number): Promise<Child> {
  const child = new Child('redis', 'redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'])
  await until('Redis', () => answers(port), 10)
  return child
}

/** Mosquitto as the product needs it: queues as long as a failover lasts, and no limit on what a session has in flight. */
export async function startMosquitto(dir: string, port: number): Promise<Child> {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, `mosquitto-${port}.conf`)
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'max_inflight_messages 2000',
    'max_queued_messages 16384',
    'max_queued_bytes 0',
    'set_tcp_nodelay true',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const child = new Child('mosquitto', 'mosquitto', ['-c', file])
  await until('Mosquitto', () => answers(port), 10)
  return child
}

export interface NodeOptions {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly mqttUrl: string
  readonly httpPort: number
  readonly dataDir: string
  readonly env?: NodeJS.ProcessEnv
  /** Address it listens on and is reached at; default loopback. */
  readonly host?: string
  /** Entry of another release. */
  readonly main?: string
  /** Command that the node's process is started through, e.g. in a network namespace. */
  readonly wrap?: readonly string[]
}

export const clusterSecrets = (): NodeJS.ProcessEnv => ({
  TWIN_DEVICE_MASTER: randomBytes(32).toString('base64url'),
  TWIN_AUTH_SECRET: randomBytes(32).toString('base64url'),
})

/** One node, whatever becomes of it. */
export function spawnNode(name: string, options: NodeOptions): Child {
  const words: readonly string[] = [
    ...(options.wrap ?? []),
    process.execPath,
    ...serverFlags,
    options.main ?? join(root, 'twin-server/src/main.ts'),
  ]
  const [command = process.execPath, ...args] = words
  return new Child(
    name,
    command,
    args,
    {
      ...process.env,
      TWIN_MODE: 'demo',
      TWIN_DATA_DIR: options.dataDir,
      DATABASE_URL: options.databaseUrl,
      REDIS_URL: options.redisUrl,
      MQTT_URL: options.mqttUrl,
      TWIN_HTTP_PORT: String(options.httpPort),
      ...(options.host !== undefined && { TWIN_HOST: options.host }),
      ...options.env,
    },
    true,
  )
}

/** One node; resolves when it answers that it is healthy. */
export async function startNode(name: string, options: NodeOptions): Promise<Child> {
  const child = spawnNode(name, options)
  await until(
    `${name} healthy`,
    async () => {
      if (!child.alive) throw new Error(child.output)
      return (await fetch(`http://${options.host ?? '127.0.0.1'}:${options.httpPort}/api/health`)).ok
    },
    60,
  ).catch((error: unknown) => {
    throw new Error(`${name} did not start:\n${child.output}`, { cause: error })
  })
  return child
}
