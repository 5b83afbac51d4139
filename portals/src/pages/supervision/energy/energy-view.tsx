import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Alert, Segmented, Table, Tag, type TableColumnsType } from 'antd'
import { useMemo, useState } from 'react'
import type { z } from 'zod'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { formatNumber, formatTime, unitSign } from '../../../ui/format.ts'
import { Await, BarChart, KpiStrip, lastPeriod, Nothing, PeriodPicker, type Period } from '../../../ui/widgets/index.ts'
import { EnergyUnits } from './energy-units.tsx'
import { QuotaButton } from './quota-button.tsx'

type Bucket = z.output<typeof schemas.energyBucket>
type Step = 'hour' | 'day' | 'month'
const DAY = 86_400_000
const periods: Readonly<Record<Step, number>> = { hour: DAY, day: 30 * DAY, month: 365 * DAY }
const minute = (): number => Math.ceil(serverNow() / 60_000) * 60_000

/** Energy of one station: differences of its counters by hour, day or month, with the readings behind each. */
export function EnergyView({ config }: { readonly config: StationConfig }) {
  const { t, lang } = useText()
  const [by, setBy] = useState<Step>('hour')
  const [period, setPeriod] = useState<Period>(() => lastPeriod(periods.hour, minute()))
  const query = { from: period.from, to: period.to, by }
  const energy = useCall(operations.energy, { params: { station: config.id }, query }, { keep: true, every: 30_000 })
  const data = energy.data
  const buckets = useMemo(() => data?.buckets ?? [], [data])
  const style = by === 'hour' ? 'minute' : by === 'day' ? 'date' : 'month'
  const labels = useMemo(
    () => buckets.map((bucket) => formatTime(bucket.from, style, lang, config.timeZone)),
    [buckets, style, lang, config.timeZone],
  )
  const sets = useMemo(
    () => [
      { name: t('energy.kwh'), unit: 'kWh', values: buckets.map((bucket) => bucket.kwh) },
      { name: t('energy.kwhPerM3'), unit: unitSign('kWh/m3'), values: buckets.map((bucket) => bucket.kwhPerM3), line: true },
    ],
    [buckets, t],
  )
  const overQuota = by === 'day' && data?.quota ? buckets.filter((bucket) => (bucket.kwh ?? 0) > (data.quota ?? Infinity)) : []
  return (
    <div className="tab-scroll" data-testid="energy-view" data-station={config.id}>
      <div className="tool-row">
        <Segmented<Step>
          value={by}
          onChange={(value) => {
            setBy(value)
            setPeriod(lastPeriod(periods[value], minute()))
          }}
          options={(['hour', 'day', 'month'] as const).map((value) => ({ value, label: t(`energy.by.${value}`) }))}
          aria-label={t('energy.by')}
        />
        <PeriodPicker value={period} onChange={setPeriod} now={minute} shortest={DAY / 3} />
        <QuotaButton config={config} quota={data?.quota ?? null} />
      </div>
      <Await query={energy}>
        {data ? (
          <>
            <KpiStrip
              testId="energy-kpi"
              items={[
                { key: 'kwh', title: t('energy.kwh'), term: 'electricity', value: formatNumber(data.total.kwh, 1), unit: 'kWh' },
                { key: 'm3', title: t('energy.m3'), term: 'gas', value: formatNumber(data.total.m3, 0), unit: 'm³' },
                {
                  key: 'kwhPerM3',
                  title: t('energy.kwhPerM3'),
                  term: 'specificEnergy',
                  value: formatNumber(data.total.kwhPerM3, 4),
                  unit: 'kWh/m³',
                },
                {
                  key: 'm3PerKwh',
                  title: t('energy.m3PerKwh'),
                  term: 'airPerKwh',
                  value: formatNumber(data.total.kwhPerM3 ? 1 / data.total.kwhPerM3 : null, 3),
                  unit: 'm³/kWh',
                },
                {
                  key: 'flagged',
                  title: t('energy.flaggedHours'),
                  term: 'flaggedHours',
                  value: String(data.total.flaggedHours),
                  ...(data.total.flaggedHours > 0 ? { tone: 'P2' as const } : {}),
                },
                {
                  key: 'quota',
                  title: t('energy.quota'),
                  term: 'dailyQuota',
                  value: data.quota === null ? t('energy.quotaNone') : formatNumber(data.quota, 0),
                  ...(data.quota === null ? {} : { unit: 'kWh' }),
                },
              ]}
            />
            {overQuota.length > 0 ? (
              <Alert
                type="warning"
                showIcon
                title={`${t('energy.quotaOver')}: ${overQuota.map((bucket) => formatTime(bucket.from, 'date', lang, config.timeZone)).join(', ')}`}
              />
            ) : null}
            {buckets.length === 0 ? (
              <Nothing />
            ) : (
              <div className="panel">
                <BarChart labels={labels} sets={sets} height={280} ariaLabel={t('energy.chart')} source={t('chart.source.counters')} />
                <div className="muted">
                  {t('energy.zone', { zone: config.timeZone })} · {t('energy.flaggedHint')}
                </div>
              </div>
            )}
            <BucketTable buckets={buckets} style={style} zone={config.timeZone} />
            <EnergyUnits units={data.units} flagged={data.flagged} zone={config.timeZone} />
          </>
        ) : null}
      </Await>
    </div>
  )
}

