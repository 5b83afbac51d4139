import { deviceKinds } from '@twin/models/kinds'
import { stationKindLabels, type StationKind } from '@twin/models/stations'
import { Input, Select } from 'antd'
import { useText, type TextKey } from '../../../i18n/index.ts'
import { PhoneFold } from '../../../ui/widgets/index.ts'
import { useFleet } from '../overview/use-fleet.ts'

/** Filter of list, export and statistics alike (alarmFilter of the API). */
export interface AlarmFilter {
  readonly station?: readonly string[]
  readonly device?: string
  readonly deviceKind?: readonly string[]
  readonly stationKind?: StationKind
  readonly code?: readonly string[]
  readonly priority?: readonly string[]
  readonly phase?: readonly string[]
  readonly hidden?: readonly string[]
  readonly group?: 'heads' | 'members' | 'none'
  readonly from?: number
  readonly to?: number
  /** Day (YYYY-MM-DD) and hour of the day by the station's clock. */
  readonly localDay?: string
  readonly localHour?: number
  readonly text?: string
  readonly historical: 'with' | 'without' | 'only'
}
export const openFilter: AlarmFilter = { phase: ['open'], historical: 'with' }

/** What the operations take: no `undefined` members, so that equal filters are equal keys. */
export function queryOf(filter: AlarmFilter): Record<string, unknown> & { readonly historical: AlarmFilter['historical'] } {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)),
  ) as ReturnType<typeof queryOf>
}

const phases = ['open', 'closed', 'UNACK', 'ACKED', 'RTN_UNACK', 'LATCHED_UNACK', 'LATCHED_ACKED'] as const

interface AlarmFiltersProps {
  readonly value: AlarmFilter
  readonly onChange: (filter: AlarmFilter) => void
  /** The station is given by the page. */
  readonly fixedStation?: boolean
  readonly withoutPhase?: boolean
}

export function AlarmFilters({ value, onChange, fixedStation = false, withoutPhase = false }: AlarmFiltersProps) {
  const { t, label, name } = useText()
  const { stations } = useFleet()
  const set = (change: { readonly [K in keyof AlarmFilter]?: AlarmFilter[K] | undefined }): void =>
    onChange({ ...value, ...change } as AlarmFilter)
  return (
    <div className="tool-row" data-testid="alarm-filters">
      <PhoneFold count={Object.keys(queryOf(value)).length - 1}>
        {withoutPhase ? null : (
          <Select
            mode="multiple"
            allowClear
            maxTagCount={1}
            style={{ minWidth: 130 }}
            placeholder={t('alarm.phase')}
            aria-label={t('alarm.phase')}
            value={[...(value.phase ?? [])]}
            onChange={(phase) => set({ phase })}
            options={phases.map((phase) => ({ value: phase, label: t(`alarm.phase.${phase}` as TextKey) }))}
          />
        )}
        <Select
          mode="multiple"
          allowClear
          style={{ minWidth: 120 }}
          placeholder={t('alarm.priority')}
          aria-label={t('alarm.priority')}
          data-testid="alarm-filter-priority"
          value={[...(value.priority ?? [])]}
          onChange={(priority) => set({ priority })}
          options={(['P1', 'P2', 'P3'] as const).map((p) => ({ value: p, label: `${p} ${t(`alarm.${p}`)}` }))}
        />
        {fixedStation ? null : (
          <>
            <Select
              allowClear
              style={{ minWidth: 120 }}
              placeholder={t('stats.by.stationKind')}
              aria-label={t('stats.by.stationKind')}
              value={value.stationKind ?? null}
              onChange={(stationKind: StationKind | undefined) => set({ stationKind })}
              options={Object.entries(stationKindLabels).map(([key, text]) => ({ value: key as StationKind, label: label(text) }))}
            />
            <Select
              mode="multiple"
              allowClear
              maxTagCount={1}
              showSearch={{ optionFilterProp: 'label' }}
              style={{ minWidth: 150 }}
              placeholder={t('common.station')}
              aria-label={t('common.station')}
              value={[...(value.station ?? [])]}
              onChange={(station) => set({ station })}
              options={(stations ?? []).map((station) => ({ value: station.id, label: name(station) }))}
            />
          </>
        )}
        <Select
          mode="multiple"
          allowClear
          maxTagCount={1}
          style={{ minWidth: 130 }}
          placeholder={t('stats.by.deviceKind')}
          aria-label={t('stats.by.deviceKind')}
          value={[...(value.deviceKind ?? [])]}
          onChange={(deviceKind) => set({ deviceKind })}
          options={deviceKinds.map((kind) => ({ value: kind.kind, label: label(kind.label) }))}
        />
        <Select
          mode="multiple"
          allowClear
          maxTagCount={1}
          style={{ minWidth: 120 }}
          placeholder={t('alarm.hidden')}
          aria-label={t('alarm.hidden')}
          value={[...(value.hidden ?? [])]}
          onChange={(hidden) => set({ hidden })}
          options={(['suppressed', 'shelved', 'outOfService'] as const).map((key) => ({ value: key, label: t(`alarm.hidden.${key}`) }))}
        />
        <Select
          allowClear
          style={{ minWidth: 120 }}
          placeholder={t('alarm.groups')}
          aria-label={t('alarm.groups')}
          value={value.group ?? null}
          onChange={(group: AlarmFilter['group'] | undefined) => set({ group })}
          options={(['heads', 'members', 'none'] as const).map((key) => ({ value: key, label: t(`alarm.groups.${key}`) }))}
        />
        <Select
          style={{ minWidth: 120 }}
          aria-label={t('alarm.historical')}
          value={value.historical}
          onChange={(historical) => set({ historical })}
          options={(['with', 'without', 'only'] as const).map((key) => ({ value: key, label: t(`alarm.historicalFilter.${key}`) }))}
        />
        <Input.Search
          allowClear
          style={{ width: 160 }}
          placeholder={t('common.search')}
          aria-label={t('common.search')}
          defaultValue={value.text ?? ''}
          onSearch={(text) => set({ text })}
        />
      </PhoneFold>
    </div>
  )
}
