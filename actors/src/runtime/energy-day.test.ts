import type { StationView } from '@twin/models/live'
import { findPoint, kindOf } from '@twin/models/kinds'
import { expect, it } from 'vitest'
import { TestPlant, testStation } from '../memory/test-plant.ts'

const minutes = 60_000

async function valueOf(plant: TestPlant, name: string): Promise<number> {
  let found: StationView | undefined
  plant.runtime.snapshot(plant.config.id, (view) => (found = view))
  await plant.time.pass(100)
  return found?.slabs[found.order.indexOf(plant.config.id)]?.val[findPoint(kindOf('station'), name)] ?? NaN
}

async function today(plant: TestPlant): Promise<{ used: number; phase: string | undefined }> {
  let found: StationView | undefined
  plant.runtime.snapshot(plant.config.id, (view) => (found = view))
  await plant.time.pass(100)
  const place = found?.order.indexOf(plant.config.id) ?? -1
  return {
    used: found?.slabs[place]?.val[findPoint(kindOf('station'), 'energyToday')] ?? NaN,
    phase: found?.devices[plant.config.id]?.alarms['ST-013']?.phase,
  }
}

it('[EN1] the day is counted across a restart and a meter reset; passing the quota warns once, until midnight in the zone of the station', async () => {
  const config = testStation({ energyQuota: 50 })
  const plant = await new TestPlant({}, config).live()
  await plant.comeUp()
  const meter = (activeEnergyImport: number) => plant.run(3, { powerMeter: { activeEnergyImport } })
  const warnings = () => plant.facts('alarm.raised').filter(({ fact }) => fact.kind === 'alarm.raised' && fact.body.code === 'ST-013')
  await meter(1000)
  expect(await today(plant)).toMatchObject({ used: 0 })
  await plant.time.pass(30 * minutes)
  await meter(1040)
  expect(await today(plant)).toEqual({ used: 40, phase: undefined })
  await plant.settled()
  await plant.live()
  // The meter is exchanged: the new one starts at 2.
  await meter(2)
  expect((await today(plant)).used).toBe(40)
  await plant.time.pass(30 * minutes)
  await meter(17)
  expect(await today(plant)).toEqual({ used: 55, phase: 'UNACK' })
  const configured = plant.runtime.configure({ ...config, energyQuota: 60 })
  await plant.time.pass(100)
  await configured
  expect((await today(plant)).phase).toBe('RTN_UNACK')
  await plant.time.pass(30 * minutes)
  await meter(37)
  await meter(38)
  expect(await today(plant)).toEqual({ used: 76, phase: 'UNACK' })
  expect(warnings()).toHaveLength(2)
  // Nothing more is heard of the station; at 00:00 in Shanghai, 16:00 UTC, the day is over all the same.
  const midnight = Date.UTC(2026, 0, 5, 16)
  await plant.time.pass(midnight - plant.time.now() - 2000)
  expect((await today(plant)).phase).toBe('UNACK')
  await plant.time.pass(4000)
  expect(await today(plant)).toEqual({ used: 0, phase: 'RTN_UNACK' })
  expect(warnings()).toHaveLength(2)
})

it('[EN2] a quiet night tells of the leaks once the day around it is known, and a restart remembers', async () => {
  const plant = await new TestPlant().live()
  await plant.comeUp()
  const evening = plant.time.now()
  let total = 1000
  const until = async (hours: number, flow: number, stepMinutes: number) => {
    while (plant.time.now() < evening + hours * 60 * minutes) {
      total += flow * stepMinutes
      plant.report(plant.config.id, { headerFlow: flow, headerPressure: 7 })
      plant.report(plant.device('flowMeter'), { total })
      await plant.time.pass(stepMinutes * minutes)
    }
  }
  // It is 16:00; nights run from hour 10 to 13 and from hour 34 to 37.
  await until(9.9, 10, 5)
  await until(13.1, 1.5, 1)
  expect(plant.facts('leak.night')).toEqual([])
  await until(33.9, 10, 5)
  await until(37.1, 1.5, 1)
  expect(plant.facts('leak.night')).toMatchObject([{ fact: { body: { flow: 1.5, pressure: 7 } } }])
  await plant.settled()
  await plant.live()
  await plant.run(2, { station: { headerFlow: 10, headerPressure: 7 }, flowMeter: { total } })
  expect(await valueOf(plant, 'leakFlow')).toBeCloseTo(1.5, 6)
  // Of 8.9 m3/min on the mean; the window of a day is one of 23 to 24 hours.
  expect(Math.abs((await valueOf(plant, 'leakPercent')) - 17.3)).toBeLessThan(0.6)
})
