import { maintenanceRecord } from '@twin/models/records'
import { Table } from 'antd'
import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { type Query, useStatistics, withQuery } from '../../../records/record-api.ts'
import { formatPercent } from '../../../ui/format.ts'
import { usePreferences } from '../../../ui/preferences.ts'
import { paletteOf } from '../../../ui/theme.ts'
import { Await, BarChart, Nothing } from '../../../ui/widgets/index.ts'
import { type Month, monthsOf } from './completion.ts'
import './maintenance.css'

/** Services by the month they were due: in time, late, not done. A click opens the records of the month. */
export function Months({ filter }: { readonly filter: Query }) {
  const { t } = useText()
  const navigate = useNavigate()
  const palette = paletteOf(usePreferences((state) => state.theme))
  const counted = { ...filter, 'state.not': 'dropped', 'dueOn.empty': 'false' }
  const query = useStatistics(maintenanceRecord, 'dueOn,state,late', counted)
  const months = useMemo(() => monthsOf(query.data?.rows ?? [], new Date(serverNow()).toISOString().slice(0, 7)), [query.data])
  const sets = useMemo(
    () => [
      {
        name: t('maint.inTime'),
        unit: t('chart.times'),
        values: months.map(({ inTime }) => inTime),
        stack: 'all',
        colour: palette.running,
      },
      { name: t('maint.late'), unit: t('chart.times'), values: months.map(({ late }) => late), stack: 'all', colour: palette.P2 },
      { name: t('maint.open'), unit: t('chart.times'), values: months.map(({ open }) => open), stack: 'all', faded: true },
    ],
    [months, palette, t],
  )
  const labels = useMemo(() => months.map(({ month }) => month), [months])
  const behind = ({ month }: Month, more: Query = {}): string =>
    withQuery('/records/maintenanceRecord', {
      ...filter,
      'state.not': 'dropped',
      'dueOn.gte': `${month}-01`,
      'dueOn.lte': lastOf(month),
      ...more,
    })
  return (
    <section className="panel" data-testid="maintenance-months">
      <h2>{t('maint.months')}</h2>
      <Await query={query}>
        {months.length === 0 ? (
          <Nothing text={t('maint.noMonths')} />
        ) : (
          <>
            <BarChart
              labels={labels}
              sets={sets}
              height={240}
              ariaLabel={t('maint.months')}
              source={t('chart.source.maintenance')}
              onPick={(at) => {
                const month = months[at]
                if (month) void navigate(behind(month))
              }}
            />
            <Table<Month>
              size="small"
              rowKey="month"
              dataSource={[...months]}
              pagination={{ pageSize: 12, hideOnSinglePage: true }}
              scroll={{ x: 'max-content' }}
              columns={[
                {
                  key: 'month',
                  title: t('maint.month'),
                  render: (_: unknown, month: Month) => (
                    <Link to={behind(month)} data-testid="maintenance-month" data-month={month.month}>
                      {month.month}
                    </Link>
                  ),
                },
                {
                  key: 'count',
                  title: t('maint.count'),
                  align: 'right',
                  render: (_: unknown, { inTime, late, open }: Month) => inTime + late + open,
                },
                { key: 'inTime', title: t('maint.inTime'), align: 'right', dataIndex: 'inTime' },
                {
                  key: 'late',
                  title: t('maint.late'),
                  align: 'right',
                  render: (_: unknown, month: Month) =>
                    month.late > 0 ? <Link to={behind(month, { late: 'true' })}>{month.late}</Link> : 0,
                },
                { key: 'open', title: t('maint.open'), align: 'right', dataIndex: 'open' },
                {
                  key: 'rate',
                  title: t('maint.rate'),
                  align: 'right',
                  render: (_: unknown, month: Month) => (month.rate === null ? '—' : formatPercent(month.rate, 0)),
                },
              ]}
            />
          </>
        )}
      </Await>
    </section>
  )
}

const lastOf = (month: string): string => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
}
