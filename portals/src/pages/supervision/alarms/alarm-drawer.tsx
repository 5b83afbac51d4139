import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import { Alert, Button, Descriptions, Drawer, Timeline } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { z } from 'zod'
import { useAction, useCall } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText, type TextKey } from '../../../i18n/index.ts'
import { alarmDefinitions } from '../../../ui/catalogue.ts'
import { formatTime } from '../../../ui/format.ts'
import { valueWithUnit } from '../../../ui/mapper/index.ts'
import { AlarmPhaseTag, Await, HelpTip, PriorityTag, SeriesChart } from '../../../ui/widgets/index.ts'
import { AckDialog } from './ack-dialog.tsx'
import { AlarmMarks, needsAck, type AlarmRow } from './alarm-row.tsx'
import { ServiceDialog, ShelveDialog } from './shelve-dialog.tsx'

const refresh = [operations.alarms, operations.alarm, operations.alarmKpi]

/** One occurrence: what it means, what was measured, what was done, and what may be done now. */
export function AlarmDrawer({ occurrence, onClose }: { readonly occurrence: string; readonly onClose: () => void }) {
  const { t, label } = useText()
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
      <Await query={found}>{found.data ? <Occurrence {...found.data} /> : null}</Await>
    </Drawer>
  )
}

type OccurrenceProps = z.output<Exclude<(typeof operations.alarm)['result'], 'file'>>

function Occurrence({ alarm, events, before, earlier, children }: OccurrenceProps) {
  const { t, label, lang } = useText()
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
                {alarm.stationName} · {alarm.deviceName}
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
      {before.some((series) => series.t.length > 0) ? (
        <>
          <div className="section-title">{t('alarm.before')}</div>
          <SeriesChart
            height={200}
            mark={alarm.raisedAt}
            ariaLabel={t('alarm.before')}
            series={before.map((series) => {
              const point = known(series.point)
              return {
                key: `${series.device}:${series.point}`,
                label: point ? label(point.label) : series.point,
                unit: series.unit,
                t: series.t,
                v: series.v,
              }
            })}
          />
        </>
      ) : null}
      {children.length > 0 ? <Related title={t('alarm.children')} rows={children} /> : null}
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
      {earlier.length > 0 ? <Related title={t('alarm.earlier')} rows={earlier} /> : null}
    </div>
  )
}

function eventText(kind: string, t: ReturnType<typeof useText>['t']): string {
  const key = `alarm.event.${kind.replace(/^alarm\./, '')}`
  const text = t(key as TextKey)
  return text === key ? kind : text
}

function Related({ title, rows }: { readonly title: string; readonly rows: readonly AlarmRow[] }) {
  const { label, lang } = useText()
  return (
    <>
      <div className="section-title">{title}</div>
      <ul className="device-alarms">
        {rows.map((row) => (
          <li key={row.occurrence}>
            <PriorityTag priority={row.priority} /> {label(alarmDefinitions.get(row.code)?.label ?? { zh: row.code, en: row.code })} ·{' '}
            {row.deviceName} <span className="muted num">{formatTime(row.raisedAt, 'dateTime', lang)}</span>{' '}
            <AlarmPhaseTag phase={row.phase} />
          </li>
        ))}
      </ul>
    </>
  )
}

function AlarmActions({ alarm }: { readonly alarm: AlarmRow }) {
  const { t } = useText()
  const operate = useMay('alarm:operate')
  const administer = useMay('alarm:administer')
  const [dialog, setDialog] = useState<'ack' | 'shelve' | 'service' | null>(null)
  const reset = useAction(operations.resetAlarm, { done: t('alarm.resetDone'), refresh })
  const unshelve = useAction(operations.unshelveAlarm, { done: t('alarm.unshelved'), refresh })
  const definition = alarmDefinitions.get(alarm.code)
  const params = { device: alarm.device, code: alarm.code }
  if (!operate && !administer) return null
  return (
    <div className="tool-row">
      {operate && needsAck(alarm) ? (
        <Button type="primary" onClick={() => setDialog('ack')} data-testid="drawer-ack">
          {t('alarm.ack')}
        </Button>
      ) : null}
      {operate && definition?.latched && alarm.phase !== 'CLOSED' ? (
        <Button
          onClick={() => reset.mutate({ params: { occurrence: alarm.occurrence }, body: {} })}
          loading={reset.isPending}
          data-testid="drawer-reset"
        >
          {t('alarm.reset')}
        </Button>
      ) : null}
      {operate && alarm.phase !== 'CLOSED' ? (
        alarm.hidden === 'shelved' ? (
          <Button onClick={() => unshelve.mutate({ params, body: {} })} loading={unshelve.isPending}>
            {t('alarm.unshelve')}
          </Button>
        ) : (
          <Button
            disabled={alarm.priority === 'P1'}
            onClick={() => setDialog('shelve')}
            title={t('alarm.shelveHint')}
            data-testid="drawer-shelve"
          >
            {t('alarm.shelve')}
          </Button>
        )
      ) : null}
      {administer ? (
        <Button onClick={() => setDialog('service')}>{t(alarm.hidden === 'outOfService' ? 'alarm.serviceReturn' : 'alarm.service')}</Button>
      ) : null}
      <HelpTip term="shelve" />
      {definition?.latched ? <Alert type="info" title={t('alarm.latched')} /> : null}
      {dialog === 'ack' ? <AckDialog rows={[alarm]} onClose={() => setDialog(null)} onDone={() => undefined} /> : null}
      {dialog === 'shelve' ? <ShelveDialog alarm={alarm} onClose={() => setDialog(null)} /> : null}
      {dialog === 'service' ? <ServiceDialog alarm={alarm} onClose={() => setDialog(null)} /> : null}
    </div>
  )
}
