import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Network } from './settings.ts'

const STOP_MS = 60_000

/**
 * The full server as a process of its own: while it lives this site may write, and once it has gone nothing here can. One that dies is
 * started again.
 */
export class ServerChild {
  readonly #script: string
  readonly #flags: readonly string[]
  readonly #env: NodeJS.ProcessEnv
  readonly #onDeath: (code: number | null) => void
  #child: ChildProcess | null = null
  #wanted: Network | null = null
  #restart: NodeJS.Timeout | null = null

  constructor(env: NodeJS.ProcessEnv, flags: readonly string[], onDeath: (code: number | null) => void) {
    this.#script = join(import.meta.dirname, '..', 'main.ts')
    this.#flags = flags
    this.#env = env
    this.#onDeath = onDeath
  }

  get running(): boolean {
    return this.#child !== null
  }

  start(databaseUrl: string, network: Network): void {
    this.#wanted = network
    const child = spawn(process.execPath, [...this.#flags, this.#script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        ...this.#env,
        DATABASE_URL: databaseUrl,
        TWIN_HOST: network.host,
        TWIN_HTTP_PORT: String(network.http),
        TWIN_MQTT_HOST: network.host,
        TWIN_MQTT_PORT: String(network.mqtt),
        TWIN_PUBLIC_URL: network.url,
      },
    })
    this.#child = child
    child.once('exit', (code) => {
      if (this.#child !== child) return
      this.#child = null
      if (!this.#wanted) return
      this.#onDeath(code)
      this.#restart = setTimeout(() => this.#wanted && this.start(databaseUrl, this.#wanted), 1000)
    })
  }

  /** Resolves when the process has gone: what it acknowledged is committed by then, and nothing more will be. */
  async stop(): Promise<void> {
    this.#wanted = null
    if (this.#restart) clearTimeout(this.#restart)
    const child = this.#child
    if (!child) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
  }

  /** No time for good-byes: another site serves already. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child?.kill('SIGKILL')
    if (child) await this.stop()
  }

  /** Resolves when it answers requests and its parts are well; rejects when told to stop meanwhile. */
  async ready(): Promise<void> {
    while (this.#wanted) {
      const answer = await fetch(`http://${reachable(this.#wanted.host)}:${this.#wanted.http}/api/health`).catch(() => null)
      if (answer?.ok) return
      await delay(100)
    }
    throw new Error('the server was stopped before it was ready')
  }
}

const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)
