import { expect, it } from 'vitest'
import { demoFleet } from '../stations/index.ts'
import { initialWorld, MAX_STEP, stepWorld, worldParams, type MasterOrder, type WorldState } from './index.ts'

const config = demoFleet().find(({ code }) => code === 'SH-C01')
if (!config) throw new Error('the demo has no SH-C01')
const params = worldParams(config)
const [first, second, third] = params.units.map(({ id }) => id) as [string, string, string]

function run(world: WorldState, seconds: number, demand: number): { readonly world: WorldState; readonly told: readonly MasterOrder[] } {
  const told: MasterOrder[] = []
  let now = world
  for (let t = 0; t < seconds; t += MAX_STEP) {
    now = stepWorld(params, now, { demand, ambient: 20, humidity: 50, altitude: 1 }, MAX_STEP)
    told.push(...(now.told ?? []))
  }
  return { world: now, told }
}
const runs = (world: WorldState, id: string) => world.units[params.units.findIndex((unit) => unit.id === id)]?.state.run
const inBand = ({ headerBar, target, band }: WorldState): boolean => Math.abs(headerBar - target) <= band / 2 + 0.05

it('[PH20] the master uses a plan in its order, brings the header back after a demand step, says why, and goes on by itself when it runs out', () => {
  const settled = run(initialWorld(config, params), 300, 30).world
  const plan = { order: [third, second], left: 3600 }
  const planned = run({ ...settled, mode: 'AUTO_CLOUD_PLAN', plan }, 300, 30)
  expect(inBand(planned.world)).toBe(true)
  expect(['UNLOADED', 'STANDBY']).toContain(runs(planned.world, first))
  const stepped = run(planned.world, 120, 70)
  expect(inBand(stepped.world)).toBe(true)
  expect([runs(stepped.world, third), runs(stepped.world, second)]).toEqual(['LOADED', 'LOADED'])
  const joined = stepped.told.find(({ unit }) => unit === second)
  expect(joined).toMatchObject({ cause: 'below-band', headerPressure: expect.any(Number) })
  expect(stepped.told.filter(({ unit, order }) => unit === first && order !== 'stop')).toEqual([])
  const fallen = run(stepped.world, 1200, 25)
  expect(inBand(fallen.world)).toBe(true)
  expect(fallen.told.map(({ cause }) => cause)).toEqual(expect.arrayContaining(['above-band', 'idle']))
  const off = run({ ...stepped.world, plan: { order: [second], left: 3600 } }, 5, 30)
  expect(off.told[0]).toMatchObject({ unit: third, order: 'unload', cause: 'off-plan' })
  const lapsed = run({ ...stepped.world, plan: { order: [second], left: 1 } }, 5, 30)
  expect(lapsed.world).toMatchObject({ mode: 'AUTO_LOCAL', plan: null })
})
