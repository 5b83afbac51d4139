import { stationKindLabels } from '@twin/models/stations'
import { Select } from 'antd'
import { useText } from '../../i18n/index.ts'
import { useFleet } from './overview/use-fleet.ts'

interface StationSelectProps {
  readonly value: string | undefined
  readonly onChange: (station: string) => void
}

/** Choice of one station, grouped by kind. */
export function StationSelect({ value, onChange }: StationSelectProps) {
  const { t, label, name } = useText()
  const { stations } = useFleet()
  const groups = Map.groupBy(stations ?? [], (station) => station.kind)
  return (
    <Select
      showSearch={{ optionFilterProp: 'label' }}
      style={{ minWidth: 230 }}
      placeholder={t('energy.pickStation')}
      aria-label={t('common.station')}
      data-testid="station-select"
      value={value ?? null}
      onChange={(id: string) => onChange(id)}
      options={[...groups].map(([kind, members]) => ({
        label: label(stationKindLabels[kind]),
        options: members.map((station) => ({ value: station.id, label: name(station) })),
      }))}
    />
  )
}
