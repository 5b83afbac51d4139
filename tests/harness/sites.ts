import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, Process, until } from './product.ts'

/** A machine with a site on it: its own data folder, database, page and ports. */
export class SiteMachine {
  readonly dir = mkdtempSync(join(tmpdir(), 'twin-site-'))
  readonly env: NodeJS.ProcessEnv
  readonly url: string
  readonly desk: string
  readonly mqtt: string
  #process: Process | null = null

  private constructor(env: NodeJS.ProcessEnv) {
    this.env = { ...env, TWIN_DATA_DIR: this.dir }
    this.url = `http://127.0.0.1:${env['TWIN_HTTP_PORT']}`
    this.desk = `http://${env['TWIN_SITE_LISTEN']}`
    this.mqtt = `mqtt://127.0.0.1:${env['TWIN_MQTT_PORT']}`
  }

  static async prepare(name: string, env: NodeJS.ProcessEnv = {}): Promise<SiteMachine> {
    const [http, mqtt, desk, database] = [await freePort(), await freePort(), await freePort(), await freePort()]
    return new SiteMachine({
      TWIN_MODE: 'demo',
      TWIN_SITE: name,
      TWIN_HTTP_PORT: String(http),
      TWIN_MQTT_PORT: String(mqtt),
      TWIN_SITE_LISTEN: `127.0.0.1:${desk}`,
      TWIN_REPLICATION_LISTEN: `127.0.0.1:${database}`,
      ...env,
    })
  }

  /** Another machine at the same addresses, with an empty disk. */
  static inPlaceOf(other: SiteMachine): SiteMachine {
    return new SiteMachine(other.env)
  }

  get output(): string {
    return this.#process?.output ?? ''
  }
  get alive(): boolean {
    return this.#process?.alive ?? false
  }

  get #home(): string {
    const pointer = join(this.dir, 'postgres', 'location')
    return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(this.dir, 'postgres')
  }

  /** Address of this machine's database for the other site, as `--card` writes it. */
  get database(): string {
    return `postgres://twin:${readFileSync(join(this.#home, 'password'), 'utf8').trim()}@${this.env['TWIN_REPLICATION_LISTEN']}/postgres`
  }

  start(env: NodeJS.ProcessEnv = {}): void {
    Object.assign(this.env, env)
    this.#process = new Process('twin-server/src/standby/main.ts', [], this.env)
  }
  async end(signal?: NodeJS.Signals): Promise<void> {
    await this.#process?.end(signal)
  }

  /** State of the site once it satisfies. */
  async when<T>(what: string, wanted: (view: View) => T | false | undefined, seconds = 60): Promise<T> {
    return until(
      `${this.env['TWIN_SITE']}: ${what}`,
      async () => {
        if (!this.alive) throw new Error(this.output)
        return wanted((await (await fetch(`${this.desk}/api/standby`)).json()) as View)
      },
      seconds,
    )
  }

  async served(seconds = 240): Promise<void> {
    await until(`${this.env['TWIN_SITE']} serves`, async () => (await fetch(`${this.url}/api/health`)).ok, seconds).catch(
      (error: unknown) => {
        throw new Error(`not served:\n${this.output}`, { cause: error })
      },
    )
  }

  async order(body: Record<string, unknown>): Promise<{ status: number; body: never }> {
    const answer = await fetch(`${this.desk}/api/standby/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'Admin#2026', reason: '测试', ...body }),
    })
    return { status: answer.status, body: (await answer.json()) as never }
  }

  /** Power cut: the site, its server and its database are gone at once. */
  async crash(): Promise<void> {
    const pid = this.#process?.child.pid
    const children = pid === undefined ? [] : readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
    const postmaster = join(this.#home, 'data', 'postmaster.pid')
    const database = existsSync(postmaster) ? Number(readFileSync(postmaster, 'utf8').split('\n')[0]) : 0
    for (const victim of [pid, ...children, database]) {
      try {
        if (victim) process.kill(victim, 'SIGKILL')
      } catch {
        continue
      }
    }
    await this.#process?.end('SIGKILL')
  }

  /** The same, and its disk with it. */
  async destroy(): Promise<void> {
    await this.crash()
    this.erase()
  }
  erase(): void {
    const pointer = join(this.dir, 'postgres', 'location')
    if (existsSync(pointer)) rmSync(readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true })
    rmSync(this.dir, { recursive: true, force: true })
  }
}

export interface Moved {
  readonly id: string
  readonly kind: string
  readonly orderedAt: number
  readonly signInAt: number | null
  readonly liveAt: number | null
  readonly orderAt: number | null
  readonly servedAt: number | null
  readonly durationMs: number | null
  readonly passed: boolean | null
  readonly complete: boolean
}
export interface View {
  readonly role: string
  readonly epoch: number
  readonly servedAt: string | null
  readonly problem: string | null
  readonly protection: { readonly protected: boolean; readonly connected: boolean; readonly waits: boolean } | null
  readonly receiving: { readonly streaming: boolean } | null
  readonly peer: { readonly role: string | null } | null
  readonly known: { readonly protected: boolean } | null
  readonly moves: readonly Moved[]
}

export function sharedSecrets(): NodeJS.ProcessEnv {
  return { TWIN_DEVICE_MASTER: randomBytes(32).toString('base64url'), TWIN_AUTH_SECRET: randomBytes(32).toString('base64url') }
}
