import { type Field, findRecord, type RecordModel } from '@twin/models/records'
import { Table } from 'antd'
import { useText } from '../../i18n/index.ts'
import { FieldValue, fieldOf } from '../../records/index.ts'

interface Line {
  readonly name: string
  readonly field: Field | undefined
  readonly before: unknown
  readonly after: unknown
}
const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** What differs between two values, by name; within what holds further values only those that differ. */
function linesOf(record: RecordModel | undefined, before: unknown, after: unknown, path: readonly string[] = []): readonly Line[] {
  const [was, is] = [isGroup(before) ? before : {}, isGroup(after) ? after : {}]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) => {
    const [a, b] = [was[key], is[key]]
    if (same(a, b)) return []
    const field = path.length === 0 && record ? fieldOf(record, key) : undefined
    if (!field && isGroup(a) && isGroup(b)) return linesOf(record, a, b, [...path, key])
    return [{ name: [...path, key].join(' · '), field, before: a, after: b }]
  })
}

interface LogDifferenceProps {
  readonly family: string
  readonly before: unknown
  readonly after: unknown
  readonly titles: Readonly<Record<string, Readonly<Record<string, string>>>>
}
/** Old and new side by side, only what changed, in the words of the record. */
export function LogDifference({ family, before, after, titles }: LogDifferenceProps) {
  const { t, label } = useText()
  const record = findRecord(family)
  const lines = linesOf(record, before, after)
  if (lines.length === 0) return <span className="muted">{t('audit.noValues')}</span>
  const shown = ({ name, field }: Line, value: unknown) =>
    record && field ? (
      <FieldValue record={record} name={name} field={field} value={value} titles={titles} />
    ) : value === null || value === undefined || value === '' ? (
      <span className="muted">—</span>
    ) : (
      <span className="mono log-value">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
    )
  return (
    <Table<Line>
      size="small"
      rowKey="name"
      pagination={false}
      className="log-difference"
      dataSource={[...lines]}
      data-testid="log-difference"
      columns={[
        { key: 'name', title: t('audit.what'), width: 200, render: (_, line) => (line.field ? label(line.field.label) : line.name) },
        { key: 'before', title: t('audit.before'), render: (_, line) => <del className="log-old">{shown(line, line.before)}</del> },
        { key: 'after', title: t('audit.after'), render: (_, line) => shown(line, line.after) },
      ]}
    />
  )
}
