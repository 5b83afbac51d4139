import { EnvironmentOutlined } from '@ant-design/icons'
import type { StationSummary } from '@twin/models/live'
import { stationKindLabels } from '@twin/models/stations'
import { Tag } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { formatWithUnit } from '../../../ui/format.ts'
import { type Regions, useRegions } from '../../../ui/regions.ts'
import { Nothing, StateMark } from '../../../ui/widgets/index.ts'

const ROW = 78

interface StationListProps {
  readonly stations: readonly StationSummary[]
  readonly selected: string | null
  readonly onSelect: (station: string) => void
}

/** Rows of one height, of which only those in sight exist: thousands of stations scroll as twelve do. */
export function StationList({ stations, selected, onSelect }: StationListProps) {
  const { t } = useText()
  const regions = useRegions()
  const box = useRef<HTMLUListElement>(null)
  const [window, setWindow] = useState({ top: 0, height: 600 })
  useEffect(() => {
    const list = box.current
    if (!list) return
    const measure = (): void => setWindow({ top: list.scrollTop, height: list.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(list)
    list.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      list.removeEventListener('scroll', measure)
    }
  }, [])
  const first = Math.max(0, Math.floor(window.top / ROW) - 4)
  const last = Math.min(stations.length, Math.ceil((window.top + window.height) / ROW) + 4)
  return (
    <ul ref={box} className="station-list" data-testid="station-list" data-count={stations.length}>
      {stations.length === 0 ? <Nothing text={t('overview.noMatch')} /> : null}
      <li style={{ height: first * ROW }} aria-hidden="true" />
      {stations.slice(first, last).map((station) => (
        <StationRow key={station.id} regions={regions} station={station} selected={station.id === selected} onSelect={onSelect} />
      ))}
      <li style={{ height: (stations.length - last) * ROW }} aria-hidden="true" />
    </ul>
  )
}

interface RowProps {
  readonly regions: Regions
  readonly station: StationSummary
  readonly selected: boolean
  readonly onSelect: (station: string) => void
}

function StationRow({ regions, station, selected, onSelect }: RowProps) {
  const { t, label, name } = useText()
  const alarms = station.alarms.P1 + station.alarms.P2 + station.alarms.P3
  return (
    <li
      className={selected ? 'station-row selected' : 'station-row'}
      style={{ height: ROW }}
      data-testid="station-row"
      data-station={station.id}
      data-state={station.state}
    >
      <StateMark state={station.state} size={18} />
      <div className="station-row-main">
        <Link to={`/station/${station.id}`} className="station-row-name">
          {name(station)}
        </Link>
        <div className="muted station-row-sub">
          {label(stationKindLabels[station.kind])} · {label(regions.label(regions.path(station.region)[0] ?? ''))} ·{' '}
          {t('overview.online', station.devices)}
        </div>
        <div className="station-row-values num">
          <span>{formatWithUnit(station.pressure, 'bar', 2)}</span>
          <span>{formatWithUnit(station.flow, 'm3/min', 1)}</span>
          <span>{formatWithUnit(station.power, 'kW', 0)}</span>
          <span title={t('overview.unitsLabel')}>
            {station.units.running}/{station.units.total}
          </span>
        </div>
      </div>
      <div className="station-row-side">
        {alarms > 0 ? <Tag color={station.alarms.P1 > 0 ? 'red' : 'orange'}>{alarms}</Tag> : null}
        {station.position ? (
          <button
            type="button"
            className="link-button"
            onClick={() => onSelect(station.id)}
            aria-label={`${t('overview.map')}: ${name(station)}`}
          >
            <EnvironmentOutlined />
          </button>
        ) : (
          <Tag>{t('overview.unplaced')}</Tag>
        )}
      </div>
    </li>
  )
}
