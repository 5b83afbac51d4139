import type { StationView } from '@twin/models/live'
import type { HoldKind } from '@twin/models/twin'
import { defaultPolicy } from '@twin/models/stations'
import { expect, it } from 'vitest'
import { TestPlant, testStation } from '../memory/test-plant.ts'
import type { Reply } from '../runtime/types.ts'

const anna = { id: 'u1', name: '安娜', from: '127.0.0.1' }
const bo = { id: 'u2', name: '博', from: '127.0.0.1' }
const running = { controlMode: 'REMOTE', remoteEnabled: true, runState: 'LOADED' }

async function ready(): Promise<TestPlant> {
  const plant = await new TestPlant({}, testStation({ policy: { ...defaultPolicy, videoRequired: false } })).live()
  await plant.comeUp()
  await plant.run(3, { compressor: running })
  return plant
}

function hold(plant: TestPlant, device: string, kind: HoldKind, document: string, on: boolean, by = anna): Promise<Reply> {
  return plant.ask({ type: 'device.lockout', station: plant.config.id, device, kind, document, on, by, reason: '检修' })
}

function stop(plant: TestPlant, id: string, target: string): Promise<Reply> {
  const request = { type: 'command.request' as const, station: plant.config.id, target, id, code: 'compressor.stop', args: {} }
  return plant.ask({ ...request, reason: '测试', by: bo, confirmed: true })
}

async function view(plant: TestPlant): Promise<StationView> {
  let found: StationView | undefined
  plant.runtime.snapshot(plant.config.id, (state) => (found = state))
  await plant.time.pass(100)
  if (!found) throw new Error('no view')
  return found
}

it('[HD1] documents hold a device: no command, no alarm, until the last lets go; a tag only by who hung it; a restart changes nothing', async () => {
  const plant = await ready()
  const [unit, other] = [plant.device('compressor', 0), plant.device('compressor', 1)]
  expect(await hold(plant, unit, 'repair', 'R-1', true)).toEqual({ ok: true })
  expect(await hold(plant, unit, 'repair', 'R-1', true, bo)).toEqual({ ok: true })
  expect(await hold(plant, unit, 'lockout', 'R-1', true)).toEqual({ ok: true })
  expect(plant.facts('device.held')).toHaveLength(2)
  expect(await stop(plant, 'c1', unit)).toMatchObject({ ok: false, reason: 'conflict', code: 'UNDER_REPAIR' })
  expect(await hold(plant, unit, 'repair', 'R-1', false, bo)).toEqual({ ok: true })
  expect(await hold(plant, unit, 'lockout', 'R-1', false, bo)).toMatchObject({ ok: false, reason: 'not-permitted' })
  const hash = plant.runtime.stateHash(plant.config.id)
  await plant.settled()
  await plant.live()
  expect(plant.runtime.stateHash(plant.config.id)).toBe(hash)
  await plant.run(3, { compressor: running })
  expect(await stop(plant, 'c2', unit)).toMatchObject({ ok: false, reason: 'conflict', code: 'TAGGED_OUT' })
  expect(await stop(plant, 'c3', other)).toMatchObject({ ok: true })
  await plant.run(30, { compressor: running, [unit]: { ...running, faultActive: true } })
  const alarm = (await view(plant)).devices[unit]?.alarms['CP-001']
  expect(alarm).toMatchObject({ suppressed: { lockout: 'document' } })
  expect(await hold(plant, unit, 'lockout', 'R-1', false)).toEqual({ ok: true })
  expect((await view(plant)).devices[unit]).toMatchObject({ held: [], alarms: { 'CP-001': { suppressed: null } } })
  await plant.run(30, { compressor: running })
  expect(await stop(plant, 'c4', unit)).toMatchObject({ ok: true })
})

it('[HD2] what waits to be sent is aborted; a station as a whole holds its devices; of what is scrapped nothing more is taken', async () => {
  const plant = await ready()
  const unit = plant.device('compressor')
  expect(await stop(plant, 'c1', unit)).toMatchObject({ ok: true, command: { phase: 'VALIDATED' } })
  await hold(plant, unit, 'lockout', 'R-2', true)
  expect((await view(plant)).station.commands['c1']).toMatchObject({ phase: 'ABORTED', rejectCode: 'TAGGED_OUT' })
  await hold(plant, plant.config.id, 'scrapped', 'S-1', true)
  expect(await stop(plant, 'c2', plant.device('compressor', 1))).toMatchObject({ ok: false, code: 'SCRAPPED' })
  await hold(plant, unit, 'scrapped', 'S-2', true)
  const before = plant.outcomes.length
  plant.report(unit, { dischargePressure: 7.9 })
  await plant.settled()
  expect(plant.outcomes.slice(before)).toEqual(['rejected'])
  expect(plant.store.deadLetters.at(-1)).toMatchObject({ device: unit, reason: 'not-permitted' })
})
