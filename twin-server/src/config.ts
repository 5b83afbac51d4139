import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type AvailabilitySettings, readAvailabilitySettings } from './availability/index.ts'
import { type ClusterSettings, readClusterSettings } from './cluster/index.ts'
import { type Limits, readLimits } from './limits.ts'
import { type PoisonSettings, readPoisonSettings } from './poison/index.ts'

const port = z.coerce.number().int().min(1).max(65_535)
const on = z.enum(['on', 'off'])

/** Every setting of the server, read once. The README's configuration table lists these. */
const environment = z.object({
  /** demo: seeded stations, printed passwords, anonymous devices on loopback. production: none of these. */
  TWIN_MODE: z.enum(['demo', 'production']).default('production'),
  /** What a demo starts with: twelve stations, or what `npm run demo:company` made. */
  TWIN_DEMO_FLEET: z.enum(['twelve', 'company']).default('twelve'),
  TWIN_HOST: z.string().default('127.0.0.1'),
  TWIN_HTTP_PORT: port.default(8080),
  TWIN_MQTT_HOST: z.string().optional(),
  TWIN_MQTT_PORT: port.default(1883),
  TWIN_DATA_DIR: z.string().default(join(import.meta.dirname, '..', '..', '.data')),
  /** Folder for backups and the archived log, best on another disk; without it they lie in the data folder. */
  TWIN_BACKUP_DIR: z.string().min(1).optional(),
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//)
    .optional(),
  /** Makes this process one node of several; needs DATABASE_URL and MQTT_URL. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .optional(),
  /** Where the other nodes reach this one, e.g. http://10.0.0.5:8080. Timers and limits: cluster/settings.ts. */
  TWIN_CLUSTER_URL: z.url().optional(),
  TWIN_DEVICE_MASTER: z.string().min(32).optional(),
  TWIN_AUTH_SECRET: z.string().min(32).optional(),
  /** First administrator's password; needed once, on an empty production database. */
  TWIN_ADMIN_PASSWORD: z.string().min(8).optional(),
  /** Address people use, e.g. https://air.example.com; decides cookies and allowed origins. */
  TWIN_PUBLIC_URL: z.url().optional(),
  /** Comma-separated addresses of reverse proxies whose X-Forwarded-For counts. */
  TWIN_TRUSTED_PROXIES: z.string().default(''),
  /** Name of this node at an external broker; must stay the same through restarts, or its queue there is left behind. */
  TWIN_NODE: z
    .string()
    .regex(/^[0-9a-z-]{1,40}$/)
    .optional(),
  /** Sign-ins from one address: so many at once, and so many in every minute. */
  TWIN_SIGN_INS_PER_MINUTE: z.coerce.number().int().min(1).max(100_000).default(120),
  /** At SIGTERM: how long /api/ready says 503 while everything is served as before, so that a load balancer goes elsewhere in time. */
  TWIN_LEAVE_MS: z.coerce.number().int().min(0).max(600_000).optional(),
  /** Group commit at most every so many ms. */
  TWIN_COMMIT_MS: z.coerce.number().min(1).max(1000).default(20),
  TWIN_SNAPSHOT_MS: z.coerce.number().min(1000).max(600_000).default(30_000),
  TWIN_KEEP_RAW_DAYS: z.coerce.number().int().min(2).default(90),
  TWIN_KEEP_MINUTES_DAYS: z.coerce.number().int().min(2).default(730),
  TWIN_ROLLUPS: on.default('on'),
  /** Telemetry while Postgres is away: hold = not acknowledged, spool = to the disk of this machine, drop = acknowledged and counted. */
  TWIN_TELEMETRY_OUTAGE: z.enum(['hold', 'spool', 'drop']).default('hold'),
  /** Without commits for so long Postgres counts as away, ms. */
  TWIN_TELEMETRY_OUTAGE_MS: z.coerce.number().int().min(500).max(600_000).default(2000),
  /** New work is turned away: database silent or without commits for so long, ms. */
  TWIN_SHED_DATABASE_MS: z.coerce.number().int().min(500).max(600_000).default(3000),
  /** Messages waiting for their commit, MB; from here on the runtime takes no more either. */
  TWIN_SHED_PENDING_MB: z.coerce.number().int().min(1).max(4096).default(64),
  /** Mean delay of the event loop, ms, for five seconds. */
  TWIN_SHED_LAG_MS: z.coerce.number().int().min(20).max(60_000).default(200),
  /** Share of the heap limit. */
  TWIN_SHED_HEAP: z.coerce.number().min(0.1).max(1).default(0.9),
  /** Requests of the API at once. */
  TWIN_SHED_REQUESTS: z.coerce.number().int().min(1).max(100_000).default(300),
  /** Messages a second of one device, and how many may come at once. */
  TWIN_DEVICE_RATE: z.coerce.number().min(0.1).max(100_000).default(50),
  TWIN_DEVICE_BURST: z.coerce.number().min(1).max(1_000_000).default(200),
  /** New connections of devices a second (embedded broker); the rest wait in line. */
  TWIN_ACCEPT_RATE: z.coerce.number().min(1).max(100_000).default(500),
  /** Most of the disk that the spool takes, MB. */
  TWIN_SPOOL_MB: z.coerce.number().int().min(1).max(1_048_576).default(2048),
  /** Names of the modules to start, separated by commas; empty: all. */
  TWIN_MODULES: z.string().default(''),
  /** Program that takes camera streams in. */
  TWIN_FFMPEG: z.string().default('ffmpeg'),
  /** 审图号 of the base map in use, shown in the map's footer. */
  TWIN_MAP_APPROVAL: z.string().default(''),
  /** GeoJSON of the provinces that replaces the demonstration map. */
  TWIN_MAP_FILE: z.string().optional(),
  /** Frame of that map's coordinates. */
  TWIN_MAP_CRS: z.enum(['WGS-84', 'GCJ-02']).default('WGS-84'),
})

