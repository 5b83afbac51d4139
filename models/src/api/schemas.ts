import { z } from 'zod'
import { conditions } from '../alarms/condition.ts'

/** Every error of the API has this form. `field` names the input at fault. */
export const apiError = z.object({
  error: z.object({
    code: z.string().meta({ description: 'Stable reason, e.g. not-signed-in, not-permitted, not-found, conflict, invalid, ROOM_OCCUPIED' }),
    message: z.object({ zh: z.string(), en: z.string() }),
    field: z.string().optional(),
    detail: z.unknown().optional(),
  }),
})

export const time = z.number().int().meta({ description: 'epoch ms' })
const timeInput = z.coerce.number().int().min(0)
export const range = { from: timeInput, to: timeInput }
export const page = { page: z.coerce.number().int().min(1).default(1), size: z.coerce.number().int().min(1).max(500).default(50) }
export const pageOf = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), total: z.number().int() })
const priority = z.enum(['P1', 'P2', 'P3'])
export const stationKind = z.enum(['singleModule', 'smartStation', 'centralStation'])
/** Code of a role, built in (viewer, operator, engineer, administrator) or made by people. */
export const roleName = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/)
/** `a,b,c` or repeated → array. */
export const csv = z.preprocess((v) => (typeof v === 'string' ? v.split(',').filter(Boolean) : v), z.array(z.string()))

export const me = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  role: roleName,
  kind: z.enum(['staff', 'screen', 'merchant', 'member']),
  permissions: z.array(z.string()),
  /** null = all stations of the organisation. */
  stations: z.array(z.string()).nullable(),
  mustChangePassword: z.boolean(),
  serverTime: time,
  demo: z.boolean(),
})

/** Words in both languages. */
export const label = z.object({ zh: z.string(), en: z.string() })
export const alarmRow = z.object({
  occurrence: z.string(),
  code: z.string(),
  station: z.string(),
  stationName: z.string(),
  stationNameEn: z.string(),
  stationKind,
  device: z.string(),
  deviceCode: z.string(),
  deviceName: z.string(),
  deviceKind: z.string(),
  priority,
  /** Present phase for open ones, CLOSED for ended. */
  phase: z.enum(['UNACK', 'ACKED', 'RTN_UNACK', 'LATCHED_UNACK', 'LATCHED_ACKED', 'CLOSED']),
  hidden: z.enum(['shelved', 'suppressed', 'outOfService']).nullable(),
  groupedUnder: z.string().nullable(),
  /** Alarms that stand below it; more than none at a device of kind `station` = a group alarm. */
  members: z.number().int(),
  historical: z.boolean(),
  chattering: z.boolean(),
  values: z.record(z.string(), z.unknown()),
  raisedAt: time,
  ackedAt: time.nullable(),
  ackedBy: z.string().nullable(),
  note: z.string().nullable(),
  clearedAt: time.nullable(),
  closedAt: time.nullable(),
  shelvedUntil: time.nullable(),
  shelveReason: z.string().nullable(),
  /** When it went to the station's manager because nobody acknowledged it. */
  escalatedAt: time.nullable(),
})
/** Filter shared by list, export and statistics, so that their counts agree. */
export const alarmFilter = {
  station: csv.optional(),
  device: z.string().optional(),
  deviceKind: csv.optional(),
  stationKind: stationKind.optional(),
  code: csv.optional(),
  priority: csv.optional(),
  phase: csv.optional().meta({ description: 'phases, or open / closed' }),
  hidden: csv.optional().meta({ description: 'shelved, suppressed, outOfService: recorded but not shown as alarms' }),
  group: z
    .enum(['heads', 'members', 'none'])
    .optional()
    .meta({ description: 'heads = group alarms of a station over its units, members = alarms below another, none = neither' }),
  from: timeInput.optional(),
  to: timeInput.optional(),
  localDay: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional()
    .meta({ description: 'raised on this day, YYYY-MM-DD in the zone of the station' }),
  localHour: z.coerce
    .number()
    .int()
    .min(0)
    .max(23)
    .optional()
    .meta({ description: 'raised in this hour of the day, 0 to 23 in the zone of the station' }),
  text: z.string().optional(),
  historical: z.enum(['with', 'without', 'only']).default('with'),
}
export const alarmCount = z.object({
  key: z.string(),
  label,
  count: z.number().int(),
  previous: z.number().int(),
  meanAckMs: z.number().nullable(),
  meanClearMs: z.number().nullable(),
  /** Overlapping alarms counted once. */
  activeMs: z.number(),
  /** Of these below another alarm. */
  grouped: z.number().int(),
  /** Of these group alarms of a station over its units. */
  groups: z.number().int(),
})

