import { useQueryClient } from '@tanstack/react-query'
import type { RecordModel } from '@twin/models/records'
import { Tree, type TreeDataNode } from 'antd'
import { type Key, useState } from 'react'
import { Link } from 'react-router'
import { send } from '../api/index.ts'
import { Await } from '../ui/widgets/index.ts'
import { titleOf } from './plain.ts'
import { addressOf, type ListAnswer, useList, withQuery } from './record-api.ts'

/** Rows below their parents, fetched when a branch is opened. */
export function RecordTree({ record }: { readonly record: RecordModel }) {
  const parent = record.views.tree ?? ''
  const client = useQueryClient()
  const roots = useList(record, { [`${parent}.empty`]: 'true', size: '500', sort: record.views.sort })
  const [branches, setBranches] = useState<Readonly<Record<string, ListAnswer['rows']>>>({})
  const node = (row: ListAnswer['rows'][number]): TreeDataNode => {
    const children = branches[row.id]
    return {
      key: row.id,
      title: <Link to={`/records/${record.name}/${row.id}`}>{titleOf(record, row)}</Link>,
      ...(children ? { children: children.map(node), isLeaf: children.length === 0 } : {}),
    }
  }
  return (
    <Await query={roots}>
      <Tree
        data-testid={`tree-${record.name}`}
        treeData={(roots.data?.rows ?? []).map(node)}
        loadData={async ({ key }: { key: Key }) => {
          const query = { [parent]: String(key), size: '500', sort: record.views.sort }
          const answer = await client.fetchQuery({
            queryKey: [record.name, 'list', query],
            queryFn: async () => (await send('get', withQuery(addressOf(record), query))) as ListAnswer,
          })
          setBranches((before) => ({ ...before, [String(key)]: answer.rows }))
        }}
      />
    </Await>
  )
}
