import { randomUUID } from 'node:crypto'
import { MemoryStore } from '@twin/actors/memory'
import { createRuntime } from '@twin/actors/runtime'
import { findPoint, kindOf } from '@twin/models/kinds'
import type { StationView } from '@twin/models/live'
import { composeStation } from '@twin/models/stations'
import type { Effect } from '@twin/models/twin'
import mqtt from 'mqtt'
import { afterEach, expect, it, vi } from 'vitest'
import { deviceSecret, startIngest } from '../ingest/index.ts'
import { openViewer, person, startHub } from './test-station.ts'

const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).toReversed()) await end()
})
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 15_000, interval: 10 })
const MASTER = 'whole-path-master-secret-0123456789'

const config = composeStation({
  id: 'station00001',
  kind: 'smartStation',
  code: 'T-01',
  name: '测试站',
  nameEn: 'Test station',
  region: '310000',
  address: '',
  position: { lat: 31, lng: 121 },
  units: [{ variant: 'fixed', ratedPower: 75, ratedFlow: 12.5, ratedPressure: 8 }],
  tanks: [2],
  cameras: 0,
  dryer: 'refrigerated',
  powerMeter: true,
  flowMeter: true,
  videoRequired: false,
})

it('[LV20] a value a device sends is seen by a viewer once it is durable, also by one who joins the next process', async () => {
  const store = new MemoryStore([config])
  const compressor = config.devices.find((device) => device.kind === 'compressor')
  if (!compressor) throw new Error('the composition has a compressor')
  const point = findPoint(kindOf('compressor'), 'dischargePressure')
  const seenIn = (view: unknown): number | undefined => {
    const station = view as StationView | undefined
    return station?.slabs[station.order.indexOf(compressor.id)]?.val[point]
  }

  const live = async () => {
    const effects: Effect[] = []
    const runtime = createRuntime({
      ...store.connect(),
      clock: { now: Date.now },
      scheduler: {
        after(ms, fn) {
          const timer = setTimeout(fn, ms)
          return () => clearTimeout(timer)
        },
      },
      ids: { next: randomUUID },
      effects: { execute: (effect) => void effects.push(effect) },
    })
    await runtime.start()
    cleanup.push(() => runtime.stop())
    const log = { info: () => undefined, warn: () => undefined }
    const ingest = await startIngest({
      runtime,
      log,
      master: MASTER,
      demo: false,
      broker: { kind: 'embedded', host: '127.0.0.1', port: 0 },
    })
    cleanup.push(() => ingest.close())
    const setup = await startHub(runtime, cleanup)
    setup.people.set('anna', person('anna'))
    return { runtime, ingest, setup }
  }
  const first = await live()
  const viewer = await openViewer(first.setup.url, 'anna')
  viewer.subscribe(`st:${config.id}:f`)
  viewer.subscribe('fleet')
  await until(() => expect(viewer.view(`st:${config.id}:f`)).toBeDefined())

  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${first.ingest.port}`, {
    username: compressor.id,
    password: deviceSecret(MASTER, compressor.id, 1),
    reconnectPeriod: 0,
  })
  cleanup.push(() => client.endAsync(true))
  const send = async (seq: number, p: Record<string, unknown>): Promise<unknown> =>
    client.publishAsync(`tw/main/${config.id}/t/${compressor.id}`, JSON.stringify({ v: 1, boot: 'b', seq, ts: Date.now(), body: { p } }), {
      qos: 1,
    })
  await send(1, { dischargePressure: 7.25 })
  expect(store.samples.some((row) => row.device === compressor.id)).toBe(true)
  await until(() => expect(seenIn(viewer.view(`st:${config.id}:f`))).toBe(7.25))
  await send(2, { dischargePressure: 'seven', nonsense: 1 })
  await send(3, { dischargePressure: 7.5 })
  await until(() => expect(seenIn(viewer.view(`st:${config.id}:f`))).toBe(7.5))
  await until(() => expect(viewer.view('fleet')).toMatchObject({ stations: { [config.id]: { devices: { online: 1 } } } }))
  await until(() => expect(store.rejects.size).toBe(2))
  expect(first.runtime.watermarks().get(compressor.id)).toEqual({ boot: 'b', seq: 3, t: 3 })

  const second = await live()
  const later = await openViewer(second.setup.url, 'anna')
  later.subscribe(`st:${config.id}:s`)
  await until(() => expect(seenIn(later.view(`st:${config.id}:s`))).toBe(7.5))
})