export const commandStep = z.object({ phase: z.string(), at: time, by: z.string().nullable(), detail: z.string().nullable() })
export const commandRow = z.object({
  id: z.string(),
  code: z.string(),
  station: z.string(),
  target: z.string(),
  targetName: z.string(),
  args: z.record(z.string(), z.unknown()),
  reason: z.string(),
  requestedBy: z.object({ id: z.string(), name: z.string(), from: z.string() }),
  approvedBy: z.object({ id: z.string(), name: z.string(), from: z.string() }).nullable(),
  phase: z.string(),
  rejectCode: z.string().nullable(),
  detail: z.string().nullable(),
  issuedAt: time,
  endedAt: time.nullable(),
  deadline: time.nullable(),
  steps: z.array(commandStep),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
})

/** One series: columns. `v` holds null where there is a gap; for rollups `min`/`max` frame the mean, for counters `v` is the last reading. */
export const series = z.object({
  device: z.string(),
  point: z.string(),
  unit: z.string(),
  counter: z.boolean(),
  resolution: z.enum(['raw', '1m', '1h', '1d']),
  t: z.array(time),
  v: z.array(z.number().nullable()),
  min: z.array(z.number().nullable()).optional(),
  max: z.array(z.number().nullable()).optional(),
  q: z.array(z.number().int()).optional(),
  n: z.array(z.number().int()).optional(),
})

export const energyBucket = z.object({
  from: time,
  to: time,
  kwh: z.number().nullable(),
  m3: z.number().nullable(),
  kwhPerM3: z.number().nullable(),
  m3PerKwh: z.number().nullable(),
  /** Counter readings behind the difference. */
  energyReadings: z.array(z.object({ at: time, value: z.number() })),
  airReadings: z.array(z.object({ at: time, value: z.number() })),
  flags: z.array(z.enum(['reset', 'gap', 'impossible', 'partial'])),
})

/** Energy and its cost by band of each tariff that was valid. */
export const energyCostPeriod = z.object({
  from: time,
  to: time,
  wh: z.number().int(),
  kwh: z.number(),
  /** Fen; null when no tariff was valid. */
  cost: z.number().int().nullable(),
  /** Energy no tariff was valid for. */
  unpricedWh: z.number().int(),
  bands: z.array(
    z.object({
      tariff: z.object({ id: z.string(), version: z.number().int(), name: z.string(), validFrom: z.string() }).nullable(),
      band: z.enum(['sharp', 'peak', 'flat', 'valley', 'deepValley']).nullable(),
      /** Thousandths of a fen per kWh. */
      price: z.number().int().nullable(),
      wh: z.number().int(),
      kwh: z.number(),
      cost: z.number().int().nullable(),
    }),
  ),
})

export const position = z.object({
  lat: z.number(),
  lng: z.number(),
  at: time,
  source: z.enum(['gnss', 'cell', 'manual']),
  accuracy: z.number().nullable(),
  by: z.string().nullable(),
})

export const deadLetter = z.object({
  id: z.string(),
  device: z.string().nullable(),
  station: z.string().nullable(),
  topic: z.string(),
  reason: z.string(),
  detail: z.string(),
  received: time,
  size: z.number().int(),
  preview: z.string().meta({ description: 'text if readable, else hex' }),
})

/** What finds log lines: list and export alike. Texts are met exactly; `user` is a sign-in name, a name or an id. */
export const auditFilter = {
  platform: z.enum(['supervision', 'service', 'investment', 'mall', 'analytics']).optional(),
  user: z.string().optional(),
  kind: z.string().optional(),
  record: z.string().optional(),
  action: z.string().optional(),
  /** Number, name or id of what it is about. */
  number: z.string().optional(),
  address: z.string().optional(),
  result: z.string().optional(),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
}
export const auditRow = z.object({
  id: z.string(),
  at: time,
  user: z.string().nullable(),
  userName: z.string().nullable(),
  from: z.string().nullable(),
  kind: z.string(),
  /** What it is about, and what was done: `workOrder.assign` is `workOrder` and `assign`, `export.alarms` is `alarms` and `export`. */
  family: z.string(),
  action: z.string(),
  target: z.string().nullable(),
  /** Number or name of the target, as it was then. */
  title: z.string().nullable(),
  result: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  hash: z.string(),
})

