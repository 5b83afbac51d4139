import { operations } from '@twin/models/api'
import { staleAfterMs } from '@twin/models/kinds'
import { useRef, useState } from 'react'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { StationFeed } from '../../../live/index.ts'
import type { Reading } from '../../../ui/mapper/index.ts'
import { Failed, Loading, SeriesChart } from '../../../ui/widgets/index.ts'

const WINDOW_MS = 15 * 60_000

interface SparklineProps {
  readonly device: string
  readonly reading: Reading
  readonly feed: StationFeed
  readonly now: number
}

/** The last 15 minutes from history, continued by live samples. */
export function Sparkline({ device, reading, feed, now }: SparklineProps) {
  const { label, t: say } = useText()
  // Asked for once: what comes after that arrives live. In history it follows the slider by the minute.
  const [opened] = useState(now)
  const end = feed.mode === 'live' ? opened : Math.ceil(now / 60_000) * 60_000
  const history = useCall(
    operations.history,
    { query: { series: `${device}:${reading.point.name}`, from: end - WINDOW_MS, to: end, maxPoints: 400, resolution: 'raw' } },
    { keep: true, fresh: 60_000 },
  )
  const live = useRef<{ t: number[]; v: (number | null)[] }>({ t: [], v: [] })
  const tail = live.current
  const before = tail.t.at(-1)
  if (feed.mode === 'live' && reading.at !== null && Number.isFinite(reading.number) && reading.at > (before ?? 0)) {
    // As in stored series: where the value had grown stale the line breaks.
    if (before !== undefined && reading.at - before > staleAfterMs(reading.point)) {
      tail.t.push(before + 1)
      tail.v.push(null)
    }
    tail.t.push(reading.at)
    tail.v.push(reading.number)
  }
  const stored = history.data?.series[0]
  const storedEnd = stored?.t.at(-1) ?? 0
  const first = tail.t.findIndex((t) => t > storedEnd)
  const t = [...(stored?.t ?? []), ...(first < 0 ? [] : tail.t.slice(first))]
  const v = [...(stored?.v ?? []), ...(first < 0 ? [] : tail.v.slice(first))]
  const series = [{ key: 'spark', label: label(reading.point.label), unit: reading.point.unit, t, v }]
  if (history.isError) return <Failed error={history.error} retry={() => void history.refetch()} />
  if (history.isPending) return <Loading small />
  const to = feed.mode === 'live' ? Math.max(now, reading.at ?? 0) : now
  return (
    <SeriesChart
      series={series}
      height={110}
      compact
      from={to - WINDOW_MS}
      to={to}
      ariaLabel={label(reading.point.label)}
      source={say('chart.source.points')}
    />
  )
}
