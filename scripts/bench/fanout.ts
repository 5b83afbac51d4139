import { openLoad, openViewers, putStations, signIn, syntheticFleet, type Viewers } from '@twin/loadtest/bench'
import { freePort } from '../../tests/harness/product.ts'
import { cpuSeconds } from './cpu.ts'
import { type Row, step } from './report.ts'
import { World } from './world.ts'

export interface FanoutOptions {
  readonly viewers: number
  readonly seconds: number
}

const TICK_MS = 100
const WARMUP_S = 6

interface Delivered {
  readonly cpu: number
  readonly frames: number
  readonly bytes: number
}

/** One station with many viewers: CPU of the server per frame delivered, against a bare broadcast of as many bytes at the same pace. */
export async function benchFanout({ viewers, seconds }: FanoutOptions): Promise<Row[]> {
  const world = new World()
  try {
    const product = await world.product('embedded')
    const [station] = syntheticFleet(10)
    if (!station) throw new Error('no station')
    await putStations(product.http, [station])
    const token = await signIn(product.http)
    const load = await openLoad({ url: product.mqtt, stations: [station], master: null, connections: 1, window: 200 })
    // Forty messages a second: something new in every frame.
    const watch = async (pid: number, audience: Viewers): Promise<Delivered> => {
      await load.run(40, WARMUP_S)
      const before = { cpu: cpuSeconds(pid), frames: audience.frames(), bytes: audience.bytes() }
      await load.run(40, seconds)
      const cpu = cpuSeconds(pid) - before.cpu
      return { cpu, frames: audience.frames() - before.frames, bytes: audience.bytes() - before.bytes }
    }
    const stations = (count: number): string[] => Array.from({ length: count }, () => station.id)
    const many = await openViewers(product.ws, stations(viewers), token, false)
    step(`${viewers} viewers are there`)
    const all = await watch(product.pid, many)
    many.close()
    // What the station costs anyway is not the audience's; measured last, when all is compiled.
    const one = await openViewers(product.ws, stations(1), token, false)
    const alone = await watch(product.pid, one)
    one.close()
    const size = Math.round(all.bytes / Math.max(1, all.frames))
    const path = 'loadtest/src/bench/raw-broadcast.ts'
    const raw = await world.yardstick(path, await freePort(), ['--bytes', String(size), '--every', String(TICK_MS)])
    const plain = await openViewers(raw.ws, stations(viewers), null, false)
    const bare = await watch(raw.pid, plain)
    plain.close()
    await load.close()
    const ours = ((all.cpu - alone.cpu) * 1e6) / Math.max(1, all.frames - alone.frames)
    const theirs = (bare.cpu * 1e6) / Math.max(1, bare.frames)
    if (!(ours > 0)) throw new Error('the machine is too busy: the audience cost less than nothing')
    const ratio = theirs / ours
    return [
      {
        what: `fan-out, one station to ${viewers} viewers, ${Math.round(all.frames / seconds)} frames/s of ${size} bytes`,
        figure: `${ours.toFixed(1)} µs CPU per frame delivered`,
        baseline: `${theirs.toFixed(1)} µs, bare ws broadcast, ${Math.round(bare.frames / seconds)} frames/s`,
        ratio: ratio.toFixed(2),
        target: '≥ 0.8',
        met: ratio >= 0.8,
      },
    ]
  } finally {
    await world.stop()
  }
}
