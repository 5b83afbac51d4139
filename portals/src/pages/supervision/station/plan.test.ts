import { demoFleet } from '@twin/models/stations'
import { expect, it } from 'vitest'
import { insideRing, planBounds } from './plan.ts'

const square = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
] as const

it('tells inside from outside, the edge counting as inside', () => {
  expect([insideRing([5, 5], square), insideRing([10, 4], square), insideRing([0, 0], square)]).toEqual([true, true, true])
  expect([insideRing([10.1, 5], square), insideRing([-1, 0], square), insideRing([5, 20], square)]).toEqual([false, false, false])
})

it('bounds every unit of every demo station', () => {
  for (const config of demoFleet()) {
    const bounds = planBounds(config)
    for (const device of config.devices) {
      const [x, , z] = device.placement.position
      expect(x >= bounds.x && x <= bounds.x + bounds.width && z >= bounds.z && z <= bounds.z + bounds.depth).toBe(true)
    }
  }
})
