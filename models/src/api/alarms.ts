import { z } from 'zod'
import { defineOperation } from './define.ts'
import { alarmCount, alarmFilter, alarmRow, page, pageOf, range, series, time } from './schemas.ts'

const ok = z.object({ ok: z.literal(true) })
const occurrence = z.object({ occurrence: z.string() })

/** Alarms by ISA-18.2: what is there, what was done about it, and its statistics. */
export const alarmOperations = {
  alarms: defineOperation({
    method: 'get',
    path: '/api/alarms',
    tag: 'alarms',
    summary: { zh: '报警列表', en: 'Alarms' },
    permission: 'alarm:view',
    query: z.object({ ...alarmFilter, ...page, sort: z.enum(['-raisedAt', 'raisedAt', 'priority', 'code', 'phase']).default('-raisedAt') }),
    result: pageOf(alarmRow),
  }),
  alarm: defineOperation({
    method: 'get',
    path: '/api/alarms/:occurrence',
    tag: 'alarms',
    summary: { zh: '报警记录', en: 'One occurrence with its history and the 5 minutes before it' },
    permission: 'alarm:view',
    params: occurrence,
    result: z.object({
      alarm: alarmRow,
      events: z.array(z.object({ at: time, kind: z.string(), by: z.string().nullable(), note: z.string().nullable() })),
      before: z.array(series),
      earlier: z.array(alarmRow),
      /** Alarms below it: members of a group, or children of a parent. */
      children: z.array(alarmRow),
      /** Of a group alarm: what units recorded meanwhile without raising it, as under maintenance lock-out. */
      suppressed: z.array(alarmRow),
      /** Names of those it went to when nobody acknowledged it. */
      escalatedTo: z.array(z.string()),
    }),
  }),
  alarmsExport: defineOperation({
    method: 'get',
    path: '/api/alarms/export',
    tag: 'alarms',
    summary: { zh: '导出报警', en: 'Export alarms' },
    permission: 'alarm:view',
    query: z.object({ ...alarmFilter, format: z.enum(['csv', 'xlsx']) }),
    result: 'file',
  }),
  ackAlarm: defineOperation({
    method: 'post',
    path: '/api/alarms/:occurrence/ack',
    tag: 'alarms',
    summary: { zh: '确认', en: 'Acknowledge (a group acknowledges its members)' },
    permission: 'alarm:operate',
    params: occurrence,
    body: z.object({ note: z.string().max(500).default('') }),
    result: ok,
  }),
  resetAlarm: defineOperation({
    method: 'post',
    path: '/api/alarms/:occurrence/reset',
    tag: 'alarms',
    summary: { zh: '复位锁存', en: 'Reset a latched alarm; 409 while its condition holds' },
    permission: 'alarm:operate',
    params: occurrence,
    body: z.object({}),
    result: ok,
  }),
  shelveAlarm: defineOperation({
    method: 'post',
    path: '/api/devices/:device/alarms/:code/shelve',
    tag: 'alarms',
    summary: { zh: '搁置', en: 'Shelve; never P1, at most 8 h' },
    permission: 'alarm:operate',
    params: z.object({ device: z.string(), code: z.string() }),
    body: z.object({ minutes: z.number().int().min(1).max(480), reason: z.string().min(1).max(500) }),
    result: ok,
  }),
  unshelveAlarm: defineOperation({
    method: 'post',
    path: '/api/devices/:device/alarms/:code/unshelve',
    tag: 'alarms',
    summary: { zh: '取消搁置', en: 'Unshelve' },
    permission: 'alarm:operate',
    params: z.object({ device: z.string(), code: z.string() }),
    body: z.object({}),
    result: ok,
  }),
  serviceAlarm: defineOperation({
    method: 'post',
    path: '/api/devices/:device/alarms/:code/service',
    tag: 'alarms',
    summary: { zh: '停用/恢复', en: 'Take out of service or return' },
    permission: 'alarm:administer',
    params: z.object({ device: z.string(), code: z.string() }),
    body: z.object({ out: z.boolean(), workOrder: z.string().max(60) }),
    result: ok,
  }),
  alarmStats: defineOperation({
    method: 'get',
    path: '/api/alarms/statistics',
    tag: 'alarms',
    summary: { zh: '报警统计', en: 'Alarm statistics; totals equal the list under the same filter' },
    permission: 'alarm:view',
    query: z.object({
      ...alarmFilter,
      ...range,
      by: z.enum(['priority', 'code', 'device', 'deviceKind', 'station', 'stationKind', 'day', 'hour']),
    }),
    result: z.object({ total: z.number().int(), previousTotal: z.number().int(), counts: z.array(alarmCount) }),
  }),
  alarmKpi: defineOperation({
    method: 'get',
    path: '/api/alarms/kpi',
    tag: 'alarms',
    summary: { zh: '报警绩效', en: 'ISA-18.2 performance' },
    permission: 'alarm:view',
    query: z.object(range),
    result: z.object({
      open: z.number().int(),
      unacked: z.number().int(),
      perTenMinutes: z.number(),
      peakTenMinutes: z.number().int(),
      floodShare: z.number(),
      floods: z.array(z.object({ station: z.string(), from: time, to: time.nullable(), count: z.number().int() })),
      stale: z.number().int(),
      chattering: z.array(z.object({ device: z.string(), code: z.string(), count: z.number().int() })),
      topTenShare: z.number(),
      priorityShare: z.object({ P1: z.number(), P2: z.number(), P3: z.number() }),
      shelved: z.number().int(),
      suppressed: z.number().int(),
      outOfService: z.number().int(),
    }),
  }),
} as const
