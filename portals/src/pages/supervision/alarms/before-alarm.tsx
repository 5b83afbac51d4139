import type { schemas } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import { Table } from 'antd'
import type { z } from 'zod'
import { useText } from '../../../i18n/index.ts'
import { formatWithUnit } from '../../../ui/format.ts'
import { SeriesChart, summarise } from '../../../ui/widgets/index.ts'
import type { AlarmRow } from './alarm-row.tsx'

type Series = z.output<typeof schemas.series>

/** The values that its condition looks at, in the 5 minutes before it: as curves, and in figures for whoever cannot read those. */
export function BeforeAlarm({ alarm, before }: { readonly alarm: AlarmRow; readonly before: readonly Series[] }) {
  const { t, label } = useText()
  const measured = before.filter(({ t: times }) => times.length > 0)
  if (measured.length === 0) return null
  const known = (name: string) => findKind(alarm.deviceKind)?.points.find((point) => point.name === name)
  const titleOf = (name: string): string => {
    const point = known(name)
    return point ? label(point.label) : name
  }
  const rows = measured.map((series) => ({ ...summarise({ v: series.v }), key: `${series.device}:${series.point}`, series }))
  const column = (key: 'first' | 'min' | 'max' | 'last', title: string) => ({
    title,
    key,
    align: 'right' as const,
    render: (_: unknown, { series, ...summary }: (typeof rows)[number]) => {
      const value = key === 'first' ? series.v.find((one) => one !== null) : summary[key]
      return value === null || value === undefined ? '—' : formatWithUnit(value, series.unit)
    },
  })
  return (
    <section data-testid="alarm-before">
      <div className="section-title">{t('alarm.before')}</div>
      <SeriesChart
        height={200}
        mark={alarm.raisedAt}
        ariaLabel={t('alarm.before')}
        source={t('chart.source.points')}
        series={measured.map((series) => ({
          key: `${series.device}:${series.point}`,
          label: titleOf(series.point),
          unit: series.unit,
          t: series.t,
          v: series.v,
        }))}
      />
      <Table
        size="small"
        rowKey="key"
        pagination={false}
        scroll={{ x: 'max-content' }}
        dataSource={rows}
        columns={[
          { title: t('common.name'), key: 'point', render: (_, { series }) => titleOf(series.point) },
          column('first', t('alarm.beforeFirst')),
          column('min', t('alarm.beforeMin')),
          column('max', t('alarm.beforeMax')),
          column('last', t('alarm.beforeLast')),
        ]}
      />
    </section>
  )
}