/** staff: people of the operator. screen: a big screen, which only reads. merchant, member: of the mall. */
export const accountKind = z.enum(['staff', 'screen', 'merchant', 'member'])
export const userRow = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  department: z.string().nullable(),
  role: roleName,
  stations: z.array(z.string()).nullable(),
  disabled: z.boolean(),
  mustChangePassword: z.boolean(),
  lastSignInAt: time.nullable(),
  kind: accountKind,
  /** From then on nobody gets in. */
  expiresAt: time.nullable(),
  mobile: z.string().nullable(),
  /** When the password must be changed; null: never. */
  passwordDueAt: time.nullable(),
})

const id = z.string().regex(/^[0-9a-z]{12}$/, '12 characters of 0-9a-z')
const point3 = z.tuple([z.number(), z.number(), z.number()])
/** Input form of StationConfig (models/src/stations/types.ts); a type test keeps the two alike. */
export const stationConfig = z.object({
  id,
  org: z.string().default('main'),
  code: z.string().min(1).max(40),
  name: z.string().min(1).max(80),
  nameEn: z.string().max(80).default(''),
  kind: stationKind,
  region: z.string().regex(/^\d{6}$/, '6-digit administrative code'),
  address: z.string().max(200).default(''),
  manager: z.string().max(60).default(''),
  position: z.object({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) }).nullable(),
  timeZone: z.string().default('Asia/Shanghai'),
  policy: z.object({
    videoRequired: z.boolean(),
    allowSafeStopWhenOccupied: z.boolean(),
    silenceMs: z.number().int().min(1000).max(10_000),
    futureToleranceMs: z.number().int().min(0).max(600_000),
    escalateAfterMin: z.number().min(0).max(10_080).optional(),
  }),
  volume: z.number().positive(),
  fenceRadius: z.number().positive().nullable(),
  outline: z
    .array(z.tuple([z.number(), z.number()]))
    .min(3)
    .nullable(),
  devices: z
    .array(
      z.object({
        id,
        stationId: id,
        kind: z.string(),
        variant: z.string().nullable(),
        code: z.string().min(1).max(40),
        name: z.string().min(1).max(80),
        placement: z.object({ position: point3, rotation: z.number() }),
        settings: z.record(z.string(), z.number()),
        texts: z.record(z.string(), z.string()).default({}),
      }),
    )
    .min(1)
    .max(500),
  pipes: z.array(
    z.object({
      id: z.string(),
      from: id,
      to: id,
      path: z.array(point3).min(2),
      medium: z.enum(['air', 'water', 'condensate']),
      diameter: z.number().positive(),
    }),
  ),
  energyQuota: z.number().positive().nullable(),
})

