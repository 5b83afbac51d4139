import { useQuery } from '@tanstack/react-query'
import type { Label } from '@twin/models/kinds'
import { Badge, Table } from 'antd'
import { send } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { Await } from '../../ui/widgets/index.ts'

interface ModuleRow {
  readonly name: string
  readonly label: Label
  readonly version: string
  readonly needs: readonly string[]
  readonly running: boolean
}

/** What this installation has, and what it could have. */
export function ModulesTable() {
  const { t, label } = useText()
  const path = '/api/modules'
  const query = useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => ((await send('get', path, undefined, signal)) as { modules: readonly ModuleRow[] }).modules,
  })
  const names = new Map(query.data?.map((row) => [row.name, label(row.label)]))
  return (
    <Await query={query}>
      <Table<ModuleRow>
        size="small"
        rowKey="name"
        pagination={false}
        scroll={{ x: 'max-content' }}
        data-testid="modules-table"
        dataSource={query.data ?? []}
        columns={[
          { title: t('health.module'), key: 'module', render: (_, row) => label(row.label) },
          { title: t('health.version'), dataIndex: 'version' },
          {
            title: t('health.needs'),
            key: 'needs',
            render: (_, row) => row.needs.map((need) => names.get(need) ?? need).join(', ') || '—',
          },
          {
            title: t('common.state'),
            key: 'running',
            render: (_, { running }) => (
              <Badge status={running ? 'success' : 'default'} text={t(running ? 'health.moduleOn' : 'health.moduleOff')} />
            ),
          },
        ]}
      />
    </Await>
  )
}
