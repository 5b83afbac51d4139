import { fieldExplanation } from '@twin/models/help'
import { allFields, appliesIn, findRecord, isEmpty, type RecordModel } from '@twin/models/records'
import { Badge, Card, Descriptions, Result, Space, Table, Tabs } from 'antd'
import { useEffect } from 'react'
import { Link, useParams } from 'react-router'
import { send } from '../api/index.ts'
import { useText } from '../i18n/index.ts'
import { formatTime } from '../ui/format.ts'
import { Explain } from '../ui/help/explain.tsx'
import { Await, Page } from '../ui/widgets/index.ts'
import { FieldValue, fieldOf, StateTag } from './field-value.tsx'
import { titleOf } from './plain.ts'
import { PersonalValue } from './personal-value.tsx'
import { addressOf, type DetailAnswer, type HistoryLine, useChange, useDetail, useHistory, useRelated } from './record-api.ts'
import { RecordActions } from './record-actions.tsx'
import { RecordTable } from './record-table.tsx'
import { recordLinks } from './special.ts'

export function RecordDetailPage() {
  const { record: name = '', id = '' } = useParams()
  const record = findRecord(name)
  const { t } = useText()
  return record ? <Detail key={id} record={record} id={id} /> : <Result status="404" title={t('rec.unknown')} />
}

function Detail({ record, id }: { readonly record: RecordModel; readonly id: string }) {
  const { label, t } = useText()
  const query = useDetail(record, id)
  const detail = query.data
  const title = detail ? titleOf(record, detail.row) : label(record.label)
  useOpening(record, detail)
  const related = useRelatedTabs(record, id)
  const Extra = recordLinks[record.name]
  return (
    <Page
      title={title || label(record.label)}
      testId={`record-${record.name}-detail`}
      hint={<Link to={`/records/${record.name}`}>{label(record.label)}</Link>}
      extra={
        detail ? (
          <Space wrap>
            {Extra ? <Extra ids={[id]} /> : null}
            <RecordActions record={record} detail={detail} />
          </Space>
        ) : null
      }
    >
      <Await query={query}>
        {detail ? (
          <Tabs
            items={[
              { key: 'details', label: t('rec.details'), children: <Values record={record} detail={detail} /> },
              ...related,
              { key: 'history', label: t('rec.history'), children: <History record={record} id={id} /> },
            ]}
          />
        ) : null}
      </Await>
    </Page>
  )
}

/** Rows of other records that refer to this one, a tab for each kind there is; two fields of one record say which they are. */
function useRelatedTabs(record: RecordModel, id: string) {
  const { label } = useText()
  const found = useRelated(record, id).data?.related ?? []
  return found.flatMap(({ record: name, field, count }) => {
    const other = findRecord(name)
    const words = other?.fields[field]
    if (!other || !words) return []
    const twice = found.filter((each) => each.record === name).length > 1 || name === record.name
    return [
      {
        key: `${name}.${field}`,
        label: (
          <span>
            {twice ? `${label(other.label)} · ${label(words.label)}` : label(other.label)}{' '}
            <Badge count={count} size="small" color="blue" overflowCount={999} />
          </span>
        ),
        children: <RecordTable record={other} fixed={{ [field]: id }} />,
      },
    ]
  })
}

/** A record whose lifecycle has an `open` is opened by being looked at: an inbox message becomes read. */
function useOpening(record: RecordModel, detail: DetailAnswer | undefined): void {
  const open = useChange<string>(
    record,
    (id) => send('post', addressOf(record, `/${id}/open`), {}),
    () => true,
  )
  const due = detail?.transitions.includes('open') ? detail.row.id : null
  const { mutate } = open
  useEffect(() => {
    if (due !== null) mutate(due)
  }, [due, mutate])
}

function Values({ record, detail }: { readonly record: RecordModel; readonly detail: DetailAnswer }) {
  const { row, titles } = detail
  return (
    <Card size="small">
      <Descriptions
        className="rec-values"
        size="small"
        bordered
        column={{ xs: 1, md: 2 }}
        items={Object.entries(allFields(record))
          // What does not apply to such a row is not shown empty.
          .filter(([name, field]) => (name in row || field.type === 'money') && (appliesIn(field, row) || !isEmpty(row[name])))
          .map(([name, field]) => ({
            key: name,
            label: <Explain word={field.label} help={fieldExplanation(record, name)} />,
            ...(field.type === 'rows' || (field.type === 'text' && field.multiline) ? { span: 'filled' as const } : {}),
            children:
              name === 'state' && row.state !== undefined ? (
                <StateTag record={record} state={row.state} />
              ) : field.sensitivity === 'personal' && !isEmpty(row[name]) ? (
                <PersonalValue record={record} id={row.id} name={name} value={row[name]} />
              ) : (
                <FieldValue record={record} name={name} field={field} value={row[name]} titles={titles} />
              ),
          }))}
      />
    </Card>
  )
}

function History({ record, id }: { readonly record: RecordModel; readonly id: string }) {
  const { label, lang, t } = useText()
  const query = useHistory(record, id)
  const act = (kind: string): string => {
    const name = kind.split('.')[1] ?? kind
    const way = record.lifecycle?.transitions[name]
    const known: Readonly<Record<string, string>> = { create: t('rec.new'), update: t('rec.edit'), delete: t('rec.remove') }
    return way ? label(way.label) : (known[name] ?? name)
  }
  const changes = (values: HistoryLine['before']) =>
    Object.entries(values ?? {}).map(([name, value]) => {
      const field = fieldOf(record, name)
      return field && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0) ? (
        <div key={name}>
          <span className="muted">{label(field.label)}: </span>
          <FieldValue record={record} name={name} field={field} value={value} titles={{}} short />
        </div>
      ) : null
    })
  return (
    <Await query={query}>
      <Table
        size="small"
        rowKey="id"
        dataSource={[...(query.data?.lines ?? [])]}
        scroll={{ x: 'max-content' }}
        columns={[
          { key: 'at', title: t('rec.when'), render: (_: unknown, line: HistoryLine) => formatTime(line.at, 'full', lang) },
          { key: 'who', title: t('rec.who'), dataIndex: 'userName' },
          { key: 'what', title: t('rec.what'), render: (_: unknown, line: HistoryLine) => act(line.kind) },
          { key: 'was', title: t('rec.was'), render: (_: unknown, line: HistoryLine) => changes(line.before) },
          { key: 'is', title: t('rec.is'), render: (_: unknown, line: HistoryLine) => changes(line.after) },
        ]}
      />
    </Await>
  )
}