/** One node as it told the database with its last heartbeat. */
export const clusterNode = z.object({
  /** Incarnation: a new one with every start. */
  node: z.string(),
  address: z.string(),
  state: z.enum(['live', 'draining', 'gone']),
  /** Since its last heartbeat, ms. */
  silentMs: z.number(),
  redis: z.boolean(),
  shards: z.number().int(),
  /** Weights of its shards: rows committed a second, a tenth of the devices, the number of stations. */
  load: z.number().int(),
  /** Live things it holds: stations, and their devices. */
  stations: z.number().int(),
  devices: z.number().int(),
  viewers: z.number().int(),
  /** Messages taken and not yet committed, and their bytes. */
  pending: z.number().int(),
  pendingBytes: z.number().int(),
  commitP99Ms: z.number(),
  loopLagP99Ms: z.number(),
  rssBytes: z.number().int(),
  sessions: z.object({ all: z.number().int(), connected: z.number().int(), unacknowledged: z.number().int() }),
  /** Since the start of the node: shards taken, given away, found in other hands at a commit; times it let all go by itself. */
  claimed: z.number().int(),
  handedOver: z.number().int(),
  fenced: z.number().int(),
  selfFenced: z.number().int(),
  lastHandOverMs: z.number(),
  /** How far its clock is ahead of the database's, ms. */
  skewMs: z.number(),
  /** Telemetry on its disk that is not in the history yet. */
  spool: z.object({ messages: z.number().int(), bytes: z.number().int(), oldest: time.nullable() }),
})
/** What was put aside so that the rest goes on. */
export const quarantined = z.object({
  /** actor: its steps failed again and again. turn: processes ended while it was under way. */
  kind: z.enum(['actor', 'turn']),
  station: z.string(),
  stationName: z.string(),
  /** Address of the actor (`device:…`, `station:…`), or the turn: `t <device> <boot> <seq>`, `tick <station>`, `ask …`. */
  what: z.string(),
  /** Processes that ended with it, and how the last one did; 0 for an actor. */
  deaths: z.number().int(),
  how: z.enum(['throws', 'hang', 'memory', 'death']),
  node: z.string(),
  /** Last time; null = the node knows only that it is so. */
  at: time.nullable(),
})
export const hotStation = z.object({
  station: z.string(),
  stationName: z.string(),
  node: z.string(),
  address: z.string(),
  shard: z.number().int(),
  /** Rows committed a second, over a minute. */
  rate: z.number(),
  /** Names of other stations in its shard, which move with it. */
  together: z.array(z.string()),
})
/** What there is too much or too little of, gravest first. */
export const overloadReasons = ['database', 'commits', 'pending', 'lag', 'memory', 'requests'] as const
export type OverloadReason = (typeof overloadReasons)[number]
export const overloadState = z.object({
  reasons: z.array(z.enum(overloadReasons)),
  /** Since when without a break. */
  since: time.nullable(),
  /** Telemetry on the disk of this node that is not in the history yet; null = there is no spool. */
  spool: z.object({ messages: z.number().int(), bytes: z.number().int(), oldest: time.nullable(), dropped: z.number().int() }).nullable(),
})
export const clusterStatus = z.object({
  /** false: one node alone, which holds everything. */
  clustered: z.boolean(),
  at: time,
  shards: z.object({ all: z.number().int(), owned: z.number().int(), moving: z.number().int(), orphaned: z.number().int() }),
  /** Shards whose owners died again and again: their turns are written down before they run. */
  careful: z.number().int(),
  quarantine: z.array(quarantined),
  nodes: z.array(clusterNode),
  /** Stations with the most to do, the busiest first; empty on a single node. */
  hottest: z.array(hotStation),
})

/** One move of the service to another site or network. */
export const switchOver = z.object({
  id: z.string(),
  kind: z.enum(['site', 'network']),
  /** The old place was asked to stop and did; otherwise it was taken for dead. */
  planned: z.boolean(),
  drill: z.boolean(),
  reason: z.string(),
  orderedBy: z.string(),
  from: z.string(),
  to: z.string(),
  /** Of the site, from then on. */
  epoch: z.number().int(),
  orderedAt: time,
  stoppedAt: time.nullable(),
  promotedAt: time.nullable(),
  readyAt: time.nullable(),
  /** What worked first at the new place, by the times the server gave it, and who or what it was. */
  signInAt: time.nullable(),
  signIn: z.string().nullable(),
  liveAt: time.nullable(),
  live: z.string().nullable(),
  orderAt: time.nullable(),
  firstOrder: z.string().nullable(),
  /** When all three had worked, and how long after the order; null: not yet. */
  servedAt: time.nullable(),
  durationMs: z.number().nullable(),
  /** Within 30 min; null: not there yet, and the time is not over. */
  passed: z.boolean().nullable(),
  /** All that was acknowledged is there for certain; else what was acknowledged from `missingFrom` on may be missing. */
  complete: z.boolean(),
  missingFrom: time.nullable(),
})
export const standbyStatus = z.object({
  at: time,
  /** The site that serves; null: there is one site with one network. */
  site: z
    .object({
      name: z.string(),
      /** Its page, where orders are given. */
      address: z.string(),
      epoch: z.number().int(),
      policy: z.enum(['go-on', 'wait']),
      /** Every acknowledged change is on both sites; since when that holds, or does not. */
      protected: z.boolean(),
      since: time,
    })
    .nullable(),
  standby: z.object({
    connected: z.boolean(),
    synchronous: z.boolean(),
    behindBytes: z.number().nullable(),
    lagMs: z.number().nullable(),
  }),
  limitMs: z.number(),
  moves: z.array(switchOver),
})

const condition = z.enum(conditions)
export const composition = z.object({
  station: z.string(),
  condition,
  /** Sum of the compressors in service, m3/min. */
  ratedFlow: z.number(),
  /** Compressors offered to joint control: in service and in a group. */
  joint: z.array(z.string()),
  children: z.array(
    z.object({
      device: z.string(),
      code: z.string(),
      name: z.string(),
      kind: z.string(),
      group: z.string().nullable(),
      condition,
      link: z.string(),
    }),
  ),
})
