import type { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import { Table, Tag, type TableColumnsType } from 'antd'
import type { z } from 'zod'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, formatPercent, formatTime } from '../../../ui/format.ts'

type Energy = z.output<Exclude<(typeof operations.energy)['result'], 'file'>>
type Unit = Energy['units'][number]
type Flagged = Energy['flagged'][number]

interface EnergyUnitsProps {
  readonly units: readonly Unit[]
  readonly flagged: readonly Flagged[]
  readonly zone: string
}

/** Which unit took how much, and the hours left out with the reason. */
export function EnergyUnits({ units, flagged, zone }: EnergyUnitsProps) {
  const { t, label, lang, name } = useText()
  const machines = units.filter((unit) => unit.kwh !== null)
  const sum = machines.reduce((total, unit) => total + (unit.kwh ?? 0), 0)
  const columns: TableColumnsType<Unit> = [
    { title: t('common.device'), key: 'name', render: (_, unit) => name(unit) },
    { title: t('common.kind'), key: 'kind', render: (_, unit) => label(findKind(unit.kind)?.label ?? { zh: unit.kind, en: unit.kind }) },
    { title: 'kWh', key: 'kwh', align: 'right', render: (_, unit) => formatNumber(unit.kwh, 1) },
    {
      title: t('energy.share'),
      key: 'share',
      align: 'right',
      render: (_, unit) => (unit.kwh === null || sum === 0 ? '—' : formatPercent(unit.kwh / sum)),
    },
    { title: 'm³', key: 'm3', align: 'right', render: (_, unit) => formatNumber(unit.m3, 1) },
    { title: `${t('energy.runningHours')} h`, key: 'hours', align: 'right', render: (_, unit) => formatNumber(unit.runningHours, 1) },
  ]
  const flaggedColumns: TableColumnsType<Flagged> = [
    { title: t('common.time'), key: 'from', render: (_, row) => formatTime(row.from, 'full', lang, zone) },
    { title: t('common.reason'), key: 'reason', render: (_, row) => <Tag color="orange">{flagText(row.reason, t)}</Tag> },
    { title: 'kWh', key: 'kwh', align: 'right', render: (_, row) => formatNumber(row.kwh, 1) },
    { title: 'm³', key: 'm3', align: 'right', render: (_, row) => formatNumber(row.m3, 1) },
  ]
  return (
    <>
      <div className="section-title">{t('energy.units')}</div>
      <Table<Unit>
        size="small"
        rowKey="device"
        columns={columns}
        dataSource={[...units]}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        scroll={{ x: 'max-content' }}
      />
      {flagged.length > 0 ? (
        <>
          <div className="section-title">{t('energy.flaggedHours')}</div>
          <Table<Flagged>
            size="small"
            rowKey={(row) => `${row.from}-${row.reason}`}
            columns={flaggedColumns}
            dataSource={[...flagged]}
            pagination={{ pageSize: 12, hideOnSinglePage: true }}
            scroll={{ x: 'max-content' }}
            data-testid="flagged-hours"
          />
        </>
      ) : null}
    </>
  )
}

function flagText(reason: string, t: ReturnType<typeof useText>['t']): string {
  return reason === 'reset' || reason === 'gap' || reason === 'impossible' || reason === 'partial' ? t(`energy.flag.${reason}`) : reason
}
