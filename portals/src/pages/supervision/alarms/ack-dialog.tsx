import { operations } from '@twin/models/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Input, Modal } from 'antd'
import { useState } from 'react'
import { call, failureLabel } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { alarmLabels } from '../../../ui/catalogue.ts'
import { isGroup, type AlarmRow } from './alarm-row.tsx'

interface AckDialogProps {
  readonly rows: readonly AlarmRow[]
  readonly onClose: () => void
  readonly onDone: () => void
}

/** Acknowledges one alarm or many with one note. What could not be acknowledged is said, the rest stands. */
export function AckDialog({ rows, onClose, onDone }: AckDialogProps) {
  const { t, label } = useText()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const [first] = rows
  const members = rows.reduce((sum, row) => sum + (isGroup(row) ? row.members : 0), 0)

  const confirm = async (): Promise<void> => {
    setBusy(true)
    const results = await Promise.allSettled(
      rows.map((row) => call(operations.ackAlarm, { params: { occurrence: row.occurrence }, body: { note } })),
    )
    const failed = results.filter((result) => result.status === 'rejected')
    const done = rows.length - failed.length
    if (done > 0) void message.success(t('alarm.acked', { n: done }))
    const [why] = failed
    if (why) {
      const reason: unknown = why.reason
      void message.error(t('alarm.ackFailed', { n: failed.length, why: label(failureLabel(reason)) }))
    }
    await Promise.all(
      [operations.alarms, operations.alarm, operations.alarmKpi].map(({ path }) => client.invalidateQueries({ queryKey: [path] })),
    )
    setBusy(false)
    // Refused throughout: the note stays for another try.
    if (done === 0) return
    onDone()
    onClose()
  }

  return (
    <Modal
      open
      title={
        rows.length === 1 && first
          ? `${t('alarm.ack')}: ${label(alarmLabels.get(first.code) ?? { zh: first.code, en: first.code })}`
          : t('alarm.ackMany', { n: rows.length })
      }
      okText={t('alarm.ack')}
      cancelText={t('common.cancel')}
      confirmLoading={busy}
      onOk={() => void confirm()}
      onCancel={onClose}
      okButtonProps={{ id: 'ack-confirm' }}
    >
      {members > 0 ? <p data-testid="ack-members">{t('alarm.ackGroup', { n: members })}</p> : null}
      <label>
        {t('alarm.ackNote')}
        <Input.TextArea rows={3} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} data-testid="ack-note" />
      </label>
    </Modal>
  )
}
