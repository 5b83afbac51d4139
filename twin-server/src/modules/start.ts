import type { Kysely } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import { moduleLabels, records as declared, workOrder } from '@twin/models/records'
import type { Gate, HttpExtension, HttpLog } from '../http/index.ts'
import { camelTables } from '../records/columns.ts'
import { createRecords, type Records } from '../records/engine.ts'
import { type Bells, eventStream, listenBells } from '../records/events.ts'
import { createFolderStore } from '../records/file-store.ts'
import { mountFiles, type VirusScan } from '../records/files.ts'
import { answer, type HttpToolsParts, jsonBody } from '../records/http-tools.ts'
import { recordPaths } from '../records/openapi.ts'
import { createOutbox, type OutboxHandler } from '../records/outbox.ts'
import { mountRecords } from '../records/routes.ts'
import { searchEverywhere } from '../records/search.ts'
import { watched } from '../records/watches.ts'
import { newRowId } from '../records/writer.ts'
import type { Grants, Security } from '../security/index.ts'
import type { Database } from '../store/index.ts'
import { chooseModules, closedTo } from './define.ts'
import { createGrants, openMenu, openSettings, placeEntry, seedMenu, seedRoles, type Settings } from './foundation/index.ts'
import { lateLivePort, type LivePort } from './live-port.ts'
import type { AnyService } from '../records/types.ts'
import { repeat } from './periodic.ts'
import { createEscalations, stationBell } from './supervision/index.ts'
import { modules as table } from './table.ts'

export interface ModulesParts {
  readonly db: Kysely<Database>
  /** For the one connection that listens. */
  readonly databaseUrl: string
  readonly clock: Clock
  readonly security: Security
  readonly allowedOrigins: readonly string[]
  readonly log: HttpLog
  /** Folder for uploaded files. */
  readonly filesDir: string
  readonly scan?: VirusScan
  /** IANA zone that cuts days and months of statistics. */
  readonly zone?: string
  /** Names of the modules this installation has; all, when not given. Throws for a choice that cannot work. */
  readonly modules?: readonly string[] | null
  /** Services of adapters, beside those of the modules. */
  readonly services?: readonly AnyService[]
  /** Handlers of what transitions send outside, by kind, beside those of the modules. */
  readonly outbox?: Readonly<Record<string, OutboxHandler>>
}
export interface Modules {
  readonly records: Records
  readonly settings: Settings
  readonly bells: Bells
  readonly extension: HttpExtension
  readonly gate: Gate
  /** Whether an address belongs to a module that is not here. */
  readonly closed: (path: string) => boolean
  /** An alarm escalated: its message need not wait for the next round. */
  readonly escalated: () => void
  /** Numbers of the open work orders a person holds. */
  workOf(user: string): Promise<readonly string[]>
  /** What user management asks of roles. */
  readonly grants: Grants
  /** The live core stands: services reach it from now on. */
  connect(live: LivePort): void
  /** One run of everything periodic, now. */
  runPeriodic(): Promise<void>
  stop(): Promise<void>
}

