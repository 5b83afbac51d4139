import type { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type postgres from 'postgres'
import { Client, type PoolOptions } from './client.ts'

type Rows = readonly (object | undefined)[]
/** What may stand in `${}`; fragments come from `fragment`. */
export type Value = postgres.ParameterOrFragment<never>
export type Plain = string | number | boolean | null | readonly (string | number)[]

/** Statements on one connection, sent at once and answered in order. */
export interface Tx {
  <T extends Rows = postgres.Row[]>(strings: TemplateStringsArray, ...values: readonly Value[]): Promise<postgres.RowList<T>>
  /** Text and $1 … values; `T` is one row. Prepared when it has values. */
  unsafe<T extends object = postgres.Row>(text: string, values?: readonly Plain[]): Promise<postgres.RowList<T[]>>
  /** `copy … from stdin` of one CopyData message that is ready. Nothing else may run on the connection meanwhile, and `data` is in use until then. */
  copyIn(statement: string, data: Buffer): Promise<void>
  /** `copy … from stdin`, streamed. */
  copyFrom(statement: string, source: AsyncIterable<Uint8Array>): Promise<void>
  /** `copy … to stdout`. Read it to its end before the next statement. */
  copyOut(statement: string): Promise<Readable>
  /** This connection in the form of a pool, for Kysely inside the transaction. */
  asPool(): Pick<Sql, 'reserve' | 'end' | 'options'>
}

/** A pool: every statement or transaction has a connection to itself while it runs. */
export interface Sql extends Pick<Tx, 'unsafe'> {
  <T extends Rows = postgres.Row[]>(strings: TemplateStringsArray, ...values: readonly Value[]): Promise<postgres.RowList<T>>
  /** Commits when `run` resolves, rolls back when it rejects. `mode` e.g. `isolation level repeatable read read only`. */
  begin<R>(run: (tx: Tx) => Promise<R>, mode?: string): Promise<R>
  reserve(): Promise<ReservedClient>
  readonly options: { readonly max: number }
  /** Waits up to 5 s for what is under way. */
  end(): Promise<void>
}

/** As kysely-postgres-js takes it. */
export interface ReservedClient {
  unsafe(text: string, values?: unknown[], options?: unknown): postgres.PendingQuery<postgres.Row[]>
  release(): void
}

class Pool {
  readonly #make: () => Client
  readonly #max: number
  readonly #once: boolean
  readonly #all = new Set<Client>()
  readonly #idle: Client[] = []
  readonly #waiting: { resolve: (client: Client) => void; reject: (error: Error) => void }[] = []
  #ended = false

  constructor(make: () => Client, max: number, once: boolean) {
    this.#make = make
    this.#max = max
    this.#once = once
  }

  async acquire(): Promise<Client> {
    if (this.#ended) throw new Error('the database pool was closed')
    for (let client = this.#idle.pop(); client; client = this.#idle.pop()) if (!client.dead) return client
    if (this.#all.size < this.#max) return this.#create()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  release(client: Client): void {
    if (client.dead) return
    if (this.#ended) {
      this.#all.delete(client)
      void client.sql.end({ timeout: 1 }).catch(() => undefined)
      return
    }
    const next = this.#waiting.shift()
    if (next) next.resolve(client)
    else this.#idle.push(client)
  }

  #create(): Client {
    const client = this.#make()
    this.#all.add(client)
    client.onDeath = () => {
      this.#all.delete(client)
      if (this.#once) void this.end()
      const next = this.#ended ? undefined : this.#waiting.shift()
      next?.resolve(this.#create())
    }
    return client
  }

  async end(): Promise<void> {
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error('the database pool was closed'))
    for (const client of this.#idle.splice(0)) {
      this.#all.delete(client)
      await client.sql.end({ timeout: 1 }).catch(() => undefined)
    }
    await Promise.all([...this.#all].map((client) => client.sql.end({ timeout: 5 }).catch(() => undefined)))
  }
}

function statements(client: Client): Tx {
  const tagged = <T extends Rows>(strings: TemplateStringsArray, ...values: readonly Value[]) =>
    run<T>(client, () => client.sql<T>(strings, ...values))
  return Object.assign(tagged, {
    unsafe: <T extends object>(text: string, values: readonly Plain[] = []) =>
      run<T[]>(client, () => client.sql.unsafe<T[]>(text, values.map(own), { prepare: values.length > 0 })),
    async copyIn(statement: string, data: Buffer) {
      const { sink, failed } = await client.copyIn(statement)
      // Past the library, which would copy all of it twice: several hundred kB a commit that the collector has to follow.
      const sent = client.sendRaw(data)
      sink.end()
      await client.answer(Promise.race([Promise.all([finished(sink), sent]), failed]))
    },
    async copyFrom(statement: string, source: AsyncIterable<Uint8Array>) {
      const { sink, failed } = await client.copyIn(statement)
      await client.answer(Promise.race([pipeline(source, sink), failed]))
    },
    copyOut: (statement: string) => client.copyOut(statement),
    asPool: () => ({
      options: { max: 1 },
      reserve: () => Promise.resolve(reserved(client, () => undefined)),
      end: () => Promise.resolve(),
    }),
  })
}

function reserved(client: Client, release: () => void): ReservedClient {
  return {
    unsafe(text: string, values: postgres.ParameterOrJSON<never>[] = [], how: postgres.UnsafeQueryOptions = {}) {
      client.check()
      const query: postgres.PendingQuery<postgres.Row[]> = client.sql.unsafe<postgres.Row[]>(text, values, how)
      const wait = query.then.bind(query)
      // Awaited as it is, or asked for a cursor: only then it is sent.
      query.then = (done, failed) =>
        // oxlint-disable-next-line promise/no-callback-in-promise -- these are the promise's own
        client.answer(new Promise<postgres.RowList<postgres.Row[]>>((resolve, reject) => void wait(resolve, reject))).then(done, failed)
      return query
    },
    release,
  }
}

const own = (value: Plain): string | number | boolean | null | (string | number)[] =>
  typeof value === 'object' && value !== null ? [...value] : value

/** Sends now and not when somebody awaits, so that the order of sending is that of writing. */
function run<T extends Rows>(client: Client, make: () => postgres.PendingQuery<T>): Promise<postgres.RowList<T>> {
  try {
    client.check()
    return client.answer(make().execute())
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error('statement could not be sent'))
  }
}

/** A pool with the product's type mapping: bigint → number, timestamptz → epoch ms, jsonb → value, float8[] → numbers. */
export function openPool(url: string, options: PoolOptions = {}): Sql {
  const max = options.max ?? 8
  const pool = new Pool(() => new Client(url, options), max, options.once ?? false)
  const one = async <R>(use: (tx: Tx) => Promise<R>): Promise<R> => {
    const client = await pool.acquire()
    try {
      return await use(statements(client))
    } finally {
      pool.release(client)
    }
  }
  const tagged = <T extends Rows>(strings: TemplateStringsArray, ...values: readonly Value[]) => one((tx) => tx<T>(strings, ...values))
  return Object.assign(tagged, {
    options: { max },
    unsafe: <T extends object>(text: string, values?: readonly Plain[]) => one((tx) => tx.unsafe<T>(text, values)),
    async begin<R>(use: (tx: Tx) => Promise<R>, mode = ''): Promise<R> {
      const client = await pool.acquire()
      const tx = statements(client)
      try {
        const began = tx.unsafe(`begin ${mode}`)
        const [result] = await Promise.all([use(tx), began])
        await tx.unsafe('commit')
        return result
      } catch (error) {
        // A connection that can't roll back is of no use; the server rolls back when it goes.
        if (!client.dead) await tx.unsafe('rollback').catch(() => client.die())
        throw error
      } finally {
        pool.release(client)
      }
    },
    async reserve(): Promise<ReservedClient> {
      const client = await pool.acquire()
      return reserved(client, () => pool.release(client))
    },
    end: () => pool.end(),
  })
}
