import type { RecordModel } from '@twin/models/records'
import { Empty, Pagination } from 'antd'
import { Link } from 'react-router'
import { useText } from '../i18n/index.ts'
import { FieldValue, fieldOf, StateTag } from './field-value.tsx'
import { titleOf } from './plain.ts'
import type { ListAnswer } from './record-api.ts'

interface RecordCardsProps {
  readonly record: RecordModel
  readonly columns: readonly string[]
  readonly answer: ListAnswer | undefined
  readonly page: number
  readonly size: number
  readonly onPage: (page: number, size: number) => void
}

/** What a card tells besides its title. */
const LINES = 4

/** A page of rows on a phone: a card each instead of a table that has to be pushed from side to side. */
export function RecordCards({ record, columns, answer, page, size, onPage }: RecordCardsProps) {
  const { label, t } = useText()
  const rows = answer?.rows ?? []
  if (rows.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('common.empty')} />
  return (
    <div className="cards" data-testid={`table-${record.name}`}>
      {rows.map((row) => {
        const title = titleOf(record, row)
        const lines = columns.filter((name) => name !== 'state' && !record.title.includes(name) && !empty(row[name])).slice(0, LINES)
        return (
          <article key={row.id} className="panel rec-card" data-testid="record-card">
            <div className="rec-card-head">
              <Link to={`/records/${record.name}/${row.id}`}>{title || label(record.label)}</Link>
              {row.state !== undefined && record.lifecycle ? <StateTag record={record} state={row.state} /> : null}
            </div>
            {lines.map((name) => {
              const field = fieldOf(record, name)
              return field ? (
                <div key={name} className="rec-card-line">
                  <span className="muted">{label(field.label)}</span>
                  <span>
                    <FieldValue record={record} name={name} field={field} value={row[name]} titles={answer?.titles ?? {}} short />
                  </span>
                </div>
              ) : null
            })}
          </article>
        )
      })}
      <Pagination
        simple
        align="center"
        current={page}
        pageSize={size}
        total={answer?.total ?? 0}
        showSizeChanger={false}
        hideOnSinglePage
        onChange={onPage}
      />
    </div>
  )
}

const empty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
