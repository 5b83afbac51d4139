import { demoFleet } from '@twin/models/stations'
import { expect, it } from 'vitest'
import { fitPlan, insideRing, planBounds } from './plan.ts'

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

it('draws every corner inside the element and turns a plan that fits better turned', () => {
  const bounds = { x: -5, z: 2, width: 10, depth: 30 }
  const element = { width: 900, height: 500 }
  const fit = fitPlan(bounds, element)
  expect(fit.turned).toBe(true)
  for (const corner of [
    [-5, 2],
    [5, 2],
    [5, 32],
    [-5, 32],
  ] as const) {
    const [x, y] = fit.at(corner)
    expect(x >= 0 && x <= element.width && y >= 0 && y <= element.height).toBe(true)
  }
  expect(fitPlan({ ...bounds, width: 30, depth: 10 }, element).turned).toBe(false)
})
