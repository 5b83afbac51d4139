import type { z } from 'zod'
import type { backupRow, backupRun, backupStatus } from '@twin/models/api'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'

type Run = z.output<typeof backupRun>
export type BackupHead = Omit<z.output<typeof backupRow>, 'server' | 'startedAt' | 'from' | 'startWal' | 'stopWal' | 'bytes' | 'files'> & {
  readonly copy: {
    readonly server: string
    readonly startedAt: number
    readonly finishedAt: number
    readonly startWal: string
    readonly stopWal: string
    readonly bytes: number
  }
  readonly files: number
}
type Started = { readonly id: string } | 'busy'

/** What the API needs of the backups. Throws errors with `words` where they cannot be made. */
export interface BackupsView {
  status(): Promise<
    Omit<z.output<typeof backupStatus>, 'backups' | 'runs' | 'ranges'> & {
      readonly bases: readonly BackupHead[]
      readonly ranges: readonly { readonly from: number; readonly to: number | null }[]
      readonly runs: readonly RunView[]
    }
  >
  run(id: string): Promise<RunView | undefined>
  setPlan(plan: { readonly hour: number | null; readonly keepDays: number; readonly maxGigabytes: number }): Promise<void>
  backup(by: string): Promise<Started>
  verify(id: string, by: string): Promise<Started | undefined>
  restore(at: number, by: string): Promise<Started | undefined>
  discard(id: string): Promise<boolean | 'busy'>
}
type RunView = Omit<Run, 'steps'> & { readonly steps: readonly Run['steps'][number][] }

const shown = (run: RunView): Run => ({ ...run, steps: [...run.steps] })

export function backupHandlers({
  backups,
}: HttpParts): Pick<Handlers, 'backups' | 'startBackup' | 'planBackups' | 'verifyBackup' | 'startRestore' | 'restore' | 'discardRestore'> {
  const kept = (): BackupsView => backups ?? refuse('not-found')
  const begun = (result: Started): { id: string } =>
    result === 'busy'
      ? refuse('conflict', { message: { zh: '已有备份、校验或恢复正在进行', en: 'A backup, check or restore is under way' } })
      : { id: result.id }
  return {
    backups: async () => {
      const { bases, ranges, runs, ...status } = await kept().status()
      return {
        ...status,
        ranges: ranges.map((range) => ({ ...range })),
        backups: bases.map(({ copy: { finishedAt, ...copy }, ...base }) => ({
          ...{ id: base.id, files: base.files, to: base.to, durationMs: base.durationMs, segments: base.segments, checked: base.checked },
          ...{ server: copy.server, startedAt: copy.startedAt, from: finishedAt, bytes: copy.bytes },
          ...{ startWal: copy.startWal, stopWal: copy.stopWal },
        })),
        runs: runs.map(shown),
      }
    },
    startBackup: async ({ principal, note }) => {
      const { problem } = await kept().status()
      if (problem) refuse('conflict', { message: problem })
      const { id } = begun(await kept().backup(principal.name))
      note({ target: id })
      return { id }
    },
    planBackups: async ({ body, note }) => {
      const { plan } = await kept().status()
      note({ before: plan, after: body })
      await kept().setPlan(body)
      return { ok: true }
    },
    verifyBackup: async ({ params, principal, note }) => {
      note({ target: params.backup })
      return begun((await kept().verify(params.backup, principal.name)) ?? refuse('not-found'))
    },
    startRestore: async ({ body, principal, note }) => {
      note({ after: { at: body.at } })
      const result = await kept().restore(body.at, principal.name)
      return begun(result ?? refuse('invalid', { field: 'at', message: { zh: '没有备份覆盖该时间', en: 'No backup reaches that moment' } }))
    },
    restore: async ({ params }) => {
      const run = await kept().run(params.restore)
      return run?.kind === 'restore' ? shown(run) : refuse('not-found')
    },
    discardRestore: async ({ params, note }) => {
      note({ target: params.restore })
      const gone = await kept().discard(params.restore)
      if (gone === 'busy') refuse('conflict', { message: { zh: '副本上有服务在运行', en: 'A server runs on this copy' } })
      if (!gone) refuse('not-found')
      return { ok: true }
    },
  }
}
