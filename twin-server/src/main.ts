/** The only composition root: reads the configuration, builds adapters and runtime, starts, and stops in order. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { v7 } from 'uuid'
import { createRuntime, viewAt } from '@twin/actors/runtime'
import { deviceKinds } from '@twin/models/kinds'
import { demoFleet } from '@twin/models/stations'
import { healthy, owned, progressing, startAvailability } from './availability/index.ts'
import { Backups, isEmbedded } from './backup/index.ts'
import { createCluster, type News } from './cluster/index.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { createEffects } from './effects.ts'
import {
  createHttp,
  createOverload,
  expireUntaken,
  type HttpStore,
  logCommandEnds,
  orderlyClose,
  type Phase,
  stationChanges,
} from './http/index.ts'
import { deviceSecret, type Ingest, MasterSecretError, spoolSamples, startIngest } from './ingest/index.ts'
import { createLiveHub } from './live/index.ts'
import { createFirstAdministrator, createSecretBox, createSecurity, demoUsers, originAllowed, seedDemoUsers } from './security/index.ts'
import { createStore, defaultRetention, keepEmbeddedPostgres, type Store } from './store/index.ts'
import { createLivePort, rightsFromRoles, seedDemoRoles, startModules } from './modules/index.ts'
import { PoisonGuard } from './poison/index.ts'
import { notServed } from './standby/index.ts'
import { cameraService, startVideo, videoRoutes } from './video/index.ts'

/** Requests under way get this long for their answer when the server ends. */
const ANSWER_MS = 10_000

const root = join(import.meta.dirname, '..', '..')
// Errors under either name come with message and stack; by default pino shows only `err`.
const log = pino({ level: process.env.TWIN_LOG ?? 'warn', base: null, serializers: { error: pino.stdSerializers.err } })

