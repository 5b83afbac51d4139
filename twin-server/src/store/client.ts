import { connect as connectSocket, type Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import postgres from 'postgres'
import { teachArrays } from './array-types.ts'

export interface PoolOptions {
  /** Connections at most; they are made when needed. */
  readonly max?: number
  /** application_name. */
  readonly name?: string
  /** `date` gives Date objects for timestamptz, as libraries expect; otherwise epoch ms. */
  readonly times?: 'ms' | 'date'
  /** A transaction whose client stopped is ended after this. */
  readonly idleInTransactionMs?: number
  /** A connection that ends is not made again: for work that must not go on outside of its transaction. */
  readonly once?: boolean
}

/** bigint columns are counters and sequences: numbers, and an error rather than a wrong number beyond 2^53. */
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`bigint ${text} does not fit a number`)
  return value
}

const numbers = { to: 20, from: [20], serialize: String, parse: safeInteger }
/** A calendar day is a text without a zone. */
const days = { to: 1082, from: [1082], serialize: String, parse: (text: string) => text }
const epochMs = {
  to: 1184,
  from: [1184],
  serialize: (value: number | Date | string) => (typeof value === 'string' ? value : new Date(value).toISOString()),
  parse: (text: string) => Date.parse(text),
}

/** An error of the connection in the form the commit rule knows. */
function broken(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/**
 * One connection: a postgres.js client of its own that is thrown away when its socket ends. postgres.js 3.4.9 itself mends connections
 * in ways that crash the process (a rollback written to no socket), hang (a leftover packet before the next start-up) or, worst, carry on a
 * dead transaction outside of it on the next connection; none of it can happen to a client that never connects twice.
 */
export class Client {
  readonly sql: postgres.Sql
  dead = false
  #socket: Socket | null = null
  readonly #unanswered = new Set<(error: Error) => void>()
  onDeath: (() => void) | null = null

  constructor(url: string, { name = 'tw', times = 'ms', idleInTransactionMs = 30_000 }: PoolOptions) {
    const options: postgres.Options<Record<string, postgres.PostgresType>> & {
      socket: (parsed: postgres.ParsedOptions) => Promise<Socket>
    } = {
      max: 1,
      max_lifetime: null,
      fetch_types: false,
      socket: (parsed) => this.#connect(parsed),
      onnotice: () => undefined,
      connect_timeout: 10,
      connection: {
        application_name: name,
        TimeZone: 'UTC',
        lock_timeout: 4000,
        idle_in_transaction_session_timeout: idleInTransactionMs,
      },
      types: { numbers, days, ...(times === 'ms' && { epochMs }) },
    }
    this.sql = postgres(url, options)
    teachArrays(this.sql.options as unknown as Parameters<typeof teachArrays>[0])
  }

  /** The answer, or an error soon after the connection ended: postgres.js forgets what it had queued but not yet sent. */
  async answer<T>(statement: PromiseLike<T>): Promise<T> {
    let fail: (error: Error) => void = () => undefined
    const died = new Promise<never>((_resolve, reject) => (fail = reject))
    this.#unanswered.add(fail)
    try {
      return await Promise.race([statement, died])
    } finally {
      this.#unanswered.delete(fail)
    }
  }

  /** Throws if nothing may be sent any more. */
  check(): void {
    if (this.dead) throw broken('CONNECTION_CLOSED', 'the connection to the database was closed')
  }

  die(): void {
    if (this.dead) return
    this.dead = true
    // Rejects what still waits inside; without it a queued statement would open a new connection.
    void this.sql.end({ timeout: 0 }).catch(() => undefined)
    this.onDeath?.()
    // What it rejects by itself says more.
    setTimeout(() => {
      for (const reject of this.#unanswered) reject(broken('CONNECTION_CLOSED', 'the connection to the database was closed'))
    }, 50)
  }

  /**
   * `copy … to stdout`. postgres.js stops the socket when the reader is behind and goes on only when more is read: nothing is, once the
   * last row lies in the stream, and the connection would be silent for good. Left before its end, it is of no further use.
   */
  async copyOut(statement: string): Promise<Readable> {
    this.check()
    const rows = await this.answer(this.sql.unsafe(statement).readable())
    rows.once('end', () => this.#socket?.resume())
    rows.once('close', () => {
      if (!rows.readableEnded) this.die()
    })
    return rows
  }

  /**
   * `copy … from stdin`: where to write, and the error the server may answer with. One that comes after the last byte was sent reaches only
   * the statement, whose promise postgres.js settled when the copy began: whoever waits for the end of the writing would wait for good.
   */
  async copyIn(statement: string): Promise<{ readonly sink: Writable; readonly failed: Promise<never> }> {
    this.check()
    const query = this.sql.unsafe(statement) as ReturnType<postgres.Sql['unsafe']> & { reject: (error: unknown) => void }
    const sink = await this.answer(query.writable())
    const failed = new Promise<never>((_resolve, reject) => (query.reject = reject))
    failed.catch(() => undefined)
    return { sink, failed }
  }

  /** Writes a whole message of the protocol as it is; resolves when the kernel has it. */
  sendRaw(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#socket) return reject(broken('CONNECTION_CLOSED', 'the connection to the database was closed'))
      this.#socket.write(message, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** postgres.js sends small packets and waits: without TCP_NODELAY a small COPY takes 88 ms instead of 2, and it has no option for it. */
  async #connect({ host, port, path }: postgres.ParsedOptions): Promise<Socket> {
    this.check()
    let failure: unknown
    for (const [i, name] of host.entries()) {
      try {
        const socket = await open(typeof path === 'string' ? connectSocket(path) : connectSocket(port[i] ?? 5432, name))
        // Before postgres.js adds its own listeners, so that nothing is sent between the end of the socket and our knowing.
        socket.once('error', () => this.die())
        socket.once('close', () => this.die())
        this.#socket = socket
        return Object.assign(socket, { host: name, port: port[i] })
      } catch (error) {
        failure = error
      }
    }
    setImmediate(() => this.die())
    throw failure
  }
}

function open(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.removeListener('error', reject)
      resolve(socket)
    })
  })
}
