import { operations } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Alert, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { formatNumber, formatPercent, formatTime } from '../../../ui/format.ts'
import { Await, lastPeriod, Nothing, PeriodPicker, type Period } from '../../../ui/widgets/index.ts'
import { formatKwh, formatMoney } from './energy-parts.tsx'

type Allocation = z.output<Exclude<(typeof operations.energyAllocation)['result'], 'file'>>
type Outlet = Allocation['outlets'][number]
type Unit = Allocation['units'][number]
const DAY = 86_400_000
const minute = (): number => Math.ceil(serverNow() / 60_000) * 60_000

/** Electricity of a central station cut to its customers by metered gas, and its units ranked by specific power. */
export function EnergyAllocation({ config }: { readonly config: StationConfig }) {
  const { t, lang, name } = useText()
  const [period, setPeriod] = useState<Period>(() => lastPeriod(30 * DAY, minute()))
  const query = { from: period.from, to: period.to }
  const found = useCall(operations.energyAllocation, { params: { station: config.id }, query }, { keep: true })
  const data = found.data
  const outlets: TableColumnsType<Outlet> = [
    { title: t('alloc.outlet'), key: 'name', render: (_, one) => name({ name: one.name, kind: 'outlet' }) },
    { title: t('alloc.customer'), key: 'customer', render: (_, one) => one.customer ?? '—' },
    { title: t('alloc.gas'), key: 'm3', align: 'right', render: (_, one) => <span className="num">{formatKwh(one.litres)}</span> },
    {
      title: t('alloc.share'),
      key: 'share',
      align: 'right',
      render: (_, one) => (data?.litres ? formatPercent(one.litres / data.litres) : '—'),
    },
    { title: 'kWh', key: 'kwh', align: 'right', render: (_, one) => <span className="num">{formatKwh(one.wh)}</span> },
    { title: t('cost.total'), key: 'cost', align: 'right', render: (_, one) => formatMoney(one.cost) },
  ]
  const units: TableColumnsType<Unit> = [
    { title: t('alloc.rank'), key: 'rank', render: (_, unit) => unit.rank ?? '—' },
    { title: t('common.device'), key: 'name', render: (_, unit) => name({ name: unit.name, kind: 'compressor' }) },
    { title: t('alloc.specificPower'), key: 'sp', align: 'right', render: (_, unit) => formatNumber(unit.specificPower, 3) },
    { title: t('alloc.power'), key: 'power', align: 'right', render: (_, unit) => formatNumber(unit.power, 2) },
    { title: t('alloc.flow'), key: 'flow', align: 'right', render: (_, unit) => formatNumber(unit.flow, 2) },
  ]
  return (
    <div className="tab-scroll" data-testid="energy-allocation" data-station={config.id}>
      <div className="tool-row">
        <PeriodPicker value={period} onChange={setPeriod} now={minute} shortest={DAY} />
      </div>
      <Await query={found}>
        {data ? (
          <>
            {data.outlets.length > 0 && data.litres === 0 ? <Alert type="info" showIcon title={t('alloc.noGas')} /> : null}
            <div className="section-title">{t('alloc.outlets')}</div>
            {data.outlets.length === 0 ? (
              <Nothing text={t('alloc.none')} />
            ) : (
              <Table<Outlet>
                size="small"
                rowKey="device"
                columns={outlets}
                dataSource={[...data.outlets]}
                pagination={false}
                scroll={{ x: 'max-content' }}
                data-testid="allocation-outlets"
                expandable={{
                  expandedRowRender: readingsOf(t('alloc.readings'), lang, config.timeZone),
                  expandRowByClick: true,
                }}
                summary={totalsOf(data, t('alloc.unallocated'), `${t('cost.main')} · ${data.main.name}`)}
              />
            )}
            <div className="section-title">{t('alloc.units')}</div>
            <Table<Unit>
              size="small"
              rowKey="device"
              columns={units}
              dataSource={[...data.units]}
              pagination={false}
              scroll={{ x: 'max-content' }}
              data-testid="allocation-units"
            />
          </>
        ) : null}
      </Await>
    </div>
  )
}

const readingsOf = (title: string, lang: 'zh' | 'en', zone: string) => (one: Outlet) => (
  <div className="readings" data-testid="allocation-readings">
    {title} (m³):
    {one.readings.map((reading) => (
      <div key={reading.at} className="num">
        <span className="muted">{formatTime(reading.at, 'full', lang, zone)}</span> {formatNumber(reading.value, 3)}
      </div>
    ))}
  </div>
)
const totalsOf = (data: Allocation, unallocated: string, main: string) => () => (
  <>
    {data.unallocated.wh > 0 ? <Total title={unallocated} litres={null} wh={data.unallocated.wh} cost={data.unallocated.cost} /> : null}
    <Total title={main} litres={data.litres} wh={data.main.wh} cost={data.cost} />
  </>
)

interface TotalProps {
  readonly title: string
  readonly litres: number | null
  readonly wh: number
  readonly cost: number | null
}
function Total({ title, litres, wh, cost }: TotalProps) {
  return (
    <Table.Summary.Row>
      <Table.Summary.Cell index={0} />
      <Table.Summary.Cell index={1} colSpan={2}>
        <strong>{title}</strong>
      </Table.Summary.Cell>
      <Table.Summary.Cell index={3} align="right">
        {litres === null ? '' : <strong>{formatKwh(litres)}</strong>}
      </Table.Summary.Cell>
      <Table.Summary.Cell index={4} />
      <Table.Summary.Cell index={5} align="right">
        <strong>{formatKwh(wh)}</strong>
      </Table.Summary.Cell>
      <Table.Summary.Cell index={6} align="right">
        <strong>{formatMoney(cost)}</strong>
      </Table.Summary.Cell>
    </Table.Summary.Row>
  )
}
