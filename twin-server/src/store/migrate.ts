import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from './migrations/index.ts'

/** Brings the database to the newest schema, all or nothing, under a lock, so that two servers may start at once. */
export async function migrate<T>(db: Kysely<T>): Promise<readonly string[]> {
  // Parts of the product number their migrations in ranges of their own: a lower number may come later.
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) }
  const migrator = new Migrator({ db, provider, allowUnorderedMigrations: true })
  const { error, results } = await migrator.migrateToLatest()
  if (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    if (reason.includes('corrupted migrations'))
      throw new Error(
        '数据库由其他版本的软件建立，请启动该版本或恢复备份。 The database was made by a newer or different version of this software: start that version, or restore a backup.',
      )
    throw new Error(`数据库升级失败。 The database could not be brought to this version: ${reason}`, { cause: error })
  }
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
