import { Table, type TableColumnsType, type TableProps } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../../i18n/index.ts'

export interface PageOf {
  readonly page: number
  readonly size: number
}

interface PagedTableProps<Row extends object> extends Pick<TableProps<Row>, 'onRow' | 'rowClassName' | 'locale'> {
  readonly rowKey: string
  readonly columns: TableColumnsType<Row>
  /** What the server answered for this page; undefined while it is asked. */
  readonly data: { readonly rows: readonly Row[]; readonly total: number } | undefined
  readonly page: PageOf
  readonly onPage: (page: PageOf) => void
  /** What a row opens to. */
  readonly detail?: (row: Row) => ReactNode
  readonly testId?: string
}

/** A list that the server cuts into pages; a row may open to what is behind it. */
export function PagedTable<Row extends object>({ data, page, onPage, detail, testId, columns, ...table }: PagedTableProps<Row>) {
  const { t } = useText()
  return (
    <Table<Row>
      size="small"
      scroll={{ x: 'max-content' }}
      columns={columns}
      dataSource={[...(data?.rows ?? [])]}
      {...table}
      {...(testId === undefined ? {} : { 'data-testid': testId })}
      {...(detail === undefined ? {} : { expandable: { expandRowByClick: true, expandedRowRender: detail } })}
      pagination={{
        current: page.page,
        pageSize: page.size,
        total: data?.total ?? 0,
        showTotal: (n) => t('common.rows', { n }),
        onChange: (next, size) => onPage({ page: next, size }),
      }}
    />
  )
}
