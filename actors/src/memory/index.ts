export { MemoryStore } from './memory-store.ts'
export { countingIds, ManualTime } from './manual-time.ts'
