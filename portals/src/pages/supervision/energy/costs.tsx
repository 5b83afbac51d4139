import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'
import { Alert, Segmented, Table, Tag, type TableColumnsType } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { useCall } from '../../../api/index.ts'
import { hiddenAmount, seesMoney } from '../../../console/amounts.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { formatNumber, formatPercent, formatTime } from '../../../ui/format.ts'
import { Await, BarChart, KpiStrip, lastPeriod, PeriodPicker, type Period } from '../../../ui/widgets/index.ts'
import { type BandCost, bandColours, type CostPeriod, formatKwh, formatMoney, useBandName } from './energy-parts.tsx'

const DAY = 86_400_000
const minute = (): number => Math.ceil(serverNow() / 60_000) * 60_000
interface Component {
  readonly key: string
  readonly name: string
  readonly kind: string
  readonly wh: number | null
}

/** Energy per component against the main meter, and what it cost by band of the tariffs that were valid. */
export function EnergyCosts({ config }: { readonly config: StationConfig }) {
  const { t, lang, label, name } = useText()
  const bandName = useBandName()
  const [by, setBy] = useState<'day' | 'month'>('day')
  const [period, setPeriod] = useState<Period>(() => lastPeriod(30 * DAY, minute()))
  const query = { from: period.from, to: period.to, by }
  const costs = useCall(operations.energyCosts, { params: { station: config.id }, query }, { keep: true })
  const data = costs.data
  const periods = useMemo(() => data?.periods ?? [], [data])
  const labels = useMemo(
    () => periods.map((one) => formatTime(one.from, by === 'day' ? 'date' : 'month', lang, config.timeZone)),
    [periods, by, lang, config.timeZone],
  )
  const sets = useMemo(() => {
    const bands = [...new Set(periods.flatMap((one) => one.bands.map(({ band }) => band)))].filter((band) => band !== null)
    return bands.map((band) => ({
      name: bandName(band),
      unit: '¥',
      stack: 'cost',
      colour: bandColours[band] ?? '#888',
      values: periods.map((one) => one.bands.reduce((sum, part) => sum + (part.band === band ? (part.cost ?? 0) : 0), 0) / 100),
    }))
  }, [periods, bandName])
  const rows: Component[] = data
    ? [
        ...data.components.map((one) => ({ key: one.device, name: one.name, kind: one.kind, wh: one.wh })),
        { key: 'unmetered', name: t('cost.unmetered'), kind: '', wh: data.unmetered.wh },
        { key: 'main', name: `${t('cost.main')} · ${data.main.name}`, kind: '', wh: data.main.wh },
      ]
    : []
  const components: TableColumnsType<Component> = [
    {
      title: t('common.device'),
      key: 'name',
      render: (_, row) => (row.kind ? name({ name: row.name, kind: row.kind }) : <strong>{row.name}</strong>),
    },
    {
      title: t('common.kind'),
      key: 'kind',
      render: (_, row) => (row.kind ? label(findKind(row.kind)?.label ?? { zh: row.kind, en: row.kind }) : ''),
    },
    { title: 'kWh', key: 'kwh', align: 'right', render: (_, row) => <span className="num">{formatKwh(row.wh)}</span> },
    {
      title: t('energy.share'),
      key: 'share',
      align: 'right',
      render: (_, row) => (row.wh === null || !data?.main.wh ? '—' : formatPercent(row.wh / data.main.wh)),
    },
  ]
  return (
    <div className="tab-scroll" data-testid="energy-costs" data-station={config.id}>
      <div className="tool-row">
        <Segmented<'day' | 'month'>
          value={by}
          onChange={(value) => {
            setBy(value)
            setPeriod(lastPeriod(value === 'day' ? 30 * DAY : 365 * DAY, minute()))
          }}
          options={[
            { value: 'day', label: t('energy.by.day') },
            { value: 'month', label: t('energy.by.month') },
          ]}
          aria-label={t('energy.by')}
        />
        <PeriodPicker value={period} onChange={setPeriod} now={minute} shortest={DAY} />
        <Link to="/records/tariff">{t('cost.makeTariff')}</Link>
      </div>
      <Await query={costs}>
        {data ? (
          <>
            <KpiStrip
              testId="cost-kpi"
              items={[
                { key: 'main', title: t('cost.main'), term: 'mainMeter', value: formatNumber(data.main.wh / 1000, 1), unit: 'kWh' },
                { key: 'cost', title: t('cost.total'), term: 'electricityCost', value: formatMoney(data.total.cost) },
                {
                  key: 'price',
                  title: t('cost.average'),
                  term: 'averagePrice',
                  value: seesMoney() ? formatNumber(averagePrice(data.total), 4) : hiddenAmount,
                  unit: '¥/kWh',
                },
                {
                  key: 'unmetered',
                  title: t('cost.unmetered'),
                  term: 'unmetered',
                  value: formatNumber(data.unmetered.wh / 1000, 1),
                  unit: 'kWh',
                },
                { key: 'flagged', title: t('energy.flaggedHours'), term: 'flaggedHours', value: String(data.flaggedHours) },
              ]}
            />
            {data.total.unpricedWh > 0 ? (
              <Alert type="warning" showIcon title={`${t('cost.unpricedHint')} ${formatKwh(data.total.unpricedWh)} kWh`} />
            ) : null}
            {data.unmetered.wh < 0 ? <Alert type="warning" showIcon title={t('cost.overMeter')} /> : null}
            {data.total.cost === null ? null : (
              <div className="panel">
                <BarChart labels={labels} sets={sets} height={260} ariaLabel={t('cost.chart')} source={t('chart.source.tariff')} />
                <div className="muted">
                  {t('energy.zone', { zone: config.timeZone })} · {t('cost.wholeDays')}
                </div>
              </div>
            )}
            <div className="section-title">{t('cost.bands')}</div>
            <BandTable period={data.total} testId="cost-bands" />
            <div className="section-title">{t('cost.components')}</div>
            <Table<Component>
              size="small"
              rowKey="key"
              columns={components}
              dataSource={rows}
              pagination={false}
              scroll={{ x: 'max-content' }}
              data-testid="cost-components"
            />
            <div className="section-title">{t('cost.periods')}</div>
            <Table<CostPeriod>
              size="small"
              rowKey="from"
              columns={[
                {
                  title: t('common.period'),
                  key: 'from',
                  render: (_, one) => formatTime(one.from, by === 'day' ? 'date' : 'month', lang, config.timeZone),
                },
                { title: 'kWh', key: 'kwh', align: 'right', render: (_, one) => formatKwh(one.wh) },
                { title: t('cost.total'), key: 'cost', align: 'right', render: (_, one) => formatMoney(one.cost) },
              ]}
              dataSource={periods.toReversed()}
              pagination={{ pageSize: 31, hideOnSinglePage: true, showSizeChanger: false }}
              expandable={{ expandedRowRender: bandsOf, expandRowByClick: true }}
              scroll={{ x: 'max-content' }}
              data-testid="cost-periods"
            />
          </>
        ) : null}
      </Await>
    </div>
  )
}

