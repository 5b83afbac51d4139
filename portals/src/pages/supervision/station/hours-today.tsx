import { operations } from '@twin/models/api'
import { startOf } from '@twin/models/energy'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatNumber } from '../../../ui/format.ts'
import type { Reading } from '../../../ui/mapper/index.ts'

interface HoursTodayProps {
  readonly device: string
  /** The live counter of running hours. */
  readonly reading: Reading | undefined
  readonly now: number
  readonly zone: string
}

/** Hours run since midnight at the station: the live counter less what it showed then. */
export function HoursToday({ device, reading, now, zone }: HoursTodayProps) {
  const { t } = useText()
  const day = startOf(now, 'day', zone)
  // A little of the day before, so that the reading at midnight is not lost between two reports.
  const from = day - 600_000
  const history = useCall(
    operations.history,
    { query: { series: `${device}:runningHours`, from, to: Math.ceil(now / 3_600_000) * 3_600_000, maxPoints: 400 } },
    { keep: true, fresh: 600_000 },
  )
  const { t: times = [], v: values = [] } = history.data?.series[0] ?? {}
  const before = values.findLast((value, i) => value !== null && (times[i] ?? Infinity) <= day)
  const start = before ?? values.find((value) => value !== null) ?? null
  const hours = start === null || !Number.isFinite(reading?.number) ? null : Math.max(0, (reading?.number ?? start) - start)
  return (
    <p className="muted" data-testid="hours-today" data-hours={hours ?? ''}>
      {t('station.hoursToday')} <b className="num">{formatNumber(hours, 2)}</b> h
    </p>
  )
}
