import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shardOf } from '../../actors/src/runtime/index.ts'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { Lab } from './lab.ts'
import { Publisher } from './publisher.ts'

describe('three nodes', () => {
  const lab = new Lab()
  const stations = demoFleet()
  beforeAll(async () => {
    await lab.start(3)
    await lab.balanced()
  }, 120_000)
  afterAll(() => lab.stop(), 60_000)

  it('[CL1] after kill -9 of an owner others acknowledge for its shards within 12 s, every message exactly once', async () => {
    const publisher = new Publisher(stations, 'kill1')
    await publisher.start(lab.mqttUrl, 200)
    await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length)
    const busy = new Map<string, Set<string>>()
    for (const { id } of stations) {
      const owner = await lab.ownerOf(shardOf(id))
      if (owner) busy.set(owner.url, (busy.get(owner.url) ?? new Set()).add(id))
    }
    const [victim] = lab.nodes.filter(({ url }) => busy.has(url)).toSorted((a, b) => (busy.get(b.url)?.size ?? 0) - (busy.get(a.url)?.size ?? 0))
    if (!victim) throw new Error('nobody owns a station')
    const orphans = publisher.streams.filter(({ station }) => busy.get(victim.url)?.has(station.id))
    const killedAt = performance.now()
    victim.process.signal('SIGKILL')
    const marks = new Map(orphans.map(({ device, seq }) => [device, seq]))
    await until('shards served elsewhere', async () => {
      const progress = await publisher.progress(lab.sql)
      return orphans.every(({ device }) => (progress.get(device) ?? 0) > (marks.get(device) ?? 0))
    }, 30)
    const outage = performance.now() - killedAt
    console.log(`kill -9: ${orphans.length} stations of ${victim.name} served elsewhere after ${(outage / 1000).toFixed(1)} s`)
    await lab.balanced()
    await publisher.stop()
    await until('all acknowledged on record', async () => {
      const progress = await publisher.progress(lab.sql)
      return publisher.streams.every(({ device, acked }) => (progress.get(device) ?? 0) >= Math.max(0, ...acked))
    })
    expect(await publisher.verify(lab.sql)).toMatchObject({ lost: 0, doubled: 0, disordered: 0 })
    expect(outage).toBeLessThan(12_000)
  }, 120_000)
})
