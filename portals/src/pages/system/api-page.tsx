import { operations, type Operation } from '@twin/models/api'
import { Button, Table, Tag, type TableColumnsType } from 'antd'
import { useText } from '../../i18n/index.ts'
import { Page } from '../../ui/widgets/index.ts'

/** Every operation there is, from the table the server itself registers; the full description opens beside it. */
export function ApiPage() {
  const { t, label } = useText()
  const rows = Object.values(operations) as readonly Pick<Operation, 'method' | 'path' | 'tag' | 'summary' | 'permission'>[]
  const columns: TableColumnsType<(typeof rows)[number]> = [
    { title: '', key: 'method', width: 80, render: (_, row) => <Tag>{row.method.toUpperCase()}</Tag> },
    { title: 'URL', key: 'path', render: (_, row) => <span className="mono">{row.path}</span> },
    { title: t('common.name'), key: 'summary', render: (_, row) => label(row.summary) },
    { title: t('users.role'), key: 'permission', render: (_, row) => <span className="mono muted">{row.permission}</span> },
  ]
  return (
    <Page
      title={t('health.apiDocs')}
      testId="api-page"
      extra={
        <>
          <Button type="primary" href="/api/docs" target="_blank">
            {t('health.apiDocs')}
          </Button>
          <Button href="/api/openapi.json" target="_blank">
            {t('health.openapi')}
          </Button>
        </>
      }
    >
      <Table
        size="small"
        rowKey={(row) => row.method + row.path}
        columns={columns}
        dataSource={[...rows]}
        pagination={false}
        scroll={{ x: 'max-content' }}
      />
    </Page>
  )
}
