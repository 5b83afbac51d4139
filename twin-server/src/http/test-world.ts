import type { CounterReading } from '@twin/models/energy'
import { deviceKinds, findKind } from '@twin/models/kinds'
import type { StationSummary, StationView } from '@twin/models/live'
import { type StationConfig, demoFleet } from '@twin/models/stations'
import type { Clock, Reply, Request, Runtime } from '@twin/actors/runtime'
import { qualities } from '@twin/models/twin'
import { createSecurity, demoUsers, type RightsSource, type Security, seedDemoUsers } from '../security/index.ts'
import { type Db, migrate, openKysely, openPool, type Sql } from '../store/index.ts'
import { counterReadings } from '../store/counter-readings.ts'
import { machineUse } from '../store/machine-use.ts'
import { pointBuckets } from '../store/point-buckets.ts'
import { openStations } from '../store/stations.ts'
import { startTestPostgres } from '../testing/postgres.ts'
import type { LivePortParts } from '../modules/live-port.ts'
import type { HttpParts, HttpStore, SeriesData } from './parts.ts'
import { stationChanges } from './handlers/station-change.ts'
import { type Http, createHttp } from './server.ts'

/** For tests of the API alone: real Postgres, real security, real HTTP; actors that say yes and remember what they were asked. */
export interface World {
  readonly http: Http
  readonly db: Db
  /** The same database, for history. */
  readonly sql: Sql
  readonly security: Security
  readonly asked: Request[]
  readonly stations: Map<string, StationConfig>
  readonly logged: { readonly detail: object; readonly message: string }[]
  /** What points show, by `device:point` in slab form (see `toSlab`); good now and at every past time. */
  readonly values: Map<string, number>
  /** What counters read, by `device:point`. */
  readonly counters: Map<string, readonly CounterReading[]>
  /** Answer of the actors; a test may replace it. */
  answer: (request: Request) => Reply
  now: number
  /** Session of a user, as a bearer token: a demo user's, or a new one with a password. */
  token(username: string, password?: string): Promise<string>
  /** Sign in anew at the next call. */
  forget(): void
  call(method: string, path: string, as?: string, body?: unknown): Promise<Response>
  stop(): Promise<void>
}

export interface WorldOptions {
  readonly rightsOf?: (db: Db) => RightsSource
  /** Further parts of the API, made once the database and the people are there. */
  readonly extend?: (made: {
    readonly db: Db
    readonly url: string
    readonly security: Security
    readonly clock: Clock
    readonly live: Omit<LivePortParts, 'refresh'>
  }) => Promise<Partial<HttpParts>>
}

export async function startWorld(over: Partial<HttpParts> = {}, options: WorldOptions = {}): Promise<World> {
  const postgres = await startTestPostgres()
  const pool = openPool(postgres.url)
  const db = openKysely(pool)
  await migrate(db)
  const time = { now: Date.UTC(2026, 2, 2, 8) }
  const clock = { now: () => time.now }
  const security = createSecurity({
    db,
    clock,
    secret: 'a-secret-for-tests-of-32-characters!',
    publicUrl: 'http://twin.test',
    commands: deviceKinds.flatMap((kind) => kind.commands),
    signInsPerMinute: 10_000,
    ...(options.rightsOf ? { rightsOf: options.rightsOf(db) } : {}),
  })
  await seedDemoUsers(security)
  const stations = new Map(demoFleet().map((config) => [config.id, config]))
  const kept = openStations(pool)
  for (const config of stations.values()) await kept.save(config)
  const asked: Request[] = []
  const logged: World['logged'] = []
  const values: World['values'] = new Map()
  const counters: World['counters'] = new Map()
  const viewed = (config: StationConfig): StationView => viewWith(config, time.now, values)
  const runtime = stubRuntime(stations, viewed, (request) => {
    asked.push(request)
    return world.answer(request)
  })
  const store: HttpStore = {
    db,
    stations: {
      async save(config) {
        await kept.save(config)
        stations.set(config.id, config)
      },
      change: (id, make) => kept.change(id, make),
    },
    series: () => Promise.resolve<SeriesData>({ resolution: 'raw', t: [], v: [] }),
    // Readings a test gave by hand, else what it wrote into history.
    counterReadings: (queries, timeZone) =>
      counters.size > 0
        ? Promise.resolve(queries.map(({ device, point }) => counters.get(`${device}:${point}`) ?? []))
        : counterReadings(pool, queries, timeZone),
    buckets: (query, timeZone) => pointBuckets(pool, query, timeZone),
    machineUse: (query, timeZone) => machineUse(pool, query, timeZone),
    viewAt: (config) => Promise.resolve(viewed(config)),
  }
  const changes = stationChanges({ store, runtime })
  const http = createHttp({
    runtime,
    store,
    security,
    clock,
    config: { version: '0', demo: true, publicUrl: 'http://twin.test', allowedOrigins: [], trustedProxies: [], portals: null },
    log: { error: (detail, message) => logged.push({ detail, message }) },
    changes,
    deviceSecret: (device, generation) => `${device}-${generation}`,
    ...over,
    ...(await options.extend?.({ db, url: postgres.url, security, clock, live: { runtime, stations: kept, store, changes } })),
  })
  const tokens = new Map<string, string>()
  const world: World = {
    http,
    db,
    security,
    asked,
    stations,
    logged,
    values,
    counters,
    sql: pool,
    get now() {
      return time.now
    },
    set now(at) {
      time.now = at
    },
    answer: () => ({ ok: true, check: { allowed: true, rejectCode: null, detail: null, warnings: [] } }),
    async token(username, given) {
      const known = given === undefined ? tokens.get(username) : undefined
      if (known) return known
      const password = given ?? demoUsers.find((user) => user.username === username)?.password
      const response = await world.call('POST', '/api/auth/sign-in/username', undefined, { username, password })
      const { token } = (await response.json()) as { token: string }
      tokens.set(username, token)
      return token
    },
    forget: () => tokens.clear(),
    async call(method, path, as, body) {
      const headers = new Headers(as === undefined ? {} : { authorization: `Bearer ${await world.token(as)}` })
      if (body !== undefined) headers.set('content-type', 'application/json')
      return http.app.request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    },
    async stop() {
      await pool.end()
      await postgres.stop()
    },
  }
  return world
}

