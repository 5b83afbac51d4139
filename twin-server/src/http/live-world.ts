import { deviceKinds, findKind } from '@twin/models/kinds'
import { demoFleet, type StationConfig } from '@twin/models/stations'
import type { Effect } from '@twin/models/twin'
import { type Runtime, createRuntime, viewAt } from '@twin/actors/runtime'
import { v7 } from 'uuid'
import { createSecurity, demoUsers, type Security, seedDemoUsers } from '../security/index.ts'
import { type Store, createStore } from '../store/index.ts'
import { startTestPostgres } from '../testing/postgres.ts'
import { logCommandEnds } from './command-log.ts'
import type { HttpStore } from './parts.ts'
import { stationChanges } from './handlers/station-change.ts'
import { type Http, createHttp } from './server.ts'

/** For tests: the whole server but its sockets, on real Postgres with the real actors and a station whose devices speak. */
export interface LiveWorld {
  readonly http: Http
  readonly store: Store
  readonly httpStore: HttpStore
  readonly runtime: Runtime
  readonly security: Security
  readonly station: StationConfig
  readonly effects: Effect[]
  readonly clock: { readonly now: () => number }
  /** Every device reports normal operation, some points replaced by name. Durable when it resolves. */
  report(over?: Readonly<Record<string, number | boolean | string>>): Promise<void>
  /** One sample of one device, also of an earlier time. */
  sample(device: string, at: number, points: Readonly<Record<string, number | boolean | string>>): Promise<void>
  call(method: string, path: string, as: string, body?: unknown): Promise<Response>
  stop(): Promise<void>
}

export async function startLiveWorld(): Promise<LiveWorld> {
  const postgres = await startTestPostgres()
  const store = await createStore({ url: postgres.url })
  const fleet = demoFleet()
  const station = fleet.find(({ kind }) => kind === 'centralStation')
  if (!station) throw new Error('the demo fleet has no central station')
  for (const config of fleet.slice(0, 3)) await store.stations.save(config)
  const clock = { now: () => Date.now() }
  const effects: Effect[] = []
  const runtime: Runtime = createRuntime({
    commit: store.commitPort,
    recovery: store.recoveryPort,
    effects: {
      execute(effect) {
        effects.push(effect)
        // There are no cameras; the demo's policy lets commands pass without.
        if (effect.kind === 'openVideo')
          void runtime.ask({ type: 'video.result', station: effect.station, command: effect.command, ok: false, detail: 'no camera' })
      },
    },
    clock,
    ids: { next: () => v7() },
    scheduler: {
      after(ms, fn) {
        const timer = setTimeout(fn, ms)
        return () => clearTimeout(timer)
      },
    },
    commitEveryMs: 5,
  })
  await runtime.start()
  const security = createSecurity({
    db: store.db,
    clock,
    secret: 'a-secret-for-tests-of-32-characters!',
    publicUrl: 'http://twin.test',
    commands: deviceKinds.flatMap((kind) => kind.commands),
    signInsPerMinute: 10_000,
  })
  await seedDemoUsers(security)
  const failures: unknown[] = []
  const endLog = logCommandEnds({ runtime, db: store.db, security, failed: (error) => failures.push(error) })
  const httpStore: HttpStore = {
    db: store.db,
    stations: store.stations,
    series: (query) => store.history.series(query),
    counterReadings: (queries, timeZone) => store.history.counterReadings(queries, timeZone),
    buckets: (query, timeZone) => store.history.buckets(query, timeZone),
    machineUse: (query, timeZone) => store.history.machineUse(query, timeZone),
    async viewAt(config, t) {
      const source = await store.history.twinSource(config.id, t)
      return source && viewAt(config, source, t)
    },
  }
  const http = createHttp({
    runtime,
    store: httpStore,
    security,
    clock,
    config: { version: '0', demo: true, publicUrl: 'http://twin.test', allowedOrigins: [], trustedProxies: [], portals: null },
    log: { error: (detail, message) => failures.push({ detail, message }) },
    changes: stationChanges({ store: httpStore, runtime }),
    deviceSecret: (device, generation) => `${device}-${generation}`,
  })
  const tokens = new Map<string, string>()
  let seq = 0
  const boot = 'boot'

  const deliver = (device: string, channel: 't' | 'e', body: object, ts = Date.now()): Promise<unknown> =>
    new Promise((resolve) => {
      const now = Date.now()
      const envelope = { v: 1, boot, seq: ++seq, ts, body } as never
      runtime.deliver({ org: station.org, station: station.id, device, channel, envelope, received: now, bytes: 100 }, resolve)
    })
  for (const { id, kind } of station.devices)
    await deliver(id, 'e', {
      type: 'birth',
      kind,
      points: (findKind(kind)?.points ?? []).filter(({ sampleMs }) => sampleMs > 0).map(({ name }) => name),
    })

  return {
    http,
    store,
    httpStore,
    runtime,
    security,
    station,
    effects,
    clock,
    async report(over = {}) {
      await Promise.all(
        station.devices.map(({ id, kind }) => {
          const measured = (findKind(kind)?.points ?? []).filter(({ sampleMs }) => sampleMs > 0)
          return deliver(id, 't', { p: Object.fromEntries(measured.map(({ name, typical }) => [name, over[name] ?? typical])) })
        }),
      )
    },
    async sample(device, at, points) {
      await deliver(device, 't', { p: points }, at)
    },
    async call(method, path, as, body) {
      if (!tokens.has(as)) {
        const password = demoUsers.find(({ username }) => username === as)?.password
        const signedIn = await http.app.request('/api/auth/sign-in/username', {
          method: 'POST',
          body: JSON.stringify({ username: as, password }),
        })
        tokens.set(as, ((await signedIn.json()) as { token: string }).token)
      }
      return http.app.request(path, {
        method,
        headers: { authorization: `Bearer ${tokens.get(as)}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    },
    async stop() {
      endLog()
      await runtime.stop()
      await store.close()
      await postgres.stop()
      if (failures.length > 0) throw new Error(`failures: ${JSON.stringify(failures)} ${String(failures[0])}`)
    },
  }
}
