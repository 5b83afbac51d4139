import { z } from 'zod'
import { defineOperation } from './define.ts'
import { time } from './schemas.ts'

const words = { zh: z.string(), en: z.string() }
const started = z.object({ id: z.string() })
const ok = z.object({ ok: z.literal(true) })

export const backupPlan = z.object({
  /** Hour of the day (Beijing) of the daily backup; null = none. */
  hour: z.number().int().min(0).max(23).nullable(),
  /** Any moment of so many days back can be restored. */
  keepDays: z.number().int().min(1).max(365),
  /** Older backups go earlier when all of them take more. */
  maxGigabytes: z.number().min(1).max(100_000),
})

/** A base backup: with the log archived after it any moment from its end on can be restored. */
export const backupRow = z.object({
  id: z.string(),
  /** PostgreSQL that made it. */
  server: z.string(),
  startedAt: time,
  /** First moment that it restores. */
  from: time,
  /** Last moment that its log reaches; null = up to now. */
  to: time.nullable(),
  durationMs: z.number().int(),
  bytes: z.number().int(),
  files: z.number().int(),
  /** Log it needs at least, and how much there is. */
  startWal: z.string(),
  stopWal: z.string(),
  segments: z.number().int(),
  /** Last time everything was compared with its checksums. */
  checked: z.object({ at: time, ok: z.boolean() }).nullable(),
})

/** A backup, a check of one or a restore, with its log. */
export const backupRun = z.object({
  id: z.string(),
  kind: z.enum(['backup', 'verify', 'restore']),
  state: z.enum(['running', 'done', 'failed']),
  /** null: the schedule. */
  by: z.string().nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  /** Moment that was asked for, of a restore. */
  target: time.nullable(),
  /** Which backup; of a restore the folder of its copy while there is one. */
  place: z.string().nullable(),
  bytes: z.number().int(),
  totalBytes: z.number().int(),
  /** ok false: something is wrong; null: told for its own sake. */
  steps: z.array(z.object({ at: time, ok: z.boolean().nullable(), ...words })),
})

export const backupStatus = z.object({
  /** logical: the database is not the server's to archive; only single moments are kept. */
  mode: z.enum(['physical', 'logical']),
  /** Why no backup can be made. */
  problem: z.object(words).nullable(),
  folder: z.string(),
  /** false: no folder was named (TWIN_BACKUP_DIR), backups lie on the disk of the data. */
  ownDisk: z.boolean(),
  archive: z
    .object({
      possible: z.boolean(),
      on: z.boolean(),
      lastArchivedAt: time.nullable(),
      failing: z.boolean(),
      lastFailedAt: time.nullable(),
      /** Finished segments that could not be archived yet. */
      waiting: z.number().int(),
      waitingBytes: z.number().int(),
    })
    .nullable(),
  usage: z.object({ bytes: z.number().int(), walBytes: z.number().int(), freeBytes: z.number().int() }),
  plan: backupPlan,
  /** Moments that can be restored, newest first; `to` null = up to now. */
  ranges: z.array(z.object({ from: time, to: time.nullable() })),
  backups: z.array(backupRow),
  runs: z.array(backupRun),
})

/** Backups while everybody works, and restores beside the running system. */
export const backupOperations = {
  backups: defineOperation({
    method: 'get',
    path: '/api/backups',
    tag: 'system',
    summary: { zh: '备份与恢复状态', en: 'Backups, what they restore, and what was done' },
    permission: 'backup:administer',
    result: backupStatus,
  }),
  /** Answered at once; `backups` tells how it goes. */
  startBackup: defineOperation({
    method: 'post',
    path: '/api/backups',
    tag: 'system',
    summary: { zh: '立即备份', en: 'Back up now' },
    permission: 'backup:administer',
    body: z.object({}),
    result: started,
  }),
  planBackups: defineOperation({
    method: 'put',
    path: '/api/backups/plan',
    tag: 'system',
    summary: { zh: '设置备份计划', en: 'Set the schedule of backups' },
    permission: 'backup:administer',
    body: backupPlan,
    result: ok,
  }),
  verifyBackup: defineOperation({
    method: 'post',
    path: '/api/backups/:backup/verify',
    tag: 'system',
    summary: { zh: '校验备份', en: 'Compare a backup with its checksums' },
    permission: 'backup:administer',
    params: z.object({ backup: z.string() }),
    body: z.object({}),
    result: started,
  }),
  /** Into a copy beside the running system, which is checked and then kept, stopped. */
  startRestore: defineOperation({
    method: 'post',
    path: '/api/backups/restores',
    tag: 'system',
    summary: { zh: '恢复到指定时间', en: 'Restore a moment into a copy' },
    permission: 'backup:administer',
    body: z.object({ at: time }),
    result: started,
  }),
  restore: defineOperation({
    method: 'get',
    path: '/api/backups/restores/:restore',
    tag: 'system',
    summary: { zh: '恢复日志', en: 'Log of a restore' },
    permission: 'backup:administer',
    params: z.object({ restore: z.string() }),
    result: backupRun,
  }),
  discardRestore: defineOperation({
    method: 'delete',
    path: '/api/backups/restores/:restore',
    tag: 'system',
    summary: { zh: '删除恢复副本', en: 'Discard a restored copy' },
    permission: 'backup:administer',
    params: z.object({ restore: z.string() }),
    result: ok,
  }),
} as const