export function emptyView(config: StationConfig, at: number): StationView {
  const alive = {
    link: { state: 'never' },
    declared: [],
    texts: {},
    alarms: {},
    notices: {},
    position: null,
    commanded: null,
    replay: null,
  } as const
  return {
    id: config.id,
    order: config.devices.map(({ id }) => id),
    kinds: config.devices.map(({ kind }) => kind),
    slabs: config.devices.map(({ kind }) => {
      const size = findKind(kind)?.points.length ?? 0
      return {
        val: Array.from<number>({ length: size }).fill(Number.NaN),
        ts: Array.from<number>({ length: size }).fill(Number.NaN),
        q: Array.from<number>({ length: size }).fill(255),
      }
    }),
    devices: Object.fromEntries(config.devices.map(({ id }) => [id, alive])),
    station: {
      commands: {},
      nextN: 1,
      presence: 'unknown',
      video: { open: false, reason: null, since: null, until: null },
      holds: {},
      fence: null,
      lockedBy: null,
      flood: null,
      recentAlarms: [],
      missing: [],
      planned: null,
    },
    at,
  }
}

function summaryOf(config: StationConfig): StationSummary {
  const { id, code, name, nameEn, kind, region, position } = config
  return {
    id,
    code,
    name,
    nameEn,
    kind,
    region,
    position,
    state: 'offline',
    condition: 'normal',
    pressure: null,
    flow: null,
    power: null,
    specificEnergy: null,
    units: { total: 0, running: 0, loaded: 0 },
    devices: { total: config.devices.length, online: 0 },
    alarms: { P1: 0, P2: 0, P3: 0, unacked: 0 },
    presence: 'unknown',
    ratedFlow: 0,
    outlets: [],
  }
}

/** An empty view with these points good at that time. */
function viewWith(config: StationConfig, at: number, values: ReadonlyMap<string, number>): StationView {
  const view = emptyView(config, at)
  for (const [place, { id, kind }] of config.devices.entries())
    for (const [slot, { name }] of (findKind(kind)?.points ?? []).entries()) {
      const value = values.get(`${id}:${name}`)
      const slab = view.slabs[place]
      if (value === undefined || !slab) continue
      slab.val[slot] = value
      slab.ts[slot] = at
      slab.q[slot] = qualities.indexOf('good')
    }
  return view
}

function stubRuntime(
  stations: Map<string, StationConfig>,
  viewed: (config: StationConfig) => StationView,
  answer: (request: Request) => Reply,
): Runtime {
  const nothing = (): Promise<void> => Promise.resolve()
  return {
    start: nothing,
    stop: nothing,
    settle: nothing,
    acquire: nothing,
    release: nothing,
    drop: () => undefined,
    onLost: () => () => undefined,
    epochOf: () => 1,
    deliver: (_input, done) => done('accepted'),
    bury: (_letter, done) => done?.(),
    ask: (request) => Promise.resolve(answer(request)),
    stations: () => [...stations.values()],
    station: (id) => stations.get(id),
    stationOf: (device) => [...stations.values()].find((config) => config.devices.some(({ id }) => id === device)),
    summary: (id) => {
      const config = stations.get(id)
      return config && summaryOf(config)
    },
    configure: (config) => {
      stations.set(config.id, config)
      return Promise.resolve()
    },
    retire: (id) => {
      stations.delete(id)
      return Promise.resolve()
    },
    snapshot: (id, done) => {
      const config = stations.get(id)
      done(config && viewed(config))
    },
    onCommitted: () => () => undefined,
    onProvisional: () => () => undefined,
    stateHash: () => undefined,
    watermarks: () => new Map(),
    metrics: () => ({
      stations: stations.size,
      devices: 0,
      quarantined: [],
      inputs: { accepted: 0, duplicate: 0, rejected: 0 },
      rejects: {},
      values: 0,
      commits: 0,
      commitMs: { last: 0, p50: 0, p99: 0 },
      pending: 0,
      pendingBytes: 0,
      steps: 0,
      actorFailures: 0,
    }),
  }
}
