import type { AlarmState } from '@twin/models/twin'
import type { StationView } from '@twin/models/live'
import { expect, it } from 'vitest'
import { TestPlant, testStation } from '../memory/test-plant.ts'

const by = { id: 'u1', name: '操作员', from: '' }

async function alarmOf(plant: TestPlant, device: string, code: string): Promise<AlarmState | undefined> {
  let found: StationView | undefined
  plant.runtime.snapshot(plant.config.id, (view) => (found = view))
  await plant.time.pass(100)
  return found?.devices[device]?.alarms[code]
}

it('[AL20] units that trip with the pressure of a central station are one alarm; its acknowledgement is theirs; a restart changes nothing', async () => {
  const plant = await new TestPlant({}, testStation({ kind: 'centralStation' })).live()
  await plant.comeUp()
  await plant.run(3)
  const station = plant.config.id
  const units = [plant.device('compressor', 0), plant.device('compressor', 1)] as const
  const trouble = { compressor: { faultActive: true }, station: { headerPressure: 6 } }
  await plant.run(40, trouble)
  // So steep a fall is taken for a burst first; low pressure follows and joins it.
  const group = await alarmOf(plant, station, 'ST-004')
  expect(await alarmOf(plant, station, 'ST-002')).toMatchObject({ phase: 'UNACK', groupedUnder: group?.occurrence })
  for (const unit of units) expect(await alarmOf(plant, unit, 'CP-001')).toMatchObject({ phase: 'UNACK', groupedUnder: group?.occurrence })
  const hash = plant.runtime.stateHash(station)
  await plant.settled()
  await plant.live()
  expect(plant.runtime.stateHash(station)).toBe(hash)
  await plant.run(2, trouble)
  const occurrence = group?.occurrence ?? ''
  await plant.ask({ type: 'alarm.ack', station, device: station, code: 'ST-004', occurrence, note: '爆管', by })
  for (const unit of units) expect(await alarmOf(plant, unit, 'CP-001')).toMatchObject({ phase: 'ACKED', ackedBy: 'u1' })
  expect(await alarmOf(plant, station, 'ST-002')).toMatchObject({ phase: 'ACKED' })
  await plant.run(130)
  await plant.ask({ type: 'alarm.reset', station, device: station, code: 'ST-004', occurrence, by })
  for (const [device, code] of [
    [station, 'ST-002'],
    [station, 'ST-004'],
    [units[0], 'CP-001'],
  ] as const)
    // prettier-ignore
    expect(await alarmOf(plant, device, code)).toMatchObject({ groupedUnder: null })
})

it('[AL21] a unit under maintenance lock-out raises nothing in a fall of the pressure, but is on record as suppressed', async () => {
  const plant = await new TestPlant({}, testStation({ kind: 'centralStation' })).live()
  await plant.comeUp()
  const unit = plant.device('compressor', 0)
  await plant.run(3, { [unit]: { controlMode: 'MAINTENANCE' } })
  await plant.run(40, {
    compressor: { faultActive: true },
    [unit]: { faultActive: true, controlMode: 'MAINTENANCE' },
    station: { headerPressure: 6 },
  })
  expect(await alarmOf(plant, unit, 'CP-001')).toMatchObject({ suppressed: { lockout: true }, groupedUnder: null })
  const raised = plant.facts('alarm.raised').filter((row) => row.actor === `device:${unit}`)
  expect(raised.length).toBeGreaterThan(0)
  expect(raised.every(({ fact }) => fact.kind === 'alarm.raised' && fact.body.hidden === 'suppressed')).toBe(true)
  // One unit alone is no group.
  expect(await alarmOf(plant, plant.device('compressor', 1), 'CP-001')).toMatchObject({ phase: 'UNACK', groupedUnder: null })
})

it('[AL22] an alarm nobody acknowledges goes to the manager after ten minutes, even of a silent device and across a restart, once', async () => {
  const plant = await new TestPlant({}, testStation({ manager: '王站长' })).live()
  await plant.comeUp()
  const dryer = plant.device('dryer')
  await plant.run(3)
  const broken = { [dryer]: { faultActive: true } }
  await plant.run(20, broken)
  const raised = plant.facts('alarm.raised').find((row) => row.actor === `device:${dryer}`)
  if (raised?.fact.kind !== 'alarm.raised') throw new Error('the dryer raised nothing')
  const { occurrence, code } = raised.fact.body
  await plant.settled()
  await plant.live()
  plant.effects = []
  await plant.time.pass(700_000)
  const escalated = plant.facts('alarm.escalated').filter((row) => row.actor === `device:${dryer}`)
  expect(escalated).toMatchObject([{ fact: { body: { code, occurrence, to: 'manager' } } }])
  // The tick comes within a second of the deadline.
  expect(Math.floor(((escalated[0]?.fact.at ?? 0) - raised.fact.at) / 1000)).toBe(600)
  const told = plant.effects.flatMap((effect) => (effect.kind === 'notify' && effect.topic === 'alarm.escalated' ? [effect.body] : []))
  expect(told.filter(({ device }) => device === dryer)).toMatchObject([{ code, occurrence, manager: '王站长', to: 'manager' }])
})
