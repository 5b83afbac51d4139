import { deviceKinds, type PointDefinition } from '@twin/models/kinds'
import { Checkbox, Input, Segmented, Table, type TableColumnsType, Tag, Tooltip } from 'antd'
import { useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { useStationView } from '../../../live/index.ts'
import { formatTime, unitSign } from '../../../ui/format.ts'
import { headlineOf, readDevice, readingOf, unitState, valueText, type DeviceReadings, type Reading } from '../../../ui/mapper/index.ts'
import { usePhone } from '../../../ui/shell/index.ts'
import { KpiStrip, Loading, ReadingValue, StateMark } from '../../../ui/widgets/index.ts'
import { PointTable } from './point-table.tsx'
import type { StationTabProps } from './station-page.tsx'

/** Header values of the station, then one matrix per kind: a row per unit, a column per point, all from the kind's own table. */
export function ParametersTab({ config, feed }: StationTabProps) {
  const { t, label, lang } = useText()
  const { view, now } = useStationView(feed, 500)
  const [kindName, setKindName] = useState<string | null>(null)
  const [text, setText] = useState('')
  const [all, setAll] = useState(false)
  if (!view) return <Loading />
  const reads = config.devices.flatMap((device) => readDevice(device, view, now) ?? [])
  const station = reads.find((read) => read.device.id === config.id)
  const kinds = deviceKinds.filter((kind) => reads.some((read) => read.kind === kind && read.device.id !== config.id))
  const kind = kinds.find((candidate) => candidate.kind === kindName) ?? kinds[0]
  const units = reads.filter((read) => read.kind === kind && read.device.id !== config.id)
  const partial = view.station.missing.length > 0
  const lacking = view.station.missing.map((id) => config.devices.find((device) => device.id === id)?.name ?? id).join('、')
  return (
    <div className="tab-scroll" data-testid="parameters-tab">
      {station ? (
        <>
          <KpiStrip
            testId="station-totals"
            items={headlineOf(station).map((reading) => ({
              key: reading.point.name,
              title: (
                <>
                  {label(reading.point.label)}{' '}
                  {partial && reading.point.tier === 'derived' ? (
                    <Tooltip title={t('station.partialNaming', { units: lacking })}>
                      <Tag color="orange" data-testid="partial">
                        {t('energy.flag.partial')}
                      </Tag>
                    </Tooltip>
                  ) : null}
                </>
              ),
              value: valueText(reading.point, reading.value, lang),
              unit: unitSign(reading.point.unit),
              ...(reading.stale ? { tone: 'muted' as const } : {}),
            }))}
          />
          {config.kind === 'singleModule' ? (
            <div className="panel" data-testid="module-parameters">
              <PointTable readings={moduleReadings(reads)} />
            </div>
          ) : null}
          <details className="panel">
            <summary>
              {label(station.kind.label)} · {t('station.allParams')}
            </summary>
            <PointTable readings={station.readings} />
          </details>
        </>
      ) : null}
      <div className="tool-row">
        <Segmented<string>
          value={kind?.kind ?? ''}
          onChange={setKindName}
          options={kinds.map((candidate) => ({
            value: candidate.kind,
            label: `${label(candidate.label)} (${reads.filter((read) => read.kind === candidate && read.device.id !== config.id).length})`,
          }))}
        />
        <Input.Search
          allowClear
          style={{ width: 190 }}
          placeholder={t('station.filterParams')}
          aria-label={t('station.filterParams')}
          onChange={(event) => setText(event.target.value)}
        />
        <Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>
          {t('station.showAll')}
        </Checkbox>
      </div>
      {kind ? <Matrix units={units} view={view} points={pointsShown(kind.points, units, all, text, (p) => label(p.label))} /> : null}
    </div>
  )
}

/** What a lone machine is judged by, in one table; a machine without converter runs at the frequency its meter sees. */
function moduleReadings(reads: readonly DeviceReadings[]): readonly Reading[] {
  const machine = reads.find((read) => read.kind.kind === 'compressor')
  const meter = reads.find((read) => read.kind.kind === 'powerMeter')
  const pick = (point: string): Reading | undefined => readingOf(machine, point)
  return [
    pick('runState'),
    pick('dischargePressure'),
    pick('dischargeTemperature'),
    pick('motorCurrentA'),
    pick('motorCurrentB'),
    pick('motorCurrentC'),
    pick('supplyVoltage'),
    pick('vfdFrequency') ?? readingOf(meter, 'frequency'),
    pick('activePower'),
    pick('runningHours'),
    pick('loadedHours'),
  ].filter((reading) => reading !== undefined)
}

/** Main points unless all are asked for or searched; never one that no unit of this station has. */
function pointsShown(
  points: readonly PointDefinition[],
  units: readonly DeviceReadings[],
  all: boolean,
  text: string,
  name: (point: PointDefinition) => string,
): readonly PointDefinition[] {
  const wanted = text.trim().toLowerCase()
  return points.filter(
    (point) =>
      units.some((unit) => readingOf(unit, point.name)) &&
      (wanted ? `${name(point)} ${point.name}`.toLowerCase().includes(wanted) : all || point.tier === 'core'),
  )
}

interface MatrixProps {
  readonly units: readonly DeviceReadings[]
  readonly points: readonly PointDefinition[]
  readonly view: Parameters<typeof unitState>[1]
}

function Matrix({ units, points, view }: MatrixProps) {
  const { t, label, lang, name } = useText()
  const phone = usePhone()
  const [only] = units
  // One unit: every value with its own time and quality.
  if (only && units.length === 1) return <PointTable readings={only.readings.filter((reading) => points.includes(reading.point))} />
  // Few units: points run down and units across, as on a nameplate; many units: the other way round.
  const across = !phone && units.length <= 6
  if (across) {
    const columns: TableColumnsType<PointDefinition> = [
      {
        title: t('common.name'),
        key: 'point',
        fixed: 'left',
        width: 190,
        render: (_, point) => <span title={point.name}>{label(point.label)}</span>,
      },
      { title: t('common.unit'), key: 'unit', width: 90, render: (_, point) => <span className="muted">{unitSign(point.unit)}</span> },
      ...units.map((unit) => ({
        title: (
          <span title={unit.device.code}>
            <StateMark state={unitState(unit, view)} size={12} /> {name(unit.device)}
            <div className="muted matrix-time">{formatTime(unit.lastAt, 'dateTime', lang)}</div>
          </span>
        ),
        key: unit.device.id,
        align: 'right' as const,
        render: (_: unknown, point: PointDefinition) => <ReadingValue reading={readingOf(unit, point.name)} withUnit={false} />,
      })),
    ]
    return (
      <Table<PointDefinition>
        style={{ maxWidth: 320 + units.length * 210 }}
        size="small"
        rowKey="name"
        columns={columns}
        dataSource={[...points]}
        pagination={false}
        scroll={{ x: 'max-content' }}
        data-testid="matrix"
      />
    )
  }
  const columns: TableColumnsType<DeviceReadings> = [
    {
      title: t('common.device'),
      key: 'device',
      fixed: 'left',
      width: 150,
      render: (_, unit) => (
        <span title={unit.device.code}>
          <StateMark state={unitState(unit, view)} size={12} /> {name(unit.device)}
          <div className="muted matrix-time">{formatTime(unit.lastAt, 'dateTime', lang)}</div>
        </span>
      ),
    },
    ...points.map((point) => ({
      title: (
        <span title={point.name}>
          {label(point.label)} <small className="muted">{unitSign(point.unit)}</small>
        </span>
      ),
      key: point.name,
      align: 'right' as const,
      render: (_: unknown, unit: DeviceReadings) => <ReadingValue reading={readingOf(unit, point.name)} withUnit={false} />,
    })),
  ]
  return (
    <Table<DeviceReadings>
      size="small"
      rowKey={(unit) => unit.device.id}
      columns={columns}
      dataSource={[...units]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      data-testid="matrix"
    />
  )
}
