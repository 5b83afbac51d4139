import type { FleetView, Patch, ServerMessage, StationView } from '@twin/models/live'
import type { AlarmState } from '@twin/models/twin'
import { unpack } from 'msgpackr'
import { io } from 'socket.io-client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTestRuntime, emptyView, openViewer, person, startHub, summaryOf } from './test-station.ts'

const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).toReversed()) await end()
})
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 10_000, interval: 10 })

const FAST = 'st:s1:f'
const SLOW = 'st:s1:s'
const row = (device: string, at: number, value: number) => ({
  device,
  at,
  values: Float64Array.of(value, NaN, value * 2),
  quality: Uint8Array.of(0, 255, 0),
})
/** What a view says but for the time it was taken. */
const content = (view: unknown): unknown => ({ ...(view as StationView), at: 0 })

async function start(views = [emptyView('s1', ['s1', 'c1', 'c2'], 3), emptyView('s2', ['s2'], 3)]) {
  const runtime = createTestRuntime(views)
  const setup = await startHub(runtime, cleanup)
  setup.people.set('anna', person('anna'))
  setup.people.set('ben', person('ben', ['s1']))
  return { runtime, ...setup }
}
const raised: AlarmState = {
  phase: 'UNACK',
  raising: null,
  clearing: null,
  occurrence: 'occ1',
  raisedAt: 1000,
  ackedAt: null,
  ackedBy: null,
  note: null,
  clearedAt: null,
  shelved: null,
  suppressed: null,
  outOfService: null,
  groupedUnder: null,
  recentRaises: [1000],
  chattering: false,
}

