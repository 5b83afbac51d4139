import { operations, type backupRun, type backupStatus } from '@twin/models/api'
import { Alert, Button, Progress } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import { useAction, useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatBytes, formatNumber, formatTime } from '../../ui/format.ts'
import { Await, KpiStrip, Page } from '../../ui/widgets/index.ts'
import { BackupTable } from './backup-table.tsx'
import { BackupPlanForm } from './backup-plan-form.tsx'
import { RestoreDialog } from './restore-dialog.tsx'
import { RunLog, RunTable } from './backup-runs.tsx'

export type BackupStatus = z.output<typeof backupStatus>
export type BackupRun = z.output<typeof backupRun>

/** Backups while everybody works, the moments they restore, and what was done. */
export function BackupsPage() {
  const { t } = useText()
  const [choosing, setChoosing] = useState(false)
  const status = useCall(operations.backups, {}, { every: 2000 })
  const start = useAction(operations.startBackup, { done: t('backup.started'), refresh: [operations.backups] })
  const { data } = status
  const running = data?.runs.find(({ state }) => state === 'running')
  const restorable = (data?.ranges.length ?? 0) > 0
  return (
    <Page
      title={t('backup.title')}
      hint={t('backup.hint')}
      testId="backups-page"
      extra={
        <>
          <Button
            type="primary"
            disabled={!data || running !== undefined || data.problem !== null}
            onClick={() => start.mutate({ body: {} })}
            data-testid="backup-start"
          >
            {t('backup.start')}
          </Button>
          <Button disabled={!restorable || running !== undefined} onClick={() => setChoosing(true)} data-testid="restore-open">
            {t('backup.restore')}
          </Button>
        </>
      }
    >
      <Await query={status}>
        {data ? (
          <>
            <Warnings status={data} />
            <Figures status={data} />
            {running ? <Running run={running} /> : null}
            {data.mode === 'physical' ? <BackupTable backups={data.backups} busy={running !== undefined} /> : null}
            <RunTable runs={data.runs} />
            <BackupPlanForm plan={data.plan} physical={data.mode === 'physical'} />
            <div className="muted">{t('backup.secrets')}</div>
            {choosing ? <RestoreDialog ranges={data.ranges} onClose={() => setChoosing(false)} /> : null}
          </>
        ) : null}
      </Await>
    </Page>
  )
}

function Warnings({ status: { problem, archive, mode, ownDisk, folder, plan } }: { readonly status: BackupStatus }) {
  const { t, label } = useText()
  return (
    <>
      {problem ? <Alert type="error" showIcon title={label(problem)} data-testid="backup-problem" /> : null}
      {archive?.failing ? (
        <Alert
          type="error"
          showIcon
          title={t('backup.failing', { n: archive.waiting, size: formatBytes(archive.waitingBytes) })}
          data-testid="archive-failing"
        />
      ) : null}
      {mode === 'logical' ? <Alert type="info" showIcon title={t('backup.external')} data-testid="backup-external" /> : null}
      {ownDisk ? null : <Alert type="warning" showIcon title={t('backup.sameDisk', { folder })} data-testid="backup-same-disk" />}
      {plan.hour === null ? <Alert type="warning" showIcon title={t('backup.planNone')} /> : null}
    </>
  )
}

function Figures({ status: { mode, ranges, backups, usage, archive } }: { readonly status: BackupStatus }) {
  const { t, lang } = useText()
  const [range] = ranges
  const shown = range
    ? t('backup.fromTo', {
        from: formatTime(range.from, 'dateTime', lang),
        to: range.to === null ? t('backup.now') : formatTime(range.to, 'dateTime', lang),
      })
    : t('backup.rangeNone')
  const state = archive?.failing ? 'backup.archiveFailing' : archive?.on ? 'backup.archiveOn' : 'backup.archiveOff'
  return (
    <KpiStrip
      testId="backup-kpi"
      compact
      items={[
        ...(mode === 'physical'
          ? [
              { key: 'range', title: t('backup.range'), term: 'restorable' as const, value: shown },
              { key: 'count', title: t('backup.count'), value: formatNumber(backups.length, 0) },
              {
                key: 'archive',
                title: t('backup.archive'),
                term: 'logArchive' as const,
                value: t(state),
                ...(archive?.failing ? { tone: 'alarm' as const } : {}),
              },
            ]
          : [{ key: 'mode', title: t('backup.archive'), value: t('backup.logical') }]),
        { key: 'used', title: t('backup.used'), value: formatBytes(usage.bytes) },
        { key: 'free', title: t('backup.free'), value: formatBytes(usage.freeBytes) },
      ]}
    />
  )
}

function Running({ run }: { readonly run: BackupRun }) {
  const { t } = useText()
  const percent = run.totalBytes === 0 ? 0 : Math.floor((run.bytes / run.totalBytes) * 100)
  return (
    <div data-testid="backup-running">
      <div className="section-title">
        {t('backup.running')} · {t(`backup.kind.${run.kind}`)}
      </div>
      <Progress percent={percent} status="active" aria-label={t('backup.running')} />
      <RunLog run={run} />
    </div>
  )
}
