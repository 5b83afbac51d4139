import { connect as connectSocket } from 'node:net'
import { Kysely } from 'kysely'
import { PostgresJSDialect } from 'kysely-postgres-js'
import postgres from 'postgres'
import type { Database } from './schema.ts'

export type Sql = postgres.Sql
export type Db = Kysely<Database>

export interface PoolOptions {
  readonly max?: number
  readonly name?: string
  /** `date` gives Date objects for timestamptz, as libraries expect; otherwise epoch ms. */
  readonly times?: 'ms' | 'date'
  /** A transaction whose client stopped is ended after this. */
  readonly idleInTransactionMs?: number
}

/**
 * postgres.js sends small packets and waits: without TCP_NODELAY a small COPY takes 88 ms instead of 2. It has no option for that,
 * hence the socket made here.
 */
async function quickSocket(options: postgres.ParsedOptions): Promise<unknown> {
  const { host, port, path } = options
  let failure: unknown
  for (const [i, name] of host.entries()) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = typeof path === 'string' ? connectSocket(path) : connectSocket(port[i] ?? 5432, name)
        socket.setNoDelay(true)
        socket.once('error', reject)
        socket.once('connect', () => {
          socket.removeListener('error', reject)
          resolve(Object.assign(socket, { host: name, port: port[i] }))
        })
      })
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** bigint columns are counters and sequences: numbers, and an error rather than a wrong number beyond 2^53. */
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`bigint ${text} does not fit a number`)
  return value
}

/** A pool with the product's type mapping: bigint → number, timestamptz → epoch ms, jsonb → value, float8[] → numbers. */
export function openPool(url: string, { max = 8, name = 'tw', times = 'ms', idleInTransactionMs = 30_000 }: PoolOptions = {}): Sql {
  const options: postgres.Options<Record<string, postgres.PostgresType>> & { socket: typeof quickSocket } = {
    max,
    socket: quickSocket,
    onnotice: () => undefined,
    connect_timeout: 10,
    connection: {
      application_name: name,
      TimeZone: 'UTC',
      lock_timeout: 4000,
      idle_in_transaction_session_timeout: idleInTransactionMs,
    },
    types: {
      int8: { to: 20, from: [20], serialize: String, parse: safeInteger },
      ...(times === 'ms' && {
        time: {
          to: 1184,
          from: [1184],
          serialize: (value: number | Date | string) => (typeof value === 'string' ? value : new Date(value).toISOString()),
          parse: (text: string) => Date.parse(text),
        },
      }),
    },
  }
  return postgres(url, options)
}

export function openKysely(pool: Sql): Db {
  return new Kysely<Database>({ dialect: new PostgresJSDialect({ postgres: pool }) })
}
