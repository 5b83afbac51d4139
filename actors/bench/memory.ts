/** Bytes of heap and buffers per device that has reported everything it measures. Run: node --expose-gc actors/bench/memory.ts [stations] */
import { MemoryStore, ManualTime, countingIds } from '../src/memory/index.ts'
import { testStation, typicalValues } from '../src/memory/test-plant.ts'
import { createRuntime, type DeviceInput } from '../src/runtime/index.ts'

const stations = Number(process.argv[2] ?? 300)
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
const used = (): number => {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const configs = Array.from({ length: stations }, (_, n) => testStation({}, `st${String(n).padStart(10, '0')}`))
const store = new MemoryStore(configs)
const time = new ManualTime(Date.UTC(2026, 0, 5))
const before = used()
const runtime = createRuntime({
  commit: { commit: async () => {} },
  recovery: store.connect().recovery,
  effects: { execute: () => {} },
  clock: time,
  ids: countingIds('id'),
  scheduler: time,
  tickMs: 0,
})
await runtime.start()
let devices = 0
for (const config of configs) {
  for (const { id, kind } of config.devices) {
    devices++
    const send = (channel: 't' | 'e', seq: number, body: unknown): void => {
      const envelope = { v: 1, boot: 'b', seq, ts: time.now(), body } as DeviceInput['envelope']
      runtime.deliver({ org: 'main', station: config.id, device: id, envelope, channel, received: time.now(), bytes: 300 }, () => {})
    }
    send('e', 1, { type: 'birth', kind, points: Object.keys(typicalValues(kind)) })
    send('t', 1, { p: typicalValues(kind) })
  }
  await runtime.settle()
}
const settled = runtime.settle()
await time.pass(1000)
await settled
console.log(`${devices} devices, ${((used() - before) / devices / 1024).toFixed(2)} kB each`)
