export type { Database } from './schema.ts'
export { openKysely, openPool, type Db, type PoolOptions, type Sql } from './connection.ts'
export { type EmbeddedOptions, type EmbeddedPostgres, findEmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts'
export { migrate } from './migrate.ts'
