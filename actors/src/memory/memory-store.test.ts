import { runCommitPortTests } from '../contract/index.ts'
import { MemoryStore } from './memory-store.ts'

runCommitPortTests('memory', async () => {
  const store = new MemoryStore()
  return {
    connect: async () => store.connect(),
    addStation: async (config) => void store.configs.set(config.id, config),
    close: async () => {},
  }
})
