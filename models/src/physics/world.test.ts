import { describe, expect, it } from 'vitest'
import { demoFleet } from '../stations/index.ts'
import { coarseStep, initialWorld, MAX_STEP, seededRandom, stepWorld, worldParams, type WorldState } from './index.ts'

const fleet = demoFleet()
const input = (demand: number) => ({ demand, ambient: 15, humidity: 60, altitude: 1 })

function run(code: string, share: number, minutes: number) {
  const config = fleet.find((station) => station.code === code)
  if (!config) throw new Error(code)
  const params = worldParams(config)
  const demand = params.units.reduce((sum, { unit }) => sum + unit.ratedFlow, 0) * share
  const start = initialWorld(config, params)
  let world = start
  let [low, high] = [Infinity, 0]
  for (let i = 0; i < minutes * 600; i++) {
    world = stepWorld(params, world, input(demand), MAX_STEP)
    if (i < 6000) continue
    low = Math.min(low, world.headerBar)
    high = Math.max(high, world.headerBar)
  }
  const grown = (end: WorldState) => ({ air: end.totals.air - start.totals.air, energy: end.totals.energy - start.totals.energy })
  return { params, demand, start, world, low, high, grown }
}

describe('a station world', () => {
  it('holds its header in the band with a VSD in trim, and cycles a fixed machine between its switches', () => {
    const smart = run('JS-S01', 0.4, 25)
    expect(smart.low).toBeGreaterThan(smart.world.target - 0.3)
    expect(smart.high).toBeLessThan(smart.world.target + 0.3)
    const single = run('LN-M01', 0.4, 25)
    expect(single.low).toBeCloseTo(6.6, 1)
    expect(single.high).toBeCloseTo(7.6, 1)
  })
  it('makes what it uses: air made and air metered agree, counters never fall, the same start gives the same end', () => {
    const { start, world, params } = run('JS-S01', 0.6, 25)
    const loaded = world.units.map((control, i) => control.state.loadedHours - (start.units[i]?.state.loadedHours ?? 0))
    expect(world.totals.air).toBeGreaterThan(start.totals.air)
    expect(world.totals.energy).toBeGreaterThan(start.totals.energy)
    expect(Math.max(...loaded)).toBeLessThanOrEqual(25 / 60 + 1e-6)
    const stored = (world.bar - start.bar) * params.volume
    const made = world.totals.air - start.totals.air + stored
    const capacity = params.units.reduce((sum, { unit }, i) => sum + unit.ratedFlow * 60 * (loaded[i] ?? 0), 0)
    expect(made).toBeLessThanOrEqual(capacity * 1.001)
    expect(run('JS-S01', 0.6, 25).world).toEqual(world)
  })
  it('is followed by its coarse form within a few percent of air and energy', () => {
    const { params, start, world, demand, grown } = run('GD-S01', 0.7, 60)
    const random = seededRandom(1)
    let coarse = start
    for (let i = 0; i < 60; i++) coarse = coarseStep(params, coarse, input(demand), 60, random)
    expect(grown(coarse).air / grown(world).air).toBeCloseTo(1, 1)
    expect(Math.abs(grown(coarse).energy / grown(world).energy - 1)).toBeLessThan(0.05)
  })
  it('drives a hot machine to its own trip and keeps the supply up with the others', () => {
    const { params, world, demand } = run('JS-S01', 0.4, 1)
    const first = params.units.findIndex(({ unit }) => unit.variant === 'vsd')
    let hot: WorldState = { ...world, units: world.units.map((unit, i) => (i === first ? { ...unit, fouling: 4.5 } : unit)) }
    for (let i = 0; i < 20 * 600; i++) hot = stepWorld(params, hot, input(demand), MAX_STEP)
    const tripped = hot.units.find((unit) => unit.state.run === 'FAULT')
    expect(tripped?.state.fault).toBe('DISCHARGE_TEMP')
    expect(hot.headerBar).toBeGreaterThan(hot.minimum)
  })
})
