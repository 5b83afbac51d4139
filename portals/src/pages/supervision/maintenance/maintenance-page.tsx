import { DownloadOutlined, PlusOutlined } from '@ant-design/icons'
import { maintenanceRecord } from '@twin/models/records'
import { type StationKind, stationKindLabels } from '@twin/models/stations'
import { Button, Dropdown, Segmented, Select, Space } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { permits, useMe } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { addressOf, type Query, useStatistics, withQuery } from '../../../records/record-api.ts'
import { RecordTable } from '../../../records/record-table.tsx'
import { Await, Page } from '../../../ui/widgets/index.ts'
import { useFleet } from '../overview/use-fleet.ts'
import { Months } from './months.tsx'
import { PlanDrawer } from './plan-drawer.tsx'
import { Units } from './units.tsx'

const kinds: readonly StationKind[] = ['singleModule', 'smartStation', 'centralStation']
const states = ['ahead', 'due', 'overdue', 'done'] as const

/** Hours left, due days, completion by month, hours and cost by unit: every figure leads to the records behind it. */
export function MaintenancePage() {
  const { t, label, name, lang } = useText()
  const [address, setAddress] = useSearchParams()
  const { stations = [] } = useFleet()
  const [planning, setPlanning] = useState(false)
  const kind = address.get('kind')
  const station = address.get('station')
  const shown = stations.filter((each) => (kind === null || each.kind === kind) && (station === null || each.id === station))
  // Everything in scope needs no filter; a kind is its stations.
  const filter: Query = kind === null && station === null ? {} : { station: shown.map(({ id }) => id).join(',') || '-' }
  const counts = useStatistics(maintenanceRecord, 'state', filter)
  const count = (state: string): number => counts.data?.rows.find(({ keys }) => keys[0] === state)?.count ?? 0
  const set = (words: Readonly<Record<string, string | null>>): void =>
    setAddress(Object.fromEntries(Object.entries({ kind, station, ...words }).filter((pair): pair is [string, string] => pair[1] !== null)))
  const mayPlan = permits(useMe().permissions, 'maintenancePlan:operate')
  return (
    <Page
      title={t('maint.title')}
      testId="maintenance-page"
      hint={t('maint.hint')}
      extra={
        <Space wrap>
          <Dropdown
            menu={{
              items: (['xlsx', 'csv'] as const).map((format) => ({
                key: format,
                label: (
                  <a href={withQuery(addressOf(maintenanceRecord, '/export'), { ...filter, format, lang })} download>
                    {format.toUpperCase()}
                  </a>
                ),
              })),
            }}
          >
            <Button icon={<DownloadOutlined />}>{t('common.export')}</Button>
          </Dropdown>
          {mayPlan ? (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setPlanning(true)} data-testid="plan-open">
              {t('maint.plan')}
            </Button>
          ) : null}
        </Space>
      }
    >
      <Space wrap>
        <Segmented
          value={kind ?? 'all'}
          aria-label={t('common.station')}
          data-testid="maintenance-kind"
          options={[
            { value: 'all', label: t('maint.kind.all') },
            ...kinds.map((each) => ({ value: each, label: label(stationKindLabels[each]) })),
          ]}
          onChange={(next) => set({ kind: next === 'all' ? null : next, station: null })}
        />
        <Select
          style={{ minWidth: 220 }}
          aria-label={t('common.station')}
          data-testid="maintenance-station"
          value={station ?? ''}
          onChange={(next) => set({ station: next === '' ? null : next })}
          options={[
            { value: '', label: t('maint.allStations') },
            ...stations.filter((each) => kind === null || each.kind === kind).map((each) => ({ value: each.id, label: name(each) })),
          ]}
        />
      </Space>
      <Await query={counts}>
        <div className="maint-figures" data-testid="maintenance-kpi">
          {states.map((state) => (
            <Link
              key={state}
              to={withQuery('/records/maintenanceRecord', { ...filter, state })}
              className={`panel maint-figure ${count(state) > 0 ? `maint-${state}` : ''}`}
              data-testid={`maintenance-${state}`}
            >
              <span className="muted">{t(`maint.state.${state}`)}</span>
              <strong>{count(state)}</strong>
            </Link>
          ))}
        </div>
      </Await>
      <Months filter={filter} />
      <section className="panel">
        <h2>{t('maint.ahead')}</h2>
        <RecordTable record={maintenanceRecord} fixed={{ ...filter, state: 'ahead,due,overdue' }} />
      </section>
      <Units filter={filter} />
      {planning ? <PlanDrawer {...(station === null ? {} : { station })} onClose={() => setPlanning(false)} /> : null}
    </Page>
  )
}
