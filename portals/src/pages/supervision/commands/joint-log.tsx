import { operations, type jointAction } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Table, Tag, type TableColumnsType } from 'antd'
import { useEffect, useState } from 'react'
import type { z } from 'zod'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatTime } from '../../../ui/format.ts'
import { Await } from '../../../ui/widgets/index.ts'

type Action = z.output<typeof jointAction>

const colours: Readonly<Record<Action['outcome'], string>> = {
  pending: 'processing',
  confirmed: 'success',
  unconfirmed: 'warning',
  failed: 'error',
}

/** Every automatic command with its reason and whether the machine showed it. `mark` changes with each. */
export function JointLog({ config, mark }: { readonly config: StationConfig; readonly mark: string }) {
  const { t, lang, name } = useText()
  const named = ({ unit, unitName }: Action): string => {
    const device = config.devices.find(({ id }) => id === unit)
    return device ? name(device) : (unitName ?? '')
  }
  const [page, setPage] = useState(1)
  const actions = useCall(operations.jointActions, { params: { station: config.id }, query: { page, size: 10 } }, { keep: true })
  const { refetch } = actions
  useEffect(() => {
    if (mark) void refetch()
  }, [mark, refetch])
  const columns: TableColumnsType<Action> = [
    { title: t('command.issuedAt'), key: 'at', render: (_, row) => <span className="num">{formatTime(row.at, 'dateTime', lang)}</span> },
    {
      title: t('control.action'),
      key: 'kind',
      render: (_, row) => (
        <div data-testid="joint-action" data-kind={row.kind}>
          <strong>
            {t(`control.action.${row.kind}`)} {named(row)}
          </strong>
          <div>{row.reason}</div>
        </div>
      ),
    },
    {
      title: t('control.result'),
      key: 'outcome',
      render: (_, row) => <Tag color={colours[row.outcome]}>{t(`control.outcome.${row.outcome}`)}</Tag>,
    },
  ]
  return (
    <Await query={actions}>
      <Table<Action>
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={actions.data?.rows ?? []}
        locale={{ emptyText: t('control.noLog') }}
        data-testid="joint-log"
        pagination={{ current: page, pageSize: 10, total: actions.data?.total ?? 0, onChange: setPage, hideOnSinglePage: true }}
      />
    </Await>
  )
}
