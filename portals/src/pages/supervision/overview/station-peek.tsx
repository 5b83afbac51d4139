import { CloseOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import type { StationSummary } from '@twin/models/live'
import { Button, Tag } from 'antd'
import { Link } from 'react-router'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { useLiveFeed, useStationView } from '../../../live/index.ts'
import { formatWithUnit } from '../../../ui/format.ts'
import { headlineOf, readDevice, unitState } from '../../../ui/mapper/index.ts'
import { ReadingValue, StateMark, StateText } from '../../../ui/widgets/index.ts'

/** What a marker tells: header values and the state of every component, live. */
export function StationPeek({ summary, onClose }: { readonly summary: StationSummary; readonly onClose: () => void }) {
  const { t, name } = useText()
  const config = useCall(operations.station, { params: { station: summary.id } }, { fresh: 60_000 })
  const { view, now } = useStationView(useLiveFeed(summary.id, false), 1000)
  const devices = (config.data?.devices ?? []).filter((device) => device.id !== summary.id)
  return (
    <aside className="station-peek panel" data-testid="station-peek" data-station={summary.id} aria-label={name(summary)}>
      <header>
        <StateText state={summary.state} />
        <Button size="small" type="text" icon={<CloseOutlined />} onClick={onClose} aria-label={t('common.close')} />
      </header>
      <h2>
        <Link to={`/station/${summary.id}`}>{name(summary)}</Link>
      </h2>
      <dl className="peek-values">
        <dt>{t('overview.pressure')}</dt>
        <dd className="num">{formatWithUnit(summary.pressure, 'bar', 2)}</dd>
        <dt>{t('overview.flow')}</dt>
        <dd className="num">{formatWithUnit(summary.flow, 'm3/min', 1)}</dd>
        <dt>{t('overview.power')}</dt>
        <dd className="num">{formatWithUnit(summary.power, 'kW', 0)}</dd>
        <dt>{t('overview.specific')}</dt>
        <dd className="num">{formatWithUnit(summary.specificEnergy, 'kWh/m3', 4)}</dd>
      </dl>
      <Tag>{t(`station.presence.${summary.presence}`)}</Tag>
      <ul className="peek-devices">
        {devices.map((device) => {
          const read = readDevice(device, view, now)
          if (!read) return null
          const [first] = headlineOf(read).filter((reading) => reading.point.type !== 'enum' && reading.point.type !== 'bool')
          return (
            <li key={device.id}>
              <StateMark state={unitState(read, view)} size={12} /> <span className="peek-name">{name(device)}</span>
              <ReadingValue reading={first} />
            </li>
          )
        })}
      </ul>
    </aside>
  )
}
