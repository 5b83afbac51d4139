import { operations } from '@twin/models/api'
import { Tabs } from 'antd'
import { useSearchParams } from 'react-router'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { Await, Loading, Nothing, Page } from '../../../ui/widgets/index.ts'
import { StationSelect } from '../station-select.tsx'
import { useFleet } from '../overview/use-fleet.ts'
import { EnergyAllocation } from './allocation.tsx'
import { EnergyCosts } from './costs.tsx'
import { EnergyView } from './energy-view.tsx'

/** What there is to see of a station's energy; gas is allocated where it has outlets. */
const views = { energy: EnergyView, costs: EnergyCosts, allocation: EnergyAllocation } as const
type ViewName = keyof typeof views

export function EnergyPage() {
  const { t } = useText()
  const [search, setSearch] = useSearchParams()
  const { stations } = useFleet()
  const station = search.get('station') ?? stations?.[0]?.id
  const config = useCall(operations.station, { params: { station: station ?? '' } }, { enabled: station !== undefined, fresh: 60_000 })
  const named = search.get('view') ?? 'energy'
  const shown: ViewName = named in views ? (named as ViewName) : 'energy'
  const View = views[shown]
  return (
    <Page
      title={t('energy.title')}
      testId="energy-page"
      extra={
        <StationSelect value={station} onChange={(id) => setSearch({ ...Object.fromEntries(search), station: id }, { replace: true })} />
      }
    >
      {stations === undefined ? <Loading /> : stations.length === 0 ? <Nothing text={t('energy.pickStation')} /> : null}
      <Tabs
        activeKey={shown}
        onChange={(view) => setSearch({ ...(station ? { station } : {}), view }, { replace: true })}
        items={(Object.keys(views) as ViewName[])
          .filter((view) => view !== 'allocation' || config.data?.kind === 'centralStation' || shown === view)
          .map((view) => ({ key: view, label: t(`cost.tab.${view}`) }))}
      />
      {station ? <Await query={config}>{config.data ? <View key={station} config={config.data} /> : null}</Await> : null}
    </Page>
  )
}