interface BucketTableProps {
  readonly buckets: readonly Bucket[]
  readonly style: 'minute' | 'date' | 'month'
  readonly zone: string
}

function BucketTable({ buckets, style, zone }: BucketTableProps) {
  const { t, lang } = useText()
  const columns: TableColumnsType<Bucket> = [
    {
      title: t('common.period'),
      key: 'from',
      render: (_, bucket) => <span className="num">{formatTime(bucket.from, style, lang, zone)}</span>,
    },
    { title: `${t('energy.kwh')} kWh`, key: 'kwh', align: 'right', render: (_, bucket) => formatNumber(bucket.kwh, 1) },
    { title: `${t('energy.m3')} m³`, key: 'm3', align: 'right', render: (_, bucket) => formatNumber(bucket.m3, 1) },
    { title: `${t('energy.kwhPerM3')} kWh/m³`, key: 'ratio', align: 'right', render: (_, bucket) => formatNumber(bucket.kwhPerM3, 4) },
    { title: `${t('energy.m3PerKwh')} m³/kWh`, key: 'inverse', align: 'right', render: (_, bucket) => formatNumber(bucket.m3PerKwh, 3) },
    {
      title: t('energy.flags'),
      key: 'flags',
      render: (_, bucket) =>
        bucket.flags.map((flag) => (
          <Tag key={flag} color={flag === 'impossible' ? 'red' : 'orange'}>
            {t(`energy.flag.${flag}`)}
          </Tag>
        )),
    },
  ]
  return (
    <Table<Bucket>
      size="small"
      rowKey="from"
      columns={columns}
      dataSource={buckets.toReversed()}
      pagination={{ pageSize: 24, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      data-testid="energy-table"
      expandable={{ expandedRowRender: readingsIn(zone), expandRowByClick: true }}
    />
  )
}

const readingsIn = (zone: string) => (bucket: Bucket) => <Readings bucket={bucket} zone={zone} />

/** The counter readings a difference was taken from, so that anybody can do the sum again. */
function Readings({ bucket, zone }: { readonly bucket: Bucket; readonly zone: string }) {
  const { t, lang } = useText()
  const list = (title: string, unit: string, readings: Bucket['energyReadings']) => (
    <div>
      <div className="section-title">
        {title} ({unit})
      </div>
      {readings.length === 0 ? <span className="muted">{t('common.empty')}</span> : null}
      {readings.map((reading) => (
        <div key={reading.at} className="num">
          <span className="muted">{formatTime(reading.at, 'full', lang, zone)}</span> {formatNumber(reading.value, 3)}
        </div>
      ))}
    </div>
  )
  return (
    <div className="readings" data-testid="energy-readings">
      {list(t('energy.energyReadings'), 'kWh', bucket.energyReadings)}
      {list(t('energy.airReadings'), 'm³', bucket.airReadings)}
    </div>
  )
}
