import { appliesTo, findKind } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'
import { TreeSelect } from 'antd'
import { useMemo } from 'react'
import { useText } from '../../../i18n/index.ts'
import { unitSign } from '../../../ui/format.ts'

interface SeriesPickerProps {
  readonly stations: readonly StationConfig[]
  readonly value: readonly string[]
  readonly onChange: (series: readonly string[]) => void
  readonly limit: number
}

/** Station → device → point, as many as the server takes at once. */
export function SeriesPicker({ stations, value, onChange, limit }: SeriesPickerProps) {
  const { t, label, name } = useText()
  const tree = useMemo(() => {
    const devicesOf = (station: StationConfig) =>
      station.devices.flatMap((device) => {
        const kind = findKind(device.kind)
        if (!kind) return []
        const points = kind.points.filter((point) => point.type !== 'string' && appliesTo(kind, point, device.variant))
        return [
          {
            value: device.id === station.id ? `own:${device.id}` : device.id,
            title: `${name(device)} (${label(kind.label)})`,
            selectable: false,
            checkable: false,
            children: points.map((point) => ({
              value: `${device.id}:${point.name}`,
              title: `${name(device)} · ${label(point.label)}${point.unit ? ` (${unitSign(point.unit)})` : ''}`,
            })),
          },
        ]
      })
    if (stations.length === 1 && stations[0]) return devicesOf(stations[0])
    return stations.map((station) => ({
      value: `station:${station.id}`,
      title: name(station),
      selectable: false,
      checkable: false,
      children: devicesOf(station),
    }))
  }, [stations, label, name])
  return (
    <TreeSelect<string[]>
      multiple
      treeCheckable
      allowClear
      showSearch={{ treeNodeFilterProp: 'title' }}
      treeData={tree}
      value={[...value]}
      onChange={(next) => onChange(next)}
      maxCount={limit}
      maxTagCount={2}
      style={{ minWidth: 260, maxWidth: 520 }}
      styles={{ popup: { root: { minWidth: 320 } } }}
      placeholder={t('trend.pick')}
      aria-label={t('trend.pick')}
      data-testid="series-picker"
    />
  )
}
