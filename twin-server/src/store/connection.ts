import { Kysely } from 'kysely'
import { PostgresJSDialect } from 'kysely-postgres-js'
import postgres from 'postgres'
import type { Sql } from './pool.ts'
import type { Database } from './schema.ts'

export type { PoolOptions } from './client.ts'
export { openPool, type Sql, type Tx } from './pool.ts'
export type Db = Kysely<Database>

/** Pieces of SQL to put into `${}` of a statement; this client never connects. */
const composer = postgres({ max: 1 })
export const fragment = composer
export const rawSql = (text: string): ReturnType<typeof composer.unsafe> => composer.unsafe(text)

/** Kysely over the pool; `destroy` closes the pool. */
export function openKysely(pool: Pick<Sql, 'reserve' | 'end' | 'options'>): Db {
  return new Kysely<Database>({ dialect: new PostgresJSDialect({ postgres: () => pool }) })
}
