import { operations, type backupRow } from '@twin/models/api'
import { Badge, Button, Table } from 'antd'
import type { z } from 'zod'
import { useAction } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatBytes, formatNumber, formatTime } from '../../ui/format.ts'

type Row = z.output<typeof backupRow>

/** Base backups: what each restores, and whether it is still what was written. */
export function BackupTable({ backups, busy }: { readonly backups: readonly Row[]; readonly busy: boolean }) {
  const { t, lang } = useText()
  const verify = useAction(operations.verifyBackup, { done: t('backup.verifyStarted'), refresh: [operations.backups] })
  return (
    <>
      <div className="section-title">{t('backup.list')}</div>
      <Table<Row>
        size="small"
        rowKey="id"
        dataSource={backups}
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('backup.none') }}
        data-testid="backup-table"
        columns={[
          { title: t('backup.name'), key: 'id', render: (_, { id }) => <span className="mono">{id}</span> },
          {
            title: t('backup.covers'),
            key: 'covers',
            render: (_, { from, to }) =>
              t('backup.fromTo', {
                from: formatTime(from, 'full', lang),
                to: to === null ? t('backup.now') : formatTime(to, 'full', lang),
              }),
          },
          { title: t('backup.size'), key: 'size', align: 'right', render: (_, { bytes }) => formatBytes(bytes) },
          {
            title: t('backup.took'),
            key: 'took',
            align: 'right',
            render: (_, { durationMs }) => `${formatNumber(durationMs / 1000, 1)} s`,
          },
          {
            title: t('backup.wal'),
            key: 'wal',
            align: 'right',
            render: (_, { segments, startWal }) => (
              <span className="num" title={startWal}>
                {formatNumber(segments, 0)}
              </span>
            ),
          },
          {
            title: t('backup.checked'),
            key: 'checked',
            render: (_, { checked }) =>
              checked === null ? (
                '—'
              ) : (
                <Badge
                  status={checked.ok ? 'success' : 'error'}
                  text={t(checked.ok ? 'backup.checkedOk' : 'backup.checkedBad', { at: formatTime(checked.at, 'dateTime', lang) })}
                />
              ),
          },
          {
            title: t('common.actions'),
            key: 'actions',
            render: (_, { id }) => (
              <Button
                size="small"
                disabled={busy}
                onClick={() => verify.mutate({ params: { backup: id }, body: {} })}
                data-testid={`verify-${id}`}
              >
                {t('backup.verify')}
              </Button>
            ),
          },
        ]}
      />
    </>
  )
}
