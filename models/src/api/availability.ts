import { z } from 'zod'
import { causes, minuteStates, verdicts } from '../reliability/index.ts'
import { defineOperation } from './define.ts'
import { page, pageOf, time } from './schemas.ts'

const cause = z.enum(causes)
const verdict = z.enum(verdicts)
const ms = z.number().int().nonnegative()
const count = z.number().int().nonnegative()
const share = z.number().min(0).max(1).nullable()
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'YYYY-MM-DD')

/** Time of a span by what it counts as, and availability by it; null where no time was required. */
const counted = {
  ms,
  upMs: ms,
  plannedMs: ms,
  failureMs: ms,
  excludedMs: ms,
  failures: count,
  availability: share,
  withoutPlanned: share,
}

const outage = z.object({
  id: count,
  from: time,
  to: time,
  cause,
  detail: z.string(),
  /** Process that found it. */
  node: z.string(),
  /** What it counted as when it was found. */
  first: verdict,
  verdict,
  said: z.array(z.object({ verdict, reason: z.string(), by: z.string(), at: time })),
})

const availabilitySummary = z.object({
  at: time,
  /** First check of the record. */
  since: time,
  checkMs: count,
  /** Longest time without a good check that is no outage. */
  gapMs: count,
  ongoing: z.object({ from: time, cause, detail: z.string() }).nullable(),
  periods: z.array(z.object({ period: z.enum(['month', 'quarter', 'year']), from: time, to: time, ...counted })),
  /** Minutes of the last 90 days by their state. */
  days: z.array(z.object({ day, good: count, degraded: count, planned: count, failure: count, excluded: count, none: count })),
  /** Of the whole record. bound = 2 · operatingHours / chiSquare(confidence; degrees). */
  reliability: z.object({
    minutes: count,
    ...counted,
    operatingHours: z.number().nonnegative(),
    confidence: z.number(),
    target: z.number(),
    mtbf: z.number().nullable(),
    degrees: count,
    chiSquare: z.number(),
    lowerBound: z.number(),
    met: z.boolean(),
    hoursNeeded: z.number(),
  }),
})

export type OutageView = z.output<typeof outage>
export type AvailabilityView = z.output<typeof availabilitySummary>

/** The record of service, outages and what they count as. */
export const availabilityOperations = {
  availability: defineOperation({
    method: 'get',
    path: '/api/availability',
    tag: 'system',
    summary: { zh: '可用性与平均无故障工作时间', en: 'Availability and mean time between failures' },
    permission: 'cluster:administer',
    query: z.object({ confidence: z.enum(['60', '90']).default('90') }),
    result: availabilitySummary,
  }),
  availabilityDay: defineOperation({
    method: 'get',
    path: '/api/availability/days/:day',
    tag: 'system',
    summary: { zh: '某日逐分钟状态', en: 'One day minute by minute' },
    permission: 'cluster:administer',
    params: z.object({ day }),
    result: z.object({ runs: z.array(z.object({ from: time, minutes: count, state: z.enum(minuteStates) })) }),
  }),
  outages: defineOperation({
    method: 'get',
    path: '/api/availability/outages',
    tag: 'system',
    summary: { zh: '服务中断记录', en: 'Outages' },
    permission: 'cluster:administer',
    query: z.object(page),
    result: pageOf(outage),
  }),
  /** What was found stays; the latest word counts. */
  judgeOutage: defineOperation({
    method: 'post',
    path: '/api/availability/outages/:outage/verdict',
    tag: 'system',
    summary: { zh: '认定中断', en: 'Say what an outage counts as' },
    permission: 'cluster:administer',
    params: z.object({ outage: z.coerce.number().int() }),
    body: z.object({ verdict, reason: z.string().trim().min(2).max(500) }),
    result: outage,
  }),
} as const
