import { z } from 'zod'
import { defineOperation } from './define.ts'
import { alarmOperations } from './alarms.ts'
import { controlOperations } from './control.ts'
import { analysisOperations } from './analysis.ts'
import { availabilityOperations } from './availability.ts'
import { energyOperations } from './energy.ts'
import { backupOperations } from './backups.ts'
import { systemOperations } from './system.ts'
import {
  commandRow,
  composition,
  csv,
  energyBucket,
  me,
  overloadState,
  page,
  pageOf,
  position,
  range,
  series,
  stationConfig,
  time,
} from './schemas.ts'
import type { StationSummary, StationView } from '../live/types.ts'
import type { StationConfig } from '../stations/types.ts'

const station = z.object({ station: z.string() })
const device = z.object({ device: z.string() })
const ok = z.object({ ok: z.literal(true) })
const command = z.object({ command: z.string() })

/** Everything the REST API can do. Sign-in and sessions are better-auth's under /api/auth (username + password, cookie or bearer). */
export const operations = {
  me: defineOperation({
    method: 'get',
    path: '/api/me',
    tag: 'session',
    summary: { zh: '当前用户', en: 'Who am I' },
    permission: 'signed-in',
    result: me,
  }),
  health: defineOperation({
    method: 'get',
    path: '/api/health',
    tag: 'system',
    summary: { zh: '健康', en: 'Health' },
    permission: 'public',
    result: z.object({ ok: z.boolean(), at: time, parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })) }),
  }),
  /** For load balancers: 503 from the moment the server is told to end, while everything else is still answered. */
  ready: defineOperation({
    method: 'get',
    path: '/api/ready',
    tag: 'system',
    summary: { zh: '是否接受新的请求', en: 'Ready for requests' },
    permission: 'public',
    result: z.object({ ready: z.literal(true) }),
  }),
  /** Why new work is turned away now; every page asks. Answers without the database. */
  overload: defineOperation({
    method: 'get',
    path: '/api/overload',
    tag: 'system',
    summary: { zh: '过载状态', en: 'Overload' },
    permission: 'public',
    result: overloadState,
  }),

  stations: defineOperation({
    method: 'get',
    path: '/api/stations',
    tag: 'stations',
    summary: { zh: '站点列表与概况', en: 'Stations with summary' },
    permission: 'station:view',
    query: z.object({
      kind: z.string().optional(),
      region: z.string().optional(),
      state: z.string().optional(),
      text: z.string().optional(),
    }),
    /** Besides the stored WGS-84 position the same place on the grid of Chinese public maps. */
    result: z.object({
      stations: z.array(z.custom<StationSummary & { readonly gcj02: { readonly lat: number; readonly lng: number } | null }>()),
      unplaced: z.number().int(),
    }),
  }),
  station: defineOperation({
    method: 'get',
    path: '/api/stations/:station',
    tag: 'stations',
    summary: { zh: '站点构成', en: 'Composition of a station' },
    permission: 'station:view',
    params: station,
    result: z.custom<StationConfig>(),
  }),
  stationLive: defineOperation({
    method: 'get',
    path: '/api/stations/:station/live',
    tag: 'live',
    summary: { zh: '实时状态', en: 'Live state' },
    permission: 'station:view',
    params: station,
    result: z.custom<StationView>(),
  }),
  /** The station as a tree of its devices, each with its condition; the station is as its worst. */
  composition: defineOperation({
    method: 'get',
    path: '/api/stations/:station/composition',
    tag: 'stations',
    summary: { zh: '站点设备树', en: 'Station as a tree of devices' },
    permission: 'station:view',
    params: station,
    result: composition,
  }),
  /** One point per row with value, unit, time and quality: for people and simple clients. */
  deviceLive: defineOperation({
    method: 'get',
    path: '/api/devices/:device/live',
    tag: 'live',
    summary: { zh: '设备实时参数', en: 'Live points of a device' },
    permission: 'station:view',
    params: device,
    result: z.object({
      device: z.string(),
      station: z.string(),
      kind: z.string(),
      link: z.string(),
      at: time,
      points: z.array(
        z.object({
          point: z.string(),
          zh: z.string(),
          en: z.string(),
          value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
          unit: z.string(),
          at: time.nullable(),
          quality: z.string(),
        }),
      ),
      partial: z.object({ missing: z.array(z.string()) }).nullable(),
    }),
  }),
  stationAt: defineOperation({
    method: 'get',
    path: '/api/stations/:station/at',
    tag: 'history',
    summary: { zh: '某一时刻的站点', en: 'The station as it was at t' },
    permission: 'station:view',
    params: station,
    query: z.object({ t: z.coerce.number().int() }),
    result: z.custom<StationView>(),
  }),
  /** Creates a station with its devices or replaces its master data; brings their actors to life or retires them. */
  saveStation: defineOperation({
    method: 'put',
    path: '/api/stations/:station',
    tag: 'stations',
    summary: { zh: '新建或更新站点', en: 'Create or update a station' },
    permission: 'station:administer',
    params: station,
    body: stationConfig,
    result: ok,
  }),
  /** Live, recovered and restored states of a station must agree in this. */
  stateHash: defineOperation({
    method: 'get',
    path: '/api/stations/:station/hash',
    tag: 'live',
    summary: { zh: '状态摘要', en: 'SHA-256 of the live state' },
    permission: 'audit:view',
    params: station,
    result: z.object({ hash: z.string() }),
  }),
  setFence: defineOperation({
    method: 'put',
    path: '/api/stations/:station/fence',
    tag: 'positions',
    summary: { zh: '设置围栏半径', en: 'Set fence radius' },
    permission: 'station:operate',
    params: station,
    body: z.object({ radius: z.number().min(10).max(100_000).nullable() }),
    result: ok,
  }),
  moveSite: defineOperation({
    method: 'put',
    path: '/api/stations/:station/site',
    tag: 'positions',
    summary: { zh: '迁移站址', en: 'Move the site' },
    permission: 'station:administer',
    params: station,
    body: z.object({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) }),
    result: ok,
  }),
  setOutline: defineOperation({
    method: 'put',
    path: '/api/stations/:station/outline',
    tag: 'positions',
    summary: { zh: '厂区轮廓', en: 'Plant outline' },
    permission: 'station:operate',
    params: station,
    body: z.object({
      outline: z
        .array(z.tuple([z.number(), z.number()]))
        .min(3)
        .max(200)
        .nullable(),
    }),
    result: ok,
  }),
  placeUnit: defineOperation({
    method: 'put',
    path: '/api/devices/:device/placement',
    tag: 'positions',
    summary: { zh: '放置机组', en: 'Place a unit' },
    permission: 'station:operate',
    params: device,
    body: z.object({ position: z.tuple([z.number(), z.number(), z.number()]), rotation: z.number() }),
    result: ok,
  }),
  position: defineOperation({
    method: 'get',
    path: '/api/devices/:device/position',
    tag: 'positions',
    summary: { zh: '位置与轨迹', en: 'Position and track' },
    permission: 'station:view',
    params: device,
    query: z.object({ from: z.coerce.number().int().optional(), to: z.coerce.number().int().optional() }),
    result: z.object({
      current: position.nullable(),
      gcj02: z.object({ lat: z.number(), lng: z.number() }).nullable(),
      track: z.array(position),
    }),
  }),
  correctPosition: defineOperation({
    method: 'post',
    path: '/api/devices/:device/position',
    tag: 'positions',
    summary: { zh: '人工校正位置', en: 'Correct position by hand' },
    permission: 'station:operate',
    params: device,
    body: z.object({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) }),
    result: ok,
  }),

  history: defineOperation({
    method: 'get',
    path: '/api/history',
    tag: 'history',
    summary: { zh: '历史曲线', en: 'History of points' },
    permission: 'station:view',
    query: z.object({
      series: csv.meta({ description: '<device>:<point>, comma separated, at most 24' }),
      ...range,
      resolution: z.enum(['auto', 'raw', '1m', '1h', '1d']).default('auto'),
      maxPoints: z.coerce.number().int().min(10).max(100_000).default(2000),
    }),
    result: z.object({ series: z.array(series) }),
  }),
  historyExport: defineOperation({
    method: 'get',
    path: '/api/history/export',
    tag: 'history',
    summary: { zh: '导出曲线', en: 'Export history' },
    permission: 'station:view',
    query: z.object({
      series: csv,
      ...range,
      resolution: z.enum(['auto', 'raw', '1m', '1h', '1d']).default('auto'),
      format: z.enum(['csv', 'xlsx']),
    }),
    result: 'file',
  }),
  energy: defineOperation({
    method: 'get',
    path: '/api/stations/:station/energy',
    tag: 'energy',
    summary: { zh: '能耗', en: 'Energy of a station' },
    permission: 'station:view',
    params: station,
    query: z.object({ ...range, by: z.enum(['hour', 'day', 'month']).default('hour') }),
    result: z.object({
      buckets: z.array(energyBucket),
      total: z.object({ kwh: z.number(), m3: z.number(), kwhPerM3: z.number().nullable(), flaggedHours: z.number().int() }),
      quota: z.number().nullable(),
      units: z.array(
        z.object({
          device: z.string(),
          code: z.string(),
          name: z.string(),
          kind: z.string(),
          kwh: z.number().nullable(),
          m3: z.number().nullable(),
          runningHours: z.number().nullable(),
        }),
      ),
      flagged: z.array(z.object({ from: time, reason: z.string(), kwh: z.number(), m3: z.number() })),
    }),
  }),
  ...energyOperations,
  ...analysisOperations,
  setEnergyQuota: defineOperation({
    method: 'put',
    path: '/api/stations/:station/energy-quota',
    tag: 'energy',
    summary: { zh: '日能耗定额', en: 'Daily energy quota' },
    permission: 'station:operate',
    params: station,
    body: z.object({ kwh: z.number().positive().nullable() }),
    result: ok,
  }),

  ...alarmOperations,

  commands: defineOperation({
    method: 'get',
    path: '/api/commands',
    tag: 'commands',
    summary: { zh: '命令记录', en: 'Commands' },
    permission: 'station:view',
    query: z.object({ station: z.string().optional(), target: z.string().optional(), phase: csv.optional(), ...page }),
    result: pageOf(commandRow),
  }),
  command: defineOperation({
    method: 'get',
    path: '/api/commands/:command',
    tag: 'commands',
    summary: { zh: '命令', en: 'One command' },
    permission: 'station:view',
    params: command,
    result: commandRow,
  }),
  /** Before asking: what would forbid it now. Runs the same permissives, changes nothing. */
  commandCheck: defineOperation({
    method: 'post',
    path: '/api/devices/:device/commands/check',
    tag: 'commands',
    summary: { zh: '命令预检', en: 'Would it be allowed now?' },
    permission: 'station:view',
    params: device,
    body: z.object({ code: z.string(), args: z.record(z.string(), z.unknown()) }),
    result: z.object({
      allowed: z.boolean(),
      rejectCode: z.string().nullable(),
      detail: z.string().nullable(),
      warnings: z.array(z.string()),
    }),
  }),
  issueCommand: defineOperation({
    method: 'post',
    path: '/api/devices/:device/commands',
    tag: 'commands',
    summary: { zh: '下发命令', en: 'Issue a command' },
    permission: 'signed-in',
    params: device,
    body: z.object({
      code: z.string(),
      args: z.record(z.string(), z.unknown()).default({}),
      reason: z.string().max(500).default(''),
      idempotencyKey: z.string().min(8).max(100),
      confirm: z.object({ password: z.string(), deviceCode: z.string() }).optional(),
    }),
    result: commandRow,
  }),
  approveCommand: defineOperation({
    method: 'post',
    path: '/api/commands/:command/approve',
    tag: 'commands',
    summary: { zh: '复核命令', en: 'Approve as second person' },
    permission: 'command:approve',
    params: command,
    body: z.object({ password: z.string() }),
    result: commandRow,
  }),
  cancelCommand: defineOperation({
    method: 'post',
    path: '/api/commands/:command/cancel',
    tag: 'commands',
    summary: { zh: '取消命令', en: 'Cancel before dispatch' },
    permission: 'signed-in',
    params: command,
    body: z.object({}),
    result: commandRow,
  }),

  ...controlOperations,

  ...systemOperations,
  ...availabilityOperations,

  ...backupOperations,
} as const

export type OperationName = keyof typeof operations
