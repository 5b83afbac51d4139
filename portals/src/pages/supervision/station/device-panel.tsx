import { CloseOutlined, LineChartOutlined } from '@ant-design/icons'
import type { StationConfig, DeviceConfig } from '@twin/models/stations'
import { Badge, Button, Collapse, Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { useStationView, type StationFeed } from '../../../live/index.ts'
import { noticeLabels } from '../../../ui/catalogue.ts'
import { formatTime } from '../../../ui/format.ts'
import { headlineOf, readDevice, readingOf, unitState, type Reading } from '../../../ui/mapper/index.ts'
import { ReadingValue, StateText } from '../../../ui/widgets/index.ts'
import { CommandButtons } from '../commands/command-buttons.tsx'
import { DeviceAlarms } from './device-alarms.tsx'
import { HoursToday } from './hours-today.tsx'
import { PointTable } from './point-table.tsx'
import { Sparkline } from './sparkline.tsx'

interface DevicePanelProps {
  readonly config: StationConfig
  readonly device: DeviceConfig
  readonly feed: StationFeed
  readonly onSelect: (device: string | null) => void
}

const drawable = (reading: Reading): boolean => reading.point.type === 'float' || reading.point.type === 'int'

/** The selected device: main values, a short curve, its alarms, what can be done, and every point below. */
export function DevicePanel({ config, device, feed, onSelect }: DevicePanelProps) {
  const { t, label, lang, name } = useText()
  const { view, now } = useStationView(feed, 500)
  const [chosen, setChosen] = useState<string | null>(null)
  const read = readDevice(device, view, now)
  if (!read) return <aside className="device-panel panel">{device.kind}</aside>
  const headline = headlineOf(read)
  const curve = readingOf(read, chosen ?? '') ?? headline.find(drawable) ?? read.readings.find(drawable)
  const notices = Object.keys(view?.devices[device.id]?.notices ?? {})
  const online = read.link === 'online'
  return (
    <aside
      className="device-panel panel"
      data-testid="device-panel"
      data-device={device.id}
      data-link={read.link}
      aria-label={t('station.sidePanel')}
    >
      <header className="device-panel-head">
        <div>
          <h2>{device.id === config.id ? name(config) : name(device)}</h2>
          <div className="muted">
            {device.code} · {label(read.kind.label)}
          </div>
        </div>
        {device.id === config.id ? null : (
          <Button type="text" size="small" icon={<CloseOutlined />} onClick={() => onSelect(null)} aria-label={t('common.close')} />
        )}
      </header>
      <div className="tool-row">
        <StateText state={unitState(read, view)} />
        <Badge status={online ? 'success' : 'default'} text={t(`link.${read.link}`)} />
        <span className={online ? 'muted' : 'tone-P2'} data-testid="last-message">
          {read.lastAt === null ? t('station.noMessage') : t('station.lastMessage', { time: formatTime(read.lastAt, 'dateTime', lang) })}
        </span>
      </div>
      {notices.map((code) => (
        <Tag key={code} color="gold">
          {label(noticeLabels.get(code) ?? { zh: code, en: code })}
        </Tag>
      ))}
      <ul className="headline">
        {headline.map((reading) => (
          <li key={reading.point.name}>
            <button
              type="button"
              className={reading === curve ? 'headline-item chosen' : 'headline-item'}
              disabled={!drawable(reading)}
              data-testid={`headline-${reading.point.name}`}
              onClick={() => setChosen(reading.point.name)}
            >
              <span className="muted">{label(reading.point.label)}</span>
              <ReadingValue reading={reading} />
            </button>
          </li>
        ))}
      </ul>
      {feed.mode === 'live' && readingOf(read, 'runningHours') ? (
        <HoursToday device={device.id} reading={readingOf(read, 'runningHours')} now={now} zone={config.timeZone} />
      ) : null}
      {curve ? (
        <section>
          <div className="section-title">
            {label(curve.point.label)} · {t('station.sparkline')}
            <Link
              to={`/trends?series=${device.id}:${curve.point.name}&station=${config.id}`}
              title={t('station.openTrend')}
              aria-label={t('station.openTrend')}
            >
              <LineChartOutlined />
            </Link>
          </div>
          <Sparkline key={`${device.id}:${curve.point.name}:${feed.mode}`} device={device.id} reading={curve} feed={feed} now={now} />
        </section>
      ) : null}
      <section>
        <div className="section-title">{t('station.deviceAlarms')}</div>
        <DeviceAlarms device={device} state={view?.devices[device.id]} now={now} readOnly={feed.mode === 'history'} />
      </section>
      <section>
        <div className="section-title">{t('station.commands')}</div>
        {feed.mode === 'history' ? (
          <span className="muted">{t('history.noCommands')}</span>
        ) : (
          <CommandButtons config={config} device={device} kind={read.kind} />
        )}
      </section>
      <Collapse
        size="small"
        defaultActiveKey={['all']}
        items={[{ key: 'all', label: t('station.allParams'), children: <PointTable readings={read.readings} /> }]}
      />
    </aside>
  )
}
