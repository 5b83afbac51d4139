/**
 * Fills an empty installation with a company of 60 stations and two years of records, before the product starts on it. Everything goes
 * through the services that people use, under a clock that passes those two years.
 */
import { join } from 'node:path'
import { v7 } from 'uuid'
import { createRuntime, viewAt } from '@twin/actors/runtime'
import { deviceKinds } from '@twin/models/kinds'
import { readConfig } from '../config.ts'
import { stationChanges } from '../http/index.ts'
import { createLivePort, rightsFromRoles, startModules } from '../modules/index.ts'
import { cameraService } from '../video/index.ts'
import { createSecretBox, createSecurity, seedDemoUsers } from '../security/index.ts'
import { createStore, keepEmbeddedPostgres } from '../store/index.ts'
import { makeCompany } from './company.ts'

const config = readConfig(process.env)
let at = Date.now()
const clock = { now: () => at, set: (next: number) => void (at = next) }
const real = at
const errors: unknown[] = []
const log = {
  error: (detail: object, message: string): void => {
    errors.push(detail)
    console.error(message, detail)
  },
}

const postgres = config.databaseUrl === null ? await keepEmbeddedPostgres({ dir: join(config.dataDir, 'postgres') }, () => undefined) : null
const url = config.databaseUrl ?? postgres?.url ?? ''
const store = await createStore({ url })
const stationsThere = (await store.stations.list()).length
if (stationsThere === 0) {
  const runtime = createRuntime({
    commit: store.commitPort,
    recovery: store.recoveryPort,
    effects: { execute: () => undefined },
    clock,
    ids: { next: () => v7() },
    scheduler: {
      after(ms, fn) {
        const timer = setTimeout(fn, ms)
        return () => clearTimeout(timer)
      },
    },
    commitEveryMs: 2,
  })
  await runtime.start()
  const security = createSecurity({
    db: store.db,
    clock,
    secret: config.authSecret,
    publicUrl: config.publicUrl,
    commands: deviceKinds.flatMap((kind) => kind.commands),
    rightsOf: rightsFromRoles(store.db),
  })
  await seedDemoUsers(security)
  const modules = await startModules({
    ...{ db: store.db, databaseUrl: url, clock, security, log },
    allowedOrigins: [],
    filesDir: join(config.dataDir, 'files'),
    services: [cameraService(createSecretBox(config.authSecret, 'cameras'))],
  })
  const refresh = (): void => undefined
  const source = {
    db: store.db,
    stations: store.stations,
    series: store.history.series.bind(store.history),
    counterReadings: store.history.counterReadings.bind(store.history),
    async viewAt(station: Parameters<typeof viewAt>[0], t: number) {
      const found = await store.history.twinSource(station.id, t)
      return found && viewAt(station, found, t)
    },
  }
  const changes = stationChanges({ store: source, runtime, onConfigured: refresh })
  const live = createLivePort({ runtime, stations: store.stations, store: source, changes, refresh })
  modules.connect(live)
  let said = -1
  const acts = await makeCompany({
    ...{ modules, live, security, clock, org: security.org },
    progress(share, what) {
      const percent = Math.floor(share * 100)
      if (percent < said + 5) return
      said = percent
      console.log(`  ${percent} % · ${what}`)
    },
  })
  console.log(`公司数据已生成 The company is made: ${acts} acts in ${((Date.now() - real) / 1000).toFixed(0)} s`)
  await modules.stop()
  await runtime.stop()
} else console.log(`已有 ${stationsThere} 个站点，不再生成。 ${stationsThere} stations are there already: nothing is made.`)
await store.close()
await postgres?.stop()
process.exit(errors.length > 0 ? 1 : 0)