export interface Config {
  readonly mode: 'demo' | 'production'
  readonly demoFleet: 'twelve' | 'company'
  readonly host: string
  readonly httpPort: number
  readonly mqttHost: string
  readonly mqttPort: number
  readonly dataDir: string
  /** null = `backups` in the data folder. */
  readonly backupDir: string | null
  readonly databaseUrl: string | null
  readonly mqttUrl: string | null
  /** null = a single node. */
  readonly cluster: { readonly redisUrl: string; readonly addr: string; readonly settings: ClusterSettings } | null
  readonly poison: PoisonSettings
  readonly availability: AvailabilitySettings
  /** Timers and limits that hardly anybody has to touch. */
  readonly pace: Limits
  readonly deviceMaster: string
  readonly authSecret: string
  readonly adminPassword: string | null
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  readonly node: string
  readonly signInsPerMinute: number
  /** Ms between the signal to end and the end of serving; of a single node 0, unless said otherwise. */
  readonly leaveMs: number
  readonly commitMs: number
  /** Live stations are saved once in so many ms; recovery reads what came since. */
  readonly snapshotEveryMs: number
  readonly keepRawDays: number
  readonly keepMinutesDays: number
  readonly rollups: boolean
  readonly shed: {
    readonly awayMs: number
    readonly pendingBytes: number
    readonly lagMs: number
    readonly heapShare: number
    readonly requests: number
  }
  readonly limits: { readonly flood: { readonly rate: number; readonly burst: number }; readonly acceptPerSecond: number }
  readonly outage: { readonly policy: 'hold' | 'spool' | 'drop'; readonly awayMs: number; readonly maxBytes: number }
  /** null: every module. */
  readonly modules: readonly string[] | null
  readonly ffmpeg: string
  readonly map: { readonly approval: string | null; readonly file: string | null; readonly crs: 'WGS-84' | 'GCJ-02' }
}

