import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/**
 * A port of this machine that nobody listens on, from below those the system gives to outgoing connections: one of these could be in use by the
 * time its server wants it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

/** Calls until it gives something other than undefined or false; the error of the last attempt says why it never did. */
export async function until<T>(what: string, attempt: () => Promise<T | undefined | false>, seconds = 30): Promise<T> {
  const from = Date.now()
  const deadline = from + seconds * 1000
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const value = await attempt()
      if (value !== undefined && value !== false) return value
    } catch (error) {
      last = error
    }
    // Asking is work as well: who has waited long asks less often.
    await new Promise((resolve) => setTimeout(resolve, Date.now() - from < 3000 ? 50 : 150))
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: last })
}

/** `fetch` that gets over pooled connections of a server that was restarted since. */
async function ask(url: string, init: RequestInit): Promise<Response> {
  for (let left = 20; ; left--) {
    try {
      return await fetch(url, init)
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string }
      if (left === 0 || (code !== 'UND_ERR_SOCKET' && code !== 'ECONNRESET')) throw error
    }
  }
}

export class Process {
  readonly child: ChildProcess
  output = ''
  constructor(script: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [join(root, script), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-200_000)
    }
    this.child.stdout?.on('data', keep)
    this.child.stderr?.on('data', keep)
  }
  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.alive) return
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()))
    this.child.kill(signal)
    await gone
  }
}

export interface Product {
  readonly url: string
  readonly mqtt: string
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
  server: Process
  startServer(): Promise<void>
  /** Signs in and gives a caller for the REST API. */
  signIn(username: string, password: string): Promise<Session>
  stop(): Promise<void>
}
export interface Session {
  readonly cookie: string
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: never }>
}

/** Signs in at any address of the product. */
export async function signInAt(url: string, username: string, password: string): Promise<Session> {
  const response = await ask(`${url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ username, password }),
  })
  if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
  const cookie = response.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ')
  return {
    cookie,
    async call(method, path, body) {
      const answer = await ask(`${url}${path}`, {
        method,
        headers: { cookie, origin: url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: (text ? JSON.parse(text) : null) as never }
    },
  }
}

/** The real server as its own process, demo mode, on free ports, with its own data folder; '' = with its embedded database. */
export async function startProduct(databaseUrl: string, extra: NodeJS.ProcessEnv = {}): Promise<Product> {
  const dir = mkdtempSync(join(tmpdir(), 'twin-'))
  const [http, mqtt] = [await freePort(), await freePort()]
  const env = {
    TWIN_MODE: 'demo',
    TWIN_DATA_DIR: dir,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    TWIN_HTTP_PORT: String(http),
    TWIN_MQTT_PORT: String(mqtt),
    TWIN_DEVICE_MASTER: randomBytes(32).toString('base64url'),
    TWIN_AUTH_SECRET: randomBytes(32).toString('base64url'),
    ...extra,
  }
  const url = `http://127.0.0.1:${http}`
  const product: Product = {
    url,
    mqtt: `mqtt://127.0.0.1:${mqtt}`,
    dir,
    env,
    server: undefined as unknown as Process,
    async startServer() {
      product.server = new Process('twin-server/src/main.ts', [], env)
      await until(
        'server healthy',
        async () => {
          if (!product.server.alive) throw new Error(product.server.output)
          return (await fetch(`${url}/api/health`)).ok
        },
        90,
      ).catch((error: unknown) => {
        throw new Error(`server did not start:\n${product.server.output}`, { cause: error })
      })
    },
    signIn: (username, password) => signInAt(url, username, password),
    async stop() {
      await product.server.end()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await product.startServer()
  return product
}
