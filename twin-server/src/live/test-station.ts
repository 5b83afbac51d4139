import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Committed, SampleRow } from '@twin/actors/runtime'
import {
  applyPatches,
  createLiveState,
  type LiveView,
  type Patch,
  type ServerMessage,
  type StationSummary,
  type StationView,
} from '@twin/models/live'
import { defaultPolicy, type StationConfig } from '@twin/models/stations'
import { type DeviceState, NEVER, type StationState } from '@twin/models/twin'
import { unpack } from 'msgpackr'
import { WebSocket } from 'ws'
import type { Principal } from '../security/index.ts'
import { createLiveHub, type LiveHub, type LiveRuntime } from './live-hub.ts'

/** The outside of a runtime: views, commits and their order, decided by the test. */
export interface TestRuntime extends LiveRuntime {
  /** One commit of rows and patches of a station; the view follows by the same rules as the real fold. */
  commit(station: string, rows: readonly Pick<SampleRow, 'device' | 'at' | 'values' | 'quality'>[], patches?: readonly Patch[]): void
  provisional(station: string, patches: readonly Patch[]): void
  view(station: string): StationView
  replaceView(view: StationView): void
  summaries: Map<string, StationSummary>
  epoch: number
  snapshots: number
  /** Snapshots are answered at the next commit, as the real runtime does; true = at once. */
  answerAtOnce: boolean
}

const idle: StationState = {
  commands: {},
  nextN: 1,
  presence: 'vacant',
  video: { open: false, reason: null, since: null, until: null },
  holds: {},
  fence: null,
  lockedBy: null,
  flood: null,
  recentAlarms: [],
  missing: [],
  planned: null,
}
const deviceState: DeviceState = {
  link: { state: 'never' },
  declared: [],
  texts: {},
  alarms: {},
  notices: {},
  position: null,
  commanded: null,
  replay: null,
}

export function emptyView(id: string, devices: readonly string[], points: number): StationView {
  const column = (value: number): number[] => Array.from({ length: points }, () => value)
  return {
    id,
    order: devices,
    kinds: devices.map(() => 'compressor'),
    slabs: devices.map(() => ({ val: column(NaN), ts: column(NaN), q: column(NEVER) })),
    devices: Object.fromEntries(devices.map((device) => [device, deviceState])),
    station: idle,
    at: 0,
  }
}

export function summaryOf(id: string, pressure = 7): StationSummary {
  return {
    id,
    code: id,
    name: id,
    nameEn: id,
    kind: 'smartStation',
    region: '310000',
    position: null,
    state: 'running',
    condition: 'normal',
    pressure,
    flow: 10,
    power: 100,
    specificEnergy: 0.1,
    units: { total: 1, running: 1, loaded: 1 },
    devices: { total: 1, online: 1 },
    alarms: { P1: 0, P2: 0, P3: 0, unacked: 0 },
    presence: 'vacant',
    ratedFlow: 0,
    outlets: [],
  }
}

const configOf = (id: string): StationConfig => ({
  id,
  org: 'main',
  code: id,
  name: id,
  nameEn: id,
  kind: 'smartStation',
  region: '310000',
  address: '',
  manager: '',
  position: null,
  timeZone: 'Asia/Shanghai',
  policy: defaultPolicy,
  volume: 1,
  fenceRadius: null,
  outline: null,
  devices: [],
  pipes: [],
  energyQuota: null,
})

