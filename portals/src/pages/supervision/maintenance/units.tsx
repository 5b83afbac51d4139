import { maintenanceRecord } from '@twin/models/records'
import { Table } from 'antd'
import { Link } from 'react-router'
import { hiddenAmount, seesMoney } from '../../../console/amounts.ts'
import { useText } from '../../../i18n/index.ts'
import { type Query, type StatisticAnswer, useStatistics, withQuery } from '../../../records/record-api.ts'
import { formatNumber } from '../../../ui/format.ts'
import { Await, Nothing } from '../../../ui/widgets/index.ts'

type Line = StatisticAnswer['rows'][number]

/** What the services of each unit took: cost is parts plus labour of the records that the count opens. */
export function Units({ filter }: { readonly filter: Query }) {
  const { t } = useText()
  const done = { ...filter, state: 'done' }
  const query = useStatistics(maintenanceRecord, 'device', done)
  const lines = query.data?.rows ?? []
  const unit = ({ keys: [key] }: Line): string => query.data?.titles['device']?.[key ?? ''] ?? key ?? '—'
  const yuan = (line: Line, measure: string): string =>
    seesMoney() ? `¥ ${formatNumber((line.measures[measure] ?? 0) / 100, 2)}` : hiddenAmount
  return (
    <section className="panel" data-testid="maintenance-units">
      <h2>{t('maint.units')}</h2>
      <Await query={query}>
        {lines.length === 0 ? (
          <Nothing text={t('maint.noneDone')} />
        ) : (
          <Table<Line>
            size="small"
            rowKey={({ keys }) => keys.join()}
            dataSource={[...lines]}
            pagination={{ pageSize: 20, hideOnSinglePage: true }}
            scroll={{ x: 'max-content' }}
            columns={[
              { key: 'unit', title: t('maint.unit'), render: (_: unknown, line: Line) => unit(line) },
              {
                key: 'count',
                title: t('maint.count'),
                align: 'right',
                render: (_: unknown, line: Line) => (
                  <Link to={withQuery('/records/maintenanceRecord', { ...done, device: line.keys[0] ?? '' })}>{line.count}</Link>
                ),
              },
              {
                key: 'hours',
                title: t('maint.hours'),
                align: 'right',
                render: (_: unknown, line: Line) => formatNumber(line.measures['labourHours'] ?? 0, 1),
              },
              { key: 'parts', title: t('maint.parts'), align: 'right', render: (_: unknown, line: Line) => yuan(line, 'partsCost') },
              { key: 'labour', title: t('maint.labour'), align: 'right', render: (_: unknown, line: Line) => yuan(line, 'labourCost') },
              { key: 'cost', title: t('maint.cost'), align: 'right', render: (_: unknown, line: Line) => yuan(line, 'cost') },
            ]}
          />
        )}
      </Await>
    </section>
  )
}
