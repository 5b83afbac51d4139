import { DownloadOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import { Button, Dropdown, Modal, Segmented, Table, type TableColumnsType } from 'antd'
import { useMemo, useState } from 'react'
import type { z } from 'zod'
import { fileAddress, useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { formatDuration, formatNumber, formatPercent } from '../../../ui/format.ts'
import { Await, BarChart, KpiStrip, lastPeriod, Nothing, Page, PeriodPicker, type Period } from '../../../ui/widgets/index.ts'
import { AlarmFilters, queryOf, type AlarmFilter } from './alarm-filters.tsx'
import { AlarmTable } from './alarm-table.tsx'
import { narrowed, type Grouping } from './statistics-filter.ts'

type Count = z.output<typeof schemas.alarmCount>
const groupings: readonly Grouping[] = ['priority', 'code', 'deviceKind', 'device', 'station', 'stationKind', 'day', 'hour']

/** Counts by any grouping beside those of the preceding period; every bar opens exactly the rows it counts. */
export function StatisticsPage() {
  const { t, label } = useText()
  const [period, setPeriod] = useState<Period>(() => lastPeriod(7 * 86_400_000, Math.ceil(serverNow() / 60_000) * 60_000))
  const [filter, setFilter] = useState<AlarmFilter>({ historical: 'with' })
  const [by, setBy] = useState<Grouping>('priority')
  const [open, setOpen] = useState<Count | null>(null)
  const full: AlarmFilter = { ...filter, from: period.from, to: period.to }
  const stats = useCall(operations.alarmStats, { query: { ...queryOf(full), from: period.from, to: period.to, by } }, { keep: true })
  const counts = useMemo(() => stats.data?.counts ?? [], [stats.data])
  const nameOf = (count: Count): string => (by === 'code' ? `${label(count.label)} ${count.key}` : label(count.label))
  // Bars are for the ten with most; the table below has them all.
  const drawn = useMemo(() => (by === 'day' || by === 'hour' ? counts : counts.slice(0, 10)), [counts, by])
  const names = drawn.map(nameOf)
  const sets = useMemo(
    () => [
      { name: t('stats.count'), unit: t('chart.times'), values: drawn.map((count) => count.count) },
      { name: t('stats.previous'), unit: t('chart.times'), values: drawn.map((count) => count.previous), faded: true },
    ],
    [drawn, t],
  )
  const total = stats.data?.total
  const before = stats.data?.previousTotal
  const groups = counts.reduce((sum, count) => sum + count.groups, 0)
  const opened = open ? narrowed(full, by, open.key) : undefined
  const timeAxis = by === 'day' || by === 'hour'
  return (
    <Page title={t('stats.title')} testId="statistics-page" hint={t('stats.clickHint')} extra={<ExportMenu filter={full} />}>
      <PeriodPicker value={period} onChange={setPeriod} now={() => Math.ceil(serverNow() / 60_000) * 60_000} shortest={86_400_000} />
      <AlarmFilters value={filter} onChange={setFilter} />
      <KpiStrip
        testId="statistics-kpi"
        items={[
          { key: 'total', title: t('stats.total'), term: 'alarmTotal', value: String(total ?? '—') },
          { key: 'previous', title: t('stats.previous'), term: 'precedingPeriod', value: String(before ?? '—') },
          {
            key: 'change',
            title: t('stats.change'),
            term: 'alarmChange',
            value: total !== undefined && before ? formatPercent((total - before) / before) : '—',
          },
          {
            key: 'groups',
            title: t('stats.groupsTotal'),
            term: 'groupAlarms',
            value: stats.data ? `${groups} / ${counts.reduce((sum, count) => sum + count.grouped, 0)}` : '—',
          },
        ]}
      />
      <Segmented<Grouping>
        value={by}
        onChange={setBy}
        options={groupings.map((key) => ({ value: key, label: t(`stats.by.${key}`) }))}
        aria-label={t('stats.by')}
        data-testid="statistics-by"
      />
      <Await query={stats}>
        {counts.length === 0 ? (
          <Nothing />
        ) : (
          <div className="panel">
            <BarChart
              labels={names}
              sets={sets}
              height={timeAxis ? 300 : Math.min(900, 90 + drawn.length * 34)}
              horizontal={!timeAxis}
              ariaLabel={t('stats.chart')}
              source={t('chart.source.alarms')}
              onPick={(index) => setOpen(drawn[index] ?? null)}
            />
          </div>
        )}
        <CountTable counts={counts} nameOf={nameOf} onOpen={setOpen} />
        {groups > 0 ? (
          <section data-testid="statistics-groups">
            <div className="section-title">{t('stats.groupList')}</div>
            <AlarmTable filter={{ ...full, group: 'heads' }} />
          </section>
        ) : null}
      </Await>
      {open && opened ? (
        <Modal
          open
          width="min(1200px, 96vw)"
          footer={null}
          onCancel={() => setOpen(null)}
          title={t('stats.rowsOf', { label: nameOf(open), n: open.count })}
        >
          <AlarmTable filter={opened} />
        </Modal>
      ) : null}
    </Page>
  )
}

interface CountTableProps {
  readonly counts: readonly Count[]
  readonly nameOf: (count: Count) => string
  readonly onOpen: (count: Count) => void
}

function CountTable({ counts, nameOf, onOpen }: CountTableProps) {
  const { t, lang } = useText()
  const columns: TableColumnsType<Count> = [
    {
      title: t('common.name'),
      key: 'name',
      render: (_, count) => (
        <button type="button" className="link-button" onClick={() => onOpen(count)} data-testid="statistics-row" data-key={count.key}>
          {nameOf(count)}
        </button>
      ),
    },
    { title: t('stats.count'), dataIndex: 'count', key: 'count', align: 'right', sorter: (a, b) => a.count - b.count },
    { title: t('stats.previous'), dataIndex: 'previous', key: 'previous', align: 'right' },
    {
      title: t('stats.change'),
      key: 'change',
      align: 'right',
      render: (_, count) => (count.previous > 0 ? formatPercent((count.count - count.previous) / count.previous, 0) : '—'),
    },
    { title: t('stats.groupedCount'), dataIndex: 'grouped', key: 'grouped', align: 'right' },
    { title: t('stats.meanAck'), key: 'ack', align: 'right', render: (_, count) => formatDuration(count.meanAckMs, lang) },
    { title: t('stats.meanClear'), key: 'clear', align: 'right', render: (_, count) => formatDuration(count.meanClearMs, lang) },
    {
      title: t('stats.activeMinutes'),
      key: 'active',
      align: 'right',
      render: (_, count) => <span title={formatDuration(count.activeMs, lang)}>{formatNumber(count.activeMs / 60_000, 1)}</span>,
      sorter: (a, b) => a.activeMs - b.activeMs,
    },
    { title: t('stats.groups'), dataIndex: 'groups', key: 'groups', align: 'right' },
  ]
  return (
    <Table<Count>
      size="small"
      rowKey="key"
      columns={columns}
      dataSource={[...counts]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
    />
  )
}

function ExportMenu({ filter }: { readonly filter: AlarmFilter }) {
  const { t } = useText()
  return (
    <Dropdown
      menu={{
        items: (['csv', 'xlsx'] as const).map((format) => ({
          key: format,
          label: (
            <a href={fileAddress(operations.alarmsExport, { query: { ...queryOf(filter), format } })} download>
              {format.toUpperCase()}
            </a>
          ),
        })),
      }}
    >
      <Button icon={<DownloadOutlined />}>{t('common.export')}</Button>
    </Dropdown>
  )
}
