import { facility } from '@twin/models/records'
import { Card, Space, Tag } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { useText } from '../../i18n/index.ts'
import { StateTag } from '../../records/field-value.tsx'
import { plain } from '../../records/plain.ts'
import { type Row, useList } from '../../records/record-api.ts'
import { Await, Nothing, Page } from '../../ui/widgets/index.ts'
import './racks.css'

const states = ['inService', 'installed', 'maintenance', 'fault'] as const

/** Every infrastructure asset at its place: in the units of its rack, or in the field; `?state=` shows those of one state in full colour. */
export function RacksPage() {
  const { t, label } = useText()
  const [address, setAddress] = useSearchParams()
  const chosen = address.get('state')
  const query = useList(facility, { 'state.not': 'scrapped', size: '500', sort: 'code' })
  const rows = query.data?.rows ?? []
  const racks = [
    ...Map.groupBy(
      rows.filter(({ rack }) => plain(rack) !== ''),
      ({ rack }) => plain(rack),
    ),
  ].toSorted(([a], [b]) => a.localeCompare(b))
  const field = rows.filter(({ rack }) => plain(rack) === '')
  return (
    <Page
      title={t('facility.racks')}
      hint={<Link to="/records/facility">{t('facility.list')}</Link>}
      testId="racks-page"
      extra={
        <Space wrap role="group" aria-label={t('facility.byState')}>
          {states.map((state) => (
            <Tag.CheckableTag
              key={state}
              checked={chosen === state}
              onChange={(on) => setAddress(on ? { state } : {}, { replace: true })}
              data-testid={`racks-${state}`}
            >
              {label(facility.lifecycle.states[state].label)} {rows.filter((row) => row.state === state).length}
            </Tag.CheckableTag>
          ))}
        </Space>
      }
    >
      <Await query={query}>
        {rows.length === 0 ? <Nothing text={t('facility.none')} /> : null}
        <div className="racks">
          {racks.map(([name, held]) => (
            <Rack key={name} name={name} rows={held} chosen={chosen} />
          ))}
          {field.length > 0 ? (
            <Card size="small" className="rack-field" title={t('facility.field')} data-testid="rack-field">
              {field.map((row) => (
                <Place key={row.id} row={row} chosen={chosen} where={plain(row['spot'])} />
              ))}
            </Card>
          ) : null}
        </div>
      </Await>
    </Page>
  )
}

/** A rack as one stands before it: unit 1 below. */
function Rack({ name, rows, chosen }: { readonly name: string; readonly rows: readonly Row[]; readonly chosen: string | null }) {
  const top = Math.max(...rows.map(({ slot, height }) => Number(slot) + Number(height) - 1))
  const units = Math.max(12, Math.ceil(top / 6) * 6)
  return (
    <Card size="small" title={name} data-testid={`rack-${name}`}>
      <div className="rack" style={{ gridTemplateRows: `repeat(${units}, minmax(26px, auto))` }}>
        {Array.from({ length: units }, (_, i) => (
          <span key={i} className="rack-unit muted num" style={{ gridRow: i + 1 }} aria-hidden>
            {units - i}
          </span>
        ))}
        {rows.map((row) => {
          const [slot, height] = [Number(row['slot']), Number(row['height'])]
          return (
            <div key={row.id} className="rack-place" style={{ gridRow: `${units - slot - height + 2} / span ${height}` }}>
              <Place row={row} chosen={chosen} where={`U${slot}`} />
            </div>
          )
        })}
      </div>
    </Card>
  )
}

function Place({ row, chosen, where }: { readonly row: Row; readonly chosen: string | null; readonly where: string }) {
  const { label } = useText()
  const state = row.state ?? ''
  const kind = facility.fields.kind.options[plain(row['kind']) as keyof typeof facility.fields.kind.options]
  const words = facility.lifecycle.states[state as keyof typeof facility.lifecycle.states]
  return (
    <Link
      to={`/records/facility/${row.id}`}
      className={`rack-item ${state} ${chosen !== null && chosen !== state ? 'faint' : ''}`}
      data-testid={`place-${plain(row['code'])}`}
      data-state={state}
      title={`${plain(row['code'])} ${plain(row['name'])} · ${where} · ${words ? label(words.label) : state}`}
    >
      <span className="rack-name">
        <strong>{plain(row['code'])}</strong> {plain(row['name'])}{' '}
        <span className="muted">
          {kind ? label(kind) : ''} · {where}
        </span>
      </span>
      <StateTag record={facility} state={state} />
    </Link>
  )
}
