import type { WorldState } from '@twin/models/physics'
import type { StationConfig } from '@twin/models/stations'
import { withoutIncidents } from './incidents.ts'
import { StationSim } from './station-sim.ts'
import type { Row } from './uplink.ts'

/** A stretch of the past that the server is to have, one sample a minute and device; where it starts and how far each device came. */
export interface PastRange {
  /** Whole minutes, epoch ms; `from` exclusive, `to` inclusive. */
  readonly from: number
  readonly to: number
  readonly seed: number
  /** Things go wrong now and then, so that there is something to look back at. */
  readonly incidents: boolean
  /** The world at `from`. */
  readonly world: WorldState
  /** Newest source time by device that the server has confirmed. */
  readonly until: Record<string, number>
}

export const MINUTE = 60_000
/** Minutes in one message: about 50 kB for the richest device. */
const CHUNK = 360

/** Runs a station through a range without reading sensors: the world at its end. */
export function worldAfter(config: StationConfig, range: Omit<PastRange, 'until'>): WorldState {
  const sim = new StationSim(config, { world: range.world, seed: range.seed, incidents: range.incidents })
  for (let at = range.from + MINUTE; at <= range.to; at += MINUTE) sim.advanceCoarse(at, 60)
  return withoutIncidents(sim.world)
}

export interface RangeTarget {
  /** May another batch of this device go? */
  ready(device: string): boolean
  upload(device: string, rows: readonly Row[], onDurable: () => void): void
}

/**
 * Uploads what is missing of a range, oldest first, a few batches ahead of the confirmations; resolves when the server has all of it.
 * The same world and seed give the same samples, so that an interrupted upload goes on where it stopped.
 */
export async function uploadRange(config: StationConfig, range: PastRange, target: RangeTarget, signal: AbortSignal): Promise<number> {
  const sim = new StationSim(config, { world: range.world, seed: range.seed, incidents: range.incidents })
  let samples = 0
  let waiting: Promise<unknown>[] = []
  for (let start = range.from; start < range.to && !signal.aborted; start += CHUNK * MINUTE) {
    const end = Math.min(range.to, start + CHUNK * MINUTE)
    const rows = new Map(config.devices.map((device): [string, Row[]] => [device.id, []]))
    for (let at = start + MINUTE; at <= end; at += MINUTE) {
      sim.advanceCoarse(at, 60)
      for (const device of config.devices) {
        const values = sim.read(device)
        if (at > (range.until[device.id] ?? -Infinity)) rows.get(device.id)?.push([at, values])
      }
    }
    const sent: Promise<unknown>[] = []
    for (const [device, batch] of rows) {
      const last = batch.at(-1)
      if (!last) continue
      while (!target.ready(device) && !signal.aborted) await pause(20)
      samples += batch.length
      sent.push(
        new Promise<void>((resolve) => {
          target.upload(device, batch, () => {
            range.until[device] = last[0]
            resolve()
          })
        }),
      )
    }
    // One chunk is generated while the one before is under way.
    await Promise.race([Promise.all(waiting), aborted(signal)])
    waiting = sent
    // Leaves the loop to acknowledgements and to the live samples.
    await pause(0)
  }
  await Promise.race([Promise.all(waiting), aborted(signal)])
  return samples
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
