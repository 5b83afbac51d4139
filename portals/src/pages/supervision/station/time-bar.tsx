import { CaretRightOutlined, HistoryOutlined, PauseOutlined } from '@ant-design/icons'
import { Alert, Button, DatePicker, Select, Slider, Spin, Tag } from 'antd'
import dayjs from 'dayjs'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { formatTime } from '../../../ui/format.ts'
import type { HistoryFeed } from './history-feed.ts'

const HOUR = 3_600_000
const windows = [HOUR, 8 * HOUR, 24 * HOUR, 168 * HOUR] as const
const speeds = [1, 10, 60, 600] as const
const STEP_MS = 500

interface TimeBarProps {
  readonly history: HistoryFeed | null
  readonly now: () => number
  /** A time to show, or null for back to live. */
  readonly onSeek: (at: number | null) => void
}

/** The way into the past: pick a time, drag, play. While it is not live, it says so across the page. */
export function TimeBar({ history, now, onSeek }: TimeBarProps) {
  const { t, lang } = useText()
  const [range, setRange] = useState<{ readonly from: number; readonly to: number }>()
  const [at, setAt] = useState(0)
  const [length, setLength] = useState<number>(windows[1])
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<number>(60)
  const [, redraw] = useState(0)
  const seek = useRef(onSeek)
  seek.current = onSeek

  useEffect(() => history?.subscribe(() => redraw((n) => n + 1)), [history])
  useEffect(() => {
    if (!playing || !range) return
    const timer = setInterval(() => {
      // Playing faster than the server answers would only pile up requests.
      if (!history?.loading) setAt((held) => Math.min(held + STEP_MS * speed, range.to))
    }, STEP_MS)
    return () => clearInterval(timer)
  }, [playing, speed, range, history])
  useEffect(() => {
    if (at > 0) seek.current(at)
    if (range && at >= range.to) setPlaying(false)
  }, [at, range])

  const enter = (target: number, span: number): void => {
    const to = Math.min(now(), target + span / 2)
    setRange({ from: to - span, to })
    setAt(target)
  }
  const leave = (): void => {
    setPlaying(false)
    setRange(undefined)
    setAt(0)
    onSeek(null)
  }

  if (!history || !range) {
    return (
      <div className="time-bar idle">
        <Button size="small" icon={<HistoryOutlined />} onClick={() => enter(now() - 10 * 60_000, length)} data-testid="history-open">
          {t('history.title')}
        </Button>
      </div>
    )
  }
  return (
    <div className="time-bar active" role="region" aria-label={t('history.slider')} data-testid="time-bar">
      <Tag color="purple" className="history-tag" data-testid="history-marker">
        {t('history.marker', { time: formatTime(at, 'full', lang) })} {history.loading ? <Spin size="small" /> : null}
      </Tag>
      <Button
        icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
        aria-label={t(playing ? 'history.pause' : 'history.play')}
        data-testid="history-play"
        onClick={() => setPlaying(!playing)}
      />
      <Select
        value={speed}
        onChange={setSpeed}
        style={{ width: 84 }}
        aria-label={t('history.speed')}
        options={speeds.map((value) => ({ value, label: `×${value}` }))}
      />
      <Slider
        className="time-slider"
        min={range.from}
        max={range.to}
        step={1000}
        value={at}
        onChange={setAt}
        tooltip={{ formatter: (value) => formatTime(value, 'full', lang) }}
        ariaLabelForHandle={t('history.slider')}
      />
      <Select
        value={length}
        style={{ width: 88 }}
        aria-label={t('history.window')}
        options={windows.map((value) => ({ value, label: value < 24 * HOUR ? `${value / HOUR} h` : `${value / (24 * HOUR)} d` }))}
        onChange={(value) => {
          setLength(value)
          enter(at, value)
        }}
      />
      <DatePicker
        showTime
        value={dayjs(at)}
        maxDate={dayjs(now())}
        allowClear={false}
        aria-label={t('history.pick')}
        onChange={(value) => {
          if (value) enter(Math.min(value.valueOf(), now()), length)
        }}
      />
      <Button type="primary" onClick={leave} data-testid="history-return">
        {t('history.return')}
      </Button>
      {history.failure ? <Alert type="warning" showIcon title={`${t('history.none')} · ${history.failure.text[lang]}`} /> : null}
    </div>
  )
}
