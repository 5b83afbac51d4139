import { CameraOutlined, CheckCircleFilled, ClockCircleOutlined, WarningFilled } from '@ant-design/icons'
import { Button, Input, Segmented, Tag } from 'antd'
import { useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'
import type { Entry } from './entry-queue.ts'
import type { Point } from './round-points.ts'

interface PointCardProps {
  readonly point: Point
  readonly author: string | null
  /** Entered here and not confirmed by the server yet. */
  readonly waiting: Entry | undefined
  /** The task is closed or somebody else filled this in. */
  readonly locked: boolean
  readonly onSave: (entry: Pick<Entry, 'value' | 'finding' | 'note' | 'pictures'>) => void
}

/** One item of the checklist: reading or finding, note and photo, saved as one entry. */
export function PointCard({ point, author, waiting, locked, onSave }: PointCardProps) {
  const { t, lang } = useText()
  const [reading, setReading] = useState(String(waiting?.value ?? point.value ?? ''))
  const [finding, setFinding] = useState<Entry['finding']>(waiting?.finding ?? point.finding)
  const [note, setNote] = useState(waiting?.note ?? point.note ?? '')
  const [pictures, setPictures] = useState<readonly File[]>([])
  const [fault, setFault] = useState<string | null>(null)
  const isReading = point.kind === 'value'
  const value = reading.trim() === '' ? null : Number(reading.replace(',', '.'))

  const lacksPhoto = point.photo && pictures.length === 0 && point.photos.length === 0
  const save = (chosen: Entry['finding'] = finding): void => {
    if (isReading && (value === null || !Number.isFinite(value))) return setFault(t('round.needValue'))
    if (lacksPhoto) return setFault(t('round.needPhoto'))
    setFault(null)
    setPictures([])
    onSave({ value: isReading ? value : null, finding: chosen, note: note.trim() === '' ? null : note.trim(), pictures })
  }
  const done = point.state === 'filled'
  return (
    <div className="round-point" data-testid="round-point" data-name={point.name} data-state={waiting ? 'waiting' : point.state}>
      <div className="round-point-head">
        <strong>{point.name}</strong>
        {point.mandatory ? null : <Tag>{t('round.optional')}</Tag>}
        {point.photo ? <Tag icon={<CameraOutlined />}>{t('round.photoNeeded')}</Tag> : null}
        <span className="round-mark">
          {waiting ? (
            <Tag color="gold" icon={<ClockCircleOutlined />}>
              {t('round.waiting')}
            </Tag>
          ) : done ? (
            <Tag
              color={point.finding === 'abnormal' ? 'red' : 'green'}
              icon={point.finding === 'abnormal' ? <WarningFilled /> : <CheckCircleFilled />}
            >
              {t(point.finding === 'abnormal' ? 'round.abnormal' : 'round.normal')}
            </Tag>
          ) : null}
        </span>
      </div>
      {point.low === null && point.high === null ? null : (
        <div className="muted">{t('round.limits', { low: point.low ?? '–', high: point.high ?? '–', unit: point.unit ?? '' })}</div>
      )}
      {point.liveValue === null ? null : (
        <div className={point.deviates ? 'round-deviates' : 'muted'} data-testid="round-live">
          {t('round.live', { value: formatNumber(point.liveValue), unit: point.unit ?? '', percent: formatNumber(point.deviation, 1) })}
          {point.deviates ? ` · ${t('round.deviates')}` : ''}
        </div>
      )}
      {isReading ? (
        <Input
          size="large"
          inputMode="decimal"
          aria-label={`${point.name} ${t('round.reading')}`}
          data-testid="round-value"
          value={reading}
          disabled={locked}
          suffix={point.unit ?? undefined}
          onChange={(event) => setReading(event.target.value)}
          onPressEnter={() => save()}
        />
      ) : null}
      <Segmented
        block
        size="large"
        aria-label={`${point.name} ${t('round.finding')}`}
        disabled={locked}
        value={finding ?? (isReading ? 'normal' : '')}
        options={[
          { value: 'normal', label: t('round.normal') },
          { value: 'abnormal', label: t('round.abnormal') },
        ]}
        onChange={(next) => {
          const chosen = next === 'abnormal' ? 'abnormal' : 'normal'
          setFinding(chosen)
          // What was only looked at and is in order needs no second tap.
          if (!isReading && chosen === 'normal' && !lacksPhoto) save(chosen)
        }}
      />
      {locked ? (
        point.note ? (
          <div>{point.note}</div>
        ) : null
      ) : (
        <>
          <Input.TextArea
            autoSize
            placeholder={t('round.note')}
            aria-label={`${point.name} ${t('round.note')}`}
            value={note}
            maxLength={2000}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className="round-point-tools">
            <label className="round-photo">
              <CameraOutlined />{' '}
              {pictures.length + point.photos.length > 0
                ? t('round.photos', { n: pictures.length + point.photos.length })
                : t('round.photo')}
              <input
                type="file"
                accept="image/*"
                capture="environment"
                multiple
                data-testid="round-photo"
                onChange={(event) => setPictures([...pictures, ...(event.target.files ?? [])])}
              />
            </label>
            <Button size="large" type="primary" ghost={done} data-testid="round-save" onClick={() => save()}>
              {t('round.save')}
            </Button>
          </div>
        </>
      )}
      {fault === null ? null : (
        <div role="alert" className="round-deviates">
          {fault}
        </div>
      )}
      {done && author !== null ? (
        <div className="muted">{t('round.by', { name: author, time: formatTime(point.at ?? 0, 'dateTime', lang) })}</div>
      ) : null}
    </div>
  )
}
