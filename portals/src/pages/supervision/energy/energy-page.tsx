import { operations } from '@twin/models/api'
import { useSearchParams } from 'react-router'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { Await, Loading, Nothing, Page } from '../../../ui/widgets/index.ts'
import { StationSelect } from '../station-select.tsx'
import { useFleet } from '../overview/use-fleet.ts'
import { EnergyView } from './energy-view.tsx'

export function EnergyPage() {
  const { t } = useText()
  const [search, setSearch] = useSearchParams()
  const { stations } = useFleet()
  const station = search.get('station') ?? stations?.[0]?.id
  const config = useCall(operations.station, { params: { station: station ?? '' } }, { enabled: station !== undefined, fresh: 60_000 })
  return (
    <Page
      title={t('energy.title')}
      testId="energy-page"
      extra={<StationSelect value={station} onChange={(id) => setSearch({ station: id }, { replace: true })} />}
    >
      {stations === undefined ? <Loading /> : stations.length === 0 ? <Nothing text={t('energy.pickStation')} /> : null}
      {station ? <Await query={config}>{config.data ? <EnergyView key={station} config={config.data} /> : null}</Await> : null}
    </Page>
  )
}