/** A setting that can't be used: says which and why in one sentence. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = environment.safeParse(env)
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const e = parsed.data
  const secret = (name: 'TWIN_DEVICE_MASTER' | 'TWIN_AUTH_SECRET'): string => {
    const value = e[name]
    if (!value)
      throw new ConfigError(
        `${name} is not set: give a random text of at least 32 characters, for example from \`openssl rand -base64 32\`.`,
      )
    return value
  }
  const settings = <T>(read: (env: NodeJS.ProcessEnv) => T): T => {
    try {
      return read(env)
    } catch (error) {
      throw new ConfigError(error instanceof Error ? error.message : String(error))
    }
  }
  const cluster = (): Config['cluster'] => {
    if (e.REDIS_URL === undefined) return null
    if (e.DATABASE_URL === undefined || e.MQTT_URL === undefined)
      throw new ConfigError('REDIS_URL makes this a node of a cluster, which also needs DATABASE_URL and MQTT_URL.')
    if (e.TWIN_CLUSTER_URL === undefined && /^(0\.0\.0\.0|::)$/.test(e.TWIN_HOST))
      throw new ConfigError('TWIN_CLUSTER_URL is not set: say where the other nodes reach this one, because TWIN_HOST names no address.')
    const addr = (e.TWIN_CLUSTER_URL ?? `http://${e.TWIN_HOST}:${e.TWIN_HTTP_PORT}`).replace(/\/$/, '')
    return { redisUrl: e.REDIS_URL, addr, settings: settings(readClusterSettings) }
  }
  return {
    poison: settings(readPoisonSettings),
    availability: settings(readAvailabilitySettings),
    pace: settings(readLimits),
    mode: e.TWIN_MODE,
    demoFleet: e.TWIN_DEMO_FLEET,
    host: e.TWIN_HOST,
    httpPort: e.TWIN_HTTP_PORT,
    mqttHost: e.TWIN_MQTT_HOST ?? e.TWIN_HOST,
    mqttPort: e.TWIN_MQTT_PORT,
    dataDir: e.TWIN_DATA_DIR,
    backupDir: e.TWIN_BACKUP_DIR ?? null,
    databaseUrl: e.DATABASE_URL ?? null,
    mqttUrl: e.MQTT_URL ?? null,
    cluster: cluster(),
    deviceMaster: secret('TWIN_DEVICE_MASTER'),
    authSecret: secret('TWIN_AUTH_SECRET'),
    adminPassword: e.TWIN_ADMIN_PASSWORD ?? null,
    publicUrl: e.TWIN_PUBLIC_URL ?? `http://127.0.0.1:${e.TWIN_HTTP_PORT}`,
    trustedProxies: e.TWIN_TRUSTED_PROXIES.split(',').filter(Boolean),
    node:
      e.TWIN_NODE ??
      hostname()
        .toLowerCase()
        .replaceAll(/[^0-9a-z-]/g, '-')
        .slice(0, 40),
    signInsPerMinute: e.TWIN_SIGN_INS_PER_MINUTE,
    leaveMs: e.TWIN_LEAVE_MS ?? (e.REDIS_URL === undefined ? 0 : 5000),
    commitMs: e.TWIN_COMMIT_MS,
    snapshotEveryMs: e.TWIN_SNAPSHOT_MS,
    keepRawDays: e.TWIN_KEEP_RAW_DAYS,
    keepMinutesDays: e.TWIN_KEEP_MINUTES_DAYS,
    rollups: e.TWIN_ROLLUPS === 'on',
    shed: {
      awayMs: e.TWIN_SHED_DATABASE_MS,
      pendingBytes: e.TWIN_SHED_PENDING_MB * 2 ** 20,
      lagMs: e.TWIN_SHED_LAG_MS,
      heapShare: e.TWIN_SHED_HEAP,
      requests: e.TWIN_SHED_REQUESTS,
    },
    limits: { flood: { rate: e.TWIN_DEVICE_RATE, burst: e.TWIN_DEVICE_BURST }, acceptPerSecond: e.TWIN_ACCEPT_RATE },
    outage: { policy: e.TWIN_TELEMETRY_OUTAGE, awayMs: e.TWIN_TELEMETRY_OUTAGE_MS, maxBytes: e.TWIN_SPOOL_MB * 2 ** 20 },
    modules: e.TWIN_MODULES.trim() === '' ? null : e.TWIN_MODULES.split(',').map((name) => name.trim()),
    ffmpeg: e.TWIN_FFMPEG,
    map: { approval: e.TWIN_MAP_APPROVAL || null, file: e.TWIN_MAP_FILE ?? null, crs: e.TWIN_MAP_CRS },
  }
}
