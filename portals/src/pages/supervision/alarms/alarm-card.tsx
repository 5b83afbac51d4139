import { Button } from 'antd'
import { useText } from '../../../i18n/index.ts'
import { alarmLabels } from '../../../ui/catalogue.ts'
import { formatTime } from '../../../ui/format.ts'
import { AlarmPhaseTag, PriorityTag } from '../../../ui/widgets/index.ts'
import { AlarmMarks, needsAck, placeOf, type AlarmRow } from './alarm-row.tsx'

interface AlarmCardProps {
  readonly row: AlarmRow
  readonly onOpen: (occurrence: string) => void
  readonly onAck?: () => void
}

/** An alarm on a phone. */
export function AlarmCard({ row, onOpen, onAck }: AlarmCardProps) {
  const text = useText()
  const { t, label, lang } = text
  const place = placeOf(row, text)
  return (
    <article className="panel" data-testid="alarm-card" data-occurrence={row.occurrence}>
      <div className="section-title">
        <PriorityTag priority={row.priority} />
        <button type="button" className="link-button" onClick={() => onOpen(row.occurrence)}>
          {label(alarmLabels.get(row.code) ?? { zh: row.code, en: row.code })}
        </button>
      </div>
      <div>
        {place.station} · {place.device}
      </div>
      <div className="tool-row">
        <span className="muted num">{formatTime(row.raisedAt, 'dateTime', lang)}</span>
        <AlarmPhaseTag phase={row.phase} />
        <AlarmMarks row={row} />
        {onAck && needsAck(row) ? (
          <Button size="small" onClick={onAck}>
            {t('alarm.ack')}
          </Button>
        ) : null}
      </div>
    </article>
  )
}
