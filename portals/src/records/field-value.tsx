import { stateHelp } from '@twin/models/help'
import { type Field, findRecord, isMany, type RecordModel, standardFields } from '@twin/models/records'
import { Image, Space, Table, Tag, Typography } from 'antd'
import type { ReactNode } from 'react'
import { hiddenAmount, seesMoney } from '../console/amounts.ts'
import { Link } from 'react-router'
import { type Text, useText } from '../i18n/index.ts'
import { formatNumber, formatTime, formatWithUnit } from '../ui/format.ts'
import { Explain } from '../ui/help/explain.tsx'
import { plain } from './plain.ts'
import type { Titles, Values } from './record-api.ts'

const tones = { neutral: 'default', active: 'processing', good: 'success', warn: 'warning', bad: 'error' } as const

export function StateTag({ record, state }: { readonly record: RecordModel; readonly state: string }) {
  const { label } = useText()
  const known = record.lifecycle?.states[state]
  if (!known) return <Tag>{state}</Tag>
  return (
    <Explain word={known.label} help={stateHelp(record, state)} plain>
      <Tag color={tones[known.tone]}>{label(known.label)}</Tag>
    </Explain>
  )
}

interface FieldValueProps {
  readonly record: RecordModel
  readonly name: string
  readonly field: Field
  readonly value: unknown
  readonly titles: Titles
  /** In a table cell: one line. */
  readonly short?: boolean
}

/** A value as people read it, by the type of its field. */
export function FieldValue(props: FieldValueProps): ReactNode {
  const { record, name, field, value, titles, short } = props
  const text = useText()
  if (field.type === 'money' && !seesMoney()) return <span className="muted">{hiddenAmount}</span>
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return <span className="muted">—</span>
  if (name === 'state' && record.lifecycle) return <StateTag record={record} state={plain(value)} />
  if (field.type === 'rows')
    return short ? (
      String((value as readonly unknown[]).length)
    ) : (
      <SubRows {...props} rows={value as readonly Values[]} fields={field.fields} />
    )
  if (isMany(field)) {
    const all = value as readonly unknown[]
    const shown = short ? all.slice(0, 3) : all
    return (
      <Space size={[4, 4]} wrap>
        {shown.map((item) => (
          <Tag key={plain(item)}>{single(field, item, titles, text)}</Tag>
        ))}
        {shown.length < all.length ? <span className="muted">+{all.length - shown.length}</span> : null}
      </Space>
    )
  }
  if (field.type === 'text' && field.multiline && short)
    return <Typography.Text ellipsis={{ tooltip: true }}>{plain(value)}</Typography.Text>
  return single(field, value, titles, text)
}

function single(field: Field, value: unknown, titles: Titles, { label, lang, t }: Text): ReactNode {
  switch (field.type) {
    case 'number':
      return formatWithUnit(Number(value), field.unit ?? '', field.integer ? 0 : undefined)
    case 'money':
      return `¥ ${formatNumber(Number(value) / 100, 2)}`
    case 'time':
      return formatTime(Number(value), 'full', lang)
    case 'flag':
      return value === true ? t('common.yes') : t('common.no')
    case 'choice': {
      const option = field.options[plain(value)]
      return option ? (
        <Explain word={option} within plain>
          {label(option)}
        </Explain>
      ) : (
        plain(value)
      )
    }
    case 'reference': {
      const title = titles[field.to]?.[plain(value)] ?? plain(value)
      return findRecord(field.to) ? <Link to={`/records/${field.to}/${plain(value)}`}>{title}</Link> : title
    }
    case 'image':
      return <Image src={`/api/files/${plain(value)}`} height={48} alt={label(field.label)} />
    case 'file':
      return <a href={`/api/files/${plain(value)}`}>{titles['file']?.[plain(value)] ?? plain(value)}</a>
    case 'geo': {
      const { lat, lng } = value as { lat: number; lng: number }
      return `${formatNumber(lat, 5)}, ${formatNumber(lng, 5)}`
    }
    case 'text':
      return field.multiline ? <span style={{ whiteSpace: 'pre-wrap' }}>{plain(value)}</span> : plain(value)
    default:
      return plain(value)
  }
}

function SubRows({
  record,
  titles,
  rows,
  fields,
}: FieldValueProps & { readonly rows: readonly Values[]; readonly fields: Readonly<Record<string, Field>> }) {
  const { label } = useText()
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={(row) => rows.indexOf(row)}
      dataSource={[...rows]}
      scroll={{ x: 'max-content' }}
      columns={Object.entries(fields).map(([name, field]) => ({
        key: name,
        title: label(field.label),
        render: (_: unknown, row: Values) => (
          <FieldValue record={record} name={name} field={field} value={row[name]} titles={titles} short />
        ),
      }))}
    />
  )
}

export const fieldOf = (record: RecordModel, name: string): Field | undefined => record.fields[name] ?? standardFields(record)[name]
