import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorldState } from '@twin/models/physics'
import type { StationConfig } from '@twin/models/stations'
import type { PastRange } from './range-upload.ts'

/** What a station's devices remember over a restart, as a gateway's flash would: counters and set-points, and what is still to upload. */
export interface StationMemory {
  readonly v: 1
  /** Times in epoch ms. */
  readonly savedAt: number
  readonly world: WorldState
  readonly ranges: readonly PastRange[]
}

/** null when there is none, it is damaged, or the station was built differently then. */
export async function loadMemory(dir: string, config: StationConfig): Promise<StationMemory | null> {
  try {
    const memory = JSON.parse(await readFile(fileOf(dir, config.id), 'utf8')) as StationMemory
    const units = config.devices.filter((device) => device.kind === 'compressor').length
    return memory.v === 1 && memory.world.units.length === units ? memory : null
  } catch {
    return null
  }
}

/** Written beside and renamed: a kill in between leaves the old one. */
export async function saveMemory(dir: string, station: string, memory: StationMemory): Promise<void> {
  await mkdir(dir, { recursive: true })
  const file = fileOf(dir, station)
  await writeFile(`${file}.new`, JSON.stringify(memory))
  await rename(`${file}.new`, file)
}

const fileOf = (dir: string, station: string): string => join(dir, `${station}.json`)

/**
 * Counters as they may have stood when the power went, some seconds after the last save: they must never read less than what was sent.
 */
export function pastSave(world: WorldState, seconds: number): WorldState {
  const hours = seconds / 3600
  return {
    ...world,
    units: world.units.map((unit) => ({
      ...unit,
      state: {
        ...unit.state,
        runningHours: unit.state.runningHours + hours,
        loadedHours: unit.state.loadedHours + hours,
        energy: unit.state.energy + unit.state.power * 1.2 * hours,
      },
    })),
    totals: {
      air: world.totals.air + (world.headerFlow * 1.2 * seconds) / 60,
      energy: world.totals.energy + world.power * 1.2 * hours,
      outlets: world.totals.outlets.map((total, i) => total + ((world.outletFlows[i] ?? 0) * 1.2 * seconds) / 60),
    },
  }
}
