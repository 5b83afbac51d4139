import { operations } from '@twin/models/api'
import { Alert, DatePicker, Form, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useAction } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatTime } from '../../ui/format.ts'
import type { BackupStatus } from './backups-page.tsx'

interface RestoreDialogProps {
  readonly ranges: BackupStatus['ranges']
  readonly onClose: () => void
}

/** Asks for the moment; only those that some backup reaches can be chosen. */
export function RestoreDialog({ ranges, onClose }: RestoreDialogProps) {
  const { t, lang } = useText()
  const [form] = Form.useForm<{ at: Dayjs }>()
  const restore = useAction(operations.startRestore, { done: t('backup.restoreStarted'), refresh: [operations.backups] })
  const reached = (at: number): boolean => ranges.some(({ from, to }) => at >= from && at <= (to ?? Date.now()))
  const [opened] = useState(() => Date.now())
  const earliest = Math.min(...ranges.map(({ from }) => from))
  const latest = ranges.some(({ to }) => to === null) ? opened : Math.max(...ranges.map(({ to }) => to ?? 0))
  return (
    <Modal
      open
      title={t('backup.restore')}
      okText={t('backup.restore')}
      cancelText={t('common.cancel')}
      confirmLoading={restore.isPending}
      okButtonProps={{ danger: true }}
      onCancel={onClose}
      onOk={() => form.submit()}
      data-testid="restore-dialog"
    >
      <Alert type="info" showIcon title={t('backup.restoreConfirm')} />
      <Form form={form} layout="vertical" onFinish={({ at }) => restore.mutate({ body: { at: at.valueOf() } }, { onSuccess: onClose })}>
        <Form.Item
          name="at"
          label={t('backup.moment')}
          extra={ranges
            .map(({ from, to }) =>
              t('backup.fromTo', {
                from: formatTime(from, 'full', lang),
                to: to === null ? t('backup.now') : formatTime(to, 'full', lang),
              }),
            )
            .join('; ')}
          rules={[
            {
              required: true,
              validator: (_, at: Dayjs | null | undefined) =>
                at && reached(at.valueOf()) ? Promise.resolve() : Promise.reject(new Error(t('backup.momentRule'))),
            },
          ]}
        >
          <DatePicker
            showTime
            format="YYYY-MM-DD HH:mm:ss"
            minDate={dayjs(earliest)}
            maxDate={dayjs(latest)}
            style={{ width: '100%' }}
            data-testid="restore-at"
          />
        </Form.Item>
      </Form>
    </Modal>
  )
}
