import type { OpenAlarm } from '@twin/models/live'
import { Button } from 'antd'
import { Link } from 'react-router'
import { useText } from '../../i18n/index.ts'
import { useLive } from '../../live/index.ts'
import { formatTime } from '../format.ts'
import { PriorityTag } from '../widgets/index.ts'
import { alarmLabels } from '../catalogue.ts'

const noAlarms: readonly OpenAlarm[] = []

/** The gravest unacknowledged P1 or P2 alarm, on every page. */
export function AlarmBanner() {
  const { t, label, name, lang } = useText()
  const alarms = useLive((state) => state.fleet?.alarms ?? noAlarms)
  const stations = useLive((state) => state.fleet?.stations)
  const grave = alarms.filter((alarm) => alarm.priority !== 'P3' && (alarm.phase === 'UNACK' || alarm.phase === 'LATCHED_UNACK'))
  const first = grave.find((alarm) => alarm.priority === 'P1') ?? grave[0]
  if (!first) return null
  const station = stations?.[first.station]
  const definition = alarmLabels.get(first.code)
  return (
    <div className="banner" data-priority={first.priority} role="alert" data-testid="alarm-banner" data-code={first.code}>
      <PriorityTag priority={first.priority} />
      <span className="what">
        <strong>{definition ? label(definition) : first.code}</strong> ·{' '}
        <Link to={`/station/${first.station}`}>{station ? name(station) : first.station}</Link>{' '}
        <span className="muted">{formatTime(first.raisedAt, 'dateTime', lang)}</span>
      </span>
      {grave.length > 1 ? <span className="muted hide-phone">{t('shell.bannerMore', { n: grave.length - 1 })}</span> : null}
      <Link to="/alarms">
        <Button size="small">{t('shell.bannerOpen')}</Button>
      </Link>
    </div>
  )
}
