import { lazy, Suspense } from 'react'
import type { BarChartProps } from './bar-chart.tsx'
import type { SeriesChartProps } from './series-chart.tsx'
import { Loading } from './states.tsx'

// Charts come in chunks of their own: the first page must not wait for them.
const Series = lazy(() => import('./series-chart.tsx').then((module) => ({ default: module.SeriesChart })))
const Bars = lazy(() => import('./bar-chart.tsx').then((module) => ({ default: module.BarChart })))

export function SeriesChart(props: SeriesChartProps) {
  return (
    <Suspense fallback={<Loading small />}>
      <Series {...props} />
    </Suspense>
  )
}

export function BarChart(props: BarChartProps) {
  return (
    <Suspense fallback={<Loading small />}>
      <Bars {...props} />
    </Suspense>
  )
}
