import { createRuntime, type DeviceInput, type Runtime } from '@twin/actors/runtime'
import { kindOf } from '@twin/models/kinds'
import { demoFleet } from '@twin/models/stations'
import { expect, it } from 'vitest'
import { startTestPostgres } from '../testing/postgres.ts'
import { createStore, type Store } from './index.ts'

const scheduler = {
  after(ms: number, fn: () => void) {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
}
let n = 0
const start = async (store: Store): Promise<Runtime> => {
  const runtime = createRuntime({
    commit: store.commitPort,
    recovery: store.recoveryPort,
    effects: { execute: () => {} },
    clock: { now: Date.now },
    ids: { next: () => `occurrence${++n}` },
    scheduler,
    snapshotEveryMs: 500,
  })
  await runtime.start()
  return runtime
}

it('[RT3] a cell recovered from Postgres has the same state as the one before it', async () => {
  const pg = await startTestPostgres()
  const stores = [await createStore({ url: pg.url }), await createStore({ url: pg.url })] as const
  const fleet = demoFleet().slice(0, 3)
  for (const config of fleet) await stores[0].stations.save(config)
  const before = await start(stores[0])
  const seqs = new Map<string, number>()
  const deliver = (config: (typeof fleet)[number], device: string, channel: 't' | 'e', body: unknown): void => {
    const seq = (seqs.get(device) ?? 0) + 1
    seqs.set(device, seq)
    const envelope = { v: 1, boot: 'b', seq, ts: Date.now(), body } as DeviceInput['envelope']
    before.deliver({ org: 'main', station: config.id, device, envelope, channel, received: Date.now(), bytes: 300 }, () => {})
  }
  for (let round = 0; round < 12; round++) {
    for (const config of fleet)
      for (const { id, kind } of config.devices) {
        const points = kindOf(kind).points.filter((point) => point.tier !== 'derived' && point.type !== 'string')
        if (round === 0) deliver(config, id, 'e', { type: 'birth', kind, points: points.map((point) => point.name) })
        const values = Object.fromEntries(points.map((point) => [point.name, point.typical]))
        deliver(config, id, 't', { p: { ...values, ...(round > 4 && kind === 'station' && { fireAlarm: true }) } })
      }
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  await before.stop()
  const hashes = fleet.map((config) => before.stateHash(config.id))
  const found = await start(stores[1])
  expect(fleet.map((config) => found.stateHash(config.id))).toEqual(hashes)
  expect(fleet.every((config) => found.summary(config.id)?.alarms.P1 === 1)).toBe(true)
  // From the first fact on, without any snapshot.
  await found.stop()
  await stores[0].sql`delete from snapshot`
  const again = await start(stores[0])
  expect(fleet.map((config) => again.stateHash(config.id))).toEqual(fleet.map((config) => found.stateHash(config.id)))
  await again.stop()
  for (const store of stores) await store.close()
  await pg.stop()
}, 60_000)