export function createTestRuntime(initial: readonly StationView[]): TestRuntime {
  const views = new Map(initial.map((view) => [view.id, view]))
  const committed = new Set<(committed: Committed) => void>()
  const provisional = new Set<(station: string, patches: readonly Patch[]) => void>()
  let asked: (() => void)[] = []
  const runtime: TestRuntime = {
    epoch: 1,
    snapshots: 0,
    answerAtOnce: false,
    summaries: new Map(initial.map(({ id }) => [id, summaryOf(id)])),
    view: (id) => views.get(id) as StationView,
    replaceView: (view) => views.set(view.id, view),
    stations: () => [...views.keys()].map(configOf),
    station: (id) => (views.has(id) ? configOf(id) : undefined),
    summary: (id) => runtime.summaries.get(id),
    epochOf: () => runtime.epoch,
    snapshot(id, done) {
      runtime.snapshots++
      const answer = (): void => done(views.get(id))
      if (runtime.answerAtOnce) answer()
      else asked.push(answer)
    },
    onCommitted(listener) {
      committed.add(listener)
      return () => committed.delete(listener)
    },
    onProvisional(listener) {
      provisional.add(listener)
      return () => provisional.delete(listener)
    },
    provisional(id, patches) {
      for (const listener of provisional) listener(id, patches)
    },
    commit(id, rows, patches = []) {
      const before = views.get(id) as StationView
      const slabs = before.slabs.map(({ val, ts, q }) => ({ val: [...val], ts: [...ts], q: [...q] }))
      for (const row of rows) {
        const slab = slabs[before.order.indexOf(row.device)]
        if (!slab) continue
        for (const [pt, quality] of row.quality.entries()) {
          if (quality === NEVER || row.at < (slab.ts[pt] as number)) continue
          slab.val[pt] = row.values[pt] as number
          slab.ts[pt] = row.at
          slab.q[pt] = quality
        }
      }
      views.set(id, applyPatches({ ...before, slabs }, patches))
      const samples = rows.map((row, seq): SampleRow => ({
        ...row,
        shard: 0,
        seq,
        station: id,
        kind: 'compressor',
        received: row.at,
        origin: 'measured',
      }))
      const batch = { samples, facts: [], cursors: [], deadLetters: [], rejects: [], timers: [] }
      for (const listener of committed)
        listener({ epoch: runtime.epoch, batch, patches: new Map(patches.length > 0 ? [[id, patches]] : []) })
      const due = asked
      asked = []
      for (const answer of due) answer()
    },
  }
  return runtime
}

export const person = (id: string, stations: readonly string[] | null = null): Principal => ({
  id,
  org: 'main',
  username: id,
  name: id,
  role: 'viewer',
  kind: 'staff',
  permissions: new Set(['station:view', 'alarm:view']),
  stations: stations && new Set(stations),
  mustChangePassword: false,
})

export interface LiveSetup {
  readonly hub: LiveHub
  readonly url: string
  readonly people: Map<string, Principal>
  readonly server: Server
}

/** Hub on a real server; people sign in by bearer token = their id. */
export async function startHub(runtime: LiveRuntime, cleanup: (() => Promise<unknown>)[]): Promise<LiveSetup> {
  const people = new Map<string, Principal>()
  const hub = createLiveHub({
    runtime,
    authenticate: async (headers) => people.get(headers.get('authorization')?.replace('Bearer ', '') ?? ''),
    originAllowed: (headers) => headers.get('origin') === null || headers.get('origin') === 'https://portal.example',
  })
  const server = createServer((_request, response) => response.end('ok'))
  hub.attach(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(
    async () => new Promise((resolve) => server.close(resolve)),
    async () => server.closeAllConnections(),
    () => hub.close(),
  )
  return { hub, people, server, url: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A viewer over plain WebSocket that keeps its topics by the shared reducer. */
export async function openViewer(url: string, token: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(`ws://${url}/ws`, { headers: { authorization: `Bearer ${token}`, ...headers } })
  const topics = new Map<string, ReturnType<typeof createLiveState>>()
  const closed: string[] = []
  const seen: ServerMessage[] = []
  ws.on('message', (data) => {
    const message = unpack(data as Buffer) as ServerMessage
    seen.push(message)
    if (message.k === 'closed') closed.push(`${message.r} ${message.reason}`)
    else if (message.k !== 'pong' && topics.get(message.r)?.accept(message) === 'sync')
      ws.send(JSON.stringify({ op: 'sync', topic: message.r }))
  })
  ws.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })
  return {
    ws,
    closed,
    seen,
    subscribe(topic: string) {
      topics.set(topic, createLiveState(topic))
      ws.send(JSON.stringify({ op: 'subscribe', topic }))
    },
    view: (topic: string): LiveView | undefined => topics.get(topic)?.current()?.view,
    committed: (topic: string): LiveView | undefined => topics.get(topic)?.current()?.committed,
  }
}
