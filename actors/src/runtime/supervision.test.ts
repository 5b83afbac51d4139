import { describe, expect, it } from 'vitest'
import { TestPlant, testStation } from '../memory/test-plant.ts'
import { countingIds } from '../memory/index.ts'

const by = { id: 'u1', name: '操作员', from: '' }

/** Ids are asked for by the steps that raise alarms: one that throws is a bug in just these steps. */
function brokenIds() {
  const inner = countingIds('id')
  const ids = {
    broken: true,
    next: () => {
      if (ids.broken) throw new Error('a bug')
      return inner.next()
    },
  }
  return ids
}

describe('supervision', () => {
  it('[SV1] a message whose step throws is tried twice, kept as poison and acknowledged; nothing of it remains', async () => {
    const ids = brokenIds()
    const plant = await new TestPlant({ ids }).live()
    await plant.comeUp()
    const before = plant.store.samples.length
    plant.report(plant.config.id, { fireAlarm: true, headerPressure: 5 })
    await plant.settled()
    expect(plant.outcomes.at(-1)).toBe('rejected')
    expect(plant.store.deadLetters.map((letter) => letter.reason)).toEqual(['poison'])
    expect(plant.store.samples).toHaveLength(before)
    const hash = plant.runtime.stateHash(plant.config.id)
    // What is in memory is what the records say, although half a turn had been done.
    await plant.live()
    expect(plant.runtime.stateHash(plant.config.id)).toBe(hash)
    plant.report(plant.config.id, { headerPressure: 5.5 })
    await plant.settled()
    expect(plant.outcomes.at(-1)).toBe('accepted')
  })

  it('[SV2] five failures within a minute put an actor aside; the others of its cell go on; configuring releases it', async () => {
    const ids = brokenIds()
    const plant = await new TestPlant({ ids }).live()
    await plant.comeUp()
    const compressor = plant.device('compressor')
    for (let n = 0; n < 5; n++) {
      plant.report(compressor, { emergencyStop: true })
      await plant.time.pass(1000)
    }
    ids.broken = false
    expect(plant.runtime.metrics()).toMatchObject({ quarantined: [`device:${compressor}`], actorFailures: 5 })
    plant.report(compressor, { emergencyStop: false })
    plant.report(plant.device('compressor', 1), { dischargePressure: 7 })
    await plant.settled()
    expect(plant.outcomes.slice(-2)).toEqual(['rejected', 'accepted'])
    const ask = { type: 'alarm.shelve', station: plant.config.id, device: compressor, code: 'CP-004', by, minutes: 5, reason: 'x' } as const
    expect(await plant.ask(ask)).toMatchObject({ ok: false, reason: 'quarantined' })
    const configured = plant.runtime.configure(plant.config)
    await plant.time.pass(100)
    await configured
    plant.report(compressor, { dischargePressure: 7 })
    await plant.settled()
    expect(plant.outcomes.at(-1)).toBe('accepted')
    expect(plant.runtime.metrics().quarantined).toEqual([])
  })

  it('[SV3] a listener, reply or effect that throws does not stop what is behind it', async () => {
    const problems: string[] = []
    const plant = await new TestPlant({
      log: (_, message) => problems.push(message),
      effects: {
        execute: () => {
          throw new Error('no')
        },
      },
    }).live()
    plant.runtime.onCommitted(() => {
      throw new Error('a bad listener')
    })
    await plant.comeUp()
    plant.report(plant.config.id, { fireAlarm: true })
    await plant.settled()
    expect(plant.outcomes.at(-1)).toBe('accepted')
    expect(problems).toContain('commit listener failed')
    expect(problems).toContain('effect openVideo failed')
  })
})

describe('life of a cell', () => {
  it('[LC1] an idle cell is saved and leaves memory; a message brings it back with all it knew', async () => {
    const plant = await new TestPlant({ passivateAfterMs: 60_000, snapshotEveryMs: 2_000 }).live()
    plant.event(plant.config.id, { type: 'birth', kind: 'station', points: ['headerPressure'] })
    plant.report(plant.config.id, { headerPressure: 7 })
    plant.event(plant.config.id, { type: 'death', reason: 'end of work' })
    await plant.time.pass(30_000)
    const hash = plant.runtime.stateHash(plant.config.id)
    const summary = plant.runtime.summary(plant.config.id)
    const loads: number[] = []
    plant.runtime.onCommitted((news) => loads.push(...news.batch.timers.map((timer) => timer.due ?? 0)))
    await plant.time.pass(120_000)
    expect(loads.length).toBe(1)
    expect(plant.runtime.stateHash(plant.config.id)).toBe(hash)
    expect(plant.runtime.summary(plant.config.id)).toMatchObject({ state: summary?.state, devices: summary?.devices })
    plant.report(plant.config.id, { headerPressure: 6.4 })
    await plant.settled()
    expect(plant.outcomes.at(-1)).toBe('accepted')
    expect(plant.runtime.summary(plant.config.id)).toMatchObject({ pressure: 6.4, devices: { online: 1 } })
    expect(plant.runtime.stateHash(plant.config.id)).not.toBe(hash)
  })

  it('[LC2] a station may be configured anew while it lives, come into being and be retired', async () => {
    const plant = await new TestPlant().live()
    await plant.comeUp()
    await plant.settled()
    const other = testStation({ name: '另一站' }, 'station00002')
    plant.store.configs.set(other.id, other)
    const done = plant.runtime.configure(other)
    await plant.time.pass(100)
    await done
    expect(plant.runtime.stations().map((config) => config.id)).toEqual([plant.config.id, other.id])
    const fewer = { ...plant.config, devices: plant.config.devices.filter((device) => device.kind !== 'camera') }
    const changed = plant.runtime.configure(fewer)
    await plant.time.pass(100)
    await changed
    expect(plant.runtime.summary(plant.config.id)?.devices.online).toBe(fewer.devices.length)
    expect(plant.runtime.stationOf(plant.device('camera'))).toBeUndefined()
    plant.store.configs.set(plant.config.id, fewer)
    await plant.settled()
    const hash = plant.runtime.stateHash(plant.config.id)
    await plant.live()
    expect(plant.runtime.stateHash(plant.config.id)).toBe(hash)
    const gone = plant.runtime.retire(other.id)
    await plant.time.pass(100)
    await gone
    expect(plant.runtime.summary(other.id)).toBeUndefined()
  })
})