/** Starts everything that is filed: the engine, its services, what comes with an installation, and its routes. */
export async function startModules(parts: ModulesParts): Promise<Modules> {
  const { db, security, clock } = parts
  const { org } = security
  const live = lateLivePort()
  const chosen = chooseModules(table, parts.modules ?? null)
  const closed = closedTo(table, chosen, declared)
  const all = watched(
    [...chosen.flatMap(({ services }) => services), ...(parts.services ?? [])],
    chosen.flatMap(({ watches = [] }) => watches),
  )
  const names = new Set(chosen.map(({ name }) => name))
  const offered = declared.filter(({ module }) => names.has(module))
  const records = createRecords({ db, clock, audit: security.audit, org, services: all, live, records: offered })
  await seedRoles(records, org, security.permissions)
  await seedMenu(records, org)
  const menu = await openMenu(records, org, closed)
  const settings = await openSettings(records, org)
  security.usePolicy(() => ({
    administrator: { days: settings.get('password.administratorDays'), length: settings.get('password.administratorLength') },
    ordinary: { days: settings.get('password.ordinaryDays'), length: settings.get('password.ordinaryLength') },
    warnDays: settings.get('password.warnDays'),
  }))
  security.allChanged()
  security.fresh?.renew('menu', () => menu.reload())
  security.fresh?.renew('settings', () => settings.reload())

  const failed = (error: unknown): void => parts.log.error({ err: error }, 'a change could not be read')
  const follow = async (bell: string): Promise<void> => {
    if (bell === 'roles') security.allChanged()
    if (bell === 'record:station' || bell === 'record:region') security.regionsChanged()
    if (bell === 'menu') await menu.reload()
    if (bell === 'settings') await settings.reload()
  }
  const bells = await listenBells(parts.databaseUrl, follow, failed)
  const handlers = chosen
    .flatMap(({ outbox = {} }) => Object.entries(outbox))
    .map(([kind, work]): [string, OutboxHandler] => [kind, (body, org) => work({ body, org, records, live })])
  const outbox = createOutbox(camelTables(db), clock, { ...Object.fromEntries(handlers), ...parts.outbox })
  const stopping = new AbortController()
  records.turns.onCommit(async (rung, emitted) => {
    if (emitted) void outbox.drain().catch(failed)
    await Promise.all([...rung].map(follow)).catch(failed)
    // One after the other: a device that moved has left before it comes. What fails here the outbox does again.
    for (const bell of rung) if (bell.startsWith(stationBell)) await live.follow(bell.slice(stationBell.length)).catch(failed)
  })
  outbox.start(stopping.signal, failed)
  const escalations = createEscalations({ records, org, clock })
  escalations.start(stopping.signal, (error) => parts.log.error({ err: error }, 'an escalation could not be delivered'))

  const works = chosen.flatMap(({ periodic = [] }) => periodic)
  const periodic = [
    ...works.map(({ everyMs, run }) => ({ everyMs, run: () => run(records, live, org, Math.trunc(clock.now())) })),
    { everyMs: 10_000, run: () => security.users.endExpired() },
  ]
  const repeated = periodic.map(({ everyMs, run }) =>
    repeat(everyMs, stopping.signal, run, (error) => parts.log.error({ err: error }, 'periodic work failed')),
  )

  const shown = table.map(({ name, version, needs }) => ({ name, label: moduleLabels[name], version, needs, running: names.has(name) }))
  const files = createFolderStore(parts.filesDir)
  const extension: HttpExtension = {
    paths: Object.assign(recordPaths(offered), ...chosen.map(({ paths }) => paths)) as HttpExtension['paths'],
    bodies: { '/api/files': 256 * 1024 * 1024, '/api/records/': 32 * 1024 * 1024 },
    mount(app, { from }) {
      const tools: HttpToolsParts = { security, allowedOrigins: parts.allowedOrigins, log: parts.log, from, gate: menu.gate }
      mountRecords(app, records, { ...tools, zone: parts.zone ?? 'Asia/Shanghai', maxExportRows: () => settings.get('export.maxRows') })
      mountFiles(app, records, {
        ...tools,
        files,
        services: all,
        newId: newRowId,
        maxBytes: () => settings.get('upload.maxMegabytes') * 1_048_576,
        ...(parts.scan ? { scan: parts.scan } : {}),
      })
      app.get('/api/menu', (context) =>
        answer(tools, context, null, ({ principal }) =>
          Promise.resolve(menu.tree(principal, context.req.query('platform'), context.req.query('channel'))),
        ),
      )
      app.post('/api/menu/place', (context) =>
        answer(tools, context, 'menuEntry.place', async ({ actor }) => placeEntry(records, await jsonBody(context), actor)),
      )
      app.get('/api/search', (context) =>
        answer(tools, context, null, async ({ actor }) => ({ rows: await searchEverywhere(records, context.req.query('q') ?? '', actor) })),
      )
      app.get('/api/modules', (context) => answer(tools, context, null, () => Promise.resolve({ modules: shown })))
      for (const { mount } of chosen) mount?.(app, records, live, tools)
      app.get('/api/events', (context) => eventStream(tools, bells, context))
    },
  }
  return {
    records,
    settings,
    bells,
    extension,
    gate: menu.gate,
    closed,
    grants: createGrants(db),
    connect: live.connect,
    async workOf(user) {
      const rows = await records.db
        .selectFrom(workOrder.table)
        .select('number')
        .where('org', '=', org)
        .where('assignee', '=', user)
        .where('state', 'in', ['assigned', 'done'])
        .where('deletedAt', 'is', null)
        .orderBy('number')
        .limit(50)
        .execute()
      return rows.map((row) => String(row['number']))
    },
    async runPeriodic() {
      for (const { run } of periodic) await run()
    },
    escalated: () => void escalations.deliver().catch(failed),
    async stop() {
      stopping.abort()
      await Promise.all(repeated)
      await bells.stop()
    },
  }
}