/** Started parts, stopped last first; each gets its chance even if another fails. */
class Parts {
  readonly #stops: { readonly name: string; readonly stop: () => Promise<void> }[] = []
  add(name: string, stop: () => Promise<void>): void {
    this.#stops.push({ name, stop })
  }
  async stop(): Promise<void> {
    for (const { name, stop } of this.#stops.splice(0).toReversed())
      await stop().catch((error: unknown) => log.error({ err: error }, `stopping ${name} failed`))
  }
}

/** The demo's stations, and what later releases add to them; what people changed or took away stays so. */
async function seedDemoFleet({ db, stations }: Store): Promise<void> {
  const known = new Set([
    ...(await db.selectFrom('station').select('id').execute()).map(({ id }) => id),
    ...(await db.selectFrom('device').select('id').execute()).map(({ id }) => id),
  ])
  for (const station of demoFleet()) {
    const added = station.devices.filter(({ id }) => !known.has(id))
    if (!known.has(station.id)) await stations.save(station)
    else if (added.length > 0)
      await stations.change(station.id, (stored) => ({ ...stored, devices: [...stored.devices, ...added], pipes: station.pipes }))
  }
}

/** Ends the time in which a server that is leaving still serves; a second signal does. */
const hurry = new AbortController()

async function start(config: Config, parts: Parts, onFatal: (error: Error) => void): Promise<void> {
  let phase: Phase = 'starting'
  const clock = { now: Date.now }
  const demo = config.mode === 'demo'
  const elsewhere = notServed(config.dataDir)
  if (elsewhere !== undefined) throw new ConfigError(elsewhere)

  let url = config.databaseUrl
  if (url === null) {
    const postgres = await keepEmbeddedPostgres({ dir: join(config.dataDir, 'postgres') }, (problem) =>
      log.error({ problem }, problem === null ? 'the embedded database died and was started again' : 'the embedded database is down'),
    )
    parts.add('postgres', () => postgres.stop())
    if (postgres.recovery)
      log.warn(postgres.recovery, '数据库非正常结束，已重放其日志 the database was not shut down in order and replayed its log')
    url = postgres.url
  }
  const store = await createStore({
    url,
    crashWindowMs: config.poison.windowMs,
    onRetry: (error) => log.warn({ err: error }, 'commit failed, trying again'),
    retryMs: config.pace.commit.commitRetryMs,
    retryMaxMs: config.pace.commit.commitRetryMaxMs,
    ...(config.cluster && {
      cluster: { lockMs: config.cluster.settings.lockTimeoutMs, idleMs: config.cluster.settings.idleTransactionMs },
    }),
  })
  parts.add('store', () => store.close())
  if (demo && config.demoFleet === 'twelve') await seedDemoFleet(store)

  const poison = new PoisonGuard({ store: store.poison, settings: config.poison, databaseUrl: url, inc: store.inc, log })
  const effects = createEffects()
  const local = createRuntime({
    ownership: config.cluster ? 'given' : 'all',
    commit: store.commitPort,
    recovery: store.recoveryPort,
    poison,
    effects,
    clock,
    ids: { next: () => v7() },
    scheduler: {
      after(ms, fn) {
        const timer = setTimeout(fn, ms)
        return () => clearTimeout(timer)
      },
    },
    commitEveryMs: config.commitMs,
    maxPendingBytes: config.shed.pendingBytes,
    ...config.pace.commit,
    ...(config.cluster && {
      commitBusyMs: config.cluster.settings.commitBusyMs,
      commitBusyMessages: config.cluster.settings.commitBusyMessages,
    }),
    maxFailures: config.pace.maxFailures,
    passivateAfterMs: config.pace.passivateAfterMs,
    snapshotEveryMs: config.snapshotEveryMs,
    onFatal,
    log: (level, message, detail) => log[level](detail ?? {}, message),
  })
  await poison.start(config.cluster === null)
  parts.add('poison', () => poison.stop())
  await local.start()
  // The claim counted the death of the owner before.
  await poison.refresh()
  parts.add('runtime', () => local.stop())

  const security = createSecurity({
    db: store.db,
    clock,
    secret: config.authSecret,
    publicUrl: config.publicUrl,
    commands: deviceKinds.flatMap((kind) => kind.commands),
    rightsOf: rightsFromRoles(store.db),
    signInsPerMinute: config.signInsPerMinute,
    shared: config.cluster !== null,
  })
  if (demo) await seedDemoUsers(security)
  else await createFirstAdministrator(security, config.adminPassword)

  const origins = [config.publicUrl, `http://127.0.0.1:${config.httpPort}`, `http://localhost:${config.httpPort}`]
  const box = createSecretBox(config.authSecret, 'cameras')
  const modules = await startModules({
    db: store.db,
    databaseUrl: url,
    clock,
    security,
    allowedOrigins: origins,
    log,
    filesDir: join(config.dataDir, 'files'),
    modules: config.modules,
    services: [cameraService(box)],
  })
  parts.add('modules', () => modules.stop())
  if (demo) await seedDemoRoles(modules.records, security.org)

  const generations = new Map(
    (await store.db.selectFrom('device_secret_generation').select(['device', 'generation']).execute()).map((row) => [
      row.device,
      row.generation,
    ]),
  )
  let ingest: Ingest | undefined
  let onNews: (news: Exclude<News, { type: 'station' }>) => void = () => undefined
  const cluster = config.cluster
    ? await createCluster({
        ...config.cluster,
        store,
        poison,
        local,
        authSecret: config.authSecret,
        log,
        ingest: () => ingest,
        hub: () => hub,
        onNews: (news) => onNews(news),
        ...(security.fresh && { fresh: security.fresh }),
      })
    : null
  const runtime = cluster?.runtime ?? local
  const video = await startVideo({
    ...{ runtime, modules, security, box, clock, log },
    dir: join(config.dataDir, 'video'),
    ffmpeg: config.ffmpeg,
  })
  parts.add('video', () => video.stop())
  const hub = createLiveHub({
    runtime,
    ...(cluster && { remote: cluster.exchange }),
    limits: config.pace.viewer,
    authenticate: (headers) => security.authenticate(headers),
    originAllowed: (headers) => originAllowed(headers, origins),
  })
  let told = false
  security.onPrincipalChanged((user) => {
    if (!told) cluster?.tell({ type: 'principal', id: user })
    void hub.recheck(user)
  })

  const httpStore: HttpStore = {
    db: store.db,
    stations: store.stations,
    series: (query) => store.history.series(query),
    counterReadings: (queries, timeZone) => store.history.counterReadings(queries, timeZone),
    buckets: (query, timeZone) => store.history.buckets(query, timeZone),
    machineUse: (query, timeZone) => store.history.machineUse(query, timeZone),
    async viewAt(station, t) {
      const source = await store.history.twinSource(station.id, t)
      return source && viewAt(station, source, t)
    },
  }
  const refresh = (station: string): void => {
    hub.refresh(station)
    modules.bells.ring(`live:${station}`).catch((error: unknown) => log.warn({ err: error }, 'open pages did not hear of a change'))
  }
  const changes = stationChanges({ store: httpStore, runtime, onConfigured: refresh })
  modules.connect(createLivePort({ runtime, stations: store.stations, store: httpStore, changes, refresh }))
  const availability = startAvailability({
    databaseUrl: url,
    sql: store.sql,
    inc: store.inc,
    alone: config.cluster === null,
    settings: config.availability,
    log,
  })
  const backups = new Backups({
    ...{ sql: store.sql, url, inc: store.inc, dataDir: config.dataDir, dir: config.backupDir, log },
    embedded: config.databaseUrl === null || isEmbedded(config.databaseUrl, join(config.dataDir, 'postgres')),
    alone: config.cluster === null,
  })
  await backups.start()
  parts.add('backups', () => backups.stop())
  const portals = join(root, 'portals', 'dist')
  const health: Record<string, () => Promise<{ ok: boolean; detail: string }>> = { database: () => store.health() }
  if (demo) health.demo = async () => ({ ok: true, detail: JSON.stringify(demoUsers) })
  let disconnect: (device: string) => void = () => undefined
  const overload = createOverload({ settings: config.shed, runtime: local, probe: () => store.probe(), log })
  parts.add('overload', async () => overload.close())
  const http = createHttp({
    runtime,
    store: httpStore,
    security,
    clock,
    config: {
      version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
      demo,
      publicUrl: config.publicUrl,
      allowedOrigins: origins,
      trustedProxies: config.trustedProxies,
      portals,
      map: config.map,
    },
    log,
    deviceSecret: (device, generation) => deviceSecret(config.deviceMaster, device, generation),
    onSecretRotated(device, generation) {
      generations.set(device, generation)
      disconnect(device)
      cluster?.tell({ type: 'secret', device, generation })
    },
    ...(cluster && { cluster }),
    poison,
    overload,
    spool: () => ingest?.spool?.status(),
    backups,
    ...(cluster && { internal: (request: Request) => cluster.internal(request) }),
    changes,
    health,
    availability,
    phase: () => (phase === 'ready' && (cluster?.node.outOfReach ?? false) ? 'cut-off' : phase),
    extensions: [
      modules.extension,
      videoRoutes({ video, records: modules.records, security, allowedOrigins: origins, log, gate: modules.gate, clock }),
    ],
    gate: modules.gate,
    closed: modules.closed,
    workOf: (user) => modules.workOf(user),
    grants: modules.grants,
    metrics: [
      () => spoolSamples(ingest?.spool?.status(), clock.now()),
      () => availability.metrics(),
      () => backups.metrics(),
      () => Object.entries(hub.metrics()).map(([name, value]) => ({ name: `twin_live_${name}`, help: `live streams: ${name}`, value })),
    ],
  })
  const server = http.serveNode()

  onNews = (news) => {
    if (news.type === 'secret') {
      generations.set(news.device, news.generation)
      disconnect(news.device)
      return
    }
    told = true
    security.changed(news.id)
    told = false
  }

  const devices = await startIngest({
    runtime,
    log,
    master: config.deviceMaster,
    demo,
    session: config.pace.session,
    devices: config.pace.devices,
    generationOf: (device) => generations.get(device) ?? 1,
    limits: config.limits,
    outage: {
      ...config.outage,
      // Nodes may share their data folder.
      dir: join(config.dataDir, 'spool', config.cluster ? config.cluster.addr.replaceAll(/[^0-9A-Za-z.-]+/g, '-') : 'single'),
      place: cluster ? (station) => cluster.place(station) : () => 'here',
      elsewhere: () => cluster?.othersReachPostgres() ?? false,
      handOn: (addr, records) => cluster?.handOn(addr, records) ?? Promise.resolve(false),
      recorded: (sought) => store.history.recorded(sought),
    },
    broker:
      config.mqttUrl === null
        ? { kind: 'embedded', host: config.mqttHost, port: config.mqttPort, http: server }
        : config.cluster && cluster
          ? {
              kind: 'sharded',
              url: config.mqttUrl,
              eventWindow: config.cluster.settings.eventWindow,
              telemetryWindow: config.cluster.settings.telemetryWindow,
              stationsOf: (shard) => cluster.catalogue.inShard(shard),
              holds: async (shard, epoch) => (await store.cluster?.holds(shard, epoch)) ?? false,
            }
          : { kind: 'external', url: config.mqttUrl, node: config.node },
  })
  ingest = devices
  parts.add('ingest', () => devices.close())
  disconnect = (device) => devices.disconnect(device)
  health.devices = async () => devices.health()
  const { spool } = devices
  if (spool)
    health.spool = async () => {
      const { active, policy, messages, bytes, dropped, trouble } = spool.status()
      const kept = `${policy}: ${messages} messages, ${bytes} bytes on disk, ${dropped} dropped`
      return { ok: !active && trouble === null, detail: trouble === null ? kept : `${kept}; ${trouble}` }
    }
  effects.connect({ runtime, downlink: devices, video, notify: { 'alarm.escalated': modules.escalated }, log })
  const endLog = logCommandEnds({
    runtime,
    db: store.db,
    security,
    failed: (error) => log.error({ err: error }, 'audit of a command end failed'),
  })
  parts.add('audit of command ends', async () => endLog())
  await expireUntaken({ store: httpStore, clock, runtime, security, ...(config.cluster && { olderThanMs: 60_000 }) })

  store.startJobs({
    rollups: config.rollups,
    retention: { ...defaultRetention, rawDays: config.keepRawDays, minuteDays: config.keepMinutesDays },
    onError: (error) => log.error({ err: error }, 'upkeep failed'),
  })

  hub.attach(server)
  const closeServer = orderlyClose(server)
  if (cluster) parts.add('cluster', () => cluster.stop())
  // Once the last request was answered.
  parts.add('record of service', () => availability.stop())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.httpPort, config.host, resolve)
  })
  parts.add('http', async () => {
    await hub.close()
    await closeServer(ANSWER_MS)
  })
  if (cluster) {
    await cluster.start()
    health.cluster = async () => ({ ok: true, detail: `${cluster.node.held.size} shards` })
  }
  // First of all: whoever sends people here is told, while they are served as before and the stations move to the other nodes.
  parts.add('leaving', async () => {
    phase = 'leaving'
    const away = async (): Promise<void> => {
      // Stations go to others with nothing left behind, if Postgres lets us.
      await spool?.drained(config.cluster?.settings.drainMs ?? 0)
      await cluster?.leave()
    }
    await Promise.all([delay(config.leaveMs, undefined, { signal: hurry.signal }).catch(() => undefined), away()])
  })
  phase = 'ready'
  await availability.begin([
    ['database', healthy(() => store.health())],
    ['commits', progressing(() => local.metrics())],
    ['broker', healthy(async () => devices.health())],
    ...(config.cluster ? [['shards', owned(store.sql, config.cluster.settings.staleMs, config.availability.orphanMs)] as const] : []),
  ])
  if (!existsSync(portals)) log.warn('the portals are not built: run `npm start`, or `vite build` in portals')
}

