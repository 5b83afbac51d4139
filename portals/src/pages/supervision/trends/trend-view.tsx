import { DownloadOutlined, UndoOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'
import { Button, Dropdown, Segmented, Table, Tag, type TableColumnsType } from 'antd'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { fileAddress, useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { formatTime, formatWithUnit, unitSign } from '../../../ui/format.ts'
import { usePreferences } from '../../../ui/preferences.ts'
import {
  Await,
  lastPeriod,
  Nothing,
  PeriodPicker,
  SeriesChart,
  seriesColours,
  summarise,
  type ChartSeries,
  type Period,
} from '../../../ui/widgets/index.ts'
import { SeriesPicker } from './series-picker.tsx'
import { stationPresets } from './trend-presets.ts'
import { TrendPresets } from './trend-presets-menu.tsx'

type Resolution = 'auto' | 'raw' | '1m' | '1h' | '1d'
const LIMIT = 24
const second = (): number => Math.ceil(serverNow() / 1000) * 1000

/** Curves of any points of the stations given; what is chosen stands in the address. */
export function TrendView({ stations }: { readonly stations: readonly StationConfig[] }) {
  const { t, label, lang } = useText()
  const theme = usePreferences((state) => state.theme)
  const [search, setSearch] = useSearchParams()
  // Nothing chosen yet: the station's own main values, so that the page never opens empty.
  const chosen = useMemo(() => {
    const asked = search.get('series')
    if (asked === null) return stations[0] ? stationPresets(stations[0]).overview : []
    return asked.split(',').filter(Boolean).slice(0, LIMIT)
  }, [search, stations])
  const [period, setPeriod] = useState<Period>(() => lastPeriod(8 * 3_600_000, second()))
  const [before, setBefore] = useState<Period | null>(null)
  const [resolution, setResolution] = useState<Resolution>('auto')
  const devices = useMemo(
    () => new Map(stations.flatMap((station) => station.devices.map((device) => [device.id, device] as const))),
    [stations],
  )
  const known = chosen.filter((key) => devices.has(key.split(':')[0] ?? ''))
  const query = { series: known, from: period.from, to: period.to, resolution, maxPoints: 2000 }
  const history = useCall(
    operations.history,
    { query },
    { enabled: known.length > 0, keep: true, ...(period.last ? { every: 15_000 } : {}) },
  )

  const choose = (series: readonly string[]): void => {
    const next = new URLSearchParams(search)
    next.set('series', series.slice(0, LIMIT).join(','))
    setSearch(next, { replace: true })
  }
  const series = useMemo((): ChartSeries[] => {
    const several = stations.length > 1
    return (history.data?.series ?? []).map((one) => {
      const device = devices.get(one.device)
      const point = findKind(device?.kind ?? '')?.points.find((candidate) => candidate.name === one.point)
      const station = several ? stations.find((candidate) => candidate.id === device?.stationId) : undefined
      return {
        key: `${one.device}:${one.point}`,
        label: `${station ? `${station.code} ` : ''}${device?.name ?? one.device} ${point ? label(point.label) : one.point}`,
        unit: one.unit,
        t: one.t,
        v: one.v,
        ...(one.min ? { min: one.min } : {}),
        ...(one.max ? { max: one.max } : {}),
        stepped: point?.type === 'bool' || point?.type === 'enum',
      }
    })
  }, [history.data, devices, stations, label])
  const shown = [...new Set((history.data?.series ?? []).map((one) => one.resolution))]
  const zoom = (from: number, to: number): void => {
    setBefore(before ?? period)
    setPeriod({ from, to })
  }

  return (
    <div className="tab-scroll" data-testid="trend-view">
      <div className="tool-row">
        <SeriesPicker stations={stations} value={known} onChange={choose} limit={LIMIT} />
        <TrendPresets stations={stations} value={known} onChoose={choose} />
        <PeriodPicker
          value={period}
          now={second}
          onChange={(next) => {
            setBefore(null)
            setPeriod(next)
          }}
        />
        <Segmented<Resolution>
          value={resolution}
          onChange={setResolution}
          options={(['auto', 'raw', '1m', '1h', '1d'] as const).map((value) => ({ value, label: t(`trend.resolution.${value}`) }))}
          aria-label={t('trend.resolution')}
        />
        <Dropdown
          disabled={known.length === 0}
          menu={{
            items: (['csv', 'xlsx'] as const).map((format) => ({
              key: format,
              label: (
                <a
                  href={fileAddress(operations.historyExport, {
                    query: { series: known, from: period.from, to: period.to, resolution, format },
                  })}
                  download
                >
                  {format.toUpperCase()}
                </a>
              ),
            })),
          }}
        >
          <Button icon={<DownloadOutlined />} data-testid="trend-export">
            {t('common.export')}
          </Button>
        </Dropdown>
        {before ? (
          <Button
            icon={<UndoOutlined />}
            onClick={() => {
              setPeriod(before)
              setBefore(null)
            }}
          >
            {t('trend.reset')}
          </Button>
        ) : null}
      </div>
      {known.length === 0 ? (
        <Nothing text={t('trend.empty')} />
      ) : (
        <Await query={history}>
          <div className="panel">
            <div className="section-title">
              {shown.map((one) => (
                <Tag key={one} data-testid="trend-resolution">
                  {t('trend.shown', { r: t(`trend.resolution.${one}`) })}
                </Tag>
              ))}
              <span className="muted">
                {formatTime(period.from, 'full', lang)} – {formatTime(period.to, 'full', lang)} · {t('trend.gaps')} · {t('trend.zoomHint')}
              </span>
            </div>
            {series.every((one) => one.t.length === 0) ? (
              <Nothing text={t('trend.noData')} />
            ) : (
              <div
                onDoubleClick={() => {
                  if (before) setPeriod(before)
                  setBefore(null)
                }}
              >
                <SeriesChart
                  series={series}
                  height={400}
                  from={period.from}
                  to={period.to}
                  onZoom={zoom}
                  ariaLabel={t('trend.title')}
                  source={t('chart.source.points')}
                />
              </div>
            )}
          </div>
          <SummaryTable series={series} colours={seriesColours[theme]} onRemove={(key) => choose(known.filter((other) => other !== key))} />
        </Await>
      )}
    </div>
  )
}

interface SummaryTableProps {
  readonly series: readonly ChartSeries[]
  readonly colours: readonly string[]
  readonly onRemove: (key: string) => void
}

function SummaryTable({ series, colours, onRemove }: SummaryTableProps) {
  const { t } = useText()
  const rows = series.map((one, i) => ({ ...one, colour: colours[i % colours.length] ?? '', sum: summarise(one) }))
  type Row = (typeof rows)[number]
  const number = (title: string, pick: (row: Row) => number | null) => ({
    title,
    key: title,
    align: 'right' as const,
    render: (_: unknown, row: Row) => <span className="num">{formatWithUnit(pick(row), row.unit)}</span>,
  })
  const columns: TableColumnsType<Row> = [
    {
      title: t('trend.legend'),
      key: 'label',
      render: (_, row) => (
        <>
          <i className="swatch" style={{ background: row.colour }} /> {row.label} <small className="muted">{unitSign(row.unit)}</small>
        </>
      ),
    },
    number(t('trend.min'), (row) => row.sum.min),
    number(t('trend.mean'), (row) => row.sum.mean),
    number(t('trend.max'), (row) => row.sum.max),
    number(t('trend.last'), (row) => row.sum.last),
    { title: t('common.count'), key: 'count', align: 'right', render: (_, row) => t('trend.points', { n: row.sum.count }) },
    {
      title: '',
      key: 'remove',
      render: (_, row) => (
        <Button size="small" type="text" onClick={() => onRemove(row.key)} aria-label={`${t('common.delete')}: ${row.label}`}>
          ✕
        </Button>
      ),
    },
  ]
  return <Table<Row> size="small" rowKey="key" columns={columns} dataSource={rows} pagination={false} scroll={{ x: 'max-content' }} />
}