describe('live hub', () => {
  it('[LV1] three clients on two transports converge on one station, late values left out', async () => {
    const { runtime, url } = await start()
    const viewers = await Promise.all([openViewer(url, 'anna'), openViewer(url, 'anna')])
    viewers[0]?.subscribe(FAST)
    viewers[1]?.subscribe(SLOW)
    const socket = io(`http://${url}`, { transports: ['websocket'], extraHeaders: { authorization: 'Bearer ben' }, reconnection: false })
    cleanup.push(async () => socket.close())
    const seen: ServerMessage[] = []
    socket.on('f', (bytes: Buffer) => seen.push(unpack(bytes) as ServerMessage))
    await until(() => expect(socket.connected).toBe(true))
    expect(await socket.emitWithAck('subscribe', { topic: FAST })).toEqual({ ok: true })
    runtime.commit('s1', [row('c1', 1000, 5)])
    await until(() => expect(viewers[0]?.view(FAST)).toBeDefined())
    for (let i = 1; i <= 30; i++)
      runtime.commit('s1', [row('c1', 1000 + i, 5 + i), row('c2', 2000 + i, i)], [{ op: 'replace', path: ['station', 'nextN'], value: i }])
    runtime.commit('s1', [row('c1', 900, 99)])
    await until(() => expect(content(viewers[0]?.view(FAST))).toEqual(content(runtime.view('s1'))))
    await until(() => expect(content(viewers[1]?.view(SLOW))).toEqual(content(runtime.view('s1'))))
    const frames = seen.filter((message) => message.k === 'f')
    expect(frames[0]).toMatchObject({
      r: FAST,
      e: 1,
      d: { dev: [1, 1, 2, 2], pt: [0, 2, 0, 2], val: [35, 70, 30, 60], ts: [1030, 1030, 2030, 2030], q: [0, 0, 0, 0] },
    })
    expect(seen.filter((message) => message.k === 'snap')).toHaveLength(1)
  })

  it('[LV2] a client that missed a frame asks once and gets a snapshot; a new epoch makes all start anew', async () => {
    const { runtime, url } = await start()
    const viewer = await openViewer(url, 'anna')
    viewer.subscribe(FAST)
    await until(() => expect(runtime.snapshots).toBe(1))
    runtime.commit('s1', [])
    await until(() => expect(viewer.view(FAST)).toBeDefined())
    const snaps = (): number => viewer.seen.filter((message) => message.k === 'snap').length
    const before = snaps()
    runtime.epoch = 2
    await until(() => {
      runtime.commit('s1', [row('c1', Date.now(), Math.random())])
      expect(snaps()).toBeGreaterThan(before)
    })
    runtime.commit('s1', [row('c2', Date.now(), 4)])
    await until(() => expect(content(viewer.view(FAST))).toEqual(content(runtime.view('s1'))))
    expect(snaps()).toBe(before + 1)
  })

  it('[LV3] places a snapshot exactly between two frames: who joins in the middle sees what the first one sees', async () => {
    const { runtime, url } = await start()
    const first = await openViewer(url, 'anna')
    first.subscribe(FAST)
    await until(() => expect(runtime.snapshots).toBe(1))
    runtime.commit('s1', [])
    await until(() => expect(first.view(FAST)).toBeDefined())
    const second = await openViewer(url, 'anna')
    second.subscribe(FAST)
    await until(() => expect(runtime.snapshots).toBe(2))
    runtime.commit('s1', [row('c1', 1, 1)], [{ op: 'add', path: ['station', 'missing', 0], value: 'c2' }])
    runtime.commit('s1', [row('c1', 2, 2)], [{ op: 'add', path: ['station', 'missing', 1], value: 'c1' }])
    await until(() => expect(content(second.view(FAST))).toEqual(content(runtime.view('s1'))))
    await until(() => expect(content(first.view(FAST))).toEqual(content(runtime.view('s1'))))
    expect(first.seen.filter((message) => message.k === 'snap')).toHaveLength(1)
    expect(second.seen.filter((message) => message.k === 'snap')).toHaveLength(1)
  })

  it('[LV4] shows a new alarm at once as provisional and once, and confirms it in place', async () => {
    const { runtime, url } = await start()
    const viewer = await openViewer(url, 'anna')
    viewer.subscribe(SLOW)
    viewer.subscribe('fleet')
    runtime.answerAtOnce = true
    runtime.commit('s1', [])
    await until(() => expect(viewer.view(SLOW)).toBeDefined())
    await until(() => expect(viewer.view('fleet')).toBeDefined())
    const patches: Patch[] = [
      { op: 'add', path: ['devices', 'c1', 'alarms', 'C-OVERTEMP'], value: raised },
      { op: 'add', path: ['station', 'recentAlarms', 0], value: 1000 },
    ]
    runtime.provisional('s1', patches)
    const alarmIn = (view: unknown) => (view as StationView).devices.c1?.alarms['C-OVERTEMP']
    await until(() => expect(alarmIn(viewer.view(SLOW))).toEqual(raised))
    expect(alarmIn(viewer.committed(SLOW))).toBeUndefined()
    await until(() => expect((viewer.view('fleet') as FleetView).alarms).toMatchObject([{ occurrence: 'occ1', provisional: true }]))
    runtime.commit('s1', [], patches)
    await until(() => expect(alarmIn(viewer.committed(SLOW))).toEqual(raised))
    expect(viewer.view(SLOW)).toEqual(viewer.committed(SLOW))
    expect((viewer.view(SLOW) as StationView).station.recentAlarms).toEqual([1000])
    await until(() => expect((viewer.view('fleet') as FleetView).alarms).toEqual([expect.not.objectContaining({ provisional: true })]))
  })

  it('[LV5] tells the fleet once a second, field by field, each person only the stations in scope', async () => {
    const { runtime, url } = await start()
    runtime.answerAtOnce = true
    const anna = await openViewer(url, 'anna')
    const ben = await openViewer(url, 'ben')
    anna.subscribe('fleet')
    ben.subscribe('fleet')
    await until(() => expect(Object.keys((anna.view('fleet') as FleetView | undefined)?.stations ?? {})).toEqual(['s1', 's2']))
    await until(() => expect(Object.keys((ben.view('fleet') as FleetView | undefined)?.stations ?? {})).toEqual(['s1']))
    runtime.summaries.set('s1', summaryOf('s1', 7.004))
    runtime.summaries.set('s2', summaryOf('s2', 6.128))
    runtime.commit('s1', [row('c1', 1, 1)])
    runtime.commit('s2', [row('s2', 1, 1)])
    await until(() => expect((anna.view('fleet') as FleetView).stations.s2?.pressure).toBe(6.13))
    expect(anna.seen.find((message) => message.k === 'f')).toMatchObject({
      o: [{ op: 'replace', path: ['stations', 's2', 'pressure'], value: 6.13 }],
    })
    expect(ben.seen.filter((message) => message.k === 'f')).toEqual([])
  })

  it('[LV6] refuses strangers, foreign pages, topics out of scope and unknown ones', async () => {
    const { url, people, runtime } = await start()
    runtime.answerAtOnce = true
    await expect(openViewer(url, 'nobody')).rejects.toThrow('401')
    await expect(openViewer(url, 'anna', { origin: 'https://evil.example' })).rejects.toThrow('403')
    await openViewer(url, 'anna', { origin: 'https://portal.example' })
    const socket = io(`http://${url}`, { transports: ['websocket'], reconnection: false })
    cleanup.push(async () => socket.close())
    const refused = new Promise((resolve) => socket.once('connect_error', resolve))
    expect(await refused).toBeInstanceOf(Error)
    people.set('new', { ...person('new'), mustChangePassword: true })
    const [ben, fresh] = [await openViewer(url, 'ben'), await openViewer(url, 'new')]
    ben.subscribe('st:s2:f')
    ben.subscribe('st:s1:f')
    ben.subscribe('nonsense')
    fresh.subscribe('fleet')
    await until(() => expect(ben.closed.toSorted()).toEqual(['nonsense unknown-topic', 'st:s2:f not-permitted']))
    await until(() => expect(fresh.closed).toEqual(['fleet not-permitted']))
    await until(() => expect(ben.view('st:s1:f')).toBeDefined())
    for (const bad of ['', '{', '[]', '{"op":"subscribe"}', '{"op":5}']) ben.ws.send(bad)
    ben.ws.send(Buffer.from([0xc1, 0xff]))
    ben.ws.send(JSON.stringify({ op: 'ping', t: 7 }))
    await until(() => expect(ben.seen.find((message) => message.k === 'pong')).toMatchObject({ c: 7 }))
  })

  it('[LV7] looks again when rights change: topics out of scope end, the fleet shrinks, a signed-out person is cut', async () => {
    const { url, people, hub, runtime } = await start()
    runtime.answerAtOnce = true
    const viewer = await openViewer(url, 'anna')
    for (const topic of ['st:s1:s', 'st:s2:s', 'fleet']) viewer.subscribe(topic)
    await until(() => expect(Object.keys((viewer.view('fleet') as FleetView | undefined)?.stations ?? {})).toHaveLength(2))
    people.set('anna', person('anna', ['s1']))
    await hub.recheck('ben')
    expect(viewer.closed).toEqual([])
    await hub.recheck('anna')
    await until(() => expect(viewer.closed).toEqual(['st:s2:s not-permitted']))
    await until(() => expect(Object.keys((viewer.view('fleet') as FleetView).stations)).toEqual(['s1']))
    people.delete('anna')
    const gone = new Promise((resolve) => viewer.ws.once('close', resolve))
    await hub.recheck('anna')
    expect(await gone).toBe(4401)
    expect(hub.metrics()).toMatchObject({ clients: 0, topics: 0 })
  })

  it('[LV8] leaves out a client that does not read, keeps its buffer bounded, and brings it back with a snapshot', async () => {
    const devices = ['s1', ...Array.from({ length: 500 }, (_, i) => `d${i}`)]
    const { runtime, url, hub } = await start([emptyView('s1', devices, 24)])
    runtime.answerAtOnce = true
    runtime.commit('s1', [])
    const slow = await openViewer(url, 'anna')
    const quick = await openViewer(url, 'anna')
    slow.subscribe(FAST)
    quick.subscribe(FAST)
    await until(() => expect(slow.view(FAST)).toBeDefined())
    slow.ws.pause()
    let n = 0
    const commitAll = (): void => {
      n++
      runtime.commit(
        's1',
        devices.map((device) => ({ device, at: n, values: new Float64Array(24).fill(Math.random()), quality: new Uint8Array(24) })),
      )
    }
    await vi.waitFor(
      () => {
        commitAll()
        expect(hub.metrics().paused).toBe(1)
      },
      { timeout: 25_000, interval: 50 },
    )
    await until(() => expect(content(quick.view(FAST))).toEqual(content(runtime.view('s1'))))
    slow.ws.resume()
    await until(() => expect(hub.metrics().paused).toBe(0))
    commitAll()
    await until(() => expect(content(slow.view(FAST))).toEqual(content(runtime.view('s1'))))
    expect(slow.seen.filter((message) => message.k === 'snap').length).toBeGreaterThan(1)
    expect(quick.seen.filter((message) => message.k === 'snap')).toHaveLength(1)
  })

  it('[LV8] measures what a socket.io client has not read, too', async () => {
    const devices = ['s1', ...Array.from({ length: 500 }, (_, i) => `d${i}`)]
    const { runtime, url, hub } = await start([emptyView('s1', devices, 24)])
    runtime.answerAtOnce = true
    runtime.commit('s1', [])
    const socket = io(`http://${url}`, { transports: ['websocket'], extraHeaders: { authorization: 'Bearer anna' }, reconnection: false })
    cleanup.push(async () => socket.close())
    let snapshots = 0
    socket.on('f', (bytes: Buffer) => {
      if ((unpack(bytes) as ServerMessage).k === 'snap') snapshots++
    })
    await until(() => expect(socket.connected).toBe(true))
    await socket.emitWithAck('subscribe', { topic: FAST })
    await until(() => expect(snapshots).toBe(1))
    const { ws } = socket.io.engine.transport as unknown as { readonly ws: { pause(): void; resume(): void } }
    ws.pause()
    let n = 0
    await vi.waitFor(
      () => {
        n++
        runtime.commit(
          's1',
          devices.map((device) => ({ device, at: n, values: new Float64Array(24).fill(Math.random()), quality: new Uint8Array(24) })),
        )
        expect(hub.metrics().paused).toBe(1)
      },
      { timeout: 25_000, interval: 50 },
    )
    ws.resume()
    await until(() => expect(snapshots).toBe(2))
    expect(hub.metrics()).toMatchObject({ paused: 0, closedSlow: 0 })
  })

  it('[LV10] tells what grew stale without a row, and the time of a station that plays a recording', async () => {
    const { runtime, url } = await start()
    runtime.answerAtOnce = true
    runtime.commit('s1', [row('c1', 1000, 5)])
    const viewer = await openViewer(url, 'anna')
    viewer.subscribe(FAST)
    await until(() => expect(viewer.view(FAST)).toBeDefined())
    const view = runtime.view('s1')
    runtime.replaceView({ ...view, at: 5000, slabs: view.slabs.map((slab, n) => (n === 1 ? { ...slab, q: [3, 255, 3] } : slab)) })
    await until(() => expect(viewer.view(FAST)).toMatchObject({ at: 5000, slabs: [{}, { q: [3, 255, 3] }, {}] }))
    expect(viewer.seen.filter((message) => message.k === 'snap')).toHaveLength(1)
  })

  it('[LV9] follows a station whose devices change, ends its topics when it is gone, and works for nobody when nobody looks', async () => {
    const { runtime, url, hub } = await start()
    runtime.answerAtOnce = true
    const viewer = await openViewer(url, 'anna')
    viewer.subscribe(FAST)
    await until(() => expect(viewer.view(FAST)).toBeDefined())
    runtime.replaceView(emptyView('s1', ['s1', 'c1', 'c2', 'c3'], 3))
    runtime.commit('s1', [row('c3', 5, 5)])
    await until(() => expect((viewer.view(FAST) as StationView).order).toHaveLength(4))
    runtime.commit('s1', [row('c3', 6, 6)])
    await until(() => expect(content(viewer.view(FAST))).toEqual(content(runtime.view('s1'))))
    viewer.ws.send(JSON.stringify({ op: 'unsubscribe', topic: FAST }))
    await until(() => expect(hub.metrics().topics).toBe(0))
    const asked = runtime.snapshots
    runtime.commit('s1', [row('c3', 7, 7)])
    expect(runtime.snapshots).toBe(asked)
    const ended = new Promise((resolve) => viewer.ws.once('close', resolve))
    viewer.subscribe(FAST)
    await until(() => expect(hub.metrics().topics).toBe(1))
    await hub.close()
    expect(await ended).toBe(1001)
    expect(viewer.closed).toEqual([`${FAST} shutting-down`])
  })
})
