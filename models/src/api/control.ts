import { z } from 'zod'
import { defineOperation } from './define.ts'
import { page, pageOf } from './schemas.ts'

const station = z.object({ station: z.string() })
const run = z.object({ station: z.string(), run: z.string() })
const time = z.number().int()
const person = z.object({ id: z.string(), name: z.string(), from: z.string() })
const args = z.record(z.string(), z.unknown())

export const controlRun = z.object({
  id: z.string(),
  station: z.string(),
  kind: z.enum(['start', 'joint', 'band', 'release']),
  by: person,
  reason: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  phase: z.enum(['running', 'done', 'failed', 'aborted']),
  detail: z.string().nullable(),
  steps: z.array(
    z.object({
      key: z.enum(['cooling', 'dryer', 'compressor', 'pressure', 'outlet', 'target', 'band', 'member', 'mode']),
      target: z.string(),
      targetName: z.string(),
      /** null = waits for the header to carry its minimum pressure. */
      code: z.string().nullable(),
      args,
      phase: z.enum(['pending', 'waiting', 'sent', 'done', 'already', 'failed', 'unsent']),
      command: z.string().nullable(),
      startedAt: time.nullable(),
      endedAt: time.nullable(),
      deadline: time.nullable(),
      detail: z.string().nullable(),
    }),
  ),
})
export const jointAction = z.object({
  id: z.string(),
  at: time,
  kind: z.enum(['plan', 'start', 'stop', 'load', 'unload']),
  unit: z.string().nullable(),
  unitName: z.string().nullable(),
  reason: z.string(),
  headerPressure: z.number().nullable(),
  outcome: z.enum(['pending', 'confirmed', 'unconfirmed', 'failed']),
  endedAt: time.nullable(),
})
export const jointState = z.object({
  phase: z.enum(['engaging', 'active', 'suspended']),
  by: person,
  reason: z.string(),
  since: time,
  band: z.object({ low: z.number(), high: z.number() }),
  rotateAfterH: z.number(),
  members: z.array(z.string()),
  order: z.array(z.string()),
  lead: z.string().nullable(),
  problem: z.string().nullable(),
})

/** As for a single command: the reason, the password again and the station's code. */
const asked = {
  reason: z.string().trim().min(1).max(500),
  /** The same key is the same run. */
  idempotencyKey: z.uuid(),
  confirm: z.object({ password: z.string(), deviceCode: z.string() }),
}

/** Control of whole stations: start sequences and joint control. */
export const controlOperations = {
  control: defineOperation({
    method: 'get',
    path: '/api/stations/:station/control',
    tag: 'control',
    summary: { zh: '站控状态', en: 'Start sequence and joint control now' },
    permission: 'station:view',
    params: station,
    result: z.object({
      run: controlRun.nullable(),
      joint: jointState.nullable(),
      /** Units offered to joint control: those in a group. */
      offered: z.array(z.object({ id: z.string(), code: z.string(), name: z.string(), group: z.string(), held: z.array(z.string()) })),
      /** What a start would do, in order. */
      start: z.array(z.object({ key: z.string(), target: z.string(), targetName: z.string(), code: z.string().nullable() })),
    }),
  }),
  runs: defineOperation({
    method: 'get',
    path: '/api/stations/:station/runs',
    tag: 'control',
    summary: { zh: '启动顺序与联控流程记录', en: 'Runs, newest first' },
    permission: 'station:view',
    params: station,
    query: z.object({ kind: z.enum(['start', 'joint', 'band', 'release']).optional(), ...page }),
    result: pageOf(controlRun),
  }),
  startRun: defineOperation({
    method: 'post',
    path: '/api/stations/:station/runs',
    tag: 'control',
    summary: { zh: '执行启动顺序', en: 'Run the start sequence' },
    permission: 'signed-in',
    params: station,
    body: z.object({ units: z.array(z.string()).max(32).default([]), ...asked }),
    result: controlRun,
  }),
  abortRun: defineOperation({
    method: 'post',
    path: '/api/stations/:station/runs/:run/abort',
    tag: 'control',
    summary: { zh: '中止流程', en: 'Abort a run: what is not sent yet never is' },
    permission: 'signed-in',
    params: run,
    body: z.object({}),
    result: controlRun,
  }),
  engageJoint: defineOperation({
    method: 'put',
    path: '/api/stations/:station/joint',
    tag: 'control',
    summary: { zh: '投入联控或调整压力带', en: 'Put under joint control, or change its band' },
    permission: 'signed-in',
    params: station,
    body: z.object({
      /** Header pressure, bar gauge. */
      low: z.number(),
      high: z.number(),
      /** Absent = all that are offered. */
      units: z.array(z.string()).min(1).max(32).optional(),
      /** h the lead may run longer than another unit. */
      rotateAfterH: z.number().min(0.1).max(8760).default(24),
      ...asked,
    }),
    result: controlRun,
  }),
  releaseJoint: defineOperation({
    method: 'post',
    path: '/api/stations/:station/joint/release',
    tag: 'control',
    summary: { zh: '退出联控', en: 'Release a unit or the station' },
    permission: 'signed-in',
    params: station,
    body: z.object({ unit: z.string().nullable().default(null), ...asked }),
    result: controlRun,
  }),
  jointActions: defineOperation({
    method: 'get',
    path: '/api/stations/:station/joint/actions',
    tag: 'control',
    summary: { zh: '联控自动命令', en: 'Automatic commands with their reasons, newest first' },
    permission: 'station:view',
    params: station,
    query: z.object({ ...page }),
    result: pageOf(jointAction),
  }),
}
