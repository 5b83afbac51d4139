/**
 * µs of one telemetry message of 15 values through a whole turn (cursor, reading, slab, alarms, station step, rows of the batch),
 * against the bare write of the same values into a slab. Processor time of this thread, so that a busy machine counts for less. Run: node actors/bench/turns.ts [messages]
 */
import { findPoint } from '@twin/models/kinds'
import { NEVER } from '@twin/models/twin'
import { TestPlant, typicalValues } from '../src/memory/test-plant.ts'
import { Slab, tableOf } from '../src/telemetry/index.ts'

/** µs this thread has worked. */
function worked(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

const messages = Number(process.argv[2] ?? 60_000)
const names = [
  'runState',
  'dischargePressure',
  'dischargeTemperature',
  'motorCurrentA',
  'motorCurrentB',
  'motorCurrentC',
  'activePower',
  'deliveredFlow',
  'loadPercent',
  'airendSpeed',
  'vfdFrequency',
  'vfdOutputCurrent',
  'vfdOutputPower',
  'inletTemperature',
  'outletTemperature',
]

function bare(): number {
  const { layout, kind } = tableOf('compressor', 'fixed')
  const slab = new Slab(layout)
  const values = new Float64Array(layout.points).fill(NaN)
  const quality = new Uint8Array(layout.points).fill(NEVER)
  for (const name of names) quality[findPoint(kind, name)] = 0
  const started = worked()
  for (let n = 0; n < messages; n++) {
    for (const name of names) values[findPoint(kind, name)] = n
    slab.fold({ at: n, values, quality }, null)
  }
  return (worked() - started) / messages
}

async function turns(): Promise<number> {
  const plant = await new TestPlant({ snapshotEveryMs: 1e9 }).live(() => ({ commit: async () => {} }))
  await plant.comeUp()
  const devices = plant.config.devices.filter((device) => device.kind === 'compressor').map((device) => device.id)
  const typical = typicalValues('compressor')
  const inputs = Array.from({ length: messages }, (_, n) => {
    const p = Object.fromEntries(names.map((name) => [name, typical[name] ?? 0]))
    // What moves in a running machine moves in every message.
    const wave = Math.sin(n / 50)
    Object.assign(p, {
      dischargePressure: 7.2 + wave * 0.1,
      activePower: 70 + wave,
      motorCurrentA: 130 + wave,
      dischargeTemperature: 80 + wave,
    })
    return plant.telemetry(devices[n % devices.length] ?? '', p, plant.time.now() + Math.floor(n / 20))
  })
  let spent = 0
  for (let from = 0; from < messages; from += 200) {
    const started = worked()
    for (let n = from; n < from + 200 && n < messages; n++) plant.runtime.deliver(inputs[n]!, () => {})
    spent += worked() - started
    await plant.runtime.settle()
  }
  return spent / messages
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
const [slabs, whole]: [number[], number[]] = [[], []]
for (let round = 0; round < 5; round++) {
  slabs.push(bare())
  whole.push(await turns())
}
console.log(
  `bare slab write ${median(slabs).toFixed(2)} µs, whole turn ${median(whole).toFixed(2)} µs, ratio ${(median(whole) / median(slabs)).toFixed(1)}`,
)
