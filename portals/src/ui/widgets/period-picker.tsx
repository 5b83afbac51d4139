import { DatePicker, Segmented } from 'antd'
import dayjs from 'dayjs'
import { useText, type TextKey } from '../../i18n/index.ts'

export interface Period {
  readonly from: number
  readonly to: number
  /** Length in ms of a period that ends now; absent for a fixed one. */
  readonly last?: number
}
const HOUR = 3_600_000
const choices: readonly (readonly [TextKey, number])[] = [
  ['common.last1h', HOUR],
  ['common.last8h', 8 * HOUR],
  ['common.last24h', 24 * HOUR],
  ['common.last7d', 168 * HOUR],
  ['common.last30d', 720 * HOUR],
]

export function lastPeriod(ms: number, now: number): Period {
  return { from: now - ms, to: now, last: ms }
}

interface PeriodPickerProps {
  readonly value: Period
  readonly onChange: (period: Period) => void
  readonly now: () => number
  /** Shortest choice offered, ms. */
  readonly shortest?: number
}

/** Quick periods that end now, or any two times. */
export function PeriodPicker({ value, onChange, now, shortest = 0 }: PeriodPickerProps) {
  const { t } = useText()
  return (
    <div className="tool-row" data-testid="period-picker">
      <Segmented<number>
        value={value.last ?? 0}
        options={choices.filter(([, ms]) => ms >= shortest).map(([key, ms]) => ({ value: ms, label: t(key) }))}
        onChange={(ms) => onChange(lastPeriod(ms, now()))}
        aria-label={t('common.period')}
      />
      <DatePicker.RangePicker
        showTime={{ format: 'HH:mm' }}
        format="YYYY-MM-DD HH:mm"
        allowClear={false}
        value={[dayjs(value.from), dayjs(value.to)]}
        onChange={(range) => {
          const [from, to] = range ?? []
          if (from && to) onChange({ from: from.valueOf(), to: to.valueOf() })
        }}
        aria-label={t('common.period')}
      />
    </div>
  )
}