/** What a person can do about a failed start, in one sentence. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof MasterSecretError) return error.message
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE') return `Port ${port} is taken: stop the program that uses it, or set TWIN_HTTP_PORT / TWIN_MQTT_PORT.`
  if (code === 'ENOSPC') return 'The disk is full: make room and start again.'
  return message
}

const parts = new Parts()
let stopping = false
async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  await parts.stop()
  process.exit(code)
}
process.on('SIGTERM', () => {
  if (stopping) hurry.abort()
  void stop(0)
})
// Somebody at a terminal does not want to wait.
process.on('SIGINT', () => {
  hurry.abort()
  void stop(0)
})
// Started by another process: ends with it.
if (process.send)
  process.on('disconnect', () => {
    hurry.abort()
    void stop(0)
  })
/** A log may go to a file or nowhere: what ended the process is said on stderr as well. */
function crash(what: string, error: unknown, advice: string): void {
  log.fatal({ err: error }, what)
  console.error(advice)
  hurry.abort()
  void stop(1)
  // A part that hangs must not keep a broken process alive.
  setTimeout(() => process.exit(1), 15_000).unref()
}
for (const event of ['unhandledRejection', 'uncaughtException'] as const)
  process.on(event, (error: unknown) => crash(event, error, `${event}: ${error instanceof Error ? error.stack : String(error)}`))
try {
  await start(readConfig(process.env), parts, (error) => crash('the runtime stopped', error, `the runtime stopped: ${error.stack}`))
} catch (error) {
  crash('start failed', error, explain(error))
}
