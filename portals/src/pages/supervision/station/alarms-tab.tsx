import type { StationConfig } from '@twin/models/stations'
import { useState } from 'react'
import { AlarmTable } from '../alarms/alarm-table.tsx'
import { AlarmFilters, openFilter, type AlarmFilter } from '../alarms/alarm-filters.tsx'

export function AlarmsTab({ config }: { readonly config: StationConfig }) {
  const [filter, setFilter] = useState<AlarmFilter>({ ...openFilter, station: [config.id] })
  return (
    <div className="tab-scroll" data-testid="alarms-tab">
      <AlarmFilters value={filter} onChange={setFilter} fixedStation />
      <AlarmTable filter={filter} hideStation />
    </div>
  )
}
