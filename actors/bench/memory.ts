/**
 * Bytes of heap and buffers per device that has reported everything it measures, master data included, beside the bare numbers of its points
 * (value, time, quality). Run: node --expose-gc actors/bench/memory.ts [devices]
 */
import { MemoryStore, ManualTime, countingIds } from '../src/memory/index.ts'
import { testStation, typicalValues } from '../src/memory/test-plant.ts'
import { createRuntime, type DeviceInput } from '../src/runtime/index.ts'
import { tableOf } from '../src/telemetry/index.ts'

const wanted = Number(process.argv[2] ?? 3000)
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
const used = (): number => {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const perStation = testStation().devices.length
const before = used()
const configs = Array.from({ length: Math.ceil(wanted / perStation) }, (_, n) => testStation({}, `st${String(n).padStart(10, '0')}`))
const store = new MemoryStore(configs)
const time = new ManualTime(Date.UTC(2026, 0, 5))
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
let numbers = 0
for (const config of configs) {
  for (const { id, kind } of config.devices) {
    devices++
    numbers += tableOf(kind, null).layout.points * 17
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
const bare = (numbers / devices / 1024).toFixed(2)
console.log(`${devices} devices, ${((used() - before) / devices / 1024).toFixed(2)} kB each, bare numbers ${bare} kB`)
