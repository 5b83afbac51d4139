import { BarChart as Bars, LineChart } from 'echarts/charts'
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { DASH, formatNumber } from '../format.ts'
import { usePreferences } from '../preferences.ts'
import { ChartCaption } from './chart-caption.tsx'
import { paletteOf } from '../theme.ts'

use([Bars, LineChart, GridComponent, TooltipComponent, LegendComponent, DataZoomComponent, AriaComponent, CanvasRenderer])

export interface BarSet {
  readonly name: string
  readonly values: readonly (number | null)[]
  /** As printed. */
  readonly unit: string
  /** A line on the right axis instead of bars. */
  readonly line?: boolean
  /** With `line`: on the left axis, among bars of the same measure. */
  readonly left?: boolean
  /** Bars of one name stand on each other. */
  readonly stack?: string
  readonly faded?: boolean
  readonly colour?: string
}
export interface BarChartProps {
  readonly labels: readonly string[]
  readonly sets: readonly BarSet[]
  readonly height: number
  readonly horizontal?: boolean
  readonly onPick?: (index: number, set: number) => void
  readonly ariaLabel: string
  /** Where the figures come from. */
  readonly source: string
}

/** Bars by category, optionally with a line on a second axis; a click tells which category. */
export function BarChart({ labels, sets, height, horizontal = false, onPick, ariaLabel, source }: BarChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType | null>(null)
  const pick = useRef(onPick)
  pick.current = onPick
  const theme = usePreferences((state) => state.theme)

  useEffect(() => {
    if (!box.current) return
    const made = init(box.current)
    chart.current = made
    made.on('click', (event) => pick.current?.(event.dataIndex, event.seriesIndex ?? 0))
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(box.current)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])

  useEffect(() => {
    chart.current?.setOption(optionOf(labels, sets, horizontal, paletteOf(theme)), { notMerge: true })
  }, [labels, sets, horizontal, theme])

  return (
    <figure className="chart-figure">
      <div ref={box} style={{ height }} role="img" aria-label={ariaLabel} data-testid="bar-chart" className={onPick ? 'clickable' : ''} />
      <ChartCaption units={sets.map(({ unit }) => unit)} source={source} />
    </figure>
  )
}

/** Counts have no half steps on their axis. */
const whole = ({ values }: BarSet): boolean => values.every((value) => value === null || Number.isInteger(value))

function optionOf(
  labels: readonly string[],
  sets: readonly BarSet[],
  horizontal: boolean,
  palette: ReturnType<typeof paletteOf>,
): EChartsCoreOption {
  const line = sets.find((set) => set.line && !set.left)
  const bars = sets.find((set) => !set.line || set.left)
  const text = { color: palette.muted, fontSize: 11 }
  const category = {
    type: 'category' as const,
    data: [...labels],
    axisLabel: { ...text, hideOverlap: true, ...(horizontal ? { width: 150, overflow: 'truncate' as const } : {}) },
    axisLine: { lineStyle: { color: palette.border } },
    inverse: horizontal,
  }
  const value = (name: string) => ({
    type: 'value' as const,
    name,
    nameTextStyle: text,
    axisLabel: { ...text, formatter: (found: number) => formatNumber(found) },
    splitLine: { lineStyle: { color: palette.border } },
    minInterval: bars && whole(bars) ? 1 : 0,
  })
  const second = { ...value(line?.unit ?? ''), splitLine: { show: false }, scale: true, minInterval: 0 }
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 8, right: 12, top: 34, bottom: labels.length > 40 ? 44 : 8, containLabel: true },
    tooltip: {
      trigger: 'axis',
      valueFormatter: (found: unknown) => (typeof found === 'number' ? formatNumber(found) : DASH),
      backgroundColor: palette.raised,
      borderColor: palette.border,
      textStyle: { color: palette.text, fontSize: 12 },
    },
    legend: { top: 0, textStyle: text, itemHeight: 10 },
    ...(labels.length > 40 && !horizontal ? { dataZoom: [{ type: 'slider', height: 18, bottom: 8 }] } : {}),
    xAxis: horizontal ? value(bars?.unit ?? '') : category,
    yAxis: horizontal ? category : line ? [value(bars?.unit ?? ''), second] : value(bars?.unit ?? ''),
    series: sets.map((set) => ({
      type: set.line ? 'line' : 'bar',
      name: set.unit ? `${set.name} (${set.unit})` : set.name,
      data: [...set.values],
      ...(set.line ? { yAxisIndex: set.left ? 0 : 1, symbolSize: 5, connectNulls: false } : { barMaxWidth: 34 }),
      ...(set.stack ? { stack: set.stack } : {}),
      itemStyle: { color: set.colour ?? (set.line ? palette.P2 : palette.primary), opacity: set.faded ? 0.35 : 1 },
    })),
  }
}
