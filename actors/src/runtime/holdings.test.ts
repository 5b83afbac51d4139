import { expect, it } from 'vitest'
import { testStation, TestPlant, typicalValues } from '../memory/test-plant.ts'
import { FencedError, type CommitBatch, type CommitPort } from '../ports.ts'
import { shardOf } from './shard.ts'

const other = testStation({}, 'station00002')
const claimed = (station: string, epoch: number) => new Map([[shardOf(station), { epoch, factSeq: 0, sampleSeq: 0 }]])
const person = { id: 'u1', name: '操作员', from: '127.0.0.1' }

/** A node that holds what it is given, over commits that are recorded and may find a shard in other hands. */
async function node() {
  const committed: CommitBatch[] = []
  const lost = new Map<number, number>()
  const plant = new TestPlant({ ownership: 'given' })
  plant.store.configs.set(other.id, other)
  const port: CommitPort = {
    async commit(batch) {
      await Promise.resolve()
      const gone = [...lost].filter(([shard]) => [...batch.samples, ...batch.facts].some((row) => row.shard === shard))
      if (gone.length > 0) throw new FencedError('elsewhere', new Map(gone))
      committed.push(batch)
    },
  }
  await plant.live(() => port)
  const device = other.devices.find(({ kind }) => kind === 'compressor')?.id ?? ''
  const reportOther = (): void =>
    plant.runtime.deliver({ ...plant.telemetry(device, typicalValues('compressor')), station: other.id }, (outcome) =>
      plant.outcomes.push(outcome),
    )
  const ask = () =>
    plant.ask({ type: 'command.check', station: plant.config.id, target: plant.config.id, code: 'station.stopAll', args: {} })
  return { plant, committed, lost, reportOther, ask }
}

it('[HO1] what is not held is neither acknowledged nor answered; what is acquired is', async () => {
  const { plant, ask } = await node()
  plant.report(plant.device('compressor'), typicalValues('compressor'))
  await plant.time.pass(1000)
  expect(plant.outcomes).toEqual([])
  expect(await ask()).toMatchObject({ ok: false, reason: 'moved' })
  expect(plant.runtime.epochOf(plant.config.id)).toBeUndefined()

  await plant.runtime.acquire(claimed(plant.config.id, 7))
  plant.report(plant.device('compressor'), typicalValues('compressor'))
  await plant.time.pass(1000)
  expect(plant.outcomes).toEqual(['accepted'])
  expect(plant.runtime.epochOf(plant.config.id)).toBe(7)
  expect(plant.runtime.stations().map(({ id }) => id)).toEqual([plant.config.id])
})

it('[HO2] a shard found in other hands is dropped with all that waits for it, and the rest of its commit goes through', async () => {
  const { plant, committed, lost, reportOther } = await node()
  await plant.runtime.acquire(new Map([...claimed(plant.config.id, 1), ...claimed(other.id, 1)]))
  const told: number[] = []
  plant.runtime.onLost((shards) => told.push(...shards))
  lost.set(shardOf(plant.config.id), 1)
  plant.report(plant.device('compressor'), typicalValues('compressor'))
  const asked = plant.runtime.ask({
    type: 'alarm.shelve',
    station: plant.config.id,
    device: plant.device('compressor'),
    code: 'CP-003',
    by: person,
    minutes: 5,
    reason: 'x',
  })
  reportOther()
  await plant.time.pass(1000)
  expect(await asked).toMatchObject({ ok: false, reason: 'moved' })
  expect(plant.outcomes).toEqual(['accepted'])
  expect(told).toEqual([shardOf(plant.config.id)])
  expect(new Set(committed.flatMap(({ samples, facts }) => [...samples, ...facts].map(({ station }) => station)))).toEqual(
    new Set([other.id]),
  )
  expect(plant.runtime.station(plant.config.id)).toBeUndefined()
})

it('[HO3] a late loss of an earlier epoch leaves a shard alone that was taken again', async () => {
  const { plant, lost } = await node()
  await plant.runtime.acquire(claimed(plant.config.id, 3))
  lost.set(shardOf(plant.config.id), 2)
  plant.report(plant.device('compressor'), typicalValues('compressor'))
  await plant.time.pass(1000)
  expect(plant.runtime.epochOf(plant.config.id)).toBe(3)
})

it('[HO4] a release commits what was taken before it and saves the cells; then the shard is gone', async () => {
  const { plant, committed } = await node()
  await plant.runtime.acquire(claimed(plant.config.id, 1))
  plant.report(plant.device('compressor'), typicalValues('compressor'))
  const released = plant.runtime.release(new Set([shardOf(plant.config.id)]))
  plant.report(plant.device('compressor', 1), typicalValues('compressor'))
  await plant.time.pass(1000)
  await released
  expect(plant.outcomes).toEqual(['accepted'])
  expect(committed.flatMap(({ samples }) => samples).some(({ device }) => device === plant.device('compressor'))).toBe(true)
  expect(plant.runtime.epochOf(plant.config.id)).toBeUndefined()
})
