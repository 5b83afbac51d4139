import { defaultPolicy } from '@twin/models/stations'
import { findPoint, kindOf } from '@twin/models/kinds'
import type { AlarmFact } from '@twin/models/twin'
import { describe, expect, it } from 'vitest'
import { TestPlant, testStation, typicalValues } from '../memory/test-plant.ts'
import type { StationView } from '@twin/models/live'

async function view(plant: TestPlant): Promise<StationView> {
  let found: StationView | undefined
  plant.runtime.snapshot(plant.config.id, (taken) => (found = taken))
  await plant.time.pass(100)
  if (!found) throw new Error('no view')
  return found
}

function point(view: StationView, device: string, name: string): { val: number; q: number; ts: number } {
  const place = view.order.indexOf(device)
  const index = findPoint(kindOf(view.kinds[place] ?? ''), name)
  const slab = view.slabs[place]
  return { val: slab?.val[index] ?? NaN, q: slab?.q[index] ?? 255, ts: slab?.ts[index] ?? NaN }
}

/** Alarms shown to people: neither suppressed nor about the past. */
const raisedCodes = (plant: TestPlant): string[] =>
  plant.facts('alarm.raised').flatMap(({ fact }) => {
    const { code, hidden, historical } = (fact as AlarmFact & { kind: 'alarm.raised' }).body
    return hidden === null && !historical ? [code] : []
  })
const by = { id: 'u1', name: '操作员', from: '' }

