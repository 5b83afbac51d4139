import { ClearOutlined } from '@ant-design/icons'
import { stationKindLabels } from '@twin/models/stations'
import { Button, Input, Select, Tag, Tooltip, TreeSelect } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, unitSign } from '../../../ui/format.ts'
import { type RegionNode, regionTree, useRegions } from '../../../ui/regions.ts'
import { Boundary, Failed, KpiStrip, Loading, Page, StateMark } from '../../../ui/widgets/index.ts'
import { filterFleet, totalsOf } from './fleet-filter.ts'
import { StationList } from './station-list.tsx'
import { StationPeek } from './station-peek.tsx'
import { useFleet } from './use-fleet.ts'
import './overview.css'

const FleetMap = lazy(() => import('./fleet-map.tsx').then((module) => ({ default: module.FleetMap })))
const states = ['running', 'standby', 'alarm', 'offline'] as const

interface TreeNode {
  readonly value: string
  readonly title: string
  readonly children: TreeNode[]
}
const nodesOf = (level: readonly RegionNode[], lang: 'zh' | 'en'): TreeNode[] =>
  level.map(({ value, label, count, children }) => ({ value, title: `${label[lang]} (${count})`, children: nodesOf(children, lang) }))

/** The country: the same stations as list and as map, filtered together; filters stand in the address so that a view can be sent on. */
export function OverviewPage() {
  const { t, label, lang } = useText()
  const { stations, error, refetch } = useFleet()
  const [search, setSearch] = useSearchParams()
  const [selected, setSelected] = useState<string | null>(null)
  const filter = useMemo(
    () => ({ kind: search.get('kind'), region: search.get('region'), state: search.get('state'), text: search.get('text') ?? '' }),
    [search],
  )
  const regions = useRegions()
  const shown = useMemo(() => filterFleet(stations ?? [], filter, regions.within), [stations, filter, regions])
  const totals = useMemo(() => totalsOf(shown), [shown])
  // Readings come several times a second; where stations are changes rarely, and the tree with it.
  const places = (stations ?? []).map(({ region }) => region).join(' ')
  const nation = t('overview.nation')
  const tree = useMemo(() => {
    const placed = places.split(' ').filter(Boolean)
    return [{ value: '', title: `${nation} (${placed.length})`, children: nodesOf(regionTree(regions, placed), lang) }]
  }, [regions, places, nation, lang])
  const set = (name: string, value: string | undefined): void => {
    const next = new URLSearchParams(search)
    if (value) next.set(name, value)
    else next.delete(name)
    setSearch(next, { replace: true })
  }
  const chosen = shown.find((station) => station.id === selected)

  return (
    <Page
      fill
      testId="overview-page"
      title={t('overview.title')}
      extra={
        <>
          <Select
            allowClear
            style={{ width: 130 }}
            placeholder={t('common.kind')}
            aria-label={t('common.kind')}
            data-testid="filter-kind"
            value={filter.kind}
            onChange={(value: string | undefined) => set('kind', value)}
            options={Object.entries(stationKindLabels).map(([value, text]) => ({ value, label: label(text) }))}
          />
          <TreeSelect<string | null>
            allowClear
            showSearch={{ treeNodeFilterProp: 'title' }}
            style={{ width: 150 }}
            popupMatchSelectWidth={false}
            treeDefaultExpandedKeys={['']}
            placeholder={t('common.region')}
            aria-label={t('common.region')}
            data-testid="filter-region"
            value={filter.region}
            onChange={(value: string | null | undefined) => set('region', value ?? undefined)}
            treeData={tree}
          />
          <Select
            allowClear
            style={{ width: 110 }}
            placeholder={t('common.state')}
            aria-label={t('common.state')}
            data-testid="filter-state"
            value={filter.state}
            onChange={(value: string | undefined) => set('state', value)}
            options={states.map((value) => ({ value, label: t(`run.${value}`) }))}
          />
          <Input.Search
            allowClear
            style={{ width: 170 }}
            placeholder={t('overview.filterText')}
            aria-label={t('overview.filterText')}
            data-testid="filter-text"
            defaultValue={filter.text}
            onChange={(event) => set('text', event.target.value)}
          />
          {search.size > 0 ? (
            <Button icon={<ClearOutlined />} onClick={() => setSearch({}, { replace: true })}>
              {t('overview.clearFilters')}
            </Button>
          ) : null}
        </>
      }
    >
      {error ? <Failed error={error} retry={() => void refetch()} /> : null}
      <KpiStrip
        testId="overview-kpi"
        items={[
          { key: 'stations', title: t('overview.stations'), value: String(totals.stations) },
          {
            key: 'units',
            title: t('overview.running'),
            term: 'runningUnits',
            value: `${totals.units.running} / ${totals.units.total}`,
            tone: 'running',
          },
          {
            key: 'flow',
            title: t('overview.flow'),
            term: 'totalFlow',
            value: formatNumber(totals.flow, 1),
            unit: unitSign('m3/min'),
          },
          { key: 'power', title: t('overview.power'), term: 'totalPower', value: formatNumber(totals.power, 0), unit: 'kW' },
          {
            key: 'specific',
            title: t('overview.specific'),
            term: 'specificEnergy',
            value: formatNumber(totals.specific, 4),
            unit: unitSign('kWh/m3'),
          },
          {
            key: 'alarms',
            title: t('overview.openAlarms'),
            term: 'openAlarms',
            value: String(totals.alarms.P1 + totals.alarms.P2 + totals.alarms.P3),
            unit: `P1 ${totals.alarms.P1} · P2 ${totals.alarms.P2}`,
            ...(totals.alarms.P1 > 0 ? { tone: 'alarm' as const } : totals.alarms.P2 > 0 ? { tone: 'P2' as const } : {}),
          },
        ]}
      />
      <div className="overview">
        <section className="overview-list" aria-label={t('overview.list')}>
          <div className="overview-list-head">
            <span data-testid="shown-count">{t('overview.shown', { n: shown.length, total: stations?.length ?? 0 })}</span>
            <Tooltip title={t('overview.unplacedHint')}>
              <Tag data-testid="unplaced-count" data-count={totals.unplaced}>
                {t('overview.unplaced')} {totals.unplaced}
              </Tag>
            </Tooltip>
          </div>
          {stations ? <StationList stations={shown} selected={selected} onSelect={setSelected} /> : <Loading />}
        </section>
        <section className="overview-map" aria-label={t('overview.map')}>
          <Boundary instead={<div className="map-failed">{t('overview.mapFailed')}</div>}>
            <Suspense fallback={<Loading />}>
              <FleetMap
                regions={regions}
                stations={shown}
                selected={selected}
                onSelect={setSelected}
                plants={filter.kind === 'centralStation'}
              />
            </Suspense>
          </Boundary>
          <ul className="map-legend" aria-hidden="true">
            {states.map((state) => (
              <li key={state}>
                <StateMark state={state} bare size={12} /> {t(`run.${state}`)}
              </li>
            ))}
          </ul>
          {chosen ? <StationPeek summary={chosen} onClose={() => setSelected(null)} /> : null}
        </section>
      </div>
    </Page>
  )
}
