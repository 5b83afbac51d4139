import { CheckCircleOutlined, CloseCircleOutlined, InfoCircleOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import { App, Badge, Button, Table, Typography } from 'antd'
import { useAction } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatNumber, formatTime } from '../../ui/format.ts'
import type { BackupRun } from './backups-page.tsx'

const badges = { running: 'processing', done: 'success', faults: 'error', failed: 'error' } as const
const stateOf = ({ state, steps }: BackupRun): keyof typeof badges =>
  state === 'done' && steps.some(({ ok }) => ok === false) ? 'faults' : state

const logOf = (run: BackupRun) => <RunLog run={run} />

/** What was done, newest first; a row opens to its log. */
export function RunTable({ runs }: { readonly runs: readonly BackupRun[] }) {
  const { t, lang } = useText()
  return (
    <>
      <div className="section-title">{t('backup.history')}</div>
      <Table<BackupRun>
        size="small"
        rowKey="id"
        dataSource={runs.filter(({ state }) => state !== 'running')}
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('backup.noHistory') }}
        data-testid="run-table"
        expandable={{
          expandRowByClick: true,
          expandedRowRender: logOf,
        }}
        columns={[
          {
            title: t('common.kind'),
            key: 'kind',
            render: (_, { kind, target }) =>
              kind === 'restore' && target !== null
                ? t('backup.kind.restoreTo', { at: formatTime(target, 'full', lang) })
                : t(`backup.kind.${kind}`),
          },
          {
            title: t('common.state'),
            key: 'state',
            render: (_, run) => <Badge status={badges[stateOf(run)]} text={t(`backup.state.${stateOf(run)}`)} />,
          },
          { title: t('common.time'), key: 'at', render: (_, { startedAt }) => formatTime(startedAt, 'full', lang) },
          {
            title: t('backup.took'),
            key: 'took',
            align: 'right',
            render: (_, { startedAt, endedAt }) => (endedAt === null ? '—' : `${formatNumber((endedAt - startedAt) / 1000, 1)} s`),
          },
          { title: t('common.by'), key: 'by', render: (_, { by }) => by ?? t('backup.schedule') },
        ]}
      />
    </>
  )
}

const icons = {
  true: <CheckCircleOutlined className="tone-running" />,
  false: <CloseCircleOutlined className="tone-alarm" />,
  null: <InfoCircleOutlined className="muted" />,
} as const

/** Steps with their times, and what can be done with a restored copy. */
export function RunLog({ run }: { readonly run: BackupRun }) {
  const { t, label, lang } = useText()
  return (
    <div data-testid={`log-${run.id}`} aria-live="polite">
      <ul className="run-log" aria-label={t('backup.log')}>
        {run.steps.map((step, i) => (
          <li key={i} data-ok={String(step.ok)}>
            {icons[String(step.ok) as keyof typeof icons]} <span className="num muted">{formatTime(step.at, 'time', lang)}</span>{' '}
            {label(step)}
          </li>
        ))}
      </ul>
      {run.kind === 'restore' && run.state === 'done' && run.place !== null ? <Copy run={run} place={run.place} /> : null}
    </div>
  )
}

function Copy({ run, place }: { readonly run: BackupRun; readonly place: string }) {
  const { t } = useText()
  const { modal } = App.useApp()
  const discard = useAction(operations.discardRestore, { done: t('backup.discarded'), refresh: [operations.backups] })
  const ask = (): void => {
    modal.confirm({
      title: t('backup.discardConfirm'),
      okText: t('backup.discard'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: () => discard.mutate({ params: { restore: run.id } }),
    })
  }
  return (
    <div className="run-copy">
      <div>{t('backup.copyKept')}</div>
      <div className="muted">{t('backup.copyLook')}</div>
      <Typography.Text code copyable data-testid="copy-look">
        {`TWIN_DATA_DIR=${place} TWIN_HTTP_PORT=8090 TWIN_MQTT_PORT=1893 TWIN_FLEET=off npm start`}
      </Typography.Text>
      <div className="muted">{t('backup.copyLive')}</div>
      <Typography.Text code copyable>{`npm run restore -- --from-copy ${place}`}</Typography.Text>
      <div>
        <Button size="small" danger onClick={ask} data-testid={`discard-${run.id}`}>
          {t('backup.discard')}
        </Button>
      </div>
    </div>
  )
}
