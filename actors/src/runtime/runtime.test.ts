import { expect, it } from 'vitest'
import { TestPlant } from '../memory/test-plant.ts'

it('[RT2] telemetry is durable, becomes the latest value and is acknowledged', async () => {
  const plant = await new TestPlant().live()
  await plant.comeUp()
  const compressor = plant.device('compressor')
  plant.report(compressor, { dischargePressure: 7.5 })
  await plant.settled()
  expect(plant.outcomes.every((outcome) => outcome === 'accepted')).toBe(true)
  expect(plant.store.samples.filter((row) => row.device === compressor && row.origin === 'measured')).toHaveLength(2)
  expect(plant.runtime.summary(plant.config.id)).toMatchObject({ state: 'running', units: { total: 2 }, presence: 'vacant' })
})

it('[RT3] a recovered cell has the same state as the live one', async () => {
  const plant = await new TestPlant().live()
  await plant.comeUp()
  await plant.run(30, { compressor: { faultActive: true } })
  await plant.settled()
  const hash = plant.runtime.stateHash(plant.config.id)
  expect(plant.facts('alarm.raised').length).toBeGreaterThan(0)
  await plant.live()
  expect(plant.runtime.stateHash(plant.config.id)).toBe(hash)
})
