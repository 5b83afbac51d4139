import { operations } from '@twin/models/api'
import { Modal, Select, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useCall } from '../../../api/index.ts'
import { reasonText, useText, type TextKey } from '../../../i18n/index.ts'
import { commandDefinitions } from '../../../ui/catalogue.ts'
import { formatDuration, formatTime } from '../../../ui/format.ts'
import { Await, CommandPhaseTag, PagedTable } from '../../../ui/widgets/index.ts'
import { CommandProgress, type CommandRow } from './command-progress.tsx'

const phases = ['AWAITING_APPROVAL', 'DISPATCHED', 'ACKED', 'EXECUTED', 'REJECTED', 'EXPIRED', 'FAILED', 'UNVERIFIED', 'ABORTED'] as const

/** Commands newest first; a row opens its steps. */
export function CommandTable({ station }: { readonly station?: string }) {
  const { t, label, lang } = useText()
  const [page, setPage] = useState({ page: 1, size: 20 })
  const [phase, setPhase] = useState<string[]>([])
  const [open, setOpen] = useState<CommandRow | null>(null)
  const rows = useCall(operations.commands, { query: { ...(station ? { station } : {}), phase, ...page } }, { keep: true, every: 5000 })
  const name = (code: string): string => label(commandDefinitions.get(code)?.label ?? { zh: code, en: code })
  const columns: TableColumnsType<CommandRow> = [
    {
      title: t('command.issuedAt'),
      key: 'at',
      render: (_, row) => <span className="num">{formatTime(row.issuedAt, 'dateTime', lang)}</span>,
    },
    { title: t('command.issue'), key: 'code', render: (_, row) => <strong>{name(row.code)}</strong> },
    { title: t('command.target'), key: 'target', render: (_, row) => row.targetName },
    { title: t('command.phase'), key: 'phase', render: (_, row) => <CommandPhaseTag phase={row.phase} /> },
    {
      title: t('command.reject'),
      key: 'reject',
      render: (_, row) => (row.rejectCode ? label(reasonText(row.rejectCode)) : (row.detail ?? '')),
    },
    { title: t('command.requestedBy'), key: 'by', render: (_, row) => `${row.requestedBy.name} · ${row.requestedBy.from}` },
    { title: t('command.approvedBy'), key: 'approved', render: (_, row) => row.approvedBy?.name ?? '' },
    { title: t('command.reason'), dataIndex: 'reason', key: 'reason', ellipsis: true },
    {
      title: t('alarm.duration'),
      key: 'duration',
      render: (_, row) => (row.endedAt ? formatDuration(row.endedAt - row.issuedAt, lang) : ''),
    },
  ]
  return (
    <>
      <div className="tool-row">
        <Select
          mode="multiple"
          allowClear
          style={{ minWidth: 180 }}
          placeholder={t('command.phase')}
          aria-label={t('command.phase')}
          value={phase}
          onChange={setPhase}
          options={phases.map((value) => ({ value, label: t(`command.phase.${value}` as TextKey) }))}
        />
      </div>
      <Await query={rows}>
        <PagedTable<CommandRow>
          rowKey="id"
          columns={columns}
          data={rows.data}
          page={page}
          onPage={setPage}
          locale={{ emptyText: t('command.none') }}
          rowClassName="row-click"
          testId="command-table"
          onRow={(row) => ({ onClick: () => setOpen(row), tabIndex: 0, onKeyDown: (event) => event.key === 'Enter' && setOpen(row) })}
        />
      </Await>
      {open ? (
        <Modal open footer={null} onCancel={() => setOpen(null)} title={`${name(open.code)} · ${open.targetName}`}>
          <CommandProgress id={open.id} station={open.station} />
        </Modal>
      ) : null}
    </>
  )
}
