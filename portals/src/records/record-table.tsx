import { fieldExplanation } from '@twin/models/help'
import { isMany, type RecordModel } from '@twin/models/records'
import { Table, type TableProps } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useText } from '../i18n/index.ts'
import { usePhone } from '../ui/shell/use-phone.ts'
import { Await, pageSizes, rowsInSight } from '../ui/widgets/index.ts'
import { Explain } from '../ui/help/explain.tsx'
import { FieldValue, fieldOf } from './field-value.tsx'
import { RecordCards } from './record-cards.tsx'
import { type Query, type Row, useList } from './record-api.ts'

interface RecordTableProps {
  readonly record: RecordModel
  /** Filters of the page around it. */
  readonly fixed?: Query
  /** Instead of those of the declaration. */
  readonly columns?: readonly string[]
  readonly q?: string
  readonly selected?: readonly string[]
  readonly onSelect?: (ids: readonly string[]) => void
}

/** Rows of a record with sorting and paging by the server; the first column opens the row. */
export function RecordTable({ record, fixed = {}, columns: shown = record.views.columns, q = '', selected, onSelect }: RecordTableProps) {
  const { t } = useText()
  const phone = usePhone()
  const [page, setPage] = useState(1)
  const [size, setSize] = useState(20)
  const [sort, setSort] = useState(record.views.sort)
  const query = useList(record, { ...fixed, q, sort, page: String(page), size: String(size) })
  const answer = query.data
  const columns: NonNullable<TableProps<Row>['columns']> = shown.flatMap((name, at) => {
    const field = fieldOf(record, name)
    if (!field) return []
    const numeric = field.type === 'number' || field.type === 'money'
    return [
      {
        key: name,
        title: <Explain word={field.label} help={fieldExplanation(record, name)} within={!isMany(field) && field.type !== 'geo'} />,
        sorter: !isMany(field) && field.type !== 'geo',
        sortOrder: sort === name ? ('ascend' as const) : sort === `-${name}` ? ('descend' as const) : null,
        ...(numeric ? { align: 'right' as const } : {}),
        render: (_: unknown, row: Row) => {
          const value = <FieldValue record={record} name={name} field={field} value={row[name]} titles={answer?.titles ?? {}} short />
          return at === 0 && field.type !== 'reference' ? <Link to={`/records/${record.name}/${row.id}`}>{value}</Link> : value
        },
      },
    ]
  })
  if (phone)
    return (
      <Await query={query}>
        <RecordCards record={record} columns={shown} answer={answer} page={page} size={size} onPage={setPage} />
      </Await>
    )
  return (
    <Await query={query}>
      <Table<Row>
        size="small"
        rowKey="id"
        data-testid={`table-${record.name}`}
        columns={columns}
        dataSource={[...(answer?.rows ?? [])]}
        loading={query.isFetching && query.isPlaceholderData}
        scroll={{ x: 'max-content' }}
        components={rowsInSight}
        showSorterTooltip={false}
        {...(onSelect ? { rowSelection: { selectedRowKeys: [...(selected ?? [])], onChange: (keys) => onSelect(keys.map(String)) } } : {})}
        pagination={{
          current: page,
          pageSize: size,
          total: answer?.total ?? 0,
          showSizeChanger: true,
          pageSizeOptions: [...pageSizes],
          showTotal: (n) => t(answer?.counted === 'at-least' ? 'rec.atLeast' : 'rec.total', { n }),
        }}
        onChange={(next, _, sorter) => {
          setPage(next.current ?? 1)
          setSize(next.pageSize ?? 20)
          const by = Array.isArray(sorter) ? sorter[0] : sorter
          setSort(by?.order ? `${by.order === 'descend' ? '-' : ''}${String(by.columnKey)}` : record.views.sort)
        }}
      />
    </Await>
  )
}
