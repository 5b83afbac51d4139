import { operations } from '@twin/models/api'
import { Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useAction, useCall } from '../../../api/index.ts'
import { useMe } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { commandDefinitions } from '../../../ui/catalogue.ts'
import { formatDuration, formatTime, unitSign } from '../../../ui/format.ts'
import { Await, HelpTip, Nothing, Page, Refusal } from '../../../ui/widgets/index.ts'
import { CommandProgress, type CommandRow } from './command-progress.tsx'

/** Commands that wait for a second person, with what that person needs to judge them. */
export function ApprovalsPage() {
  const { t, label, lang } = useText()
  const me = useMe()
  const [open, setOpen] = useState<CommandRow | null>(null)
  const rows = useCall(operations.commands, { query: { phase: ['AWAITING_APPROVAL'], page: 1, size: 100 } }, { every: 2000 })
  return (
    <Page title={t('command.approvals')} testId="approvals-page" extra={<HelpTip term="twoPerson" />}>
      <Await query={rows}>
        {rows.data?.rows.length === 0 ? <Nothing text={t('command.noApprovals')} /> : null}
        {rows.data?.rows.map((row) => (
          <div key={row.id} className="panel approval" data-testid="approval-row" data-command={row.id}>
            <div>
              <strong>{label(commandDefinitions.get(row.code)?.label ?? { zh: row.code, en: row.code })}</strong> → {row.targetName}
              <div className="muted">
                {t('command.requestedBy')} {row.requestedBy.name} · {formatTime(row.issuedAt, 'dateTime', lang)} ·{' '}
                {row.deadline ? formatDuration(row.deadline - serverNow(), lang) : ''}
              </div>
              <div>
                {t('command.reason')}: {row.reason}
              </div>
              <Arguments row={row} />
            </div>
            <Button
              type="primary"
              disabled={row.requestedBy.id === me.id}
              title={row.requestedBy.id === me.id ? t('command.ownApproval') : ''}
              onClick={() => setOpen(row)}
              data-testid="approve-open"
            >
              {t('command.approve')}
            </Button>
          </div>
        ))}
      </Await>
      {open ? <ApproveDialog row={open} onClose={() => setOpen(null)} /> : null}
    </Page>
  )
}

/** Arguments under their own names and units, as they were typed. */
export function Arguments({ row }: { readonly row: Pick<CommandRow, 'code' | 'args'> }) {
  const { label } = useText()
  const params = commandDefinitions.get(row.code)?.params ?? []
  const shown = Object.entries(row.args).filter(([name]) => name !== 'reason')
  return shown.map(([name, value]) => {
    const parameter = params.find((candidate) => candidate.name === name)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return (
      <div key={name}>
        {parameter ? label(parameter.label) : name}: <strong>{text}</strong> {unitSign(parameter?.unit ?? '')}
      </div>
    )
  })
}

function ApproveDialog({ row, onClose }: { readonly row: CommandRow; readonly onClose: () => void }) {
  const { t, label } = useText()
  const approve = useAction(operations.approveCommand, {
    quiet: true,
    done: t('command.approved'),
    refresh: [operations.commands, operations.command],
  })
  const [form] = Form.useForm<{ readonly password: string }>()
  return (
    <Modal
      open
      footer={null}
      onCancel={onClose}
      title={`${t('command.approve')}: ${label(commandDefinitions.get(row.code)?.label ?? { zh: row.code, en: row.code })} → ${row.targetName}`}
    >
      {approve.isSuccess ? (
        <CommandProgress id={row.id} station={row.station} />
      ) : (
        <Form
          form={form}
          layout="vertical"
          onFinish={({ password }) => approve.mutate({ params: { command: row.id }, body: { password } })}
        >
          <Form.Item name="password" label={t('command.password')} rules={[{ required: true, message: t('common.required') }]}>
            <Input.Password autoComplete="current-password" data-testid="approve-password" />
          </Form.Item>
          <Refusal error={approve.error} form={form} />
          <Button type="primary" htmlType="submit" loading={approve.isPending} data-testid="approve-send">
            {t('command.approve')}
          </Button>
        </Form>
      )}
    </Modal>
  )
}
