import type { RecordModel } from '@twin/models/records'
import { Segmented, Space, Table } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { hiddenAmount, seesMoney } from '../console/amounts.ts'
import { useText } from '../i18n/index.ts'
import { formatNumber } from '../ui/format.ts'
import { Await } from '../ui/widgets/index.ts'
import { FieldValue, fieldOf } from './field-value.tsx'
import { type Query, type StatisticAnswer, useStatistics, withQuery } from './record-api.ts'

/** Counts and sums by a dimension; each line leads to the rows behind it. */
export function RecordStatistics({ record, q, filter }: { readonly record: RecordModel; readonly q: string; readonly filter: Query }) {
  const { label, t } = useText()
  const [by, setBy] = useState(record.statistics.dimensions[0] ?? '')
  const query = useStatistics(record, by, { ...filter, q })
  const field = fieldOf(record, by)
  const period = field?.type === 'time' || field?.type === 'date'
  const top = Math.max(1, ...(query.data?.rows ?? []).map(({ count }) => count))
  type Line = StatisticAnswer['rows'][number]
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      <Segmented
        value={by}
        onChange={setBy}
        options={record.statistics.dimensions.map((name) => ({
          value: name,
          label: label(fieldOf(record, name)?.label ?? { zh: name, en: name }),
        }))}
      />
      <Await query={query}>
        <Table<Line>
          size="small"
          rowKey={(line) => line.keys.join('|')}
          dataSource={[...(query.data?.rows ?? [])]}
          pagination={false}
          scroll={{ x: 'max-content' }}
          columns={[
            {
              key: 'by',
              title: field ? label(field.label) : by,
              render: (_: unknown, { keys: [key = null] }: Line) =>
                field && !period ? (
                  <FieldValue
                    record={record}
                    name={by}
                    field={field}
                    value={field.type === 'flag' ? key === 'true' : key}
                    titles={query.data?.titles ?? {}}
                  />
                ) : (
                  (key ?? '—')
                ),
            },
            {
              key: 'count',
              title: t('rec.count'),
              align: 'right',
              render: (_: unknown, { keys: [key = null], count }: Line) =>
                period || key === null ? count : <Link to={withQuery(`/records/${record.name}`, { ...filter, [by]: key })}>{count}</Link>,
            },
            {
              key: 'bar',
              width: '40%',
              responsive: ['md' as const],
              render: (_: unknown, { count }: Line) => <div className="rec-bar" style={{ width: `${(count / top) * 100}%` }} aria-hidden />,
            },
            ...Object.entries(record.statistics.measures ?? {}).map(([name, measure]) => ({
              key: name,
              title: label(measure.label),
              align: 'right' as const,
              render: (_: unknown, { measures }: Line) => {
                if (record.fields[measure.field]?.type !== 'money') return formatNumber(measures[name])
                return seesMoney() ? `¥ ${formatNumber((measures[name] ?? 0) / 100, 2)}` : hiddenAmount
              },
            })),
          ]}
        />
      </Await>
    </Space>
  )
}
