import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import { Descriptions, Drawer, Timeline } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { z } from 'zod'
import { useCall } from '../../../api/index.ts'
import { useText, type TextKey } from '../../../i18n/index.ts'
import { alarmDefinitions } from '../../../ui/catalogue.ts'
import { formatTime } from '../../../ui/format.ts'
import { valueWithUnit } from '../../../ui/mapper/index.ts'
import { AlarmPhaseTag, Await, PriorityTag } from '../../../ui/widgets/index.ts'
import { AlarmActions } from './alarm-actions.tsx'
import { AlarmMarks, isGroup, placeOf, type AlarmRow } from './alarm-row.tsx'
import { BeforeAlarm } from './before-alarm.tsx'

/** One occurrence: what it means, what was measured, what was done, and what may be done now. */
export function AlarmDrawer({ occurrence: first, onClose }: { readonly occurrence: string; readonly onClose: () => void }) {
  const { t, label } = useText()
  // From a group to its members and to what came before, in the same drawer.
  const [occurrence, setOccurrence] = useState(first)
  const found = useCall(operations.alarm, { params: { occurrence } }, { every: 5000 })
  const alarm = found.data?.alarm
  const definition = alarm ? alarmDefinitions.get(alarm.code) : undefined
  return (
    <Drawer
      open
      onClose={onClose}
      size={560}
      title={alarm ? (definition ? label(definition.label) : alarm.code) : t('alarm.title')}
      data-testid="alarm-drawer"
    >
      <Await query={found}>{found.data ? <Occurrence {...found.data} onOpen={setOccurrence} /> : null}</Await>
    </Drawer>
  )
}

type OccurrenceProps = z.output<Exclude<(typeof operations.alarm)['result'], 'file'>> & { readonly onOpen: (occurrence: string) => void }

function Occurrence({ alarm, events, before, earlier, children, suppressed, escalatedTo, onOpen }: OccurrenceProps) {
  const text = useText()
  const { t, label, lang } = text
  const place = placeOf(alarm, text)
  const definition = alarmDefinitions.get(alarm.code)
  const kind = findKind(alarm.deviceKind)
  const known = (name: string) => kind?.points.find((point) => point.name === name)
  return (
    <div className="tab-scroll">
      <div className="tool-row">
        <PriorityTag priority={alarm.priority} /> <AlarmPhaseTag phase={alarm.phase} /> <AlarmMarks row={alarm} />
        <span className="mono">{alarm.code}</span>
      </div>
      <AlarmActions alarm={alarm} />
      <Descriptions
        size="small"
        column={1}
        bordered
        items={[
          {
            key: 'device',
            label: t('common.device'),
            children: (
              <Link to={`/station/${alarm.station}?device=${alarm.device}`}>
                {place.station} · {place.device}
              </Link>
            ),
          },
          { key: 'raised', label: t('alarm.raisedAt'), children: formatTime(alarm.raisedAt, 'full', lang) },
          {
            key: 'acked',
            label: t('alarm.ackedAt'),
            children: alarm.ackedAt ? `${formatTime(alarm.ackedAt, 'full', lang)} · ${alarm.ackedBy ?? ''}` : '—',
          },
          ...(alarm.note ? [{ key: 'note', label: t('alarm.note'), children: alarm.note }] : []),
          ...(alarm.escalatedAt
            ? [
                {
                  key: 'escalated',
                  label: t('alarm.escalatedAt'),
                  children: (
                    <span data-testid="alarm-escalation">
                      {formatTime(alarm.escalatedAt, 'full', lang)} · {escalatedTo.join('、') || t('alarm.escalatedToNobody')}
                    </span>
                  ),
                },
              ]
            : []),
          { key: 'cleared', label: t('alarm.clearedAt'), children: formatTime(alarm.clearedAt, 'full', lang) },
          ...(alarm.shelvedUntil
            ? [
                {
                  key: 'shelved',
                  label: t('alarm.hidden.shelved'),
                  children: `${t('alarm.shelvedUntil', { time: formatTime(alarm.shelvedUntil, 'dateTime', lang) })} · ${alarm.shelveReason ?? ''}`,
                },
              ]
            : []),
        ]}
      />
      {definition ? (
        <Descriptions
          size="small"
          column={1}
          bordered
          items={[
            { key: 'cause', label: t('alarm.cause'), children: <code className="mono">{definition.condition}</code> },
            { key: 'consequence', label: t('alarm.consequence'), children: label(definition.consequence) },
            {
              key: 'response',
              label: t('alarm.response'),
              children: (
                <>
                  {label(definition.action)} <span className="muted">({t('alarm.respondWithin', { n: definition.respondWithinMin })})</span>
                </>
              ),
            },
          ]}
        />
      ) : null}
      <div className="section-title">{t('alarm.values')}</div>
      <Descriptions
        size="small"
        column={1}
        items={Object.entries(alarm.values).map(([name, value]) => {
          const point = known(name)
          const shown = value as number | string | boolean | null
          return {
            key: name,
            label: point ? label(point.label) : name,
            children: point ? valueWithUnit(point, shown, lang) : String(shown ?? '—'),
          }
        })}
      />
      <BeforeAlarm alarm={alarm} before={before} />
      {children.length > 0 ? (
        <Related
          title={isGroup(alarm) ? t('alarm.members', { n: children.length }) : t('alarm.children')}
          rows={children}
          onOpen={onOpen}
          testId="alarm-members"
        />
      ) : null}
      {suppressed.length > 0 ? (
        <Related title={t('alarm.suppressedAround')} rows={suppressed} onOpen={onOpen} testId="alarm-suppressed" />
      ) : null}
      <div className="section-title">{t('alarm.events')}</div>
      <Timeline
        items={events.map((event) => ({
          content: (
            <>
              <strong>{eventText(event.kind, t)}</strong> <span className="num muted">{formatTime(event.at, 'full', lang)}</span>
              {event.by ? ` · ${event.by}` : ''}
              {event.note ? <div>{event.note}</div> : null}
            </>
          ),
        }))}
      />
      {earlier.length > 0 ? <Related title={t('alarm.earlier')} rows={earlier} onOpen={onOpen} testId="alarm-earlier" /> : null}
    </div>
  )
}

function eventText(kind: string, t: ReturnType<typeof useText>['t']): string {
  const key = `alarm.event.${kind.replace(/^alarm\./, '')}`
  const text = t(key as TextKey)
  return text === key ? kind : text
}

interface RelatedProps {
  readonly title: string
  readonly rows: readonly AlarmRow[]
  readonly onOpen: (occurrence: string) => void
  readonly testId: string
}

function Related({ title, rows, onOpen, testId }: RelatedProps) {
  const text = useText()
  const { label, lang } = text
  return (
    <>
      <div className="section-title">{title}</div>
      <ul className="device-alarms" data-testid={testId}>
        {rows.map((row) => (
          <li key={row.occurrence} data-occurrence={row.occurrence} data-device={row.device} data-phase={row.phase}>
            <PriorityTag priority={row.priority} />{' '}
            <button type="button" className="link-button" onClick={() => onOpen(row.occurrence)}>
              {label(alarmDefinitions.get(row.code)?.label ?? { zh: row.code, en: row.code })} · {placeOf(row, text).device}
            </button>{' '}
            <span className="muted num">{formatTime(row.raisedAt, 'dateTime', lang)}</span> <AlarmPhaseTag phase={row.phase} />
            <AlarmMarks row={row} />
          </li>
        ))}
      </ul>
    </>
  )
}
