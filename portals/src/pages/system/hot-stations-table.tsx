import type { schemas } from '@twin/models/api'
import { Table } from 'antd'
import type { z } from 'zod'
import { useText } from '../../i18n/index.ts'
import { formatNumber } from '../../ui/format.ts'

type Row = z.output<typeof schemas.hotStation>

/** Stations with the most to do, and where they are: what makes a node's load. */
export function HotStationsTable({ rows }: { readonly rows: readonly Row[] }) {
  const { t } = useText()
  return (
    <>
      <div className="section-title">{t('cluster.hottest')}</div>
      <div className="muted">{t('cluster.hottestHint')}</div>
      <Table<Row>
        size="small"
        rowKey="station"
        dataSource={rows}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('cluster.noHottest') }}
        data-testid="hottest-table"
        columns={[
          { title: t('cluster.stations'), dataIndex: 'stationName' },
          {
            title: t('cluster.rate'),
            key: 'rate',
            align: 'right',
            render: (_, { rate }) => <span className="num">{formatNumber(rate, 1)}</span>,
          },
          { title: t('cluster.node'), key: 'node', render: (_, { address, node }) => <span className="mono">{address || node}</span> },
          { title: t('cluster.shard'), key: 'shard', align: 'right', render: (_, { shard }) => <span className="num">{shard}</span> },
          { title: t('cluster.together'), key: 'together', render: (_, { together }) => together.join('、') || '—' },
        ]}
      />
    </>
  )
}