const averagePrice = ({ wh, unpricedWh, cost }: CostPeriod): number | null =>
  cost === null || wh <= unpricedWh ? null : cost / 100 / ((wh - unpricedWh) / 1000)
const bandsOf = (one: CostPeriod) => <BandTable period={one} testId="cost-period-bands" />

function BandTable({ period, testId }: { readonly period: CostPeriod; readonly testId: string }) {
  const { t } = useText()
  const bandName = useBandName()
  const columns: TableColumnsType<BandCost> = [
    {
      title: t('cost.band'),
      key: 'band',
      render: (_, part) => <Tag color={bandColours[part.band ?? 'none'] ?? 'default'}>{bandName(part.band)}</Tag>,
    },
    {
      title: t('cost.tariff'),
      key: 'tariff',
      render: (_, { tariff }) =>
        tariff ? (
          <Link to={`/records/tariff/${tariff.id}`}>
            {t('cost.version', { name: tariff.name, version: tariff.version, day: tariff.validFrom })}
          </Link>
        ) : (
          '—'
        ),
    },
    {
      title: t('cost.price'),
      key: 'price',
      align: 'right',
      render: (_, { price }) => (!seesMoney() ? hiddenAmount : formatNumber(price === null ? null : price / 100_000, 5)),
    },
    { title: 'kWh', key: 'kwh', align: 'right', render: (_, { wh }) => formatKwh(wh) },
    { title: t('cost.total'), key: 'cost', align: 'right', render: (_, { cost }) => formatMoney(cost) },
  ]
  return (
    <Table<BandCost>
      size="small"
      rowKey={(part) => `${part.tariff?.id}-${part.tariff?.version}-${part.band}-${part.price}`}
      columns={columns}
      dataSource={[...period.bands]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      data-testid={testId}
      summary={totalOf(period, t('cost.main'))}
    />
  )
}

const totalOf = (period: CostPeriod, title: string) => () => (
  <Table.Summary.Row>
    <Table.Summary.Cell index={0} colSpan={3}>
      <strong>{title}</strong>
    </Table.Summary.Cell>
    <Table.Summary.Cell index={3} align="right">
      <strong>{formatKwh(period.wh)}</strong>
    </Table.Summary.Cell>
    <Table.Summary.Cell index={4} align="right">
      <strong>{formatMoney(period.cost)}</strong>
    </Table.Summary.Cell>
  </Table.Summary.Row>
)