describe('messages of devices', () => {
  it('[DV1] a redelivered message has its effect once, and is acknowledged again', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const input = plant.telemetry(plant.config.id, { headerPressure: 6 })
    for (let n = 0; n < 3; n++) plant.deliver(input)
    await plant.time.pass(100)
    plant.deliver(input)
    await plant.live()
    plant.deliver(input)
    await plant.time.pass(100)
    expect(plant.outcomes.slice(-5)).toEqual(['accepted', 'duplicate', 'duplicate', 'duplicate', 'duplicate'])
    expect(plant.store.samples.filter((row) => row.values[0] === 6)).toHaveLength(1)
  })

  it('[DV2] a new boot starts anew; a message or last will of the boot before is history', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const old = plant.telemetry(plant.config.id, { headerPressure: 5 })
    const will = plant.input(plant.config.id, 'e', plant.time.now(), { type: 'death' })
    plant.boot = 'boot2'
    plant.event(plant.config.id, { type: 'birth', kind: 'station', points: ['headerPressure'] })
    plant.report(plant.config.id, { headerPressure: 7.1 })
    plant.deliver(old)
    plant.deliver(will)
    await plant.time.pass(100)
    expect(plant.outcomes.slice(-4)).toEqual(['accepted', 'accepted', 'duplicate', 'accepted'])
    const state = await view(plant)
    expect(state.devices[plant.config.id]?.link).toMatchObject({ state: 'online', boot: 'boot2' })
    expect(point(state, plant.config.id, 'headerPressure').val).toBe(7.1)
    plant.event(plant.config.id, { type: 'death', reason: 'power' })
    await plant.time.pass(100)
    expect((await view(plant)).devices[plant.config.id]?.link).toMatchObject({ state: 'offline', reason: 'power' })
  })

  it('[DV3] late data never overwrites newer, whatever order it comes in', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const now = plant.time.now()
    plant.report(plant.config.id, { headerPressure: 6.6 }, now)
    plant.report(plant.config.id, { headerPressure: 5.5 }, now - 2000)
    plant.report(plant.config.id, { headerPressure: 4.4, headerDewPoint: -20 }, now - 3_600_000)
    await plant.time.pass(50)
    const state = await view(plant)
    expect(point(state, plant.config.id, 'headerPressure')).toMatchObject({ val: 6.6, ts: now })
    expect(
      plant.store.samples.filter((row) => row.device === plant.config.id && [6.6, 5.5, 4.4].includes(row.values[0] ?? 0)),
    ).toHaveLength(3)
  })

  it('[DV4] ten seconds of silence make the link silent and every point stale; speaking again undoes it', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const compressor = plant.device('compressor')
    await plant.run(8, {}, [compressor])
    expect((await view(plant)).devices[compressor]?.link.state).toBe('online')
    await plant.run(4, {}, [compressor])
    const silent = await view(plant)
    expect(silent.devices[compressor]?.link.state).toBe('silent')
    expect(point(silent, compressor, 'dischargePressure').q).toBe(2)
    expect(silent.station.missing).toContain(compressor)
    await plant.run(2)
    const back = await view(plant)
    expect(back.devices[compressor]?.link.state).toBe('online')
    expect(point(back, compressor, 'dischargePressure').q).toBe(0)
    expect(back.station.missing).not.toContain(compressor)
    expect(raisedCodes(plant)).toEqual([])
  })

  it('[DV5] a silent gateway is one alarm after its delay, not one for every device behind it', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const rest = plant.config.devices.map((device) => device.id)
    await plant.run(60, {}, rest)
    expect(raisedCodes(plant).filter((code) => code === 'GW-001')).toHaveLength(1)
    expect(raisedCodes(plant).filter((code) => code.startsWith('CP-'))).toEqual([])
    expect(plant.runtime.summary(plant.config.id)).toMatchObject({ presence: 'unknown', devices: { online: 0 } })
  })

  it('[DV6] bad values are refused one by one, counted and kept; the rest of the message counts', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    plant.report(plant.config.id, { headerPressure: 99, headerTemperature: 'warm', nonsense: 1, roomTemperature: 21 })
    plant.report(plant.config.id, { headerPressure: 6 }, plant.time.now() + 60_000)
    await plant.time.pass(100)
    expect(plant.outcomes.slice(-2)).toEqual(['accepted', 'rejected'])
    expect(plant.store.deadLetters.map((letter) => letter.reason).toSorted()).toEqual([
      'future',
      'out-of-range',
      'unknown-point',
      'wrong-type',
    ])
    expect(plant.store.rejects.get(`${plant.config.id}/out-of-range`)).toBe(1)
    expect(point(await view(plant), plant.config.id, 'roomTemperature').val).toBe(21)
  })

  it('[DV7] an alarm goes from delay through acknowledgement to rest, and the members of a group with it', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const station = plant.config.id
    await plant.run(2, { station: { headerPressure: 2, minPressureSet: 6 } })
    expect(raisedCodes(plant)).toEqual([])
    await plant.run(30, { station: { headerPressure: 2, minPressureSet: 6 } })
    expect(raisedCodes(plant)).toContain('ST-001')
    expect(raisedCodes(plant)).toContain('ST-002')
    const alarms = (await view(plant)).devices[station]?.alarms
    const occurrence = alarms?.['ST-001']?.occurrence ?? ''
    expect(alarms?.['ST-002']).toMatchObject({ phase: 'UNACK', groupedUnder: occurrence })
    const ack = { type: 'alarm.ack', station, device: station, code: 'ST-001', occurrence, by, note: '看到' } as const
    expect(await plant.ask(ack)).toEqual({ ok: true })
    expect(await plant.ask(ack)).toMatchObject({ ok: false, reason: 'conflict' })
    const acked = (await view(plant)).devices[station]?.alarms
    expect([acked?.['ST-001']?.phase, acked?.['ST-002']?.phase]).toEqual(['ACKED', 'ACKED'])
    await plant.run(60)
    const over = (await view(plant)).devices[station]?.alarms
    expect([over?.['ST-001']?.phase, over?.['ST-002']?.phase]).toEqual(['LATCHED_ACKED', 'NORMAL'])
    expect(await plant.ask({ type: 'alarm.reset', station, device: station, code: 'ST-001', occurrence, by })).toEqual({ ok: true })
    expect((await view(plant)).devices[station]?.alarms['ST-001']?.phase).toBe('NORMAL')
  })

  it('[DV8] an upload of old data makes historical alarms at its own times, without effects', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    plant.effects = []
    const from = plant.time.now() - 7_200_000
    for (let second = 0; second < 60; second++) {
      plant.report(
        plant.config.id,
        { ...typicalValues('station'), fireAlarm: second < 20, sequencingMode: 'AUTO_LOCAL' },
        from + second * 1000,
      )
    }
    await plant.time.pass(100)
    const [raised] = plant.facts('alarm.raised')
    expect(raised?.fact).toMatchObject({ at: from, body: { code: 'ST-020', historical: true } })
    expect(plant.facts('alarm.cleared')[0]?.fact).toMatchObject({ at: from + 50_000, body: { historical: true } })
    expect((await view(plant)).devices[plant.config.id]?.alarms['ST-020']).toBeUndefined()
    expect(plant.effects).toEqual([])
    // Left open by the end of the upload: it ends there.
    plant.report(plant.config.id, { ...typicalValues('station'), fireAlarm: true }, from + 100_000)
    await plant.run(65)
    expect(plant.facts('alarm.raised')).toHaveLength(2)
    expect(plant.facts('alarm.cleared')[1]?.fact).toMatchObject({ at: from + 100_000, body: { historical: true } })
    const hash = plant.runtime.stateHash(plant.config.id)
    await plant.settled()
    await plant.live()
    expect(plant.runtime.stateHash(plant.config.id)).toBe(hash)
  })

  it('[DV12] a device back from an outage that first uploads what it stored has no broken sensors', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const compressor = plant.device('compressor')
    await plant.run(200, {}, [compressor])
    plant.effects = []
    plant.boot = 'boot2'
    const from = plant.time.now() - 200_000
    plant.event(compressor, { type: 'birth', kind: 'compressor', points: Object.keys(typicalValues('compressor')) })
    for (let second = 0; second < 30; second++) {
      plant.report(compressor, typicalValues('compressor'), from + second * 5000)
      await plant.run(1, {}, [compressor])
    }
    await plant.run(30)
    expect(raisedCodes(plant).filter((code) => code.startsWith('CP'))).toEqual([])
    expect((await view(plant)).devices[compressor]?.link.state).toBe('online')
  })

  it('[DV13] after a gap without a birth the device is asked to tell all, once', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    await plant.run(80, {}, ['tank'])
    plant.effects = []
    await plant.run(5)
    const tank = plant.device('tank')
    expect(plant.effects).toEqual([{ kind: 'requestRebirth', station: plant.config.id, device: tank }])
  })

  it('[DV9] a replayed recording runs on its own clock and has no effects', async () => {
    const plant = await new TestPlant({}, testStation({ policy: { ...defaultPolicy, videoRequired: false } })).live()
    const replay = { source: 'plant12bar_2018', speed: 'max' as const }
    const names = Object.keys(typicalValues('station'))
    plant.event(plant.config.id, { type: 'birth', kind: 'station', points: names, replay })
    const from = Date.UTC(2018, 0, 1)
    for (let second = 0; second < 30; second++)
      plant.report(plant.config.id, { ...typicalValues('station'), floodAlarm: second > 5 }, from + second * 1000)
    await plant.time.pass(200)
    const [raised] = plant.facts('alarm.raised')
    expect(raised?.fact).toMatchObject({ at: from + 11_000, body: { code: 'ST-021', historical: false } })
    expect(plant.effects).toEqual([])
    expect((await view(plant)).at).toBe(from + 29_000)
    expect(plant.store.samples.filter((row) => row.origin === 'replay')).toHaveLength(30)
  })

  it('[DV10] leaving the fence is one 非法移动 until the station is back', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    const gateway = plant.device('gateway')
    const moveTo = async (lat: number): Promise<void> => {
      plant.event(gateway, { type: 'position', lat, lng: 121, source: 'gnss', accuracy: 5 })
      await plant.run(12, { station: { latitude: lat } })
    }
    await moveTo(31.01)
    await moveTo(31.02)
    expect(plant.facts('fence.changed').map(({ fact }) => fact.body)).toEqual([expect.objectContaining({ distance: 1112 })])
    expect(raisedCodes(plant).filter((code) => code.startsWith('ST-'))).toEqual(['ST-023'])
    expect(plant.effects.some((effect) => effect.kind === 'openVideo' && effect.reason === 'ST-023')).toBe(true)
    await moveTo(31)
    await moveTo(31.01)
    expect(plant.facts('fence.changed').map(({ fact }) => fact.body === null)).toEqual([false, true, false])
  })

  it('[DV14] an event that overtakes telemetry claims nothing of it; a restart never claims more', async () => {
    const plant = await new TestPlant().live()
    const id = plant.config.id
    const mark = () => plant.runtime.watermarks().get(id)
    plant.event(id, { type: 'birth', kind: 'station', points: ['headerPressure'] })
    plant.report(id, { headerPressure: 7 })
    const waiting = [plant.telemetry(id, { headerPressure: 7.1 }), plant.telemetry(id, { headerPressure: 7.2 })]
    plant.event(id, { type: 'event', name: 'x' })
    await plant.time.pass(100)
    expect(mark()).toEqual({ boot: 'boot1', seq: 2, t: 2, e: 5 })
    await plant.live()
    expect(mark()).toEqual({ boot: 'boot1', seq: 2, t: 2, e: 5 })
    waiting.forEach((input) => plant.deliver(input))
    plant.report(id, { headerPressure: 7.3 })
    await plant.time.pass(100)
    // That 5 was taken nobody remembers after a restart, but what both channels have passed is certain.
    expect(mark()).toEqual({ boot: 'boot1', seq: 6, t: 6, e: 5 })
    plant.report(id, { headerPressure: 7.4 })
    plant.event(id, { type: 'event', name: 'x' })
    await plant.time.pass(100)
    expect(mark()).toEqual({ boot: 'boot1', seq: 8, t: 7, e: 8 })
    const old = plant.telemetry(id, { headerPressure: 7.5 })
    plant.boot = 'boot2'
    plant.event(id, { type: 'birth', kind: 'station', points: ['headerPressure'] })
    plant.deliver(old)
    await plant.time.pass(100)
    expect(mark()).toEqual({ boot: 'boot2', seq: 0, e: 10 })
  })

  it('[DV11] derived values of the station follow its devices and go on record', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    await plant.run(5, { compressor: { runState: 'LOADED' } })
    const state = await view(plant)
    expect(point(state, plant.config.id, 'loadedUnits').val).toBe(2)
    expect(point(state, plant.config.id, 'specificPower').val).toBeGreaterThan(0)
    const rows = plant.store.samples.filter((row) => row.device === plant.config.id && row.origin === 'derived')
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.length).toBeLessThan(8)
  })
})
