import { type AvailabilityView, operations } from '@twin/models/api'
import { type MinuteState, minuteStates } from '@twin/models/reliability'
import { type KeyboardEvent, useRef } from 'react'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'
import { Await } from '../../../ui/widgets/index.ts'

type Day = AvailabilityView['days'][number]
/** The worst first: what a day or a minute is shown as. */
const worst: readonly MinuteState[] = ['failure', 'degraded', 'planned', 'excluded', 'good', 'none']
const ZONE = 'Asia/Shanghai'

interface RibbonProps {
  readonly days: readonly Day[]
  readonly day: string
  readonly onDay: (day: string) => void
}

/** A cell per day in the colour of its worst minute; arrow keys go from day to day. */
export function DayRibbon({ days, day, onDay }: RibbonProps) {
  const words = useMinuteWords()
  const ribbon = useRef<HTMLDivElement>(null)
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by === undefined) return
    const to = Math.min(days.length - 1, Math.max(0, days.findIndex((each) => each.day === day) + by))
    const next = days[to]
    if (next) onDay(next.day)
    ribbon.current?.querySelectorAll('button')[to]?.focus()
    event.preventDefault()
  }
  return (
    <div className="day-ribbon" role="group" ref={ribbon} onKeyDown={step} data-testid="day-ribbon">
      {days.map((each) => {
        const state = worst.find((one) => each[one] > 0) ?? 'none'
        const text = `${each.day} · ${words(each)}`
        return (
          <button
            type="button"
            key={each.day}
            className={`service-${state}`}
            title={text}
            aria-label={text}
            aria-pressed={each.day === day}
            tabIndex={each.day === day ? 0 : -1}
            onClick={() => onDay(each.day)}
            data-state={state}
            data-day={each.day}
          />
        )
      })}
    </div>
  )
}

/** The minutes of one day from left to right, and how many were what. */
export function MinuteRibbon({ day, count }: { readonly day: string; readonly count: Day | undefined }) {
  const words = useMinuteWords()
  const { t } = useText()
  const found = useCall(operations.availabilityDay, { params: { day } }, { keep: true, every: 15_000 })
  const runs = found.data?.runs ?? []
  const first = runs[0]?.from ?? 0
  const all = runs.reduce((sum, { minutes }) => sum + minutes, 0) || 1
  const text = count ? words(count) : ''
  return (
    <Await query={found} small>
      <div data-testid="minute-counts">
        <strong>{day}</strong> <span className="muted">{text}</span>
      </div>
      <svg className="minute-ribbon" viewBox={`0 0 ${all} 1`} preserveAspectRatio="none" role="img" aria-label={`${day} ${text}`}>
        {runs.map(({ from, minutes, state }) => (
          <rect key={from} className={`service-${state}`} x={(from - first) / 60_000} y={0} width={minutes} height={1} data-state={state}>
            <title>
              {`${formatTime(from, 'time', 'zh', ZONE)} – ${formatTime(from + minutes * 60_000, 'time', 'zh', ZONE)} · ${t(`availability.state.${state}`)}`}
            </title>
          </rect>
        ))}
      </svg>
      <div className="minute-hours muted" aria-hidden>
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{String(hour).padStart(2, '0')}:00</span>
        ))}
      </div>
    </Await>
  )
}

export function StateLegend() {
  const { t } = useText()
  return (
    <div className="state-legend muted">
      {minuteStates.map((state) => (
        <span key={state}>
          <i className={`service-${state}`} />
          {t(`availability.state.${state}`)}
        </span>
      ))}
    </div>
  )
}

/** Numbers of minutes in words, the good ones first. */
function useMinuteWords(): (count: Day) => string {
  const { t } = useText()
  return (count) =>
    minuteStates
      .filter((state) => state !== 'none' && count[state] > 0)
      .map((state) => t('availability.minutes', { state: t(`availability.state.${state}`), n: formatNumber(count[state], 0) }))
      .join(' · ') || t('availability.noMinutes')
}
