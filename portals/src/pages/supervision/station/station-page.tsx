import { operations } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { stationKindLabels } from '@twin/models/stations'
import { Result, Tabs, Tag } from 'antd'
import { lazy, Suspense, useCallback, useMemo, useState, type ReactNode } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { ApiFailure, useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow, useLiveFeed, useStationView, type StationFeed } from '../../../live/index.ts'
import { useRegions } from '../../../ui/regions.ts'
import { Await, Boundary, Loading, useTitle } from '../../../ui/widgets/index.ts'
import { AlarmsTab } from './alarms-tab.tsx'
import { CommandsTab } from './commands-tab.tsx'
import { HistoryFeed } from './history-feed.ts'
import { ParametersTab } from './parameters-tab.tsx'
import { StationBadges } from './station-badges.tsx'
import { TimeBar } from './time-bar.tsx'
import { TwinTab } from './twin-tab.tsx'
import './station.css'

const EnergyTab = lazy(() => import('../energy/energy-view.tsx').then((m) => ({ default: m.EnergyView })))
const TrendsTab = lazy(() => import('../trends/trend-view.tsx').then((m) => ({ default: m.TrendView })))
const MonitorTab = lazy(() => import('../video/monitor-tab.tsx').then((m) => ({ default: m.MonitorTab })))
const CompositionTab = lazy(() => import('./composition-tab.tsx').then((m) => ({ default: m.CompositionTab })))
const PositionTab = lazy(() => import('./position-tab.tsx').then((m) => ({ default: m.PositionTab })))

export interface StationTabProps {
  readonly config: StationConfig
  readonly feed: StationFeed
}

export function StationPage() {
  const { station = '' } = useParams()
  const { t } = useText()
  const config = useCall(operations.station, { params: { station } }, { fresh: 30_000 })
  if (config.error instanceof ApiFailure && (config.error.status === 404 || config.error.status === 403))
    return <Result status="404" title={t('station.notFound')} extra={<Link to="/">{t('nav.overview')}</Link>} />
  return <Await query={config}>{config.data ? <OpenStation key={station} config={config.data} /> : null}</Await>
}

function OpenStation({ config }: { readonly config: StationConfig }) {
  const { t, label, name } = useText()
  useTitle(name(config))
  const [search, setSearch] = useSearchParams()
  const tab = search.get('tab') ?? 'twin'
  const liveNow = useLiveFeed(config.id, tab === 'twin' || tab === 'parameters' || tab === 'monitor')
  const [history, setHistory] = useState<HistoryFeed | null>(null)
  const feed = history ?? liveNow
  const { view, now } = useStationView(feed, 500)

  const seek = useCallback(
    (at: number | null) => {
      if (at === null) return setHistory(null)
      setHistory((held) => {
        const next = held ?? new HistoryFeed(config.id, at)
        next.seek(at)
        return next
      })
    },
    [config.id],
  )
  const go = (key: string): void => {
    const next = new URLSearchParams(search)
    next.set('tab', key)
    setSearch(next, { replace: true })
  }
  const select = (device: string | null): void => {
    const next = new URLSearchParams(search)
    if (device) next.set('device', device)
    else next.delete('device')
    setSearch(next, { replace: true })
  }

  const props = { config, feed }
  const items: readonly (readonly [key: string, text: string, content: () => ReactNode])[] = [
    ['twin', t('station.tabTwin'), () => <TwinTab {...props} selected={search.get('device')} onSelect={select} />],
    ['parameters', t('station.tabParams'), () => <ParametersTab {...props} />],
    ['monitor', t('station.tabMonitor'), () => <MonitorTab {...props} />],
    ['alarms', t('station.tabAlarms'), () => <AlarmsTab config={config} />],
    ['commands', t('station.tabCommands'), () => <CommandsTab {...props} />],
    ['energy', t('station.tabEnergy'), () => <EnergyTab config={config} />],
    ['trends', t('station.tabTrends'), () => <TrendsTab stations={[config]} />],
    ['composition', t('station.tabComposition'), () => <CompositionTab {...props} />],
    ['position', t('station.tabPosition'), () => <PositionTab {...props} />],
  ]
  const regions = useRegions()
  const badges = useMemo(() => ({ config, view, now }), [config, view, now])
  return (
    <section
      className={history ? 'page fill station history' : 'page fill station'}
      data-testid="station-page"
      data-station={config.id}
      data-mode={feed.mode}
      aria-label={name(config)}
    >
      <header className="page-head">
        <div>
          <h1>
            {name(config)} <Tag>{label(stationKindLabels[config.kind])}</Tag>
          </h1>
          <div className="muted">
            {config.code} ·{' '}
            {regions
              .path(config.region)
              .map((region) => label(regions.label(region)))
              .join(' ')}
            {config.address ? ` · ${config.address}` : ''}
            {config.manager ? ` · ${t('station.manager')} ${config.manager}` : ''}
          </div>
        </div>
        <StationBadges {...badges} />
      </header>
      <TimeBar history={history} onSeek={seek} now={serverNow} />
      <Tabs
        className="station-tabs"
        activeKey={tab}
        onChange={go}
        destroyOnHidden
        items={items.map(([key, text, content]) => ({
          key,
          label: <span data-testid={`tab-${key}`}>{text}</span>,
          children: (
            <Boundary>
              <Suspense fallback={<Loading />}>{tab === key ? content() : null}</Suspense>
            </Boundary>
          ),
        }))}
      />
    </section>
  )
}
