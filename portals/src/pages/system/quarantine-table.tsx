import { operations, type schemas } from '@twin/models/api'
import { App, Button, Table } from 'antd'
import type { z } from 'zod'
import { useAction } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatTime } from '../../ui/format.ts'

type Row = z.output<typeof schemas.quarantined>

/** What was put aside so that the rest goes on, and its release. */
export function QuarantineTable({ rows }: { readonly rows: readonly Row[] }) {
  const { t, lang } = useText()
  const { modal } = App.useApp()
  const release = useAction(operations.releaseQuarantine, { done: t('cluster.released'), refresh: [operations.cluster] })
  const ask = ({ station, stationName, what }: Row): void => {
    modal.confirm({
      title: t('cluster.releaseConfirm', { name: stationName }),
      okText: t('cluster.release'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: () => release.mutate({ body: { station, what } }),
    })
  }
  return (
    <>
      <div className="section-title">{t('cluster.quarantine')}</div>
      <div className="muted">{t('cluster.quarantineHint')}</div>
      <Table<Row>
        size="small"
        rowKey={({ station, what }) => `${station} ${what}`}
        dataSource={rows}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('cluster.noQuarantine') }}
        data-testid="quarantine-table"
        columns={[
          { title: t('cluster.stations'), dataIndex: 'stationName' },
          { title: t('cluster.what'), key: 'what', render: (_, { what }) => <span className="mono">{what}</span> },
          { title: t('cluster.why'), key: 'why', render: (_, { how, deaths }) => t(`cluster.how.${how}`, { n: deaths }) },
          { title: t('cluster.node'), key: 'node', render: (_, { node }) => <span className="mono">{node}</span> },
          { title: t('cluster.last'), key: 'at', render: (_, { at }) => (at === null ? '—' : formatTime(at, 'time', lang)) },
          {
            title: t('common.actions'),
            key: 'actions',
            render: (_, row) => (
              <Button size="small" onClick={() => ask(row)} data-testid={`release-${row.station}`}>
                {t('cluster.release')}
              </Button>
            ),
          },
        ]}
      />
    </>
  )
}
