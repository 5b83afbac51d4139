import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useText } from '../../i18n/index.ts'
import { formatNumber, formatTime, unitSign } from '../format.ts'
import { usePreferences } from '../preferences.ts'
import { paletteOf } from '../theme.ts'
import { ChartCaption } from './chart-caption.tsx'
import { alignSeries, seriesColours } from './series-data.ts'

export interface ChartSeries {
  readonly key: string
  readonly label: string
  readonly unit: string
  readonly t: readonly number[]
  /** null = gap. */
  readonly v: readonly (number | null)[]
  /** Frame of the mean for rolled-up data. */
  readonly min?: readonly (number | null)[]
  readonly max?: readonly (number | null)[]
  readonly stepped?: boolean
}
export interface SeriesChartProps {
  readonly series: readonly ChartSeries[]
  readonly height: number
  /** Window shown, epoch ms; the data's own when absent. */
  readonly from?: number
  readonly to?: number
  readonly compact?: boolean
  readonly zone?: string
  readonly mark?: number
  readonly onZoom?: (from: number, to: number) => void
  readonly ariaLabel: string
  /** Where the values come from. */
  readonly source: string
}

/** Time series: an axis per unit, gaps left open, zoom by dragging. */
export function SeriesChart(props: SeriesChartProps) {
  const { series, height, from, to, compact = false, zone, mark, onZoom, ariaLabel, source } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const zoom = useRef(onZoom)
  zoom.current = onZoom
  const { lang } = useText()
  const theme = usePreferences((state) => state.theme)
  const shape = series.map((s) => `${s.key}|${s.label}|${s.unit}|${s.stepped ?? false}`).join(';')
  const latest = useRef(series)
  latest.current = series
  const data = useRef<uPlot.AlignedData>([[]])
  data.current = alignSeries(series)
  const window = useRef<{ from?: number | undefined; to?: number | undefined; mark?: number | undefined }>({})
  window.current = { from, to, mark }

  useEffect(() => {
    const host = box.current
    if (!host) return
    const palette = paletteOf(theme)
    const units = [...new Set(latest.current.map((s) => s.unit))]
    const narrow = host.clientWidth < 560
    const axis = (extra: uPlot.Axis): uPlot.Axis => ({
      stroke: palette.muted,
      grid: { stroke: palette.border, width: 1 },
      ticks: { stroke: palette.border, width: 1 },
      font: '11px system-ui',
      ...extra,
    })
    const options: uPlot.Options = {
      width: host.clientWidth || 300,
      height,
      ...(zone ? { tzDate: (s: number) => uPlot.tzDate(new Date(s * 1000), zone) } : {}),
      cursor: { drag: { x: !compact, y: false, setScale: false }, points: { size: 6 } },
      legend: { show: !compact, live: true },
      scales: {
        x: { range: (_, low, high) => [(window.current.from ?? low * 1000) / 1000, (window.current.to ?? high * 1000) / 1000] },
        ...Object.fromEntries(units.map((unit) => [`u:${unit}`, { auto: true }])),
      },
      axes: compact
        ? [{ show: false }, axis({ scale: `u:${units[0] ?? ''}`, size: 44, values: (_, splits) => splits.map((v) => formatNumber(v)) })]
        : [
            axis({ values: (_, splits) => timeLabels(splits, lang, zone) }),
            ...units.slice(0, narrow ? 2 : 4).map((unit, i) =>
              axis({
                scale: `u:${unit}`,
                side: i % 2 === 0 ? 3 : 1,
                size: narrow ? 46 : 58,
                label: unitSign(unit) || '1',
                labelSize: 16,
                labelFont: '11px system-ui',
                ...(i === 0 ? {} : { grid: { show: false } }),
                values: (_, splits) => splits.map((v) => formatNumber(v)),
              }),
            ),
          ],
      series: [
        { label: lang === 'zh' ? '时间' : 'Time', value: (_, s) => (s === null ? '—' : formatTime(s * 1000, 'full', lang, zone)) },
        ...latest.current.map((s, i): uPlot.Series => ({
          label: s.label,
          scale: `u:${s.unit}`,
          stroke: seriesColours[theme][i % seriesColours[theme].length] ?? palette.primary,
          width: 1.5,
          spanGaps: false,
          points: { show: false },
          ...(s.stepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
          value: (_, v) => (v === null ? '—' : `${formatNumber(v)} ${unitSign(s.unit)}`),
        })),
      ],
      hooks: {
        setSelect: [
          (u) => {
            if (u.select.width < 8) return
            const a = u.posToVal(u.select.left, 'x') * 1000
            const b = u.posToVal(u.select.left + u.select.width, 'x') * 1000
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            zoom.current?.(Math.round(a), Math.round(b))
          },
        ],
        draw: [(u) => drawMark(u, window.current.mark, palette.P2)],
      },
    }
    const chart = new uPlot(options, data.current, host)
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: host.clientWidth || 300, height }))
    observer.observe(host)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
    // Rebuilt only when what is drawn changes shape; new data go through setData below.
  }, [shape, theme, lang, height, compact, zone])

  useEffect(() => {
    plot.current?.setData(data.current)
  }, [series, from, to, mark])

  // A canvas tells nobody what it draws: the end of the first curve and its gaps stand on the element.
  const [first] = series
  return (
    <figure className="chart-figure">
      <div
        ref={box}
        className={compact ? 'chart compact' : 'chart'}
        role="img"
        aria-label={ariaLabel}
        data-testid="series-chart"
        data-gaps={first?.v.filter((value) => value === null).length ?? 0}
        data-last={`${first?.t.at(-1)}:${first?.v.at(-1)}`}
      />
      <ChartCaption units={series.map(({ unit }) => unitSign(unit))} source={source} />
    </figure>
  )
}

function timeLabels(splits: readonly number[], lang: 'zh' | 'en', zone: string | undefined): string[] {
  const span = ((splits.at(-1) ?? 0) - (splits[0] ?? 0)) * 1000
  return splits.map((s) => {
    const at = s * 1000
    if (span > 3 * 86_400_000) return formatTime(at, 'date', lang, zone).slice(5)
    return span > 20 * 3_600_000
      ? formatTime(at, 'minute', lang, zone)
      : formatTime(at, 'time', lang, zone).slice(0, span < 300_000 ? 8 : 5)
  })
}

function drawMark(u: uPlot, mark: number | undefined, colour: string): void {
  if (mark === undefined) return
  const x = Math.round(u.valToPos(mark / 1000, 'x', true))
  const { ctx } = u
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = 2
  ctx.setLineDash([6, 4])
  ctx.beginPath()
  ctx.moveTo(x, u.bbox.top)
  ctx.lineTo(x, u.bbox.top + u.bbox.height)
  ctx.stroke()
  ctx.restore()
}
