import { runCommitPortTests } from '@twin/actors/contract'
import { startTestPostgres } from '../testing/postgres.ts'
import { createStore, type Store } from './index.ts'

runCommitPortTests('Postgres', async () => {
  const pg = await startTestPostgres()
  // A process each: all on the same database.
  const stores: Store[] = []
  const open = async (): Promise<Store> => {
    const store = await createStore({ url: pg.url })
    stores.push(store)
    return store
  }
  const records = await open()
  return {
    async connect() {
      const store = await open()
      return { commit: store.commitPort, recovery: store.recoveryPort }
    },
    addStation: (config) => records.stations.save(config),
    async close() {
      for (const store of stores) await store.close()
      await pg.stop()
    },
  }
})
