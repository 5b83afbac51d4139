import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const place = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'host:port')

/** Settings of an installation with two sites or two networks; docs/operations.md lists these. */
const environment = z.object({
  TWIN_DATA_DIR: z.string().default(join(import.meta.dirname, '..', '..', '..', '.data')),
  TWIN_HOST: z.string().default('127.0.0.1'),
  TWIN_HTTP_PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  TWIN_MQTT_PORT: z.coerce.number().int().min(1).max(65_535).default(1883),
  TWIN_PUBLIC_URL: z.url().optional(),
  TWIN_AUTH_SECRET: z.string().min(32),
  /** Name of this site, shown to people. */
  TWIN_SITE: z.string().min(1).max(60).default(hostname()),
  /** Where the page and API of the sites listens; always, whoever serves. */
  TWIN_SITE_LISTEN: place.default('127.0.0.1:8090'),
  /** The same as others reach it. */
  TWIN_SITE_URL: z.url().optional(),
  /** Page of the other site. Without it there is one site. */
  TWIN_PEER_URL: z.url().optional(),
  /** Where the database takes its copy from on the other site: address and port for the embedded PostgreSQL. */
  TWIN_REPLICATION_LISTEN: place.optional(),
  /** Networks (CIDR, separated by commas) the other site's database comes from. */
  TWIN_REPLICATION_FROM: z
    .string()
    .regex(/^[\d.:a-fA-F/,]*$/)
    .default(''),
  /** Makes this the standby site: address of the serving site's database. */
  TWIN_STANDBY_OF: z.string().startsWith('postgres').optional(),
  /** go-on: serves without protection after the grace, visibly. wait: acknowledges nothing that is not on both sites. */
  TWIN_STANDBY_POLICY: z.enum(['go-on', 'wait']).default('go-on'),
  TWIN_STANDBY_GRACE_MS: z.coerce.number().int().min(1000).max(600_000).default(10_000),
  /** Second network of this site: its address, HTTP port and MQTT port. */
  TWIN_NETWORK2: z
    .string()
    .regex(/^[^\s:]+:\d{1,5}:\d{1,5}$/, 'host:http-port:mqtt-port')
    .optional(),
})

export interface Place {
  readonly host: string
  readonly port: number
}
export interface Network {
  readonly host: string
  readonly http: number
  readonly mqtt: number
  /** As people and devices reach it. */
  readonly url: string
}
export interface SiteSettings {
  readonly dataDir: string
  readonly authSecret: string
  readonly name: string
  readonly desk: Place
  readonly deskUrl: string
  readonly peerUrl: string | null
  readonly replication: (Place & { readonly from: readonly string[] }) | null
  readonly standbyOf: string | null
  readonly policy: 'go-on' | 'wait'
  readonly graceMs: number
  /** One, or two. */
  readonly networks: readonly [Network, ...Network[]]
}

const split = (text: string): Place => {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) }
}
const bare = (url: string): string => url.replace(/\/$/, '')

/** True where `npm start` has more to look after than one server. */
export function hasSites(env: NodeJS.ProcessEnv): boolean {
  return [env['TWIN_PEER_URL'], env['TWIN_STANDBY_OF'], env['TWIN_NETWORK2']].some(Boolean)
}

/** Throws an Error that names the setting and says what is wrong with it. */
export function readSiteSettings(env: NodeJS.ProcessEnv): SiteSettings {
  const parsed = environment.safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const e = parsed.data
  for (const name of ['DATABASE_URL', 'REDIS_URL'])
    if (env[name])
      throw new Error(
        `${name} is set: sites copy the embedded database; a PostgreSQL of your own has its own standby, see docs/operations.md.`,
      )
  if (e.TWIN_STANDBY_OF !== undefined && e.TWIN_PEER_URL === undefined)
    throw new Error('TWIN_PEER_URL is not set: a standby site has to know the page of the site it stands by for.')
  if (e.TWIN_PEER_URL !== undefined && e.TWIN_REPLICATION_LISTEN === undefined)
    throw new Error('TWIN_REPLICATION_LISTEN is not set: say at which address and port the other site reaches the database of this one.')
  const first: Network = {
    host: e.TWIN_HOST,
    http: e.TWIN_HTTP_PORT,
    mqtt: e.TWIN_MQTT_PORT,
    url: bare(e.TWIN_PUBLIC_URL ?? `http://${e.TWIN_HOST}:${e.TWIN_HTTP_PORT}`),
  }
  const [host = '', http, mqtt] = e.TWIN_NETWORK2?.split(':') ?? []
  const second = { host, http: Number(http), mqtt: Number(mqtt), url: `http://${host}:${http}` }
  const desk = split(e.TWIN_SITE_LISTEN)
  return {
    dataDir: e.TWIN_DATA_DIR,
    authSecret: e.TWIN_AUTH_SECRET,
    name: e.TWIN_SITE,
    desk,
    deskUrl: bare(e.TWIN_SITE_URL ?? `http://${desk.host}:${desk.port}`),
    peerUrl: e.TWIN_PEER_URL === undefined ? null : bare(e.TWIN_PEER_URL),
    replication:
      e.TWIN_REPLICATION_LISTEN === undefined
        ? null
        : { ...split(e.TWIN_REPLICATION_LISTEN), from: e.TWIN_REPLICATION_FROM.split(',').filter(Boolean) },
    standbyOf: e.TWIN_STANDBY_OF ?? null,
    policy: e.TWIN_STANDBY_POLICY,
    graceMs: e.TWIN_STANDBY_GRACE_MS,
    networks: host ? [first, second] : [first],
  }
}
