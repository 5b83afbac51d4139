import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { shardOf } from '../../actors/src/runtime/index.ts'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { Clerk } from './clerk.ts'
import { Lab } from './lab.ts'
import { Publisher } from './publisher.ts'
import { Viewer } from './viewer.ts'

describe('three nodes', () => {
  const lab = new Lab()
  const stations = demoFleet()
  const publishers: Publisher[] = []
  const publisherOf = (boot: string): Publisher => {
    const publisher = new Publisher(stations, boot)
    publishers.push(publisher)
    return publisher
  }
  // A test that failed must not send on into the next one.
  afterEach(() => Promise.all(publishers.splice(0).map((publisher) => publisher.stop())))
  beforeAll(async () => {
    await lab.start(3)
    await lab.balanced()
  }, 120_000)
  afterAll(() => lab.stop(), 60_000)

  const operator = async () => {
    const health = (await (await fetch(`${lab.nodes[0]?.url}/api/health`)).json()) as { parts: { demo: { detail: string } } }
    const users = JSON.parse(health.parts.demo.detail) as { username: string; password: string; role: string }[]
    const user = users.find(({ role }) => role === 'administrator') ?? users[0]
    if (!user) throw new Error('no demo users')
    return user
  }

  it('[CL2] any node answers for any station and serves any viewer; a drain moves stations under a viewer with one resync', async () => {
    const publisher = publisherOf('move1')
    await publisher.start(lab.mqttUrl, 100)
    await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length)
    const [station] = stations
    if (!station) throw new Error('no station')
    const owner = await until('an owner', () => lab.ownerOf(shardOf(station.id)))
    const gateway = lab.nodes.find(({ url, process }) => url !== owner.url && process.alive)
    if (!gateway) throw new Error('one node only')
    const user = await operator()
    const call = await lab.signIn(gateway, user.username)
    const list = (await call('GET', '/api/stations')).body as { stations: { id: string }[] }
    await until('summaries of all stations everywhere', async () => {
      const answer = (await call('GET', '/api/stations')).body as typeof list
      return answer.stations.length === stations.length
    })
    expect(await call('GET', `/api/stations/${station.id}/live`)).toMatchObject({ status: 200, body: { id: station.id } })
    const device = publisher.streams.find((stream) => stream.station.id === station.id)?.device ?? ''
    expect((await call('POST', `/api/devices/${device}/commands/check`, { code: 'compressor.start', args: {} })).status).not.toBe(503)

    const viewers = [new Viewer(`st:${station.id}:f`), new Viewer(`st:${station.id}:s`), new Viewer('fleet')]
    for (const viewer of viewers) await viewer.open(gateway.url, user.username, user.password)
    const [fast, slow, fleet] = viewers
    if (!fast || !slow || !fleet) throw new Error('no viewer')
    await until(
      'frames through a node that does not own the station',
      async () => fast.frames > 5 && slow.frames > 1 && fleet.snapshots > 0,
    )
    await until(
      'all stations in the fleet',
      async () => fleet.held && Object.keys((fleet.held.view as { stations: object }).stations).length === stations.length,
    )
    const before = { e: fast.held?.e ?? 0, snapshots: fast.snapshots }
    expect(before.snapshots).toBe(1)

    const inc = await lab.incOf(owner)
    const marks = new Map(publisher.streams.map(({ device: id, seq }) => [id, seq]))
    const drainedAt = performance.now()
    const drainedWall = Date.now()
    expect((await call('POST', `/api/cluster/nodes/${inc}/drain`, { on: true })).status).toBe(200)
    await until('drained', async () => ((await lab.owners()).get(owner.url) ?? 0) === 0, 60)
    console.log(`drain of ${owner.name}: ${((performance.now() - drainedAt) / 1000).toFixed(1)} s`)
    await until('served by others', async () => {
      const progress = await publisher.progress(lab.sql)
      return publisher.streams.every(({ device: id }) => (progress.get(id) ?? 0) > (marks.get(id) ?? 0))
    })
    const pauses = await lab.sql<{ gap: number }[]>`
      select max(gap)::float8 as gap from (
        select device, extract(epoch from received - lag(received) over (partition by device order by seq)) * 1000 as gap
        from sample where origin = 0 and received > ${drainedWall - 1000}) g group by device order by 1`
    console.log(
      `longest pause of a station in the hand-over: ${Math.round(pauses.at(-1)?.gap ?? 0)} ms (every device sends each ${(publisher.streams.length * 10).toFixed(0)} ms)`,
    )
    const frames = fast.frames
    await until('frames of the new owner', async () => fast.frames > frames + 5)
    expect(fast.held?.e).toBeGreaterThan(before.e)
    expect(fast.snapshots - before.snapshots).toBe(1)
    expect(viewers.map(({ closed }) => closed)).toEqual([null, null, null])
    for (const viewer of viewers) viewer.close()
    await publisher.stop()
    await until('all acknowledged on record', async () => {
      const progress = await publisher.progress(lab.sql)
      return publisher.streams.every(({ device: id, last }) => (progress.get(id) ?? 0) >= last)
    })
    expect(await publisher.verify(lab.sql)).toMatchObject({ lost: 0, doubled: 0, disordered: 0 })
    expect((await call('POST', `/api/cluster/nodes/${inc}/drain`, { on: false })).status).toBe(200)
    await lab.balanced()
  }, 180_000)

  it('[CL1] after kill -9 of an owner others acknowledge for its shards within 12 s, every message exactly once, and what was filed meanwhile took its effect once', async () => {
    const publisher = publisherOf('kill1')
    await publisher.start(lab.mqttUrl, 200)
    const clerk = new Clerk(stations)
    clerk.start(lab, 100)
    await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length)
    const busy = new Map<string, Set<string>>()
    for (const { id } of stations) {
      const owner = await lab.ownerOf(shardOf(id))
      if (owner) busy.set(owner.url, (busy.get(owner.url) ?? new Set()).add(id))
    }
    const [victim] = lab.nodes
      .filter(({ url }) => busy.has(url))
      .toSorted((a, b) => (busy.get(b.url)?.size ?? 0) - (busy.get(a.url)?.size ?? 0))
    if (!victim) throw new Error('nobody owns a station')
    const orphans = publisher.streams.filter(({ station }) => busy.get(victim.url)?.has(station.id))
    const killedAt = performance.now()
    victim.process.signal('SIGKILL')
    const marks = new Map(orphans.map(({ device, seq }) => [device, seq]))
    await until(
      'shards served elsewhere',
      async () => {
        const progress = await publisher.progress(lab.sql)
        return orphans.every(({ device }) => (progress.get(device) ?? 0) > (marks.get(device) ?? 0))
      },
      30,
    )
    const outage = performance.now() - killedAt
    console.log(`kill -9: ${orphans.length} stations of ${victim.name} served elsewhere after ${(outage / 1000).toFixed(1)} s`)
    await lab.balanced()
    await clerk.stop()
    await publisher.stop()
    await until('all acknowledged on record', async () => {
      const progress = await publisher.progress(lab.sql)
      return publisher.streams.every(({ device, last }) => (progress.get(device) ?? 0) >= last)
    })
    expect(await publisher.verify(lab.sql)).toMatchObject({ lost: 0, doubled: 0, disordered: 0 })
    expect(await clerk.verify(lab.sql)).toEqual({ undelivered: 0, unlike: 0 })
    expect(clerk.done).toBeGreaterThan(0)
    expect(outage).toBeLessThan(12_000)
  }, 120_000)
})
