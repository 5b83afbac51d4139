import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import type { DeviceState } from '@twin/models/twin'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { formatDuration, formatTime } from '../../../ui/format.ts'
import { AlarmPhaseTag, PriorityTag } from '../../../ui/widgets/index.ts'
import { AlarmDrawer } from '../alarms/alarm-drawer.tsx'

interface DeviceAlarmsProps {
  readonly device: DeviceConfig
  readonly state: DeviceState | undefined
  readonly now: number
  readonly readOnly: boolean
}

/** Open alarms of one device, straight from its live state. */
export function DeviceAlarms({ device, state, now, readOnly }: DeviceAlarmsProps) {
  const { t, label, lang } = useText()
  const [open, setOpen] = useState<string | null>(null)
  const may = useMay('alarm:operate')
  const ack = useAction(operations.ackAlarm, { done: t('alarm.phase.ACKED'), refresh: [operations.alarms] })
  const kind = findKind(device.kind)
  const rows = Object.entries(state?.alarms ?? {}).filter(([, alarm]) => alarm.phase !== 'NORMAL' && alarm.occurrence)
  if (rows.length === 0) return <span className="muted">{t('station.noAlarms')}</span>
  return (
    <ul className="device-alarms">
      {rows.map(([code, alarm]) => {
        const definition = kind?.alarms.find((candidate) => candidate.code === code)
        return (
          <li key={code} data-testid="device-alarm" data-code={code} data-phase={alarm.phase}>
            <div>
              {definition ? <PriorityTag priority={definition.priority} /> : null}{' '}
              <button type="button" className="link-button" onClick={() => setOpen(alarm.occurrence)}>
                {definition ? label(definition.label) : code}
              </button>
            </div>
            <div className="tool-row">
              <AlarmPhaseTag phase={alarm.phase} />
              {alarm.shelved ? <Tag>{t('alarm.hidden.shelved')}</Tag> : null}
              {alarm.suppressed ? <Tag>{t('alarm.hidden.suppressed')}</Tag> : null}
              {alarm.escalatedAt ? (
                <Tag color="red" title={formatTime(alarm.escalatedAt, 'full', lang)}>
                  {t('alarm.escalated')}
                </Tag>
              ) : null}
              {alarm.outOfService ? <Tag>{t('alarm.hidden.outOfService')}</Tag> : null}
              <span className="muted num" title={formatTime(alarm.raisedAt, 'full', lang)}>
                {formatDuration(alarm.raisedAt === null ? null : now - alarm.raisedAt, lang)}
              </span>
              {may && !readOnly && alarm.phase.endsWith('UNACK') ? (
                <Button
                  size="small"
                  loading={ack.isPending}
                  onClick={() => ack.mutate({ params: { occurrence: alarm.occurrence ?? '' }, body: { note: '' } })}
                >
                  {t('alarm.ack')}
                </Button>
              ) : null}
            </div>
          </li>
        )
      })}
      {open ? <AlarmDrawer occurrence={open} onClose={() => setOpen(null)} /> : null}
    </ul>
  )
}
