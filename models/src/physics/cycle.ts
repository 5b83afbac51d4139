import { P0, pressureRate } from './air.ts'
import type { UnitParams } from './power.ts'
import { initialUnit, MAX_STEP, motorTurns, stepUnit, type UnitOrder, type UnitState } from './unit.ts'

export interface Band {
  /** bar gauge */
  readonly load: number
  readonly unload: number
}

/** What a pressure switch asks of a machine: start and load below the band, unload above it, else stay. */
export function bandOrder(state: UnitState, bar: number, band: Band): UnitOrder {
  if (bar <= band.load) return motorTurns(state.run) ? 'load' : 'start'
  return bar >= band.unload ? 'unload' : 'none'
}

/** Next pressure of a volume (m3) after `dt` s with a surplus of air (m3/min); never below vacuum's end. */
export function stepPressure(bar: number, surplus: number, volume: number, dt: number): number {
  return Math.max(1 - P0, bar + (pressureRate(surplus, volume) * dt) / 60)
}

/** One machine on its receiver with a steady demand, run until `cycles` load/unload cycles are over. For tests and what-if. */
export function runCycles(
  unit: UnitParams,
  setup: { readonly volume: number; readonly demand: number; readonly band: Band },
  cycles: number,
): { readonly loadS: number; readonly unloadS: number; readonly meanPower: number } {
  let state: UnitState = { ...initialUnit(60), run: 'UNLOADED', speed: 1 }
  let bar = (setup.band.load + setup.band.unload) / 2
  let [loadS, unloadS, work] = [0, 0, 0]
  const first = 3
  while (state.loadCycles < first + cycles) {
    const order = bandOrder(state, bar, setup.band)
    const input = { order, bar, speed: 1, inletCelsius: 25, fouling: 0, altitude: 1, mainsOk: true }
    state = stepUnit(unit, state, input, MAX_STEP)
    bar = stepPressure(bar, state.flow - setup.demand, setup.volume, MAX_STEP)
    if (state.loadCycles < first || state.loadCycles >= first + cycles) continue
    if (state.run === 'LOADED') loadS += MAX_STEP
    else unloadS += MAX_STEP
    work += state.power * MAX_STEP
  }
  return { loadS: loadS / cycles, unloadS: unloadS / cycles, meanPower: work / (loadS + unloadS) }
}
