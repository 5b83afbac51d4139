import type { RecordModel } from '@twin/models/records'
import { Badge, Card } from 'antd'
import { Link } from 'react-router'
import { useText } from '../i18n/index.ts'
import { Await, Nothing } from '../ui/widgets/index.ts'
import { FieldValue, fieldOf } from './field-value.tsx'
import { titleOf } from './plain.ts'
import { type Query, useList } from './record-api.ts'

/** Lanes by the values of a choice or by state; a card opens its row. */
export function RecordBoard({ record, q, filter }: { readonly record: RecordModel; readonly q: string; readonly filter: Query }) {
  const lane = record.views.board ?? 'state'
  const field = fieldOf(record, lane)
  if (field?.type !== 'choice') return <Nothing />
  return (
    <div className="rec-board" data-testid={`board-${record.name}`}>
      {Object.keys(field.options).map((value) => (
        <Lane key={value} record={record} lane={lane} value={value} q={q} filter={filter} />
      ))}
    </div>
  )
}

function Lane({
  record,
  lane,
  value,
  q,
  filter,
}: {
  readonly record: RecordModel
  readonly lane: string
  readonly value: string
  readonly q: string
  readonly filter: Query
}) {
  const { label } = useText()
  const query = useList(record, { ...filter, q, [lane]: value, sort: record.views.sort, size: '50' })
  const field = fieldOf(record, lane)
  const words = field?.type === 'choice' ? field.options[value] : undefined
  const answer = query.data
  return (
    <Card
      size="small"
      className="rec-lane"
      title={words ? label(words) : value}
      extra={<Badge count={answer?.total ?? 0} showZero color="blue" overflowCount={9999} />}
    >
      <Await query={query} small>
        {(answer?.rows ?? []).map((row) => (
          <Link key={row.id} to={`/records/${record.name}/${row.id}`}>
            <Card size="small" hoverable style={{ marginBottom: 8 }} title={titleOf(record, row)}>
              {record.views.columns
                .filter((name) => name !== lane && !record.title.includes(name))
                .slice(0, 3)
                .map((name) => {
                  const shown = fieldOf(record, name)
                  return shown ? (
                    <div key={name}>
                      <span className="muted">{label(shown.label)}: </span>
                      <FieldValue record={record} name={name} field={shown} value={row[name]} titles={answer?.titles ?? {}} short />
                    </div>
                  ) : null
                })}
            </Card>
          </Link>
        ))}
      </Await>
    </Card>
  )
}
